"""Values measured from evidence, and measured again by whoever doubts them."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import numpy as np
import pytest

from mumian.market.valued import (
    Evidence,
    EvidenceFault,
    Neighbours,
    RidgeSums,
    Sampling,
    Sums,
    WorthTable,
    _Ridge,
    read_evidence,
    valuation_of,
    valued_again,
)
from mumian.methods.coalitions import Masks
from mumian.methods.owner_utility import Moments, moments, owner_table
from mumian.methods.shapley import exact_shapley
from mumian.rooms.revenue.terms import NANO

TABLE = WorthTable("counted-routes/1", (0, 6, 10, 12, 3, 9, 13, 15))
"""Owners 0 and 1 share 4 of what they cover; owner 2 has 3 of its own."""


def sums_of(found: Moments) -> Sums:
    return Sums(tuple(map(tuple, found.gram.tolist())), tuple(found.cross.tolist()), found.square, found.rows)


def ridge(owners: int, *, seed: int = 1, columns: int = 3) -> RidgeSums:
    rng = np.random.default_rng(seed)
    model = rng.normal(size=columns)

    def rows(count: int) -> Sums:
        x = rng.normal(size=(count, columns))
        return sums_of(moments(x, x @ model + 0.3 * rng.normal(size=count)))

    return RidgeSums(tuple(rows(5 + nth % 7) for nth in range(owners)), rows(200), "0.5")


def read(evidence: Evidence) -> Evidence:
    return read_evidence(msgspec.json.encode(evidence))


def test_a_table_gives_the_shapley_value_of_its_game() -> None:
    found = valuation_of(read(TABLE), Sampling())
    assert [Fraction(value) for value in found.values] == exact_shapley(3, TABLE.worths_nano.__getitem__) == [4, 8, 3]
    assert (found.half_widths, found.seed, found.evaluations) == ((0, 0, 0), 0, 8)


def test_sums_give_the_value_of_what_models_of_every_coalition_explain() -> None:
    evidence = read(ridge(5))
    assert isinstance(evidence, RidgeSums)
    found = valuation_of(evidence, Sampling())
    table = owner_table([own.moments() for own in evidence.owners], evidence.test.moments(), ridge=0.5)
    slow = exact_shapley(5, lambda mask: Fraction(float(table[mask])))
    assert all(abs(value - float(exact) * NANO) <= 1 for value, exact in zip(found.values, slow, strict=True))
    assert found.utility == "ridge-explained-mse/1/0.5"


def test_a_coalitions_worth_is_that_of_the_table() -> None:
    evidence = ridge(6)
    table = owner_table([own.moments() for own in evidence.owners], evidence.test.moments(), ridge=0.5)
    masks: Masks = np.arange(64, dtype=np.uint64)
    assert np.allclose(_Ridge(evidence).worths(masks), table, rtol=0, atol=1e-12)


def test_a_game_beyond_a_table_is_sampled_by_its_seed_with_intervals_and_found_again() -> None:
    evidence = read(ridge(22))
    found = valuation_of(evidence, Sampling(7, 2_000))
    assert found.seed == 7
    assert found.evaluations == 2_000
    assert all(width > 0 for width in found.half_widths)
    owners = [f"party-{nth}" for nth in range(22)]
    assert all(doubt.is_equal for doubt in valued_again(evidence, found, owners))
    alike = (seed for seed in range(8, 40) if valuation_of(evidence, Sampling(seed, 2_000)).method == found.method)
    other = msgspec.structs.replace(found, seed=next(alike))
    assert not all(doubt.is_equal for doubt in valued_again(evidence, other, owners))


def test_a_value_that_was_altered_is_seen() -> None:
    found = valuation_of(TABLE, Sampling())
    owners = ["party-1", "party-2", "party-3"]
    assert all(doubt.is_equal for doubt in valued_again(TABLE, found, owners))
    altered = msgspec.structs.replace(found, values=(5, 7, 3))
    assert [doubt.is_equal for doubt in valued_again(TABLE, altered, owners)] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{}", "no evidence"),
        (b'{"type":"table","utility":"a/1","worths_nano":[0,1,2]}', "one for each of 2"),
        (b'{"type":"table","utility":"a/1","worths_nano":[0]}', "evidence of 0 owners"),
        (b'{"type":"table","utility":"A","worths_nano":[0,1]}', "no evidence"),
    ],
)
def test_what_is_no_evidence_is_said(text: bytes, why: str) -> None:
    with pytest.raises(EvidenceFault, match=why):
        read_evidence(text)


def test_sums_that_do_not_fit_one_another_give_no_values() -> None:
    odd = msgspec.structs.replace(ridge(2), test=ridge(1, columns=4).test)
    with pytest.raises(EvidenceFault, match="no values can be found"):
        valuation_of(odd, Sampling())


def test_evidence_of_another_game_is_not_compared() -> None:
    found = valuation_of(TABLE, Sampling())
    with pytest.raises(EvidenceFault, match="find the right file"):
        valued_again(TABLE, found, ["party-1", "party-2"])
    with pytest.raises(EvidenceFault, match="find the right file"):
        valued_again(msgspec.structs.replace(TABLE, utility="other/1"), found, ["a", "b", "c"])
    with pytest.raises(EvidenceFault, match="recorded by `guess/1`"):
        valued_again(TABLE, msgspec.structs.replace(found, method="guess/1"), ["a", "b", "c"])


NEAR = Neighbours(3, 2, ((1, -2, 1, 2), (-2, 1, 2, -1)))
"""Two rows of owner 1, two of owner 2, none of owner 3."""


def knn_worth(evidence: Neighbours, coalition: set[tuple[int, int]]) -> Fraction:
    """v(S) by definition. coalition: (owner, which of its rows); rows of an owner are told apart by their order."""
    hits = 0
    for ranks in evidence.ranks:
        seen = dict[int, int]()
        near: list[int] = []
        for rank in ranks:
            owner = abs(rank)
            seen[owner] = seen.get(owner, 0) + 1
            if (owner, seen[owner]) in coalition:
                near.append(rank)
        hits += sum(rank > 0 for rank in near[: evidence.k])
    return Fraction(hits, evidence.k * len(evidence.ranks))


def test_neighbours_are_worth_what_their_rows_are_as_players() -> None:
    """Each test row is a game of its own: rows of one owner are alike, so which is which does not change the owner's sum."""
    again = Neighbours(3, 2, NEAR.ranks[:1])
    found = valuation_of(read(again), Sampling())
    rows = [(1, 1), (2, 1), (1, 2), (2, 2)]
    values = exact_shapley(4, lambda mask: knn_worth(again, {row for nth, row in enumerate(rows) if mask >> nth & 1}))
    sums = [sum(value for row, value in zip(rows, values, strict=True) if row[0] == owner) for owner in (1, 2, 3)]
    assert list(found.values) == [round(each * NANO) for each in sums]
    assert (found.method, found.utility, found.half_widths) == ("knn-rows/1", "knn/1/2", (0, 0, 0))


def test_neighbours_are_the_mean_over_the_test_set_and_found_again() -> None:
    found = valuation_of(read(NEAR), Sampling())
    alone = [valuation_of(Neighbours(3, 2, (ranks,)), Sampling()).values for ranks in NEAR.ranks]
    assert all(abs(2 * value - sum(parts)) <= 2 for value, *parts in zip(found.values, *alone, strict=True))
    assert all(doubt.is_equal for doubt in valued_again(NEAR, found, ["a", "b", "c"]))


@pytest.mark.parametrize("ranks", [((1, 2), (1, 1)), ((1, 2), (1,)), ((1, 4),), ((0, 1),)])
def test_ranks_of_other_rows_or_owners_are_no_evidence(ranks: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(EvidenceFault, match="ranks other rows"):
        read(Neighbours(3, 1, ranks))
