"""What happened in settlement."""

from __future__ import annotations

from datetime import date

import msgspec

from mumian.kernel.canonical import Digest, Positive
from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.time import Instant
from mumian.rooms.settlement.records import (
    BatchId,
    BatchLine,
    ClawbackId,
    Code,
    DisputeId,
    FeeSchedule,
    PayoutId,
    ReserveId,
    ReserveRule,
    ReturnReason,
    Taken,
    Total,
)


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"settlement.{name}"):
    pass


class PayoutRequested(_Event, frozen=True):
    payout: PayoutId
    party: PartyId
    amount_fen: PositiveFen
    account_digest: Digest


class PayoutCancelled(_Event, frozen=True):
    """by: the party, or the market where a clawback needs the money or the party was stopped before the day was closed."""

    payout: PayoutId
    party: PartyId
    amount_fen: PositiveFen
    by: PartyId


class DayClosed(_Event, frozen=True):
    """totals: add up to zero. lines: one for each party and bank account, in the order of the first request."""

    day: date
    batch: BatchId
    totals: tuple[Total, ...]
    lines: tuple[BatchLine, ...]


class PayoutConfirmed(_Event, frozen=True):
    batch: BatchId
    line: Positive
    party: PartyId
    amount_fen: PositiveFen


class PayoutReturned(_Event, frozen=True):
    batch: BatchId
    line: Positive
    party: PartyId
    amount_fen: PositiveFen
    reason: ReturnReason


class ReserveSet(_Event, frozen=True):
    """party: empty for every payee. product: empty for every product."""

    party: PartyId
    rule: ReserveRule
    product: ProductId = ProductId("")


class ReserveKept(_Event, frozen=True):
    reserve: ReserveId
    party: PartyId
    product: ProductId
    sale: Code
    amount_fen: PositiveFen
    clocks: tuple[ClockChange, ...]


class ReserveReleased(_Event, frozen=True):
    reserve: ReserveId
    party: PartyId
    amount_fen: PositiveFen


class ShareFrozen(_Event, frozen=True):
    """A claim on a party's share of a product: from now on it is held."""

    dispute: DisputeId
    product: ProductId
    payee: PartyId
    claimant: PartyId
    because: Digest


class ShareHeld(_Event, frozen=True):
    dispute: DisputeId
    payee: PartyId
    sale: Code
    amount_fen: PositiveFen


class ShareAwarded(_Event, frozen=True):
    """amount_fen: what had been held by then; `to` gets it."""

    dispute: DisputeId
    product: ProductId
    payee: PartyId
    to: PartyId
    amount_fen: Fen


class ClawedBack(_Event, frozen=True):
    """taken_fen out of reserves, cash_fen out of cash, owed_fen is missing: they add up to the amount."""

    clawback: ClawbackId
    product: ProductId
    sale: Code
    payee: PartyId
    buyer: PartyId
    amount_fen: PositiveFen
    taken: tuple[Taken, ...]
    cash_fen: Fen
    owed_fen: Fen
    because: Digest
    clocks: tuple[ClockChange, ...]


class DebtPaid(_Event, frozen=True):
    """A debtor's money goes to whoever the clawback was for."""

    clawback: ClawbackId
    debtor: PartyId
    creditor: PartyId
    amount_fen: PositiveFen


class FeesAdopted(_Event, frozen=True):
    schedule: FeeSchedule
    at: Instant = 0


class BuyerCharged(_Event, frozen=True):
    """fee_fen: on top of the price; it waits with the order or the bill."""

    sale: Code
    buyer: PartyId
    price_fen: PositiveFen
    fee_fen: PositiveFen
    version: Positive


class ChargeSettled(_Event, frozen=True):
    """fee_fen: earned by the exchange; back_fen: returned to the buyer. They add up to what waited."""

    sale: Code
    buyer: PartyId
    fee_fen: Fen
    back_fen: Fen


Event = (
    PayoutRequested
    | PayoutCancelled
    | DayClosed
    | PayoutConfirmed
    | PayoutReturned
    | ReserveSet
    | ReserveKept
    | ReserveReleased
    | ShareFrozen
    | ShareHeld
    | ShareAwarded
    | ClawedBack
    | DebtPaid
    | FeesAdopted
    | BuyerCharged
    | ChargeSettled
)
