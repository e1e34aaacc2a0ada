"""Shards hold the table, every unit whole, and say when they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conformance import BUSY, QUESTIONS, TOWNS, Town, clustered, oracle, random_town

from mumian.engines.clustered import totals
from mumian.engines.question import Question
from mumian.engines.shards import (
    check_shards,
    columns_of,
    head_of,
    read_shard,
    read_shards,
    write_shards,
)
from mumian.kernel.outcome import Broken

pytest.importorskip("pyarrow", reason="pyarrow is not installed: mumian[spark]")


def added_up(question: Question, town: Town, folder: Path) -> list[int]:
    """What the shards in `folder` add up to, one after the other."""
    shards, columns = read_shards(folder), columns_of(question)
    assert shards is not None
    head = head_of(clustered(town), columns)
    parts = [totals(question, read_shard(folder, file, shards, columns, head=head)) for file in shards.files]
    whole: list[int] = np.sum(parts, axis=0).tolist()
    return whole


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.name)
@pytest.mark.parametrize("batch_rows", [1, 17, 10_000])
def test_shards_add_up_to_the_table_however_it_was_cut(town: Town, batch_rows: int, tmp_path: Path) -> None:
    shards = write_shards(clustered(town), tmp_path / "shards", files=town.files, batch_rows=batch_rows)
    question = QUESTIONS["groups by list, edges and found"]
    assert added_up(question, town, tmp_path / "shards") == oracle(question, town)
    assert sum(file.rows for file in shards.files) == shards.rows == sum(row["unit"] is not None for row in town.rows)


def test_all_rows_of_a_unit_are_in_one_shard_in_their_order(tmp_path: Path) -> None:
    table = clustered(BUSY)
    shards = write_shards(table, tmp_path / "shards", files=4, batch_rows=20)
    seen: list[int] = []
    for file in shards.files:
        part = read_shard(tmp_path / "shards", file, shards, {"delay"}, head=head_of(table, {"delay"}))
        assert part.units == file.units
        for unit, (start, stop) in enumerate(zip(part.offsets, part.offsets[1:], strict=False)):
            place = int(np.flatnonzero(table.unit_ids == part.unit_ids[unit])[0])
            whole = table.numbers["delay"][table.offsets[place] : table.offsets[place + 1]]
            assert part.numbers["delay"][start:stop].tolist() == whole.tolist()
            seen.append(place)
    assert sorted(seen) == list(range(table.units))


def test_two_units_whose_hashes_agree_stay_two(tmp_path: Path) -> None:
    table = clustered(random_town("twins", rows=40, units=4, joined=False))
    table.unit_ids[:] = 7
    shards = write_shards(table, tmp_path / "shards", files=2)
    assert [file.units for file in shards.files] == [0, table.units]


def test_a_table_is_written_once(tmp_path: Path) -> None:
    first = write_shards(clustered(BUSY), tmp_path / "shards", files=2)
    assert write_shards(clustered(BUSY), tmp_path / "shards", files=5) == first
    assert [path.name for path in tmp_path.iterdir()] == ["shards"]


def test_shards_of_another_table_are_not_taken_for_this_one_s(tmp_path: Path) -> None:
    write_shards(clustered(TOWNS[1]), tmp_path / "shards")
    with pytest.raises(Broken, match="shards are of the table"):
        write_shards(clustered(BUSY), tmp_path / "shards")


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    table = clustered(BUSY)
    table.numbers["delay"].resize(3, refcheck=False)  # type: ignore[attr-defined]  # the disk lost the end of a file
    with pytest.raises(IndexError):
        write_shards(table, tmp_path / "shards")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("harm", ["flip a bit", "remove"])
def test_a_shard_that_changed_is_found(harm: str, tmp_path: Path) -> None:
    folder, table = tmp_path / "shards", clustered(BUSY)
    shards = write_shards(table, folder, files=2)
    assert list(check_shards(folder, shards)) == []
    path = folder / shards.files[1].name
    if harm == "remove":
        path.unlink()
    else:
        bad = bytearray(path.read_bytes())
        bad[len(bad) // 2] ^= 1
        path.write_bytes(bad)
        with pytest.raises(Broken, match="a shard is what its manifest says"):
            read_shard(folder, shards.files[1], shards, {"delay"}, head=head_of(table, {"delay"}))
    assert [fault.split()[0] for fault in check_shards(folder, shards)] == [str(path)]
