"""What can be seen of settlement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.time import Instant
from mumian.rooms.settlement.model import State
from mumian.rooms.settlement.records import (
    NEXT,
    NOW,
    Batch,
    BatchId,
    FeeSchedule,
    ReserveId,
    ReserveRule,
    Side,
)


def schedule(state: State, now: Instant) -> FeeSchedule | None:
    """Return the schedule of fees that is in force."""
    latest = state.fees.get(NEXT)
    return latest if latest is not None and latest.effective_at <= now else state.fees.get(NOW)


def fee_fen(state: State, side: Side, product_type: str, gross_fen: int, *, now: Instant) -> int:
    """Return the exchange's own fee of one side on a sale under the schedule that is in force, 0 where there is none."""
    found = schedule(state, now)
    return 0 if found is None else found.fee_fen(side, product_type, gross_fen)


def reserve_rule(state: State, product: ProductId, payee: PartyId) -> ReserveRule | None:
    """Return what is kept of a payee's share of a product: the narrowest rule counts, the product's before the payee's."""
    for key in (f"{product}/{payee}", f"{product}/", f"/{payee}", "/"):
        found = state.rules.get(key)
        if found is not None:
            return found
    return None


def batch_of(state: State, day: date) -> tuple[BatchId, Batch] | None:
    """Return the batch of a closed day."""
    key = state.days.get(day.isoformat())
    return None if key is None else (key, state.batches[key])


def reserves_of(state: State, party: PartyId) -> Iterator[tuple[ReserveId, int]]:
    """Yield what is kept back of a party's shares, the oldest first."""
    for _, key in state.kept.under(f"{party}/"):
        yield key, state.reserves[key].left_fen


def holder(state: State, product: ProductId, sale: str, payee: PartyId) -> PartyId | None:
    """Return who has what a payee got of a sale: itself, or whoever it was awarded to; nobody while it is held."""
    dispute = state.held.get(f"{product}/{sale}/{payee}")
    return payee if dispute is None else PartyId(state.freezes[dispute].to) or None


def owed_fen(state: State, party: PartyId) -> int:
    """Return what a party owes of clawbacks."""
    return sum(state.claims[key].owed_fen for _, key in state.owed.under(f"{party}/"))


def keeps_back(state: State, product: ProductId, payee: PartyId) -> bool:
    """Tell whether anything is kept back of a share: it is claimed, its payee owes, or has a reserve to fill."""
    return (
        reserve_rule(state, product, payee) is not None
        or state.frozen.get(f"{product}/{payee}") is not None
        or next(state.owed.under(f"{payee}/"), None) is not None
    )
