"""A payout computed again from the journal's leaves, by another way than the market's: definition instead of closed form.

Where the market shares in whole numbers over one denominator, this walks fractions; where it knows the Shapley value's
closed form, this averages over coalitions while there are at most twelve owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import msgspec

from mumian.market.leaf import Leaf, decode_leaf
from mumian.methods.shapley import exact_shapley
from mumian.rooms.revenue.model import (
    BASIS_POINTS,
    Cell,
    ContributionRecorded,
    Distributed,
    DistributionAgreed,
    Method,
    Share,
    Terms,
)

TABLE_OWNERS_MAX = 12
"""Owners up to which the value is averaged over all coalitions; beyond, each cell is split among its owners."""


class Line(msgspec.Struct, frozen=True):
    """One share. paid_fen: as the journal says. again_fen: as computed again. exact: before rounding, fen as a fraction."""

    payee: str
    kind: str
    paid_fen: int
    again_fen: int
    exact: str


class Recomputed(msgspec.Struct, frozen=True):
    """A payout beside its recomputation. leaf, rule_leaf, basis_leaf: numbers of the leaves that it rests on, whose
    receipts prove it; basis_leaf is None where no contribution counted. method: how the owners' part was divided."""

    product: str
    sale: str
    gross_fen: int
    method: str
    rule_version: int
    leaf: int
    rule_leaf: int
    basis_leaf: int | None
    evidence_digest: str
    lines: tuple[Line, ...]

    @property
    def is_equal(self) -> bool:
        return all(line.paid_fen == line.again_fen for line in self.lines)


def recompute(payloads: Iterable[bytes], product: str, sale: str) -> Recomputed | None:
    """Return the payout of a sale computed again, or None if the journal has no such payout.

    payloads: of all leaves, in their order; those that say nothing of revenue are passed over unread.
    """
    rules: dict[int, tuple[int, DistributionAgreed]] = {}
    bases: dict[str, tuple[int, ContributionRecorded]] = {}
    for payload in payloads:
        if b'"revenue.' not in payload:
            continue
        leaf: Leaf = decode_leaf(payload)
        for event in leaf.events:
            match event:
                case DistributionAgreed(product=about, version=version) if about == product:
                    rules[version] = (leaf.seq, event)
                case ContributionRecorded(product=about, basis=basis) if about == product:
                    bases[basis] = (leaf.seq, event)
                case Distributed(product=about, sale=of) if (about, of) == (product, sale):
                    return _beside(leaf.seq, event, rules[event.version], bases.get(event.basis))
                case _:
                    pass
    return None


def _beside(
    leaf: int,
    paid: Distributed,
    rule: tuple[int, DistributionAgreed],
    basis: tuple[int, ContributionRecorded] | None,
) -> Recomputed:
    terms = rule[1].terms
    exact = exact_shares(terms, () if basis is None else basis[1].cells, paid.gross_fen)
    again = whole_fen(terms, exact, paid.gross_fen)
    lines = tuple(_line(*each) for each in zip(paid.shares, again, exact, strict=True))
    return Recomputed(
        paid.product,
        paid.sale,
        paid.gross_fen,
        terms.method.value,
        paid.version,
        leaf,
        rule[0],
        None if basis is None else basis[0],
        "" if basis is None else basis[1].evidence_digest,
        lines,
    )


def _line(share: Share, again_fen: int, exact: Fraction) -> Line:
    return Line(share.payee, share.kind.value, share.amount_fen, again_fen, str(exact))


def exact_shares(terms: Terms, cells: Sequence[Cell], gross_fen: int) -> list[Fraction]:
    """Return what everybody is due before rounding, fen: fees, then the merchant, then the owners (domain-rules §8)."""
    fees = [
        Fraction(gross_fen * (fee.rate_bp or 0), BASIS_POINTS) if fee.amount_fen is None else Fraction(fee.amount_fen)
        for fee in terms.fees
    ]
    net = gross_fen - sum(fees, Fraction(0))
    merchant = net * Fraction(terms.merchant_bp, BASIS_POINTS)
    return [*fees, merchant, *_owners(terms, cells, net - merchant)]


def _owners(terms: Terms, cells: Sequence[Cell], pot: Fraction) -> list[Fraction]:
    count = len(terms.owners)
    if not count:
        return []
    if pot < terms.floor_fen * count:  # not enough for the floor: equal parts of what there is
        return [pot / count] * count
    values = [Fraction(bp) for bp in terms.owner_bp] if terms.method is Method.FIXED else _values(terms, cells)
    rest = pot - terms.floor_fen * count
    return [terms.floor_fen + rest * value / sum(values) for value in values]


def _values(terms: Terms, cells: Sequence[Cell]) -> list[Fraction]:
    """Return each owner's Shapley value of the cells, in the unit of their weights."""
    count, is_join = len(terms.owners), terms.method is Method.EQUAL_JOIN
    if count <= TABLE_OWNERS_MAX:
        return exact_shapley(count, lambda coalition: _worth(cells, coalition, is_join=is_join))
    values = [Fraction(0)] * count
    for cell in cells:
        owners = [nth for nth in range(count) if cell.owners_mask >> nth & 1]
        for nth in owners:
            values[nth] += Fraction(cell.weight, len(owners))
    return values


def _worth(cells: Sequence[Cell], coalition: int, *, is_join: bool) -> int:
    """Return what a coalition is worth: cells that one of it owns, or, of a join, those that it owns all of."""
    return sum(
        cell.weight
        for cell in cells
        if (cell.owners_mask & coalition == cell.owners_mask if is_join else cell.owners_mask & coalition)
    )


def whole_fen(terms: Terms, exact: Sequence[Fraction], gross_fen: int) -> list[int]:
    """Return whole fen that add up to the gross: rounded down, what is left to the largest remainders, ties to the first."""
    fixed = {nth for nth, fee in enumerate(terms.fees) if fee.amount_fen is not None}
    whole = [int(share) for share in exact]
    short = [nth for nth in range(len(exact)) if nth not in fixed]
    short.sort(key=lambda nth: (whole[nth] - exact[nth], nth))
    for nth in short[: gross_fen - sum(whole)]:
        whole[nth] += 1
    return whole
