"""The arithmetic of a distribution: exact shares in whole numbers, then whole fen."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from mumian.methods.apportion import apportion
from mumian.methods.shapley import coverage_shapley, join_shapley
from mumian.rooms.revenue.model import BASIS_POINTS, Cell, FeeLine, Method, Share, ShareKind, Terms

SHARE_KIND = {kind.value: kind for kind in ShareKind}


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


def shares_of(terms: Terms, points: Sequence[int], *, gross_fen: int) -> tuple[tuple[Share, ...], int]:
    """Share out `gross_fen`: fees, then the merchant's part of the net, then the owners' by `points`.

    Fixed fees are paid as they are. All else is exact in units of 1 / denominator fen and goes to whole fen by one
    largest remainder, so the shares add up to the gross and each lies within one fen of its exact amount.

    Args:
        points: one per owner, in the order of `terms.owners`; at least one positive if there are owners.
        gross_fen: > 0, and not less than the fees.
    Returns: the shares in the order fees, merchant, owners; the denominator of their numerators.
    Source: domain-rules §8; `methods.apportion`.
    """
    fixed = fixed_fen(terms.fees)
    net = gross_fen * (BASIS_POINTS - rates_bp(terms.fees)) - fixed * BASIS_POINTS  # fen / 10^4
    pot = net * (BASIS_POINTS - terms.merchant_bp)  # fen / 10^8
    floor = terms.floor_fen * BASIS_POINTS**2
    if pot < floor * len(points):  # not enough for the floor: equal parts of what there is
        points, floor = [1] * len(points), 0
    total = sum(points) or 1
    by_point = pot - floor * len(points)
    fee_unit = gross_fen * BASIS_POINTS * total
    weights = [(fee.rate_bp or 0) * fee_unit for fee in terms.fees]
    weights.append(net * terms.merchant_bp * total)
    base = floor * total
    weights += [base + by_point * point for point in points]
    denominator = BASIS_POINTS**2 * total
    rest = gross_fen - fixed
    parts = apportion(rest, weights) if rest else weights  # nothing left over: every weight is zero
    return _named(terms, parts, weights, denominator), denominator


def _named(terms: Terms, parts: Sequence[int], weights: Sequence[int], denominator: int) -> tuple[Share, ...]:
    """Put names to the parts; a fixed fee is its own amount."""
    shares = [
        Share(fee.payee, SHARE_KIND[fee.kind], part, str(weight))
        if fee.amount_fen is None
        else Share(fee.payee, SHARE_KIND[fee.kind], fee.amount_fen, str(fee.amount_fen * denominator))
        for fee, part, weight in zip(terms.fees, parts, weights, strict=False)
    ]
    at = len(shares)
    kinds = [ShareKind.MERCHANT] + [ShareKind.OWNER] * len(terms.owners)
    shares += map(Share, (terms.seller, *terms.owners), kinds, parts[at:], map(str, weights[at:]))
    return tuple(shares)
