"""What exact mode shows, suppresses, refuses and remembers."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from exact_tables import LIMITS, Consumer, Table, ours, table_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.domain import exact_history
from mumian.domain.exact import Limits, decide_exact, row_marks
from mumian.domain.exact_history import ExactHistory, Histories, Verdict
from mumian.domain.refusals import ExactRefusal as R
from mumian.engines.clustered import Clustered
from mumian.engines.kernels import MISSING
from mumian.kernel.outcome import Broken, Refused

TABLE = table_of([7 + n % 5 for n in range(100)])
TWO = Limits(units_min=2, dominance_units=1, dominance_permille=1000, p_percent=0, cells_max=100)


def history_in(folder: Path) -> ExactHistory:
    return ExactHistory(folder, lineage="flights", group="insurers")


def reference(table: Table, cell: set[int]) -> tuple[int, int]:
    return len(cell), sum(table.rows[place][1] for place in cell)


def test_cells_with_enough_units_are_shown_and_empty_ones_are_like_small_ones(tmp_path: Path) -> None:
    cells = {"large": set(range(50)), "empty": set[int](), "small": set(range(50, 59)), "k": set(range(60, 70))}
    answer = decide_exact(history_in(tmp_path), TABLE.ask(cells), LIMITS)
    assert answer == [reference(TABLE, cells["large"]), None, None, reference(TABLE, cells["k"])]


def test_a_unit_counts_once_however_many_rows_it_has(tmp_path: Path) -> None:
    rows = Table(tuple((unit, 5) for unit in range(9) for _ in range(20)))
    answer = decide_exact(history_in(tmp_path), rows.ask({"all": range(180)}), LIMITS)
    assert isinstance(answer, Refused)
    assert answer.refusal is R.EXACT_UNFIT


def test_a_dominated_cell_shows_no_count_either(tmp_path: Path) -> None:
    giant = table_of([10_000, *[1] * 99])
    asked = giant.ask({"with": range(50), "without": range(50, 100)})
    assert decide_exact(history_in(tmp_path), asked, LIMITS) == [None, (50, 50)]


def test_a_cell_shown_as_a_count_is_not_shown_as_a_sum_that_one_unit_dominates(tmp_path: Path) -> None:
    giant, history = table_of([10_000, *[1] * 99]), history_in(tmp_path)
    cells = {"with": range(50)}
    assert decide_exact(history, giant.ask(cells, dominance=False), LIMITS) == [(50, 10_049)]
    assert isinstance(decide_exact(history, giant.ask(cells), LIMITS), Refused)


@pytest.mark.parametrize("total_first", [True, False])
def test_a_dominated_cell_does_not_follow_from_a_total_and_the_other_cells(tmp_path: Path, total_first: bool) -> None:
    """Secondary suppression: the giant's cell is kept back although it has units enough, and so is what would give it."""
    table, history = table_of([20_000, *[100] * 299]), history_in(tmp_path)
    parts = {"giant": range(50), "b": range(50, 150), "c": range(150, 300)}
    total = table.ask({"all": range(300)})
    if total_first:
        decide_exact(history, total, LIMITS)
    shown = decide_exact(history, table.ask(parts), LIMITS)
    all_of_it = decide_exact(history, total, LIMITS)
    assert isinstance(shown, list)
    assert shown[0] is None
    assert (shown.count(None) == 1) != isinstance(all_of_it, list), "either the total or the last part is missing"


