"""A clustered table on storage that several machines see: Parquet files, all rows of a unit in one of them, in their order.

shards.json      what was written: rows, units, the names of columns, the SHA-256 of every file
0000.parquet …   a unit is in file (hash of the unit) mod (number of files)

Columns of a file: `unit` (its place in the table), `unit_id` (its hash; 64 bits, signed), `row` (its place in the table),
`c000` … codes, `n000` … numbers, both as they are in memory, and `kept` where the table was joined. Rows without a unit are
in no bounded aggregate and not written. As sensitive as the version that they are made of; the rows of a unit lie in the
order that was drawn when they were taken in, which decides what stays when contributions are bounded.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Set
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from mumian.engines.clustered import Clustered, Codes, Integers, Mask
from mumian.engines.kernels import MISSING, OUT
from mumian.engines.question import Question, filters
from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Broken

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "shards.json"

SHARD_ROWS = 250_000
"""Rows that a file should have."""

SHARDS_MAX = 256
"""Files that are open at once while a table is written."""

BATCH_ROWS = 2_000_000
"""Rows in memory while a table is written; more only where one unit has more."""


class Shard(msgspec.Struct, frozen=True):
    """One file. digest: SHA-256, hex."""

    name: str
    rows: int
    units: int
    digest: str


class Shards(msgspec.Struct, frozen=True):
    """What was written. rows: those that have a unit. codes, numbers: a column → its name in the files."""

    rows: int
    units: int
    codes: dict[str, str]
    numbers: dict[str, str]
    joined: bool
    files: tuple[Shard, ...]

    def fits(self, table: Clustered) -> bool:
        """Tell whether these can be the shards of `table`."""
        same_rows = (self.rows, self.units) == (int(table.offsets[-1]), table.units)
        same_columns = (set(self.codes), set(self.numbers)) == (set(table.codes), set(table.numbers))
        return same_rows and same_columns and self.joined == (table.kept is not None)


def columns_of(question: Question) -> frozenset[str]:
    """Return the columns that a question reads."""
    keys = {key.column for key in question.group_by}
    compared = {each.column for each in filters(question.where)}
    return frozenset(keys | compared | {each.column for each in question.measures} - {""})


def read_shards(folder: Path) -> Shards | None:
    """Return what lies in `folder`, or None where nothing was written."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Shards)
    except FileNotFoundError:
        return None


