"""A payout computed again from the journal's leaves, by another way than the market's: definition instead of closed form.

Where the market shares in whole numbers over one denominator, this walks fractions; where it knows the Shapley value's
closed form, this averages over coalitions while there are at most twelve owners; where it takes what is owed and hands out
the rest, this looks for the level above which every fen was handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import msgspec

from mumian.market.leaf import Leaf, decode_leaf
from mumian.methods.shapley import exact_shapley
from mumian.rooms.revenue.model import (
    ContributionRecorded,
    Distributed,
    DistributionAgreed,
    ScoresRecorded,
    ValuationRecorded,
)
from mumian.rooms.revenue.terms import BASIS_POINTS, Cell, Method, Share, Step, Terms, Valuation

TABLE_OWNERS_MAX = 12
"""Owners up to which the value is averaged over all coalitions; beyond, each cell is split among its owners."""

PARTS = 10**12
"""Parts of a fen that what rounding keeps is counted in."""

Recorded = ContributionRecorded | ScoresRecorded | ValuationRecorded


class Line(msgspec.Struct, frozen=True):
    """One share. paid_fen: as the journal says. again_fen: as computed again. exact: before rounding, fen as a fraction."""

    payee: str
    kind: str
    paid_fen: int
    again_fen: int
    exact: str


class Recomputed(msgspec.Struct, frozen=True):
    """A payout beside its recomputation. leaf, rule_leaf, basis_leaf: numbers of the leaves that it rests on, whose
    receipts prove it; basis_leaf is None where no contribution counted. method: how the owners' part was divided.
    valuation: what a method measured, where one did: utility, seed, intervals; `evidence_digest` says of what.
    """

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
    valuation: Valuation | None = None

    @property
    def is_equal(self) -> bool:
        return all(line.paid_fen == line.again_fen for line in self.lines)


def recompute(payloads: Iterable[bytes], product: str, sale: str) -> Recomputed | None:
    """Return the payout of a sale computed again, or None if the journal has no such payout.

    payloads: of all leaves, in their order; those that say nothing of revenue are passed over unread.
    """
    walk = _Walk(product)
    for payload in payloads:
        if b'"revenue.' not in payload:
            continue
        leaf: Leaf = decode_leaf(payload)
        for event in leaf.events:
            match event:
                case DistributionAgreed(product=about, version=version) if about == product:
                    walk.rules[version] = (leaf.seq, event.terms)
                case ContributionRecorded() | ScoresRecorded() | ValuationRecorded() if event.product == product:
                    walk.bases[event.basis] = (leaf.seq, event)
                case Distributed(product=about) if about == product:
                    found = walk.again(leaf.seq, event)
                    if event.sale == sale:
                        return found
                case _:
                    pass
    return None


class _Walk:
    """One product's sales in their order: what each rests on, and what it leaves to the next."""

    def __init__(self, product: str) -> None:
        self.product = product
        self.rules: dict[int, tuple[int, Terms]] = {}
        self.bases: dict[str, tuple[int, Recorded]] = {}
        self._values: dict[str, list[Fraction]] = {}
        self._gross_fen = 0
        self._back_fen: list[int] = []
        self._owed: list[int] = []

    def again(self, leaf: int, paid: Distributed) -> Recomputed:
        rule_leaf, terms = self.rules[paid.version]
        basis_leaf, basis = self.bases.get(paid.basis, (None, None))
        own_fee = len(paid.shares) > len(terms.fees) + len(terms.costs) + 1 + len(terms.owners)
        fee_fen = paid.shares[0].amount_fen if own_fee else 0
        exact, back_fen = self._exact(terms, basis, paid.gross_fen, fee_fen)
        if paid.owed:
            again, self._owed = rounded_on(terms, exact, self._owed)
        else:
            again = rounded(exact)
        self._gross_fen += paid.gross_fen
        self._back_fen = [sum(pair) for pair in zip(self._back_fen or [0] * len(back_fen), back_fen, strict=True)]
        if own_fee:
            exact, again = [Fraction(fee_fen), *exact], [fee_fen, *again]
        lines = tuple(_line(*each) for each in zip(paid.shares, again, exact, strict=True))
        return Recomputed(
            paid.product,
            paid.sale,
            paid.gross_fen,
            terms.method.value,
            paid.version,
            leaf,
            rule_leaf,
            basis_leaf,
            "" if basis is None else basis.evidence_digest,
            lines,
            basis.valuation if isinstance(basis, ValuationRecorded) else None,
        )

    def _exact(
        self, terms: Terms, basis: Recorded | None, gross_fen: int, fee_fen: int
    ) -> tuple[list[Fraction], list[int]]:
        back = self._back_fen or [0] * len(terms.costs)
        out = [cost.amount_fen - fen for cost, fen in zip(terms.costs, back, strict=True)]
        owners = self._owners(terms, basis)
        return exact_shares(terms, owners, gross_fen, fee_fen=fee_fen, out_fen=out, sold_fen=self._gross_fen)

    def _owners(self, terms: Terms, basis: Recorded | None) -> list[Fraction]:
        """Return what the owners share by, found once for each basis."""
        if basis is None:
            return [Fraction(bp) for bp in terms.owner_bp]
        if basis.basis not in self._values:
            self._values[basis.basis] = _values(terms, basis)
        return self._values[basis.basis]


def _line(share: Share, again_fen: int, exact: Fraction) -> Line:
    return Line(share.payee, share.kind.value, share.amount_fen, again_fen, str(exact))


