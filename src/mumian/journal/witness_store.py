"""What a witness remembers: for each log one file that holds the last checkpoint it cosigned, cosignature included."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from mumian.journal.checkpoint import parse_checkpoint
from mumian.journal.faults import BadCheckpoint, Overtaken
from mumian.journal.note import parse_note
from mumian.journal.tree import EMPTY, Head


def origin_id(origin: str) -> str:
    """Return the name under which a log's checkpoint is kept and served: the SHA-256 of its origin, in hex."""
    return sha256(origin.encode()).hexdigest()


class WitnessStore:
    """A folder of checkpoints. Threads and processes may share it; it survives `kill -9` and a power cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def note(self, origin_id: str) -> bytes | None:
        """Return the last checkpoint cosigned for a log, with its signatures, or None if there is none yet."""
        try:
            return (self.folder / origin_id).read_bytes()
        except FileNotFoundError:
            return None

    def head(self, origin: str) -> Head:
        """Return the last head cosigned for `origin`; the empty tree if there is none yet.

        Raises: BadNote: what is kept cannot be read, or is of another log. The witness must not begin anew then.
        """
        note = self.note(origin_id(origin))
        if note is None:
            return EMPTY
        checkpoint = parse_checkpoint(parse_note(note).text)
        if checkpoint.origin != origin:
            raise BadCheckpoint(f"the checkpoint kept for `{origin}` is of `{checkpoint.origin}`")
        return checkpoint.head

    def advance(self, origin: str, *, held: Head, note: bytes) -> None:
        """Put `note` in the place of the checkpoint of head `held`, and return once it is on disk.

        Raises: Overtaken: the store holds another head by now. OSError: it could not be made durable; `note` must not
            be released, and whether it is kept shows at the next look.
        """
        name = origin_id(origin)
        with self._locked(name):
            now = self.head(origin)
            if now != held:
                raise Overtaken(f"the witness holds `{now.size}` leaves of `{origin}` by now, not `{held.size}`")
            draft = self.folder / f"{name}.draft"
            with draft.open("wb") as file:
                file.write(note)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / name)
            self._sync_folder()

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of the open file, so it keeps threads apart as well as processes
            yield

    def _sync_folder(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
