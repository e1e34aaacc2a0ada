"""Attacks on exact mode. Each also runs against a weakness that is planted, where it succeeds: so it can fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from exact_tables import LIMITS, Consumer, Decide, bits_of, determined, forgetful, ours, table_of
from msgspec.structs import replace

from mumian.domain.exact import Asked, Limits, Shown, decide_exact
from mumian.domain.exact_history import ExactHistory
from mumian.domain.refusals import ExactRefusal as R
from mumian.kernel.outcome import Refused
from mumian.methods.differencing import Footprint, differing, footprint, units_of

UNITS = 200
BITS = bits_of(UNITS)
TABLE = table_of(BITS)
FIFTY = replace(LIMITS, units_min=50)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def bare(asked: Asked, limits: Limits) -> list[Shown] | Refused:
    """A domain that looks at the number of units of each cell and at nothing else, as clean rooms do."""
    made, _ = footprint_of(asked)
    enough = units_of(made, cells=asked.cells) >= limits.units_min
    if not enough.any():
        return Refused(R.EXACT_UNFIT, {"units_min": limits.units_min})
    return [
        tuple(int(m.values[asked.group == cell].sum()) for m in asked.measures) if enough[cell] else None
        for cell in range(asked.cells)
    ]


def footprint_of(asked: Asked) -> tuple[Footprint, object]:
    return footprint(
        offsets=asked.offsets,
        unit_ids=asked.unit_ids,
        group=asked.group,
        row_marks=asked.row_marks,
        cells=asked.cells,
    )


class Pairwise:
    """A domain that keeps every pair of cells k units apart, and looks at no more than pairs."""

    def __init__(self) -> None:
        self._seen: list[Footprint] = []

    def __call__(self, asked: Asked, limits: Limits) -> list[Shown] | Refused:
        made, _ = footprint_of(asked)
        for earlier in self._seen:
            if (differing(earlier, made, old_cells=1, new_cells=asked.cells) < limits.units_min).any():
                return Refused(R.EXACT_NEAR, {"units_min": limits.units_min})
        answer = bare(asked, limits)
        if not isinstance(answer, Refused):
            self._seen.append(made)
        return answer


def pairs(consumer: Consumer) -> None:
    """Ask for every unit a set of 100 others, without it and with it."""
    for unit in range(UNITS):
        others = [(unit + step) % UNITS for step in range(1, 101)]
        consumer.ask(TABLE, others)
        consumer.ask(TABLE, [unit, *others])


def individual_tracker(consumer: Consumer) -> None:
    """A unit is A and B, say region and trade; sum(A) - sum(A and not B) is its own (Denning 1982, 6.3.1)."""
    for unit in range(UNITS):
        region = {other for other in range(UNITS) if other % 2 == unit % 2}
        consumer.ask(TABLE, region)
        consumer.ask(TABLE, region - {unit})


def general_tracker(consumer: Consumer) -> None:
    """Any T: sum(C or T) + sum(C or not T) - sum(T) - sum(not T) is C's (Denning, Denning & Schwartz 1979)."""
    tracker = set(range(0, UNITS, 2))
    rest = set(range(UNITS)) - tracker
    consumer.ask(TABLE, tracker)
    consumer.ask(TABLE, rest)
    for unit in range(UNITS):
        consumer.ask(TABLE, tracker | {unit})
        consumer.ask(TABLE, rest | {unit})


def complement_tracker(consumer: Consumer) -> None:
    """All, less everything else: two groupings of one table whose small cells are withheld."""
    consumer.ask(TABLE, range(UNITS))
    for unit in range(UNITS):
        consumer.ask(TABLE, [unit], set(range(UNITS)) - {unit})


def small_cell_of_a_total(consumer: Consumer) -> None:
    """A total, then groups of which one is too small to be shown: total less the others is the small one."""
    consumer.ask(TABLE, range(UNITS))
    for unit in range(UNITS):
        rest = sorted(set(range(UNITS)) - {unit})
        consumer.ask(TABLE, [unit], rest[:100], rest[100:])


def random_subsets(consumer: Consumer) -> None:
    """Half of the units at random, more often than there are units (Dinur & Nissim 2003)."""
    rng = np.random.default_rng(5)
    for _ in range(UNITS + 20):
        consumer.ask(TABLE, np.flatnonzero(rng.random(UNITS) < 0.5).tolist())