def test_a_total_asked_first_leaves_all_parts_but_the_small_and_one_more(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    decide_exact(history, TABLE.ask({"all": range(100)}), LIMITS)
    answer = decide_exact(history, TABLE.ask({"a": range(40), "b": range(40, 95), "small": range(95, 100)}), LIMITS)
    assert answer == [reference(TABLE, set(range(40))), None, None]


def test_the_same_cell_of_the_same_version_is_the_same_answer_for_nothing(tmp_path: Path) -> None:
    limits = replace(LIMITS, cells_max=2)
    history, asked = history_in(tmp_path), TABLE.ask({"a": range(50), "b": range(50, 100)})
    first = decide_exact(history, asked, limits)
    again = [decide_exact(history_in(tmp_path), asked, limits) for _ in range(3)]
    assert again == [first] * 3
    assert decide_exact(history, TABLE.ask({"b": range(50, 100)}), limits) == [first[1]]  # type: ignore[index]


def test_a_cell_that_was_suppressed_stays_so_and_a_refusal_is_the_same_again(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    decide_exact(history, TABLE.ask({"a": range(50)}), LIMITS)
    once = decide_exact(history, TABLE.ask({"b": range(51)}), LIMITS)
    assert decide_exact(history_in(tmp_path), TABLE.ask({"b": range(51)}), LIMITS) == once
    assert isinstance(once, Refused)


def test_the_same_units_under_other_words_are_refused_like_nearly_the_same(tmp_path: Path) -> None:
    """The empty difference and the small one are refused alike, so that the refusal does not tell which it was."""
    history = history_in(tmp_path)
    decide_exact(history, TABLE.ask({"a": range(50)}), LIMITS)
    answers = [decide_exact(history, TABLE.ask({str(n): range(n)}), LIMITS) for n in (50, 51, 59)]
    assert answers[0] == answers[1] == answers[2]
    assert not isinstance(decide_exact(history, TABLE.ask({"60": range(60)}), LIMITS), Refused)


def test_two_cells_of_a_question_under_the_same_words_are_one(tmp_path: Path) -> None:
    """As (May, June) and (June, May) of a question that groups by month twice: both are empty."""
    asked = replace(TABLE.ask({"a": range(50), "b": (), "c": ()}), predicates=(b"a", b"b", b"b"))
    answer = decide_exact(history_in(tmp_path), asked, replace(LIMITS, cells_max=2))
    assert answer == [reference(TABLE, set(range(50))), None, None]


def capped(folder: Path) -> object:
    history, limits = history_in(folder), replace(LIMITS, cells_max=3)
    decide_exact(history, TABLE.ask({"a": range(50), "empty": ()}), limits)
    return decide_exact(history, TABLE.ask({"b": range(50, 70), "c": range(70, 90)}), limits)


def tightened(folder: Path) -> object:
    decide_exact(history_in(folder), TABLE.ask({"a": range(15)}), LIMITS)
    return decide_exact(history_in(folder), TABLE.ask({"b": range(20, 80)}), replace(LIMITS, units_min=20))


def near(folder: Path) -> object:
    decide_exact(history_in(folder), TABLE.ask({"a": range(50)}), LIMITS)
    return decide_exact(history_in(folder), TABLE.ask({"b": range(45)}), LIMITS)


def dependent(folder: Path) -> object:
    decide_exact(history_in(folder), TABLE.ask({"a": range(50), "b": range(50, 90)}), LIMITS)
    return decide_exact(history_in(folder), TABLE.ask({"all": range(95)}), LIMITS)


CASES: list[tuple[R, Callable[[Path], object]]] = [
    (R.EXACT_CAP, capped),
    (R.EXACT_TIGHTENED, tightened),
    (R.EXACT_UNFIT, lambda f: decide_exact(history_in(f), TABLE.ask({"a": range(9)}), LIMITS)),
    (R.EXACT_NEAR, near),
    (R.EXACT_DEPENDENT, dependent),
]


@pytest.mark.parametrize(("refusal", "case"), CASES, ids=[refusal.name for refusal, _ in CASES])
def test_exact_mode_refuses_by_name(tmp_path: Path, refusal: R, case: Callable[[Path], object]) -> None:
    answer = case(tmp_path)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (refusal.sentence.en, refusal.sentence.zh)]  # fmt: skip
    assert fields[0] == fields[1] == set(answer.detail)
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_a_decision_has_a_case() -> None:
    assert [refusal.name for refusal, _ in CASES] == re.findall(r"EXACT_\w+", decide_exact.__doc__ or "")


def test_rules_that_are_eased_again_let_the_history_be_used_again(tmp_path: Path) -> None:
    tightened(tmp_path)
    assert not isinstance(decide_exact(history_in(tmp_path), TABLE.ask({"b": range(20, 80)}), LIMITS), Refused)


def test_a_refused_question_counts_against_the_cap_once(tmp_path: Path) -> None:
    """Refusals tell something as well: how often they can be provoked is limited."""
    history, limits = history_in(tmp_path), replace(LIMITS, cells_max=2)
    for _ in range(3):
        decide_exact(history, TABLE.ask({"small": range(3)}), limits)
    decide_exact(history, TABLE.ask({"smaller": range(2)}), limits)
    last = decide_exact(history, TABLE.ask({"large": range(50)}), limits)
    assert isinstance(last, Refused)
    assert last.refusal is R.EXACT_CAP


def test_a_history_in_memory_is_the_one_on_disk(tmp_path: Path) -> None:
    rng, history = np.random.default_rng(9), history_in(tmp_path)
    table = Table(tuple((int(unit), int(value)) for unit, value in rng.integers(0, 60, (400, 2))))
    for nth in range(12):
        where = rng.integers(-1, 4, 400)
        cells = {f"{nth}/{cell}": np.flatnonzero(where == cell).tolist() for cell in range(4)}
        decide_exact(history if nth % 3 else history_in(tmp_path), table.ask(cells), replace(LIMITS, units_min=5))
    with history.deciding(units_min=5) as seen:
        live = seen
    with history_in(tmp_path).deciding(units_min=5) as read:
        assert (live.verdicts, live.files, live.sets.rows) == (read.verdicts, read.files, read.sets.rows)
        assert not read.tightened
    assert Verdict.SHOWN in live.verdicts.values()


def test_histories_are_kept_in_memory_and_dropped_ones_are_read_again(tmp_path: Path) -> None:
    histories = Histories(tmp_path)
    first = histories.of(lineage="flights", group="insurers")
    answer = decide_exact(first, TABLE.ask({"a": range(50)}), LIMITS)
    assert histories.of(lineage="flights", group="insurers") is first
    for nth in range(exact_history.HISTORIES_OPEN):
        histories.of(lineage="flights", group=str(nth))
    again = histories.of(lineage="flights", group="insurers")
    assert again is not first
    assert decide_exact(again, TABLE.ask({"a": range(50)}), LIMITS) == answer
    for history in (again, first):
        assert isinstance(decide_exact(history, TABLE.ask({"b": range(51)}), LIMITS), Refused)


@pytest.mark.parametrize("harm", ["cut", "changed", "gone"])
def test_a_history_that_was_tampered_with_stops_the_domain(tmp_path: Path, harm: str) -> None:
    history = history_in(tmp_path)
    for nth in range(2):
        decide_exact(history, TABLE.ask({str(nth): range(50 * nth, 50 * nth + 50)}), LIMITS)
    path = history.folder / "000000.cells"
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:40] if harm == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(Broken, match="no exact release is forgotten"):
        decide_exact(history_in(tmp_path), TABLE.ask({"x": range(50)}), LIMITS)


