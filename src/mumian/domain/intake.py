"""How a file or a table becomes a version: read, checked line by line, profiled, coded, clustered by unit. All or nothing.

10 million rows of 5 columns take about twice the processor time of DuckDB's sorted Parquet, and 1 GiB of memory, of which
the rows are no part (`benchmarks/ingest.py`). What grows with the data: some 60 bytes a unit and, one text column at a
time, a different value; all else goes through the disk.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.domain.declaration import AnyColumn, Declaration, IntegerColumn, JoinedColumn, LocalName, TextColumn, fault
from mumian.domain.keys import DomainKeys
from mumian.domain.profile import Profile, profile
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Manifest, Store, file_digest, file_names, sync_folder, write
from mumian.engines.arrays import Places, clustered_codes, offsets_of, places_of, shuffled, write_array
from mumian.engines.clustered import Hashes, Integers
from mumian.engines.columns import Columns
from mumian.engines.duck import BrokenLine, SourceColumn, Staging, Unreadable
from mumian.engines.postgres_source import PostgresTable, copy_out
from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Refused

SHOWN_LINES = 20
STAGES = ("copy", "read", "profile", "code", "keep")

SHORT_LIST = 2**15
"""A list of fewer values is coded in 16 bits."""

Progress = Callable[[str, int, int], None]
"""(stage, steps done, steps in all): a step for each stage, and in stage `code` one for each column."""


class Taken(msgspec.Struct, frozen=True):
    """A file is in. `broken` lines were left out and stand in the version's `broken.jsonl`; `excluded` rows nowhere."""

    name: str
    version: str
    rows: int
    broken: int
    profile: Profile
    excluded: int = 0


class Rejected(msgspec.Struct, frozen=True):
    """Nothing was kept. `lines`: the first broken ones, where lines are the reason; the refusal counts all."""

    refused: Refused
    lines: tuple[BrokenLine, ...] = ()


def take_in(
    store: Store,
    keys: DomainKeys,
    source: Path | PostgresTable,
    name: str,
    declaration: Declaration,
    *,
    accept_broken: bool = False,
    without: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> Taken | Rejected:
    """Make a version of holding `name` from a .csv, a .parquet, a .zip with one .csv, or a table of a PostgreSQL server.

    The source stays as it is.

    without: values of the unit whose rows are left out (PIPL 第47条: who withdrew is in no further answer).
    The same rows, in the same order, with the same declaration are the same version.
    """
    try:
        msgspec.convert(name, LocalName)
    except msgspec.ValidationError:
        return Rejected(Refused(R.NAME_UNFIT, {"name": name}))
    reason = fault(declaration)
    if reason is not None:
        return Rejected(Refused(R.DECLARATION_FAULTY, {"reason": reason}))
    if without and not declaration.unit:
        return Rejected(Refused(R.DECLARATION_FAULTY, {"reason": "no unit is declared, so nobody can be left out"}))
    store.folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".staging-", dir=store.folder))
    try:
        intake = _Intake(store, keys, source, name, declaration, scratch, progress)
        return intake.run(accept_broken=accept_broken, without=without)
    except (Unreadable, OSError, zipfile.BadZipFile, UnicodeError, LookupError) as e:
        if isinstance(source, PostgresTable):
            return Rejected(Refused(R.TABLE_UNREADABLE, {"table": source.table, "reason": str(e)}))
        return Rejected(Refused(R.FILE_UNREADABLE, {"file": source.name, "reason": str(e)}))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def sweep(store: Store) -> None:
    """Remove what intakes that were killed have left."""
    for scratch in store.folder.glob(".staging-*"):
        shutil.rmtree(scratch, ignore_errors=True)


class Clustering(msgspec.Struct, frozen=True):
    """How rows lie by unit. places: of the rows in the file's order, None where no unit is declared."""

    offsets: Integers
    unit_ids: Hashes
    places: Places | None