def overlapping_triples(consumer: Consumer) -> None:
    """Blocks of 60 in pairs: x+y, y+z, x+z give x, and every pair of questions is far apart; then x with one unit less."""
    for unit in range(0, UNITS, 10):
        ring = [(unit + step) % UNITS for step in range(UNITS)]
        x, less, y, z = ring[:60], ring[1:60], ring[60:120], ring[120:180]
        for cell in (x + y, y + z, x + z, less + y, less + z):
            consumer.ask(TABLE, cell)


ATTACKS = {
    pairs: UNITS,
    individual_tracker: UNITS,
    general_tracker: UNITS,
    complement_tracker: UNITS,
    small_cell_of_a_total: UNITS,
    random_subsets: UNITS,
    overlapping_triples: UNITS // 10,
}
"""Attacks, and how many units each finds out where only the sizes of cells are looked at."""


@pytest.mark.parametrize(("attack", "units"), ATTACKS.items())
def test_an_attack_finds_out_all_it_is_after_where_only_sizes_are_looked_at(
    attack: Callable[[Consumer], None], units: int
) -> None:
    consumer = Consumer(bare, FIFTY)
    attack(consumer)
    found = determined(UNITS, consumer.heard)
    assert len(found) >= units
    assert found.items() <= dict(enumerate(BITS)).items()