def exact_shares(
    terms: Terms,
    values: Sequence[Fraction],
    gross_fen: int,
    *,
    fee_fen: int = 0,
    out_fen: Sequence[int] = (),
    sold_fen: int = 0,
) -> tuple[list[Fraction], list[int]]:
    """Return what everybody is due before rounding, fen: fees, costs, merchant, owners (domain-rules §8); and what came back.

    values: the owners'. fee_fen: the exchange's own. out_fen: of each cost, what has not come back yet. sold_fen: gross of
    all earlier sales.
    """
    fees = [
        Fraction(gross_fen * (fee.rate_bp or 0), BASIS_POINTS) if fee.amount_fen is None else Fraction(fee.amount_fen)
        for fee in terms.fees
    ]
    net = gross_fen - fee_fen - sum(fees, Fraction(0))
    coming = min(int(net), sum(out_fen))
    back = rounded([Fraction(coming * out, sum(out_fen)) for out in out_fen]) if coming else [0] * len(out_fen)
    net -= sum(back)
    merchant = net * _merchant_part(terms, sold_fen, gross_fen)
    return [*fees, *map(Fraction, back), merchant, *_pot(terms, values, net - merchant)], back


def _merchant_part(terms: Terms, sold_fen: int, gross_fen: int) -> Fraction:
    """Return the mean rate over the sale's own fen: what is paid up to its end, less what was up to its begin."""
    if not terms.steps:
        return Fraction(terms.merchant_bp, BASIS_POINTS)
    return (_up_to(terms.steps, sold_fen + gross_fen) - _up_to(terms.steps, sold_fen)) / gross_fen


def _up_to(steps: Sequence[Step], fen: int) -> Fraction:
    """Return the merchant's part of the first `fen` fen of gross."""
    whole, below = Fraction(0), 0
    for step in steps:
        end = fen if step.up_to_fen is None else min(fen, step.up_to_fen)
        whole += Fraction((end - below) * step.merchant_bp, BASIS_POINTS)
        below = end
    return whole


def _pot(terms: Terms, values: Sequence[Fraction], pot: Fraction) -> list[Fraction]:
    count = len(terms.owners)
    if not count:
        return []
    if pot < terms.floor_fen * count:  # not enough for the floor: equal parts of what there is
        return [pot / count] * count
    rest = pot - terms.floor_fen * count
    return [terms.floor_fen + rest * value / sum(values) for value in values]


def _values(terms: Terms, basis: Recorded) -> list[Fraction]:
    """Return what each owner counts for by a record: its Shapley value of cells, its weighed scores, its recorded points."""
    if isinstance(basis, ValuationRecorded):
        return [Fraction(int(point)) for point in basis.points]
    if isinstance(basis, ScoresRecorded):
        weights = msgspec.structs.asdict(terms.weights) if terms.weights is not None else {}
        scores = [msgspec.structs.asdict(each) for each in basis.scores]
        return [sum((Fraction(each[name] * weights[name]) for name in each), Fraction(0)) for each in scores]
    return values_of_cells(terms, basis.cells)


def values_of_cells(terms: Terms, cells: Sequence[Cell]) -> list[Fraction]:
    """Return each owner's Shapley value of the cells, in the unit of their weights."""
    count, is_join = len(terms.owners), terms.method is Method.EQUAL_JOIN
    if 0 < count <= TABLE_OWNERS_MAX:
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


def rounded(exact: Sequence[Fraction]) -> list[int]:
    """Return whole parts of the same sum: rounded down, what is left to the largest remainders, ties to the first."""
    whole = [int(share) for share in exact]
    short = sorted(range(len(exact)), key=lambda nth: (whole[nth] - exact[nth], nth))
    for nth in short[: int(sum(exact, Fraction(0))) - sum(whole)]:
        whole[nth] += 1
    return whole


def rounded_on(terms: Terms, exact: Sequence[Fraction], owed: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return whole fen of the same sum, and what each line is owed after, in 1/`PARTS` fen.

    owed: before; empty at first. A fixed fee and a cost are whole already and stand aside. Every fen goes to whoever is
    owed most by then, so those handed out are the ones above one level of what is owed: it is found by bisection.
    """
    aside = {nth for nth, fee in enumerate(terms.fees) if fee.amount_fen is not None}
    aside |= set(range(len(terms.fees), len(terms.fees) + len(terms.costs)))
    due = rounded([Fraction(0) if nth in aside else share * PARTS for nth, share in enumerate(exact)])
    due = [each + before for each, before in zip(due, owed or [0] * len(due), strict=True)]
    total = sum(due) // PARTS
    low, high = 0, max(due, default=0)
    while low < high:  # the lowest level above which no more fen lie than there are
        level = (low + high) // 2
        low, high = (low, level) if sum(_above(due, level)) <= total else (level + 1, high)
    fen = _above(due, low)
    at_level = [nth for nth, each in enumerate(due) if each - fen[nth] * PARTS == low]
    for nth in at_level[: total - sum(fen)]:
        fen[nth] += 1
    after = [each - part * PARTS for each, part in zip(due, fen, strict=True)]
    return [int(share) if nth in aside else fen[nth] for nth, share in enumerate(exact)], after


def _above(due: Sequence[int], level: int) -> list[int]:
    """Return how many fen of each lie above a level of what is owed."""
    return [max(0, -((level - each) // PARTS)) for each in due]