class _Intake:
    def __init__(
        self,
        store: Store,
        keys: DomainKeys,
        source: Path | PostgresTable,
        name: str,
        declaration: Declaration,
        scratch: Path,
        progress: Progress,
    ) -> None:
        self.store, self.keys, self.source, self.name, self.declaration = store, keys, source, name, declaration
        self.scratch, self.progress = scratch, progress
        self.folder = scratch / "version"
        self.arrays: dict[str, str] = {}
        self.steps = len(STAGES) + max(0, len(declaration.columns) - 1)

    def run(self, *, accept_broken: bool, without: Sequence[str]) -> Taken | Rejected:
        self.folder.mkdir()
        self._at("copy")
        file, plain = self._opened()
        with Staging(self.scratch / "staging.duckdb") as staging:
            self._at("read")
            self._load(staging, plain)
            broken = staging.count("broken")
            if broken and not accept_broken:
                return self._reject(staging, plain)
            if broken:
                self._keep_broken(staging, plain)
            excluded = staging.leave_out(self.declaration.unit, without) if without else 0
            self._at("profile")
            if refused := self._refuse_repeats(staging):
                return Rejected(refused)
            about = profile(staging, self.declaration)
            units = self._code(staging, rows=about.rows)
        return self._keep(about, source_digest=file_digest(file), units=units, broken=broken, excluded=excluded)

    def _at(self, stage: str, further: int = 0) -> None:
        done = STAGES.index(stage) if stage != STAGES[-1] else self.steps - 1
        self.progress(stage, done + further, self.steps)

    def _opened(self) -> tuple[Path, Path]:
        """Return the file that is what was given, and the one to read, which says the same as .parquet or CSV in UTF-8."""
        if isinstance(self.source, PostgresTable):
            fetched = self._fetched(self.source)
            return fetched, fetched
        return self.source, self._plain(self.source)

    def _fetched(self, table: PostgresTable) -> Path:
        """Return what a table holds at one moment, as a file of CSV."""
        file = self.scratch / "table.csv"
        copy_out(table, self.declaration.source_columns(), self.declaration.sort_columns(), file)
        return file

    def _plain(self, source: Path) -> Path:
        """Return the file itself, or a copy out of its zip and in UTF-8."""
        if not source.is_file():
            raise Unreadable("there is no such file")
        if source.suffix == ".zip":
            with zipfile.ZipFile(source) as archive:
                members = [member for member in archive.namelist() if member.endswith(".csv")]
                if len(members) != 1:
                    raise Unreadable(f"the archive holds {len(members)} .csv files, not one")
                source = self.scratch / "source.csv"
                with archive.open(members[0]) as packed, source.open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
        if source.suffix not in (".csv", ".parquet"):
            raise Unreadable(f"`{source.suffix}` is no kind of file that is read here")
        if self.declaration.encoding.lower() not in ("utf-8", "utf8") and source.suffix == ".csv":
            with source.open(encoding=self.declaration.encoding, newline="") as original:
                source = self.scratch / "source.utf8.csv"
                with source.open("w", encoding="utf-8", newline="") as plain_text:
                    shutil.copyfileobj(original, plain_text)
        return source

    def _load(self, staging: Staging, source: Path) -> None:
        given, columns = self.declaration, self.declaration.source_columns()
        if source.suffix == ".parquet":
            staging.load_parquet(source, columns, null_text=given.null_text)
        elif isinstance(self.source, PostgresTable):
            staging.load_csv(source, columns, delimiter=",", null_text=given.null_text)
            staging.count_rows()
        else:
            staging.load_csv(source, columns, delimiter=given.delimiter, null_text=given.null_text)
        for column in self.declaration.columns:
            if isinstance(column, JoinedColumn):
                staging.join(column.name, column.of, column.separator)

    def _reject(self, staging: Staging, source: Path) -> Rejected:
        broken = staging.count("broken")
        name = self.source.table if isinstance(self.source, PostgresTable) else self.source.name
        detail: dict[str, str | int] = {"file": name, "rows": broken + staging.count("loaded")}
        lines = tuple(staging.broken(source, limit=SHOWN_LINES))
        return Rejected(Refused(R.LINES_BROKEN, {**detail, "broken": broken}), lines)

    def _keep_broken(self, staging: Staging, source: Path) -> None:
        with (self.folder / "broken.jsonl").open("wb") as file:
            for line in staging.broken(source):
                file.write(canonical(line) + b"\n")

    def _refuse_repeats(self, staging: Staging) -> Refused | None:
        key = self.declaration.key
        if not key:
            return None
        named = staging.whole(key)
        repeats = named - staging.distinct(key, whole=True)
        detail: dict[str, str | int] = {"key": ", ".join(key), "repeats": repeats, "rows": named}
        return Refused(R.KEY_REPEATS, detail) if repeats else None

    def _code(self, staging: Staging, *, rows: int) -> int:
        """Write every column as integers in the order of units, rows without one last. Returns the number of units."""
        self._at("code")
        columns = Columns(staging)
        by_unit = self._clustered(columns, rows=rows)
        self._save("offsets.npy", [by_unit.offsets], np.int64, len(by_unit.offsets))
        self._save("unit_ids.npy", [by_unit.unit_ids], np.uint64, len(by_unit.unit_ids))
        for number, column in enumerate(self.declaration.columns):
            self._at("code", number)
            self._write(columns, column, file_names(number), by_unit, rows=rows)
            staging.forget(column.name)
        return len(by_unit.unit_ids)

    def _clustered(self, columns: Columns, *, rows: int) -> Clustering:
        unit = self.declaration.unit
        if not unit:
            return Clustering(np.zeros(1, np.int64), np.zeros(0, np.uint64), None)
        offsets = offsets_of(columns.sizes(unit))
        places = places_of(self.scratch / "places.npy", columns.codes(unit), offsets=offsets, rows=rows)
        unit_ids, key = columns.hashes(unit), self.keys.salt("order", self.name, size=16)
        shuffled(self.scratch / "order.npy", places, offsets=offsets, unit_ids=unit_ids, key=key)
        return Clustering(offsets, unit_ids, places)

    def _write(
        self, columns: Columns, column: AnyColumn, files: dict[str, str], by_unit: Clustering, *, rows: int
    ) -> None:
        """Write one column: codes of its public list or of its own dictionary, and its numbers."""
        places = by_unit.places
        if column.keys:
            small = np.int16 if len(column.keys) < SHORT_LIST else np.int32
            self._save(files["codes"], columns.codes(column.name, column.keys), small, rows, places)
        elif column.name == self.declaration.unit and isinstance(column, TextColumn):
            self._save(files["codes"], clustered_codes(by_unit.offsets, rows=rows), np.int32, rows)
        elif not isinstance(column, IntegerColumn):
            self._save(files["codes"], columns.codes(column.name), np.int32, rows, places)
        if not column.keys and not isinstance(column, IntegerColumn):
            ends = offsets_of(columns.lengths(column.name))
            self._save(files["blob"], columns.texts(column.name), np.uint8, int(ends[-1]))
            self._save(files["ends"], [ends], np.int64, len(ends))
        if isinstance(column, IntegerColumn):
            numbers = columns.numbers(SourceColumn(column.name, column.decimals))
            self._save(files["numbers"], numbers, np.int64, rows, places)

    def _save(
        self,
        name: str,
        parts: Iterable[npt.NDArray[np.generic]],
        dtype: npt.DTypeLike,
        size: int,
        places: Places | None = None,
    ) -> None:
        write_array(self.folder / name, parts, dtype=dtype, size=size, places=places)
        self.arrays[name] = file_digest(self.folder / name)

    def _keep(self, about: Profile, *, source_digest: str, units: int, broken: int, excluded: int) -> Taken:
        """Name the version by its digest and move it in place: from here on it is there, and whole."""
        self._at("keep")
        manifest = Manifest(
            name=self.name,
            source_digest=source_digest,
            declaration=self.declaration,
            rows=about.rows,
            units=units,
            broken=broken,
            arrays=self.arrays,
            salt=self.keys.salt("version", self.name, source_digest).hex(),
            excluded=excluded,
        )
        write(self.folder / "manifest.json", manifest)
        write(self.folder / "profile.json", about)
        holding = self.store.folder / self.name
        holding.mkdir(exist_ok=True)
        version = manifest.version
        if not (holding / version).exists():
            self.folder.rename(holding / version)
            sync_folder(holding)
        current = holding / ".current"
        current.write_text(version + "\n")
        current.replace(holding / "current")
        sync_folder(holding)
        return Taken(self.name, version, about.rows, broken, about, excluded)
