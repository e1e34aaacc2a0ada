"""A table of many parts: columns leave it a part at a time, and what is kept is what a sort in memory gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import MARKET, Entropy, as_filed

from mumian.domain.declaration import Declaration, IntegerColumn, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.intake import Rejected, Taken
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Version
from mumian.engines import arrays, columns
from mumian.engines.arrays import clustered_codes, offsets_of, places_of, write_array
from mumian.engines.kernels import MISSING, OUT
from mumian.kernel.ids import PartyId
from mumian.rooms.catalog.levels import Level

ROWS, UNITS = 50_000, 4_000
LIST = tuple(f"district {n}" for n in range(6))
TAXIS = Declaration(
    "taxi",
    (
        TextColumn("taxi"),
        TextColumn("street"),
        TextColumn("district", LIST),
        IntegerColumn("hour", "h", 0, 23, keys=tuple(map(str, range(24)))),
        IntegerColumn("metres", "m", 0, 9_999),
        IntegerColumn("fare", "fen", 0, 99_999, decimals=2),
        IntegerColumn("trip", "", 0, 10**6),
    ),
    Level.GENERAL_2,
    key=("trip",),
)


def table() -> dict[str, Any]:
    """Return a table column by column: some values missing, some off their list or beyond their bounds."""
    rng = np.random.default_rng(4)
    taxis = rng.integers(0, UNITS, ROWS)
    return {
        "taxi": [f"粤B{n:05d}" if n % 97 else None for n in taxis.tolist()],
        "street": [f"street {n}" if n else None for n in rng.integers(0, 900, ROWS).tolist()],
        "district": [f"district {n}" if n else None for n in rng.integers(0, 9, ROWS).tolist()],
        "hour": rng.integers(0, 26, ROWS).tolist(),
        "metres": [n if n % 11 else None for n in rng.integers(-5, 12_000, ROWS).tolist()],
        "fare": rng.integers(-50, 99_999, ROWS).tolist(),
        "trip": rng.permutation(ROWS).tolist(),
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table as CSV."""
    path: Path = tmp_path_factory.mktemp("scale") / "taxis.csv"
    given_columns = table()
    given_columns["fare"] = [f"{n / 100:.2f}" for n in given_columns["fare"]]
    lines = (
        ",".join("" if cell is None else str(cell) for cell in row) for row in zip(*given_columns.values(), strict=True)
    )
    path.write_text("\n".join([",".join(given_columns), *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def domain(tmp_path: Path) -> Domain:
    Domain.create(tmp_path / "d", PartyId("holder"), str(MARKET.verifier), entropy=Entropy(b"holder"))
    return Domain.open(tmp_path / "d")


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let parts have so many rows."""

    def cut(rows: int) -> None:
        monkeypatch.setattr(arrays, "PART_ROWS", rows)
        monkeypatch.setattr(columns, "PART_ROWS", rows)
        monkeypatch.setattr(columns, "PART_VALUES", rows)

    return cut


def taken(domain: Domain, answer: Taken | Rejected) -> Version:
    assert isinstance(answer, Taken), answer
    return domain.store.version("taxis", answer.version)


def in_memory(name: str, codes: dict[str | None, int]) -> list[int]:
    """Return the codes of a column after a stable sort by unit in memory."""
    given_table = table()
    order = sorted(
        range(ROWS), key=lambda row: (given_table["taxi"][row] is None, (given_table["taxi"][row] or "").encode())
    )
    values = given_table[name]
    return [codes.get(None if values[row] is None else str(values[row]), OUT) for row in order]


def coded(name: str) -> dict[str | None, int]:
    different = sorted({value for value in table()[name] if value is not None}, key=str.encode)
    return {value: code for code, value in enumerate(different)}


@pytest.mark.parametrize("rows", [1_000, 7_777, ROWS, 2**20])
def test_a_table_in_parts_is_kept_as_a_stable_sort_in_memory_gives_it(
    domain: Domain, file: Path, in_parts: Callable[[int], None], rows: int
) -> None:
    in_parts(rows)
    version = taken(domain, domain.add(file, "taxis", TAXIS))
    for name in ("taxi", "street"):
        assert as_filed(domain, version, version.table.codes[name]).tolist() == in_memory(name, coded(name))
        assert len(version.dictionaries[name]) == len(coded(name))
        assert all(version.dictionaries[name].code_of(str(value)) == code for value, code in coded(name).items())
    listed: dict[str | None, int] = {value: place for place, value in enumerate(LIST)}
    hours: dict[str | None, int] = {str(n): n for n in range(24)}
    for name, known in (("district", listed), ("hour", hours)):
        assert as_filed(domain, version, version.table.codes[name]).tolist() == in_memory(name, known)
    for name in ("metres", "fare", "trip"):
        numbers: dict[str | None, int] = {str(n): n for n in table()[name] if n is not None}
        filed = as_filed(domain, version, version.table.numbers[name]).tolist()
        assert filed == in_memory(name, numbers | {None: MISSING})
    rows_of = Counter(table()["taxi"])
    assert np.diff(version.table.offsets).tolist() == [rows_of[taxi] for taxi in coded("taxi")]
    assert list(domain.store.check("taxis", version.digest)) == []


def test_rows_of_a_unit_keep_the_order_of_a_file_that_several_threads_read(domain: Domain, tmp_path: Path) -> None:
    rows, path = 400_000, tmp_path / "long.csv"
    duckdb.execute(f"COPY (SELECT hash(i) % 999 AS taxi, i AS trip FROM range({rows}) AS t(i)) TO '{path}' (HEADER)")
    declaration = Declaration("taxi", (TextColumn("taxi"), IntegerColumn("trip", "", 0, 10**6)), Level.GENERAL_2)
    version = taken(domain, domain.add(path, "taxis", declaration))
    whole = duckdb.execute(f"SELECT trip FROM '{path}' ORDER BY CAST(taxi AS VARCHAR), trip").fetchnumpy()["trip"]
    assert np.array_equal(as_filed(domain, version, version.table.numbers["trip"]), whole)
    assert not np.array_equal(version.table.numbers["trip"], whole)


def test_figures_of_a_large_table_are_exact(domain: Domain, file: Path) -> None:
    answer = domain.add(file, "taxis", TAXIS)
    assert isinstance(answer, Taken)
    given_table = table()
    fits: dict[str, Callable[[Any], bool]] = {
        "district": lambda value: value in LIST,
        "hour": lambda value: value < 24,
        "metres": lambda value: 0 <= value <= 9_999,
        "fare": lambda value: 0 <= value <= 99_999,
    }
    for column in answer.profile.columns:
        values = [value for value in given_table[column.name] if value is not None]
        fitting = sum(fits.get(column.name, lambda _: True)(value) for value in values)
        assert (column.present, column.fitting, column.distinct) == (len(values), fitting, len(set(values)))
    consistency = answer.profile.quality.consistency
    assert consistency is not None
    assert (consistency.met, consistency.of) == (ROWS, ROWS)


def test_the_same_table_as_parquet_gives_the_same_arrays_and_figures(
    domain: Domain, file: Path, tmp_path: Path
) -> None:
    types = "types={'fare': 'DECIMAL(9,2)', 'hour': 'TINYINT'}"
    parquet = tmp_path / "taxis.parquet"
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{file}', {types})) TO '{parquet}' (FORMAT parquet, ROW_GROUP_SIZE 5000)"
    )
    of_csv, of_parquet = domain.add(file, "taxis", TAXIS), domain.add(parquet, "taxis", TAXIS)
    assert isinstance(of_csv, Taken)
    assert isinstance(of_parquet, Taken)
    assert of_csv.profile == of_parquet.profile
    assert taken(domain, of_csv).manifest.arrays == taken(domain, of_parquet).manifest.arrays


def test_units_that_are_left_out_leave_no_gap(domain: Domain, file: Path, in_parts: Callable[[int], None]) -> None:
    in_parts(1_000)
    gone = [taxi for taxi in coded("taxi") if str(taxi).endswith("7")]
    version = taken(domain, domain.add(file, "taxis", TAXIS, without=[str(taxi) for taxi in gone]))
    stay = [taxi for taxi in table()["taxi"] if taxi not in gone]
    assert version.table.rows == len(stay)
    assert version.table.units == len({taxi for taxi in stay if taxi})
    assert sorted(version.table.numbers["trip"].tolist()) == sorted(
        trip for trip, taxi in zip(table()["trip"], table()["taxi"], strict=True) if taxi not in gone
    )


def test_values_of_one_hash_are_told_apart_by_another(
    domain: Domain, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight = taken(domain, domain.add(file, "taxis", TAXIS)).manifest.arrays
    tried: list[int] = []
    real = columns._hashed

    def weak(text: str, attempt: int) -> str:
        tried.append(attempt)
        return [f"hash(length({text}))", f"CAST(0 * strlen({text}) AS UBIGINT)", real(text, 1)][attempt]

    monkeypatch.setattr(columns, "_hashed", weak)
    assert taken(domain, domain.add(file, "taxis", TAXIS)).manifest.arrays == straight
    assert max(tried) == 2


@pytest.mark.parametrize(
    ("declared", "repeats"),
    [
        (("trip",), 0),
        (("trip", "street"), 0),
        (("taxi",), ROWS),
        (("taxi", "street", "hour"), ROWS),
    ],
)
def test_a_key_that_repeats_is_refused_with_their_number_and_no_value(
    domain: Domain, file: Path, declared: tuple[str, ...], repeats: int
) -> None:
    answer = domain.add(file, "taxis", Declaration("taxi", TAXIS.columns, Level.GENERAL_2, key=declared))
    if not repeats:
        assert isinstance(answer, Taken)
        return
    whole = [row for row in zip(*(table()[name] for name in declared), strict=True) if None not in row]
    assert isinstance(answer, Rejected)
    assert answer.refused.refusal is R.KEY_REPEATS
    assert answer.refused.detail == {
        "key": ", ".join(declared),
        "repeats": len(whole) - len(set(whole)),
        "rows": len(whole),
    }
    assert answer.lines == ()
    assert list(domain.store.folder.rglob("*")) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 7), max_size=60), st.integers(1, 9))
def test_a_counting_sort_in_parts_places_rows_as_a_stable_sort(codes: list[int], part: int) -> None:
    used = sorted({code for code in codes if code >= 0})
    dense = np.array([used.index(code) if code >= 0 else OUT for code in codes], np.int32)
    offsets = offsets_of(np.bincount(dense[dense >= 0], minlength=len(used)).astype(np.int64))
    order = np.argsort(np.where(dense < 0, len(used), dense), kind="stable")
    with TemporaryDirectory() as name:
        folder = Path(name)
        places = places_of(folder / "p.npy", pieces(dense, part), offsets=offsets, rows=len(dense))
        assert np.array_equal(np.argsort(places), order)
        write_array(folder / "a.npy", pieces(dense, part), dtype=np.int32, size=len(dense), places=places)
        assert np.array_equal(np.load(folder / "a.npy"), dense[order])
        whole = list(clustered_codes(offsets, rows=len(dense)))
        assert np.array_equal(np.concatenate([np.zeros(0, np.int32), *whole]), dense[order])


def pieces(array: Any, size: int) -> Iterator[Any]:
    return (array[start : start + size] for start in range(0, len(array), size))
