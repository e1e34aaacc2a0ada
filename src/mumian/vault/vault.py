"""A vault: the one place that knows who a person is. One SQLite file, its owner's alone, from which bytes can be erased.

Commitments go out and stand in the journal for ever; salts and content stay here. Who erases a row erases the link: the
journal still verifies, and the commitment can be opened no more.

Deleted bytes are overwritten (`secure_delete`), the write-ahead log is emptied and the file rewritten (VACUUM), so that
they are in no file of the vault. What copies of the disk hold is beyond it: keep the vault on an encrypted disk.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import apsw

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.rooms.parties.identity import NotAResidentId, commit_identity, verify_identity
from mumian.vault.entries import Identity, Text, TextKind, check_text, checked, commit_text, is_under
from mumian.vault.faults import NobodyThere, NotKept, VaultBusy, VaultDamaged

APPLICATION_ID = 0x4D554D56
"""`MUMV` in the file's header tells a vault from other SQLite files."""

FORMAT = 1
SALT_BYTES = 32
BUSY_MS = 5_000

_TABLES = (
    "CREATE TABLE people (commitment TEXT PRIMARY KEY, party TEXT UNIQUE, resident_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, contact TEXT NOT NULL, guardian TEXT NOT NULL, salt BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE texts (commitment TEXT PRIMARY KEY, party TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, salt BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX texts_of ON texts (party)",
    "CREATE TABLE erased (party TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
)


class Kept(NamedTuple):
    """A person in the vault. party: None until the market has admitted it. is_new: it was not there before."""

    commitment: str
    party: PartyId | None
    is_new: bool


