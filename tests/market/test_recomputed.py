"""A payout computed again from leaves: equal for what the market paid, different for a fen that was moved."""

from __future__ import annotations

import random
from fractions import Fraction

import msgspec
import pytest
from stage import Stage

from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.ids import OrderId, PartyId
from mumian.market.recomputed import exact_shares, recompute, rounded, rounded_on, values_of_cells
from mumian.rooms.exchange import model as exchange
from mumian.rooms.revenue.model import Tally
from mumian.rooms.revenue.sharing import Sale, points_of, shares_of
from mumian.rooms.revenue.terms import BY_CELLS, Cell, Cost, FeeKind, FeeLine, Method, Step, Terms

RELEASE = sha256_hex(b"release")


def sold(s: Stage) -> OrderId:
    order = OrderId(s.order())
    s.say(s.world.insurer, exchange.SignDeal(order, s.agree(s.world.report)))
    s.say(s.world.merchant, exchange.RecordDelivery(order, RELEASE))
    s.say(s.world.insurer, exchange.AcceptDelivery(order))
    return order


def test_a_payout_of_the_market_is_equal_when_computed_again_and_names_its_leaves() -> None:
    stage = Stage()
    order = sold(stage)
    found = recompute(stage.market.entries, stage.world.report, order)
    assert found is not None
    assert found.is_equal
    assert sum(line.again_fen for line in found.lines) == found.gross_fen == 50_000
    assert found.rule_leaf < (found.basis_leaf or 0) < found.leaf


def test_a_fen_that_was_moved_is_seen() -> None:
    stage = Stage()
    order = sold(stage)
    entries = list(stage.market.entries)
    plain = msgspec.json.decode(entries[-1])
    shares = next(event for event in plain["events"] if event["type"] == "revenue.Distributed")["shares"]
    shares[0]["amount_fen"] += 1
    shares[1]["amount_fen"] -= 1
    entries[-1] = canonical(plain)
    found = recompute(entries, stage.world.report, order)
    assert found is not None
    assert not found.is_equal


def test_a_payout_that_never_was_is_none() -> None:
    assert recompute(Stage().market.entries, "product-1", "order-1") is None


@pytest.mark.parametrize("seed", range(40))
def test_two_ways_of_sharing_agree_to_the_fen_sale_after_sale(seed: int) -> None:
    rng = random.Random(seed)
    terms, points, values = a_rule(rng)
    tally, owed = Tally(), list[int]()
    for nth in range(8):
        rounds_on, fee_fen = seed % 4 > 0, rng.choice((0, 7))
        sale = Sale(rng.randrange(200, 10_000), points, tally, fee_fen, rounds_on)
        shared = shares_of(terms, sale)
        out = [cost.amount_fen - back for cost, back in zip(terms.costs, tally.recovered_fen or (0, 0), strict=False)]
        exact, back_fen = exact_shares(
            terms, values, sale.gross_fen, fee_fen=fee_fen, out_fen=out, sold_fen=tally.gross_fen
        )
        shares = shared.shares[1:] if fee_fen else shared.shares
        assert exact == [Fraction(int(share.numerator), shared.denominator) for share in shares], nth
        again, owed = rounded_on(terms, exact, owed) if rounds_on else (rounded(exact), [])
        assert (again, owed) == ([share.amount_fen for share in shares], list(shared.owed))
        recovered = tuple(a + b for a, b in zip(tally.recovered_fen or (0,) * len(back_fen), back_fen, strict=True))
        tally = Tally(tally.gross_fen + sale.gross_fen, recovered, shared.owed)


def a_rule(rng: random.Random) -> tuple[Terms, list[int], list[Fraction]]:
    """Return terms at random, with the points that the market shares by, and the values that are computed again."""
    count = rng.choice((0, 1, 3, 5, 14))
    method = rng.choice([Method.FIXED, *BY_CELLS]) if count else Method.COVERAGE_SHAPLEY
    cells = tuple(Cell(rng.randrange(1, 1 << count), rng.randrange(1, 90)) for _ in range(6)) if count else ()
    fees = (
        FeeLine(PartyId("a"), FeeKind.BROKER, rate_bp=rng.randrange(900)),
        FeeLine(PartyId("b"), FeeKind.LABOUR, amount_fen=rng.randrange(50)),
    )
    cuts = sorted(rng.randrange(10_001) for _ in range(count - 1)) if count else []
    parts = tuple(b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)) if count else ()
    is_fixed = method is Method.FIXED
    terms = Terms(
        PartyId("m"),
        fees,
        rng.randrange(10_001) if count else 10_000,
        tuple(PartyId(f"o{nth}") for nth in range(count)),
        method,
        parts if is_fixed else (),
        rng.randrange(9),
        (),
        costs=tuple(Cost(PartyId(name), rng.randrange(1, 9_000), RELEASE) for name in rng.choice(("", "x", "xy"))),
        steps=(Step(3_000, 9_000), Step(5_000, 20_001), Step(1)) if count and rng.random() < 0.5 else (),
    )
    if is_fixed:
        return terms, list(parts), [Fraction(part) for part in parts]
    return terms, points_of(method, cells, owners=count), values_of_cells(terms, cells)
