"""The log as a folder of static files that any web server can serve and any C2SP client can read.

checkpoint        the signed checkpoint; written last, so that what it covers is there
vkey              the log's verifier keys, one a line
tile/…            tiles and entry bundles (see `tiles`)

All of it can be derived from the store again, so nothing is synced to disk; `Publisher` checks on start what a power cut
may have taken. Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from mumian.journal.checkpoint import Checkpoint, parse_checkpoint
from mumian.journal.faults import BadTile, Diverged, JournalFault, MissingTile
from mumian.journal.note import Verifier, parse_note
from mumian.journal.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    TileEdge,
    TileReader,
    decode_bundle,
    encode_bundle,
    width_of,
)
from mumian.journal.tree import EMPTY, Hash, Head, leaf_hashes

RECENT_TILES = 256
"""Full tiles whose bytes are checked on start: 65,536 leaves, more than a file system keeps unsynced at full speed."""

REBUILD_ENTRIES = 4 * WIDTH
"""Entries read at a time when a folder is brought up to date."""

ReadEntries = Callable[[int, int], Iterable[bytes]]
"""(start, stop) → the entries from `start` up to, not including, `stop`, out of the store."""


class ExportReader:
    """Reads such a folder back, in bounded memory. It believes nothing: hashes and signatures are for `fsck` to check."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, path: str) -> bytes:
        """Return the bytes at `path`. Raises: MissingTile: nothing is there."""
        try:
            return (self.folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as e:
            raise MissingTile(f"`{path}` is not in `{self.folder}`") from e

    def vkeys(self) -> list[Verifier]:
        """Return the keys that the folder says the log has; trust only those that you know otherwise."""
        return [Verifier.parse(line) for line in self.read("vkey").decode().splitlines()]

    def note(self) -> bytes:
        """Return the checkpoint as it was signed."""
        return self.read("checkpoint")

    def checkpoint(self) -> Checkpoint:
        """Return what the checkpoint says, its signatures unchecked."""
        return parse_checkpoint(parse_note(self.note()).text)

    def hashes(self, size: int | None = None) -> TileReader:
        """Return the hash reader of the tree of `size` leaves, by default the checkpoint's."""
        return TileReader(self.checkpoint().size if size is None else size, self.read)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the entries from `start` up to, not including, `stop` (by default the checkpoint's size).

        Raises: BadTile: a bundle is missing, cannot be read, or holds another number of entries than it must.
        """
        size = self.checkpoint().size
        stop = size if stop is None else stop
        for nth in range(start // WIDTH, -(-stop // WIDTH) if stop > start else 0):
            bundle = self.bundle(nth, size)
            yield from bundle[max(start - nth * WIDTH, 0) : stop - nth * WIDTH]

    def bundle(self, nth: int, size: int) -> list[bytes]:
        """Return the entries of bundle `nth` in a log of `size` entries, from the full bundle where the partial is gone.

        Raises: BadTile: missing, unreadable, or of the wrong width.
        """
        tile = Tile(ENTRIES, nth, width_of(level=ENTRIES, nth=nth, size=size))
        if tile.width == 0:
            raise MissingTile(f"a log of `{size}` entries has no bundle `{nth}`")
        try:
            return _entries_of(self.read(tile.path), tile)
        except MissingTile:
            if tile.width == WIDTH:
                raise
            return _entries_of(self.read(tile.full.path), tile.full)[: tile.width]


def _entries_of(data: bytes, tile: Tile) -> list[bytes]:
    entries = decode_bundle(data)
    if len(entries) != tile.width:
        raise BadTile(f"`{tile.path}` holds `{len(entries)}` entries, not {tile.width}")
    return entries


class Publisher:
    """Writes the folder of one log. There is one publisher for a folder; readers may come at any time."""

    def __init__(self, folder: Path, vkeys: Sequence[Verifier] = ()) -> None:
        """Open or make `folder`, after a crash as well: what is not sound counts as not published."""
        self.folder = folder
        self._reader = ExportReader(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if vkeys:
            self._write("vkey", "".join(f"{key}\n" for key in vkeys).encode())
        self._open()

    def _open(self) -> None:
        self._said = self._stated_head()
        try:
            self._edge, self._bundle = self._sound_edge(self._said)
        except JournalFault:
            self._edge, self._bundle = TileEdge(), b""

    def published_size(self) -> int:
        """Return how many entries the folder holds; `publish` goes on from there."""
        return self._edge.size

    def publish(self, entries: Sequence[bytes], checkpoint: bytes, leaves: Sequence[Hash] | None = None) -> None:
        """Write the tiles of `entries`, which follow the published ones, then `checkpoint`, which covers them.

        leaves: the entries' hashes where they are known already.
        Raises: BadTile: the checkpoint has another size than the folder would; `catch_up` instead. After OSError (a
            full disk) what is not covered by a checkpoint counts as not published: `catch_up` when there is room.
        """
        head = parse_checkpoint(parse_note(checkpoint).text).head
        if head.size != self._edge.size + len(entries):
            raise BadTile(
                f"`{len(entries)}` entries after `{self._edge.size}` do not make a log of `{head.size}`; catch up from the store"
            )
        try:
            self._add(entries, leaf_hashes(entries) if leaves is None else leaves)
            self._write("checkpoint", checkpoint)
        except BaseException:
            self._open()
            raise
        self._said = head

    def catch_up(self, read_entries: ReadEntries, checkpoint: bytes) -> None:
        """Bring the folder to `checkpoint` from the store, whatever a crash left; from the start where it is not sound.

        Raises: Diverged: the store is not a continuation of the checkpoint that the folder published before, or not
            the tree of `checkpoint`.
        """
        wanted = parse_checkpoint(parse_note(checkpoint).text).head
        if wanted.size < self._said.size:
            raise Diverged(f"the folder has published `{self._said.size}` entries, the store has only `{wanted.size}`")
        for stop in (self._said, wanted):
            while self._edge.size < stop.size:
                start = self._edge.size
                batch = list(read_entries(start, min(stop.size, start + REBUILD_ENTRIES)))
                if not batch:
                    raise Diverged(f"the store ends at `{start}` entries, before the checkpoint's `{stop.size}`")
                self._add(batch, leaf_hashes(batch))
            if self._edge.frontier().head != stop:
                raise Diverged(f"the store's first `{stop.size}` entries do not have the root `{stop.root.hex()}`")
        self._said = wanted
        self._write("checkpoint", checkpoint)

    def _add(self, entries: Sequence[bytes], leaves: Sequence[Hash]) -> None:
        old = self._edge.size
        for tile, data in self._edge.extend(leaves):
            self._write_tile(tile, data)
        at, nth = 0, old // WIDTH
        while at < len(entries):
            held = old % WIDTH if at == 0 else 0
            part = entries[at : at + WIDTH - held]
            at += len(part)
            self._bundle += encode_bundle(part)
            self._write_tile(Tile(ENTRIES, nth, held + len(part)), self._bundle)
            if held + len(part) == WIDTH:
                self._bundle, nth = b"", nth + 1

    def _write_tile(self, tile: Tile, data: bytes) -> None:
        self._write(tile.path, data)
        if tile.width == WIDTH:
            shutil.rmtree(self.folder / f"{tile.path}.p", ignore_errors=True)

    def _write(self, path: str, data: bytes) -> None:
        target, draft = f"{self.folder}/{path}", f"{self.folder}/.draft"
        with open(draft, "wb") as file:
            file.write(data)
        try:
            os.replace(draft, target)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.replace(draft, target)

    def _stated_head(self) -> Head:
        try:
            return self._reader.checkpoint().head
        except JournalFault:
            return EMPTY

    def _sound_edge(self, head: Head) -> tuple[TileEdge, bytes]:
        edge = TileEdge.read(head.size, self._reader.read)
        if edge.frontier().head != head:
            raise BadTile(f"the tiles do not have the root of the checkpoint at `{head.size}`")
        hashes, last = self._reader.hashes(head.size), -(-head.size // WIDTH)
        entries: list[bytes] = []
        for nth in range(max(0, last - RECENT_TILES), last):
            entries = self._reader.bundle(nth, head.size)
            if leaf_hashes(entries) != hashes.hashes(0, nth):
                raise BadTile(f"bundle `{nth}` does not hold the entries of its tile")
        return edge, encode_bundle(entries) if head.size % WIDTH else b""
