"""A payout computed again from leaves: equal for what the market paid, different for a fen that was moved."""

from __future__ import annotations

import random
from fractions import Fraction

import msgspec
import pytest
from stage import Stage

from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.ids import OrderId, PartyId
from mumian.market.recomputed import exact_shares, recompute, whole_fen
from mumian.rooms.exchange import model as exchange
from mumian.rooms.revenue.model import Cell, FeeKind, FeeLine, Method, Terms
from mumian.rooms.revenue.sharing import points_of, shares_of

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
def test_two_ways_of_sharing_agree_to_the_fen(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.choice((0, 1, 3, 5, 14))
    method = rng.choice(list(Method)) if count else Method.COVERAGE_SHAPLEY
    cells = tuple(Cell(rng.randrange(1, 1 << count), rng.randrange(1, 90)) for _ in range(6)) if count else ()
    fees = (
        FeeLine(PartyId("a"), FeeKind.BROKER, rate_bp=rng.randrange(900)),
        FeeLine(PartyId("b"), FeeKind.LABOUR, amount_fen=rng.randrange(50)),
    )
    cuts = sorted(rng.randrange(10_001) for _ in range(count - 1)) if count else []
    parts = tuple(b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)) if count else ()
    is_fixed = method is Method.FIXED
    owners = tuple(PartyId(f"o{nth}") for nth in range(count))
    merchant_bp = rng.randrange(10_001) if count else 10_000
    terms = Terms(PartyId("m"), fees, merchant_bp, owners, method, parts if is_fixed else (), rng.randrange(9), ())
    gross_fen = rng.randrange(200, 10_000)
    points = list(parts) if is_fixed else points_of(method, cells, owners=count) if count else []
    shares, denominator = shares_of(terms, points, gross_fen=gross_fen)
    exact = exact_shares(terms, cells, gross_fen)
    assert exact == [Fraction(int(share.numerator), denominator) for share in shares]
    assert whole_fen(terms, exact, gross_fen) == [share.amount_fen for share in shares]
