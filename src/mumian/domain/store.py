"""What a domain holds, on disk: `resources/NAME/VERSION/`, written once, named by its digest, never changed.

manifest.json   what was read and how; its digest names the version
profile.json    figures about the table
*.npy           integer arrays clustered by unit, mapped into memory when asked
current         (beside the versions) the digest of the newest
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.domain.declaration import Declaration, IntegerColumn, LocalName
from mumian.domain.keys import DomainKeys
from mumian.domain.profile import Profile
from mumian.engines.clustered import Clustered, Codes, Integers
from mumian.kernel.canonical import Natural, canonical, digest
from mumian.kernel.outcome import Broken
from mumian.rooms.cleanroom.plan import Hex32

T = TypeVar("T")
_chunk_bytes = 1 << 20


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version of a holding. Its digest is public and says nothing: `salt` is known to the domain alone.

    source_digest: SHA-256 of the file. arrays: file name → SHA-256. broken: lines left out with the owner's consent.
    excluded: rows of units that were left out, as of persons who withdrew.
    """

    name: LocalName
    source_digest: Hex32
    declaration: Declaration
    rows: Natural
    units: Natural
    broken: Natural
    arrays: dict[str, Hex32]
    salt: Hex32
    excluded: Natural = 0

    @property
    def version(self) -> str:
        return digest(self)


class Dictionary:
    """The different values of a text column in byte order: a value's code is its place."""

    def __init__(self, blob: npt.NDArray[np.uint8], ends: Integers) -> None:
        self._blob, self._ends = blob, ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def code_of(self, text: str) -> int:
        """Return the code of `text`, or -1. It takes as many steps whether or not the text is there."""
        wanted, low, left = text.encode("utf-8", "surrogatepass"), 0, len(self)
        if not left:
            return -1
        while left > 1:
            half = left // 2
            low += half * (self._text(low + half - 1) < wanted)
            left -= half
        return low if self._text(low) == wanted else -1

    def _text(self, code: int) -> bytes:
        return self._blob[self._ends[code] : self._ends[code + 1]].tobytes()

    def text(self, code: int) -> str:
        """Return the value of a code."""
        return self._blob[self._ends[code] : self._ends[code + 1]].tobytes().decode()


class Version(msgspec.Struct, frozen=True):
    """A version ready to be asked. dictionaries: of text columns without a public list."""

    digest: str
    manifest: Manifest
    table: Clustered
    dictionaries: dict[str, Dictionary]

    def names(self, column: str) -> list[str]:
        """Return the texts of a column by code: its public list, or its dictionary."""
        if column in self.dictionaries:
            dictionary = self.dictionaries[column]
            return [dictionary.text(code) for code in range(len(dictionary))]
        return list(self.table.lists[column])

    def with_table(self, table: Clustered) -> Version:
        """Return the version as one that was joined already."""
        return msgspec.structs.replace(self, table=table)


def file_names(number: int) -> dict[str, str]:
    """Return the files of declared column `number`: column names may be anything, file names may not."""
    return {part: f"c{number:03d}.{part}.npy" for part in ("codes", "numbers", "blob", "ends")}


class Store:
    """The holdings of one domain."""

    def __init__(self, folder: Path, keys: DomainKeys) -> None:
        self.folder = folder
        self._keys = keys
        self._open: dict[str, Version] = {}
        self._current: dict[str, tuple[tuple[int, int], str]] = {}

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if (path / "current").is_file())

    def current(self, name: str) -> str | None:
        """Return the digest of the newest version of holding `name`."""
        path = f"{self.folder}/{name}/current"
        try:
            found = os.stat(path)
            stamp = found.st_ino, found.st_mtime_ns
            if self._current.get(name, (None, ""))[0] != stamp:
                self._current[name] = stamp, Path(path).read_text().strip()
        except FileNotFoundError:
            return None
        return self._current[name][1]

    def manifest(self, name: str, version: str) -> Manifest:
        return read(self.folder / name / version / "manifest.json", Manifest)

    def profile(self, name: str, version: str) -> Profile:
        return read(self.folder / name / version / "profile.json", Profile)

    def version(self, name: str, version: str) -> Version:
        """Return a version with its arrays mapped; kept open for the next question.

        Raises: Broken: the manifest is not the one that the version is named by.
        """
        if version not in self._open:
            self._open[version] = self._map(self.folder / name / version, version)
        return self._open[version]

    def _map(self, folder: Path, version: str) -> Version:
        manifest = read(folder / "manifest.json", Manifest)
        if manifest.version != version:
            raise Broken("a version is what its digest says", f"{folder}: manifest of {manifest.version}")
        codes: dict[str, Codes] = {}
        numbers: dict[str, Integers] = {}
        dictionaries: dict[str, Dictionary] = {}
        for number, column in enumerate(manifest.declaration.columns):
            files = {part: folder / name for part, name in file_names(number).items() if name in manifest.arrays}
            if "codes" in files:
                codes[column.name] = _mapped(files["codes"])
            if "numbers" in files:
                numbers[column.name] = _mapped(files["numbers"])
            if "ends" in files:
                dictionaries[column.name] = Dictionary(_mapped(files["blob"]), _mapped(files["ends"]))
        table = Clustered(
            rows=manifest.rows,
            offsets=_mapped(folder / "offsets.npy"),
            unit_ids=_mapped(folder / "unit_ids.npy"),
            codes=codes,
            numbers=numbers,
            lists={c.name: {v: n for n, v in enumerate(c.keys)} for c in manifest.declaration.columns if c.keys},
            sizes={column: len(dictionary) for column, dictionary in dictionaries.items()},
        )
        return Version(version, manifest, table, dictionaries)

    def check(self, name: str, version: str) -> Iterator[str]:
        """Yield what of a version is not what its manifest says: every array is read and hashed."""
        folder = self.folder / name / version
        manifest = read(folder / "manifest.json", Manifest)
        if manifest.version != version:
            yield f"{folder / 'manifest.json'} has the digest {manifest.version}"
        for file, expected in manifest.arrays.items():
            found = file_digest(folder / file) if (folder / file).is_file() else "nothing"
            if found != expected:
                yield f"{folder / file} has the digest {found}, not {expected}"


def integer_text(column: IntegerColumn, text: str) -> int | None:
    """Return the integer, in the column's smaller unit, that `text` writes; None if it is no number of that precision."""
    whole, point, part = text.strip().partition(".")
    if (point and not column.decimals) or len(part) > column.decimals or len(text) > 30:
        return None
    try:
        return int(whole + part.ljust(column.decimals, "0"))
    except ValueError:
        return None


def _mapped(path: Path) -> Any:
    return np.asarray(np.load(path, mmap_mode="r"))


def write(path: Path, value: Any) -> None:
    """Put canonical bytes in place of a file: all of them or none, on disk before this returns."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("wb") as file:
        file.write(canonical(value))
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    sync_folder(path.parent)


def read(path: Path, kind: type[T]) -> T:
    """Return the struct that `write` put there. Raises FileNotFoundError; msgspec.DecodeError."""
    return msgspec.json.decode(path.read_bytes(), type=kind)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    hasher = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_chunk_bytes):
            hasher.update(chunk)
    return hasher.hexdigest()