def test_a_scratch_file_of_a_crash_is_no_record(tmp_path: Path) -> None:
    history = history_in(tmp_path)
    (history.folder / ".000000").write_bytes(b"half a reco")
    assert decide_exact(history, TABLE.ask({"a": range(50)}), LIMITS) == [reference(TABLE, set(range(50)))]
    assert decide_exact(history_in(tmp_path), TABLE.ask({"a": range(50)}), LIMITS) == [reference(TABLE, set(range(50)))]


def test_a_sample_of_units_is_kept_of_a_large_table_and_proves_less(tmp_path: Path) -> None:
    kept = exact_history.UNITS_KEPT + 20_000
    table, history = table_of([1] * kept), history_in(tmp_path)
    assert not isinstance(decide_exact(history, table.ask({"a": range(kept - 500)}), LIMITS), Refused)
    assert not isinstance(decide_exact(history, table.ask({"b": range(kept)}), LIMITS), Refused)
    assert isinstance(decide_exact(history, table.ask({"c": range(kept - 509)}), LIMITS), Refused)
    with history.deciding(units_min=10) as seen:
        assert len(seen.sets._units) < exact_history.UNITS_KEPT * 1.01


def test_few_units_with_many_rows_each_fill_many_cells(tmp_path: Path) -> None:
    """A fleet of 40 in 12 months on 10 routes: far more cells than units are shown, and none gives two of them away."""
    rng, history = np.random.default_rng(4), history_in(tmp_path)
    month, route = rng.integers(0, 12, 4_000), rng.integers(0, 10, 4_000)
    fleet = Table(tuple((int(unit), int(value)) for unit, value in rng.integers(1, 41, (4_000, 2))))
    limits = replace(LIMITS, units_min=3)
    for column, size in ((month, 12), (route, 10), (month * 10 + route, 120)):
        cells = {f"{size}/{cell}": np.flatnonzero(column == cell).tolist() for cell in range(size)}
        answer = decide_exact(history, fleet.ask(cells), limits)
        assert isinstance(answer, list)
    with history.deciding(units_min=3) as seen:
        assert seen.sets.rows > 100 > 40 // 3