def write_shards(table: Clustered, folder: Path, *, files: int | None = None, batch_rows: int = BATCH_ROWS) -> Shards:
    """Write a table into `folder` unless it is there: all of it or nothing.

    files: how many; by default so many that each has SHARD_ROWS rows. Memory: the columns of `batch_rows` rows.
    Raises: Broken: what is in `folder` is another table; OSError.
    """
    found = read_shards(folder)
    if found is None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            wanted = files or min(max(-(-int(table.offsets[-1]) // SHARD_ROWS), 1), SHARDS_MAX)
            found = _write(table, scratch, wanted, batch_rows)
            scratch.rename(folder)
        except OSError:
            found = read_shards(folder)  # another process was first: what it wrote is the same
            if found is None:
                raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    if not found.fits(table):
        raise Broken("shards are of the table that they are asked for", str(folder))
    return found


def _write(table: Clustered, folder: Path, files: int, batch_rows: int) -> Shards:
    import pyarrow.parquet as pq

    named = _names(table)
    rows, units = np.zeros(files, np.int64), np.zeros(files, np.int64)
    paths = [folder / f"{nth:04d}.parquet" for nth in range(files)]
    schema = _batch(table, named, 0, 0, np.zeros(0, np.int64)).schema
    coded = sorted(named[0].values())
    with ExitStack() as stack:
        how: dict[str, Any] = {"compression": "zstd", "use_dictionary": coded, "write_statistics": False}
        writers = [stack.enter_context(pq.ParquetWriter(path, schema, **how)) for path in paths]
        for first, last in _batches(table.offsets, batch_rows):
            file_of_unit = (table.unit_ids[first:last] % np.uint64(files)).astype(np.int64)
            file_of_row = np.repeat(file_of_unit, np.diff(table.offsets[first : last + 1]))
            order = np.argsort(file_of_row, kind="stable")
            batch = _batch(table, named, first, last, order)
            ends = np.cumsum(np.bincount(file_of_row, minlength=files))
            rows += np.diff(ends, prepend=0)
            units += np.bincount(file_of_unit, minlength=files)
            for writer, end, size in zip(writers, ends, np.diff(ends, prepend=0), strict=True):
                if size:
                    writer.write_batch(batch.slice(int(end - size), int(size)))
    written = tuple(
        Shard(path.name, int(count), int(of_units), _kept_digest(path))
        for path, count, of_units in zip(paths, rows, units, strict=True)
    )
    shards = Shards(int(table.offsets[-1]), table.units, *named, table.kept is not None, written)
    (folder / MANIFEST).write_bytes(canonical(shards))
    _kept_digest(folder / MANIFEST)
    return shards


def _names(table: Clustered) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of columns in files: their own may be anything, and a dot means a field there."""
    codes = {column: f"c{nth:03d}" for nth, column in enumerate(sorted(table.codes))}
    return codes, {column: f"n{nth:03d}" for nth, column in enumerate(sorted(table.numbers))}


def _batches(offsets: Integers, batch_rows: int) -> Iterator[tuple[int, int]]:
    """Yield (first unit, unit after the last): whole units of at most `batch_rows` rows together, or one unit."""
    first, units = 0, len(offsets) - 1
    while first < units:
        last = int(np.searchsorted(offsets, offsets[first] + batch_rows, side="right")) - 1
        last = min(max(last, first + 1), units)
        yield first, last
        first = last


def _batch(
    table: Clustered, named: tuple[dict[str, str], dict[str, str]], first: int, last: int, order: Integers
) -> pa.RecordBatch:
    """Return the rows of some units in another order, as the files have them."""
    import pyarrow as pa

    start, stop = int(table.offsets[first]), int(table.offsets[last])
    sizes = np.diff(table.offsets[first : last + 1])
    columns: dict[str, Any] = {
        "unit": np.repeat(np.arange(first, last, dtype=np.int64), sizes)[order],
        "unit_id": np.repeat(table.unit_ids[first:last].view(np.int64), sizes)[order],
        "row": start + order,
        **{name: table.codes[column][start:stop][order] for column, name in named[0].items()},
        **{name: table.numbers[column][start:stop][order] for column, name in named[1].items()},
    }
    if table.kept is not None:
        columns["kept"] = table.kept[start:stop][order]
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns.values()], names=list(columns))


def _kept_digest(path: Path) -> str:
    """Put a file on disk for good; return its digest."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_shard(folder: Path, shard: Shard, shards: Shards, columns: Set[str], *, head: Clustered) -> Clustered:
    """Return the rows of one file as a table of its own, with the lists and sizes of `head`.

    columns: those to read; others are not in the table.
    Raises: Broken: the file is not the one that was written.
    """
    import pyarrow.parquet as pq

    path = folder / shard.name
    about = path.stat()
    if _digest_once(path, about.st_size, about.st_mtime_ns) != shard.digest:
        raise Broken("a shard is what its manifest says", str(path))
    codes = {column: name for column, name in shards.codes.items() if column in columns}
    numbers = {column: name for column, name in shards.numbers.items() if column in columns}
    names = ["unit", "unit_id", *codes.values(), *numbers.values(), *(["kept"] if shards.joined else [])]
    table = pq.read_table(path, columns=names, use_threads=False)  # Spark gives a task one core

    def array(name: str) -> Any:
        return table[name].to_numpy()

    begins = np.flatnonzero(np.diff(array("unit"), prepend=-1))
    return Clustered(
        rows=table.num_rows,
        offsets=np.append(begins, table.num_rows).astype(np.int64),
        unit_ids=array("unit_id")[begins].view(np.uint64),
        codes={column: cast(Codes, array(name)) for column, name in codes.items()},
        numbers={column: cast(Integers, array(name)) for column, name in numbers.items()},
        lists=head.lists,
        sizes=head.sizes,
        kept=cast(Mask, array("kept")) if shards.joined else None,
    )


@lru_cache(maxsize=4096)
def _digest_once(path: Path, size: int, changed_ns: int) -> str:  # noqa: ARG001  # a file that changed is another
    """Return a file's digest, read once by a process."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_shards(folder: Path, shards: Shards) -> Iterator[str]:
    """Yield what of the files is not what was written: all of them are read."""
    for shard in shards.files:
        path = folder / shard.name
        found = "nothing"
        if path.is_file():
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != shard.digest:
            yield f"{path} has the digest {found}, not {shard.digest}"


def head_of(table: Clustered, columns: Set[str]) -> Clustered:
    """Return a table of one row that has nothing in any of `columns`, with the lists and sizes of `table`.

    What a question to `table` raises, and how many values it gives, is found on it without reading a row.
    """
    return Clustered(
        rows=1,
        offsets=np.array([0, 1], np.int64),
        unit_ids=np.zeros(1, np.uint64),
        codes={column: np.full(1, OUT, np.int32) for column in table.codes if column in columns},
        numbers={column: np.full(1, MISSING, np.int64) for column in table.numbers if column in columns},
        lists={column: places for column, places in table.lists.items() if column in columns},
        sizes={column: size for column, size in table.sizes.items() if column in columns},
        kept=None if table.kept is None else np.zeros(1, np.bool_),
    )
