"""The arithmetic of a distribution: exact shares in whole numbers, then whole fen."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import OPERATOR
from mumian.kernel.money import Fen, PositiveFen
from mumian.methods.apportion import apportion, apportion_on
from mumian.methods.shapley import coverage_shapley, join_shapley
from mumian.rooms.revenue.model import Tally
from mumian.rooms.revenue.terms import BASIS_POINTS, Cell, FeeLine, Method, Share, ShareKind, Step, Terms

SHARE_KIND = {kind.value: kind for kind in ShareKind}


class Sale(msgspec.Struct, frozen=True):
    """What is shared out: exchange_fee_fen by the exchange's schedule, points of the owners, and what the product's sales
    came to before. rounds_on: what rounding kept from somebody goes on to the next sale.
    """

    gross_fen: PositiveFen
    points: Sequence[int]
    before: Tally
    exchange_fee_fen: Fen = 0
    rounds_on: bool = False


class Shared(msgspec.Struct, frozen=True):
    """shares: the exchange's own fee if there is one, fees, costs, merchant, owners. owed: one a line of the rule."""

    shares: tuple[Share, ...]
    denominator: Natural
    owed: tuple[int, ...]


def points_of(method: Method, cells: tuple[Cell, ...], *, owners: int) -> list[int]:
    """Return each owner's Shapley value of the cells, scaled to the smallest whole numbers of the same ratio.

    Source: `methods.shapley`; closed forms, so any number of owners.
    """
    value = join_shapley if method is Method.EQUAL_JOIN else coverage_shapley
    shares = value(owners, ((cell.owners_mask, cell.weight) for cell in cells))
    return _smallest_whole(shares)


def _smallest_whole(shares: Sequence[Fraction]) -> list[int]:
    common = lcm(*(share.denominator for share in shares))
    whole = [share.numerator * (common // share.denominator) for share in shares]
    divisor = gcd(*whole) or 1
    return [number // divisor for number in whole]


def rates_bp(fees: tuple[FeeLine, ...]) -> int:
    """Return what the fees that are rates add up to, in basis points of the gross."""
    return sum([fee.rate_bp or 0 for fee in fees])


def fixed_fen(fees: tuple[FeeLine, ...]) -> int:
    """Return what the fees that are amounts add up to, in fen a sale."""
    return sum([fee.amount_fen or 0 for fee in fees])


def net_of(terms: Terms, sale: Sale) -> int:
    """Return what is left of a sale after all fees, in fen / 10^4; below zero if they exceed it."""
    off_fen = fixed_fen(terms.fees) + sale.exchange_fee_fen
    return sale.gross_fen * (BASIS_POINTS - rates_bp(terms.fees)) - off_fen * BASIS_POINTS


def recovering_fen(terms: Terms, sale: Sale) -> list[int]:
    """Return what comes back of each cost: whole fen of the net, in the ratio of what is still out, until none is."""
    if not terms.costs:
        return []
    back = sale.before.recovered_fen or (0,) * len(terms.costs)
    out = [cost.amount_fen - fen for cost, fen in zip(terms.costs, back, strict=True)]
    total_fen = min(net_of(terms, sale) // BASIS_POINTS, sum(out))
    return apportion(total_fen, out) if total_fen else [0] * len(out)


def merchant_part(terms: Terms, sale: Sale) -> tuple[int, int]:
    """Return the merchant's part of the net as numerator and denominator.

    With steps it is marginal: the parts of the sale that lie in each step, by the step's rate.
    """
    if not terms.steps:
        return terms.merchant_bp, BASIS_POINTS
    low = sale.before.gross_fen
    parts = [fen * step.merchant_bp for step, fen in _in_steps(terms.steps, low=low, high=low + sale.gross_fen)]
    return sum(parts), sale.gross_fen * BASIS_POINTS


def _in_steps(steps: tuple[Step, ...], *, low: int, high: int) -> list[tuple[Step, int]]:
    """Return how much of what lies between `low` and `high` fen of gross lies in each step."""
    found, begin = [], 0
    for step in steps:
        end = high if step.up_to_fen is None else step.up_to_fen
        found.append((step, max(0, min(high, end) - max(low, begin))))
        begin = end
    return found


def shares_of(terms: Terms, sale: Sale) -> Shared:
    """Share out a sale: fees, then costs that come back, then the merchant's part of the net, then the owners' by points.

    Fees that are amounts and costs are paid as they are. All else is exact in units of 1 / denominator fen and goes to
    whole fen by largest remainder: of this sale alone, each line within one fen of its exact amount; or, where `rounds_on`,
    of all sales of the product together, see `methods.apportion.apportion_on` for how far it may be off.

    Args: sale: its gross not less than the fees; points one per owner, in the order of `terms.owners`, at least one
        positive if there are owners.
    Source: domain-rules §8.
    """
    recovered = recovering_fen(terms, sale)
    net = net_of(terms, sale) - sum(recovered) * BASIS_POINTS  # fen / 10^4
    part, whole = merchant_part(terms, sale)
    points, floor = sale.points, terms.floor_fen * BASIS_POINTS * whole
    pot = net * (whole - part)  # fen / (10^4 · whole)
    if pot < floor * len(points):  # not enough for the floor: equal parts of what there is
        points, floor = [1] * len(points), 0
    total = sum(points) or 1
    by_point = pot - floor * len(points)
    fee_unit = sale.gross_fen * whole * total
    weights = [(fee.rate_bp or 0) * fee_unit for fee in terms.fees]
    weights += [0] * len(recovered)
    weights.append(net * part * total)
    weights += [floor * total + by_point * point for point in points]
    denominator = BASIS_POINTS * whole * total
    parts, owed = _whole_fen(weights, denominator, sale)
    as_it_is = [fee.amount_fen for fee in terms.fees] + list(recovered)
    return Shared(_named(terms, sale, as_it_is, parts, weights, denominator), denominator, tuple(owed))


def _whole_fen(weights: list[int], denominator: int, sale: Sale) -> tuple[list[int], list[int]]:
    """Turn exact amounts, `weights` / denominator fen, into whole ones of the same sum, and say what each is owed after."""
    rest_fen = sum(weights) // denominator
    if sale.rounds_on:
        return apportion_on(rest_fen, weights, sale.before.owed or [0] * len(weights))
    return (apportion(rest_fen, weights) if rest_fen else weights), []


def _named(
    terms: Terms,
    sale: Sale,
    as_it_is: list[int | None],
    parts: Sequence[int],
    weights: Sequence[int],
    denominator: int,
) -> tuple[Share, ...]:
    """Put names to the parts; a fixed fee and a cost are paid as they are."""
    kinds = [SHARE_KIND[fee.kind] for fee in terms.fees] + [ShareKind.COST] * len(terms.costs)
    kinds += [ShareKind.MERCHANT] + [ShareKind.OWNER] * len(terms.owners)
    payees = [fee.payee for fee in terms.fees] + [cost.payee for cost in terms.costs] + [terms.seller, *terms.owners]
    as_it_is = as_it_is + [None] * (len(payees) - len(as_it_is))
    shares = [
        Share(payee, kind, part, str(weight)) if fen is None else Share(payee, kind, fen, str(fen * denominator))
        for payee, kind, fen, part, weight in zip(payees, kinds, as_it_is, parts, weights, strict=True)
    ]
    fee_fen = sale.exchange_fee_fen
    if fee_fen:
        shares.insert(0, Share(OPERATOR, ShareKind.EXCHANGE_FEE, fee_fen, str(fee_fen * denominator)))
    return tuple(shares)