Owners = list[int]
small_questions = st.tuples(
    st.lists(st.integers(0, 6), min_size=4, max_size=14).map(sorted),
    st.lists(st.lists(st.integers(-1, 2), min_size=14, max_size=14), min_size=1, max_size=4),
)


def smallest(owners: Owners, cells: list[frozenset[int]], *, below: int) -> int | None:
    """Return the least number of units that a combination of cells is about, if it is below `below`. By floats: few, small."""
    matrix = np.array([[place in cell for place in range(len(owners))] for cell in cells], float)
    whole = np.linalg.matrix_rank(matrix)
    if whole < len(cells):
        return 0
    for size in range(1, below):
        for some in combinations(sorted(set(owners)), size):
            if np.linalg.matrix_rank(matrix[:, [unit not in some for unit in owners]]) < whole:
                return size
    return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(small_questions, st.integers(2, 3))
def test_no_combination_of_all_that_was_shown_is_about_fewer_than_k_units(
    tmp_path_factory: pytest.TempPathFactory, asked: tuple[Owners, list[list[int]]], units_min: int
) -> None:
    owners, groupings = asked
    table = Table(tuple((unit, place) for place, unit in enumerate(owners)))
    consumer = Consumer(ours(tmp_path_factory.mktemp("law")), replace(TWO, units_min=units_min))
    for grouping in groupings:
        cells = [[place for place in range(len(owners)) if grouping[place] == cell] for cell in range(3)]
        consumer.ask(table, *[cell for cell in cells if cell] or [[0]])
    shown = list({cell: None for cell, _ in consumer.heard})
    assert not shown or smallest(owners, shown, below=units_min) is None
    assert all(total == reference(table, set(cell))[1] for cell, total in consumer.heard)


def clustered(texts: list[str], numbers: list[int], places: list[int]) -> Clustered:
    return Clustered(
        rows=3,
        offsets=np.array([0, 2, 3]),
        unit_ids=np.array([5, 9], np.uint64),
        codes={"route": np.array(places, np.int16)},
        numbers={"delay": np.array(numbers, np.int64)},
        lists={"route": {text: place for place, text in enumerate(texts)}},
    )


def test_a_row_is_marked_by_its_content_under_a_key() -> None:
    key, columns = bytes(range(16)), ["route", "delay"]
    marks = row_marks(clustered(["A", "B"], [1, 1, MISSING], [0, 1, -1]), columns, key=key)
    listed_anew = row_marks(clustered(["Z", "B", "A"], [1, 1, MISSING], [2, 1, -1]), columns[::-1], key=key)
    assert marks.tolist() == listed_anew.tolist(), "neither the list's order nor the columns' matters"
    assert len(set(marks.tolist())) == 3
    assert not set(marks.tolist()) & set(row_marks(clustered(["A", "B"], [1, 1, 0], [0, 1, -1]), columns, key=key[::-1]).tolist())  # fmt: skip
    assert marks[:2].tolist() == row_marks(clustered(["A", "B"], [1, 1, 3], [0, 1, 1]), columns, key=key)[:2].tolist()
    with pytest.raises(KeyError):
        row_marks(clustered(["A"], [1, 1, 1], [0, 0, 0]), ["tail"], key=key)