class Vault:
    """The vault in the file `path`, made if it is not there. Close it when done, or use it in a `with`.

    busy_ms: how long to wait for another process.

    Raises: VaultDamaged: the file is something else, or cannot be opened.
    """

    def __init__(self, path: Path, *, busy_ms: int = BUSY_MS) -> None:
        self.path = path
        self._make(path)
        try:
            self._db = apsw.Connection(str(path))
            self._db.set_busy_timeout(busy_ms)
            self._set_up()
        except apsw.Error as error:
            raise self._fault(error) from error

    def _make(self, path: Path) -> None:
        """Make the file before SQLite does, so that nobody else can read it at any moment; its log gets the same mode."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)

    def _set_up(self) -> None:
        ours = self._one("PRAGMA application_id")
        if ours != APPLICATION_ID and (ours != 0 or self._one("SELECT count(*) FROM sqlite_schema")):
            raise VaultDamaged(f"`{self.path}` is a SQLite file, but no vault; give another path")
        if ours == APPLICATION_ID and (version := self._one("PRAGMA user_version")) != FORMAT:
            raise VaultDamaged(f"`{self.path}` has format `{version}`, this program reads `{FORMAT}`")
        self._one("PRAGMA secure_delete = ON")
        self._one("PRAGMA temp_store = MEMORY")  # a VACUUM's copy must not lie in a folder for everybody
        self._one("PRAGMA journal_mode = WAL")
        self._one("PRAGMA synchronous = FULL")
        if ours == 0:
            with self._db:
                for table in _TABLES:
                    self._db.execute(table)
                self._one(f"PRAGMA user_version = {FORMAT}")
                self._one(f"PRAGMA application_id = {APPLICATION_ID}")
        self._one("PRAGMA wal_checkpoint(TRUNCATE)")  # an erasure that a crash interrupted is finished here

    def __enter__(self) -> Vault:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def keep(self, identity: Identity, *, today: date) -> Kept:
        """Keep a person under a salt of its own, and return the commitment that the market may know.

        A person who is here already keeps its commitment, so that an admission that was cut short can go on.
        Raises: NotKept: something about the identity is wrong.
        """
        known = checked(identity, today=today)
        with self._told():
            row = self._row("SELECT commitment, party FROM people WHERE resident_id = ?", known.resident_id)
            if row is not None:
                return Kept(row[0], row[1], is_new=False)
            salt = secrets.token_bytes(SALT_BYTES)
            commitment = commit_identity(known.resident_id, salt)
            with self._db:
                self._db.execute(
                    "INSERT INTO people VALUES (?, NULL, ?, ?, ?, ?, ?)",
                    (commitment, known.resident_id, known.name, known.contact, known.guardian, salt),
                )
        return Kept(commitment, None, is_new=True)

    def link(self, commitment: str, party: PartyId) -> None:
        """Note as which party the market admitted a person.

        Raises: NobodyThere: no such commitment. NotKept: the person or the party is linked otherwise already.
        """
        with self._told():
            row = self._row("SELECT party FROM people WHERE commitment = ?", commitment)
            if row is None:
                raise NobodyThere(f"the vault holds nobody under the commitment `{commitment}`; keep the person first")
            taken = self._row("SELECT 1 FROM people WHERE party = ? AND commitment != ?", party, commitment)
            if row[0] not in (None, party) or taken is not None:
                raise NotKept(f"`{party}` or the person is linked otherwise already; one person is one party")
            with self._db:
                self._db.execute("UPDATE people SET party = ? WHERE commitment = ?", (party, commitment))

    def discard(self, commitment: str) -> None:
        """Erase a person whom the market did not admit; nothing if there is none."""
        with self._told(), self._erasing():
            self._db.execute("DELETE FROM people WHERE commitment = ? AND party IS NULL", (commitment,))

    def identity_of(self, party: PartyId) -> Identity:
        """Return who a party is.

        Raises: NobodyThere: nobody here, or erased.
        """
        with self._told():
            columns = "resident_id, name, contact, guardian"
            row = self._row(f"SELECT {columns} FROM people WHERE party = ?", party)
        if row is None:
            raise self._nobody(party)
        return Identity(*row)

    def is_under(self, party: PartyId, years: int, *, today: date) -> bool:
        """Tell whether a person is under `years` of age: the fact that leaves the vault, not the date of birth.

        Raises: NobodyThere.
        """
        return is_under(self.identity_of(party).resident_id, years, today=today)

    def verify(self, party: PartyId, *, commitment: str) -> None:
        """Check that the market's commitment stands for the person in this vault.

        Raises: NobodyThere: nobody here, or erased, so that nothing opens it. NotKept: it stands for another.
        """
        with self._told():
            row = self._row("SELECT resident_id, salt FROM people WHERE party = ?", party)
        if row is None:
            raise self._nobody(party)
        try:
            verify_identity(row[0], row[1], commitment=commitment)
        except NotAResidentId as error:
            raise NotKept(f"the market's commitment of `{party}` stands for somebody else") from error

    def keep_text(self, party: PartyId, kind: TextKind, text: str) -> str:
        """Keep a text of or about a person and return its commitment.

        Raises: NotKept: it is empty, too long, or hides characters.
        """
        check_text(text)
        kept, salt = Text(party, kind, text), secrets.token_bytes(SALT_BYTES)
        commitment = commit_text(kept, salt)
        with self._told(), self._db:
            row = (commitment, party, kind.value, text, salt)
            self._db.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?)", row)
        return commitment

    def text_of(self, commitment: str) -> Text:
        """Return the text that a commitment stands for, checked against it.

        Raises: NobodyThere: no such text, or erased. VaultDamaged: the text is not the one that was committed to.
        """
        with self._told():
            row = self._row("SELECT party, kind, text, salt FROM texts WHERE commitment = ?", commitment)
        if row is None:
            raise NobodyThere(f"the vault holds no text under `{commitment}`; it was never here, or it was erased")
        text = Text(PartyId(row[0]), TextKind(row[1]), row[2])
        if commit_text(text, row[3]) != commitment:
            raise VaultDamaged(f"the text under `{commitment}` was changed; restore the vault")
        return text

    def erase_text(self, commitment: str) -> None:
        """Erase one text for good.

        Raises: NobodyThere. VaultBusy: its bytes may still be in the log; erase again.
        """
        self.text_of(commitment)
        with self._told(), self._erasing():
            self._db.execute("DELETE FROM texts WHERE commitment = ?", (commitment,))

    def erase(self, party: PartyId, *, at: Instant) -> None:
        """Erase a person for good: identity, salt, texts. That it was, and when, is kept under the party id.

        at: the time, ms. Raises: NobodyThere. VaultBusy: bytes may still be in the log; erase again.
        """
        with self._told():
            if self._row("SELECT 1 FROM people WHERE party = ?", party) is None and self.erased_at(party) is None:
                raise self._nobody(party)
            with self._erasing():
                self._db.execute("DELETE FROM people WHERE party = ?", (party,))
                self._db.execute("DELETE FROM texts WHERE party = ?", (party,))
                self._db.execute("INSERT INTO erased VALUES (?, ?) ON CONFLICT DO NOTHING", (party, at))

    def erased_at(self, party: PartyId) -> Instant | None:
        """Return when a person was erased, or None."""
        with self._told():
            row = self._row("SELECT at FROM erased WHERE party = ?", party)
        return None if row is None else int(row[0])

    @contextmanager
    def _erasing(self) -> Iterator[None]:
        """Run what is within as one transaction, then drive the deleted bytes out of file and log."""
        with self._db:
            yield
        self._empty_log()
        self._one("VACUUM")
        self._empty_log()

    def _empty_log(self) -> None:
        busy = self._one("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise VaultBusy(
                f"another process reads `{self.path}`, so erased bytes may still be in its log; erase again"
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what SQLite complains of in words of the vault, without the values of the statement."""
        try:
            yield
        except apsw.BusyError as error:
            raise VaultBusy(f"another process has `{self.path}`; try again") from error
        except apsw.Error as error:
            raise self._fault(error) from error

    def _fault(self, error: apsw.Error) -> VaultDamaged:
        return VaultDamaged(
            f"`{self.path}` cannot be used: {type(error).__name__}; check the disk, or restore the vault"
        )

    def _nobody(self, party: PartyId) -> NobodyThere:
        if self.erased_at(party) is not None:
            return NobodyThere(f"`{party}` was erased from this vault; nothing opens its commitment any more")
        return NobodyThere(f"this vault holds nobody who is `{party}`; look in the vault that admitted it")

    def _row(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
        return found

    def _one(self, statement: str) -> Any:
        row = self._row(statement)
        return None if row is None else row[0]
