"""How a file becomes a version: read, checked line by line, profiled, coded, clustered by unit. All of it or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn, LocalName, fault
from mumian.domain.keys import DomainKeys
from mumian.domain.profile import Profile, profile
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Manifest, Store, file_digest, file_names, sync_folder, write
from mumian.engines.clustered import Codes, Hashes, bounds_of_units
from mumian.engines.duck import BrokenLine, SourceColumn, Staging, Unreadable
from mumian.engines.kernels import OUT
from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Refused

SHOWN_LINES = 20
STAGES = ("copy", "read", "profile", "code", "keep")

Progress = Callable[[str, int, int], None]
"""(stage, steps done, steps in all)."""


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
    file: Path,
    name: str,
    declaration: Declaration,
    *,
    accept_broken: bool = False,
    without: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> Taken | Rejected:
    """Make a version of holding `name` from a .csv, a .parquet, or a .zip with one .csv; the file stays where it is.

    without: values of the unit whose rows are left out (PIPL 第47条: who withdrew is in no further answer).
    The same file with the same declaration is the same version. Memory: a few columns of integers, not the rows.
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
        intake = _Intake(store, keys, file, name, declaration, scratch, progress)
        return intake.run(accept_broken=accept_broken, without=without)
    except (Unreadable, OSError, zipfile.BadZipFile, UnicodeError, LookupError) as e:
        return Rejected(Refused(R.FILE_UNREADABLE, {"file": file.name, "reason": str(e)}))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def sweep(store: Store) -> None:
    """Remove what intakes that were killed have left."""
    for scratch in store.folder.glob(".staging-*"):
        shutil.rmtree(scratch, ignore_errors=True)


class _Intake:
    def __init__(
        self,
        store: Store,
        keys: DomainKeys,
        file: Path,
        name: str,
        declaration: Declaration,
        scratch: Path,
        progress: Progress,
    ) -> None:
        self.store, self.keys, self.file, self.name, self.declaration = store, keys, file, name, declaration
        self.scratch, self.progress = scratch, progress
        self.folder = scratch / "version"
        self.arrays: dict[str, str] = {}

    def run(self, *, accept_broken: bool, without: Sequence[str]) -> Taken | Rejected:
        self.folder.mkdir()
        self._at("copy")
        source = self._plain_source()
        with Staging(self.scratch / "staging.duckdb") as staging:
            self._at("read")
            self._load(staging, source)
            broken = staging.count("broken")
            if broken and not accept_broken:
                return self._reject(staging, source)
            if broken:
                self._keep_broken(staging, source)
            excluded = staging.leave_out(self.declaration.unit, without) if without else 0
            self._at("profile")
            about = profile(staging, self.declaration)
            units = self._code(staging)
        return self._keep(about, units=units, broken=broken, excluded=excluded)

    def _at(self, stage: str) -> None:
        self.progress(stage, STAGES.index(stage), len(STAGES))

    def _plain_source(self) -> Path:
        """Return the file itself, or a copy out of its zip and in UTF-8."""
        source = self.file
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
        else:
            staging.load_csv(source, columns, delimiter=given.delimiter, null_text=given.null_text)
        for column in self.declaration.columns:
            if isinstance(column, JoinedColumn):
                staging.join(column.name, column.of, column.separator)

    def _reject(self, staging: Staging, source: Path) -> Rejected:
        broken = staging.count("broken")
        detail: dict[str, str | int] = {"file": self.file.name, "rows": broken + staging.count("loaded")}
        lines = tuple(staging.broken(source, limit=SHOWN_LINES))
        return Rejected(Refused(R.LINES_BROKEN, {**detail, "broken": broken}), lines)

    def _keep_broken(self, staging: Staging, source: Path) -> None:
        with (self.folder / "broken.jsonl").open("wb") as file:
            for line in staging.broken(source):
                file.write(canonical(line) + b"\n")

    def _code(self, staging: Staging) -> int:
        """Write every column as integers in the order of units, rows without one last. Returns the number of units."""
        codes, hashes = self._units(staging)
        by_unit = np.where(codes < 0, len(hashes), codes)
        order = np.argsort(by_unit, kind="stable")
        ordered = by_unit[order]
        self._save("offsets.npy", bounds_of_units(ordered[ordered < len(hashes)]))
        self._save("unit_ids.npy", hashes)
        for number, column in enumerate(self.declaration.columns):
            self.progress("code", number, len(self.declaration.columns))
            files = file_names(number)
            if column.keys:
                self._save(files["codes"], staging.listed(column.name, column.keys)[order])
            elif not isinstance(column, IntegerColumn):
                column_codes, blob, ends, _ = staging.coded(column.name)
                self._save(files["codes"], column_codes[order])
                self._save(files["blob"], blob)
                self._save(files["ends"], ends)
            if isinstance(column, IntegerColumn):
                numbers = staging.numbers(SourceColumn(column.name, column.decimals))
                self._save(files["numbers"], numbers[order])
        return len(hashes)

    def _units(self, staging: Staging) -> tuple[Codes, Hashes]:
        if not self.declaration.unit:
            return np.full(staging.count("loaded"), OUT, np.int32), np.zeros(0, np.uint64)
        codes, _, _, hashes = staging.coded(self.declaration.unit)
        return codes, hashes

    def _save(self, name: str, array: npt.NDArray[np.generic]) -> None:
        with (self.folder / name).open("wb") as file:
            np.save(file, array)
            file.flush()
            os.fsync(file.fileno())
        self.arrays[name] = file_digest(self.folder / name)

    def _keep(self, about: Profile, *, units: int, broken: int, excluded: int) -> Taken:
        """Name the version by its digest and move it in place: from here on it is there, and whole."""
        self._at("keep")
        source_digest = file_digest(self.file)
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