@pytest.mark.parametrize("limits", [FIFTY, LIMITS], ids=["k=50", "k=10"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_finds_out_no_unit(folder: Path, attack: Callable[[Consumer], None], limits: Limits) -> None:
    consumer = Consumer(ours(folder), limits)
    attack(consumer)
    assert determined(UNITS, consumer.heard) == {}
    assert consumer.refused
    assert len({cell for cell, _ in consumer.heard}) <= UNITS // limits.units_min


def test_pairwise_differences_alone_are_no_defence_against_linear_reconstruction() -> None:
    consumer = Consumer(Pairwise(), LIMITS)
    random_subsets(consumer)
    assert not consumer.refused
    assert determined(UNITS, consumer.heard) == dict(enumerate(BITS))


def guessed(heard: list[tuple[frozenset[int], int]]) -> int:
    """Return how many bits the least-squares reconstruction guesses right (Dinur & Nissim 2003; Dwork et al. 2007)."""
    matrix = np.array([[unit in cell for unit in range(UNITS)] for cell, _ in heard], float)
    totals = np.array([total for _, total in heard], float)
    estimate = 0.5 + np.linalg.lstsq(matrix, totals - matrix.sum(axis=1) / 2, rcond=None)[0]
    return int(np.sum((estimate > 0.5) == np.array(BITS, bool)))


def test_the_best_linear_guess_at_random_subsets_is_little_better_than_a_coin(folder: Path) -> None:
    weak, strong = Consumer(bare), Consumer(ours(folder))
    random_subsets(weak)
    random_subsets(strong)
    assert guessed(weak.heard) == UNITS
    assert guessed(strong.heard) < 0.68 * UNITS


def colluding(one: Decide, other: Decide) -> dict[int, int]:
    first, second = Consumer(one), Consumer(other)
    first.ask(TABLE, range(100))
    second.ask(TABLE, range(101))
    return determined(UNITS, first.heard + second.heard)


def test_consumers_of_one_group_cannot_share_what_each_alone_may_see(folder: Path) -> None:
    assert colluding(ours(folder), ours(folder)) == {}
    apart = ours(folder, group="a"), ours(folder, group="b")
    assert colluding(*apart) == {100: BITS[100]}, "groups that are not known to be one"


def test_a_new_version_with_one_unit_more_does_not_tell_of_it(folder: Path) -> None:
    newer = table_of([*BITS, 1], "v2")

    def compare(decide: Decide) -> dict[int, int]:
        consumer = Consumer(decide)
        consumer.ask(TABLE, range(UNITS))
        consumer.ask(newer, range(UNITS + 1))
        return determined(UNITS + 1, consumer.heard)

    assert compare(ours(folder)) == {}
    assert compare(forgetful(folder)) == {UNITS: 1}


def test_a_new_version_in_which_one_value_changed_does_not_tell_of_it(folder: Path) -> None:
    newer = table_of([1 - BITS[0], *BITS[1:]], "v2")
    consumer = Consumer(ours(folder))
    consumer.ask(TABLE, range(UNITS))
    consumer.ask(newer, range(UNITS))
    assert [refused.refusal for refused in consumer.refused] == [R.EXACT_NEAR]
    consumer.ask(table_of([1 - bit for bit in BITS], "v3"), range(UNITS))
    assert len(consumer.heard) == 2, "of a version in which every unit changed the answer may be had"


def test_two_products_on_one_lineage_are_one_history(folder: Path) -> None:
    def compare(one: Decide, other: Decide) -> dict[int, int]:
        first, second = Consumer(one), Consumer(other)
        first.ask(table_of(BITS, "view of product 1"), range(100))
        second.ask(table_of(BITS, "view of product 2"), range(101))
        return determined(UNITS, first.heard + second.heard)

    assert compare(ours(folder), ours(folder)) == {}
    assert compare(ours(folder, lineage="1"), ours(folder, lineage="2")) == {100: BITS[100]}


def test_concurrent_requests_are_decided_one_after_the_other(folder: Path) -> None:
    def at_once(decides: list[Decide]) -> dict[int, int]:
        consumers = [Consumer(decide) for decide in decides]
        with ThreadPoolExecutor(len(consumers)) as pool:
            asked = [pool.submit(c.ask, TABLE, range(100 + nth)) for nth, c in enumerate(consumers)]
        assert all(done.exception() is None for done in asked)
        return determined(UNITS, [heard for consumer in consumers for heard in consumer.heard])

    shared = ours(folder)
    assert at_once([shared] * 4 + [ours(folder) for _ in range(4)]) == {}
    assert len(at_once([forgetful(folder)] * 8)) == 7


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from exact_tables import LIMITS, bits_of, ours, table_of
from mumian.kernel.outcome import Refused
decide, table = ours(Path(sys.argv[1])), table_of(bits_of(200))
for nth in range(200):
    cell = frozenset(range(nth % 7, 200, 2 + nth % 3)) - {nth}
    if not isinstance(decide(table.ask({str(sorted(cell)): cell}), LIMITS), Refused):
        print(sorted(cell), flush=True)
"""


@pytest.mark.parametrize("answers", [1, 4])
def test_whatever_left_before_a_kill_is_on_record_after_it(folder: Path, answers: int) -> None:
    command = [sys.executable, "-c", CHILD, str(folder), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        left = [child.stdout.readline().strip() for _ in range(answers)]
        os.kill(child.pid, signal.SIGKILL)
        left += [line.strip() for line in child.stdout if line.endswith("]\n")]
    history = ExactHistory(folder, lineage="flights", group="insurers")
    asked = TABLE.ask({"": range(200)})
    with history.deciding(units_min=10) as seen:
        for line in left:
            assert replace(asked, predicates=(line.encode(),)).keys[0] in seen.verdicts
        assert not seen.tightened
        assert seen.sets.rows >= len(left) >= answers


def test_a_crash_between_record_and_answer_lets_nothing_be_asked_beside_it(folder: Path) -> None:
    """The record is there, the answer never left: the same question gets it, its neighbour does not."""
    ours(folder)(TABLE.ask({"a": range(100)}), LIMITS)  # and the process dies here
    restarted = ExactHistory(folder, lineage="flights", group="insurers")
    neighbour = decide_exact(restarted, TABLE.ask({"b": range(101)}), LIMITS)
    assert isinstance(neighbour, Refused)
    assert decide_exact(restarted, TABLE.ask({"a": range(100)}), LIMITS) == [(100, sum(BITS[:100]))]


def test_what_cannot_be_recorded_is_not_answered(folder: Path) -> None:
    history = ExactHistory(folder, lineage="flights", group="insurers")
    (history.folder / ".000000").mkdir()
    with pytest.raises(IsADirectoryError):
        decide_exact(history, TABLE.ask({"a": range(100)}), LIMITS)
    (history.folder / ".000000").rmdir()
    assert decide_exact(history, TABLE.ask({"b": range(101)}), LIMITS) == [(101, sum(BITS[:101]))], "nothing was seen"
    assert isinstance(decide_exact(history, TABLE.ask({"a": range(100)}), LIMITS), Refused)
