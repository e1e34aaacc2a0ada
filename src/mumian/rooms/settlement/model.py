"""What can be said about settlement. What it keeps is in `records.py`, why not in `refusals.py`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from mumian.kernel.canonical import Digest, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ProductId
from mumian.kernel.money import Fen, PositiveFen
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rooms.settlement.events import (
    BuyerCharged as BuyerCharged,
)
from mumian.rooms.settlement.events import (
    ChargeSettled as ChargeSettled,
)
from mumian.rooms.settlement.events import (
    ClawedBack as ClawedBack,
)
from mumian.rooms.settlement.events import (
    DayClosed as DayClosed,
)
from mumian.rooms.settlement.events import (
    DebtPaid as DebtPaid,
)
from mumian.rooms.settlement.events import (
    Event as Event,
)
from mumian.rooms.settlement.events import (
    FeesAdopted as FeesAdopted,
)
from mumian.rooms.settlement.events import (
    PayoutCancelled as PayoutCancelled,
)
from mumian.rooms.settlement.events import (
    PayoutConfirmed as PayoutConfirmed,
)
from mumian.rooms.settlement.events import (
    PayoutRequested as PayoutRequested,
)
from mumian.rooms.settlement.events import (
    PayoutReturned as PayoutReturned,
)
from mumian.rooms.settlement.events import (
    ReserveKept as ReserveKept,
)
from mumian.rooms.settlement.events import (
    ReserveReleased as ReserveReleased,
)
from mumian.rooms.settlement.events import (
    ReserveSet as ReserveSet,
)
from mumian.rooms.settlement.events import (
    ShareAwarded as ShareAwarded,
)
from mumian.rooms.settlement.events import (
    ShareFrozen as ShareFrozen,
)
from mumian.rooms.settlement.events import (
    ShareHeld as ShareHeld,
)
from mumian.rooms.settlement.records import (
    Award,
    BasisPoints,
    Batch,
    BatchId,
    Charge,
    Claim,
    ClawbackId,
    Code,
    DisputeId,
    FeeLine,
    FeeSchedule,
    Freeze,
    Payout,
    PayoutId,
    Reserve,
    ReserveId,
    ReserveRule,
    ReturnReason,
    Total,
)
from mumian.rooms.settlement.refusals import SettlementRefusal as SettlementRefusal

LINES_MAX = 64
"""Lines of one fee schedule; bounds the work of one command."""

DAYS_MAX = 366
"""A reserve lasts so many days at most."""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"settlement.{name}", forbid_unknown_fields=True):
    pass


class RequestPayout(_Command, frozen=True):
    """Ask for money to be paid out to a bank account; it leaves the party's cash at once. By its owner.

    account_digest: of the account that the exchange has on file and a salt that it keeps: its number stays out of the
    journal, and nobody can try numbers.
    """

    amount_fen: PositiveFen
    account_digest: Digest


class CancelPayout(_Command, frozen=True):
    """Take a payout back before its day is closed. By the party."""

    payout: PayoutId


class CloseDay(_Command, frozen=True):
    """Close a day (日终): prove that the books are balanced, and net the payouts asked for by then into one batch for the
    bank. By the exchange, once the day is over, day after day. Facts: `BooksFacts`.
    """

    day: date


class ConfirmPayout(_Command, frozen=True):
    """Say that the bank paid line `line` (from 1) of a batch. By the exchange."""

    batch: BatchId
    line: Positive


class ReturnPayout(_Command, frozen=True):
    """Say that the bank did not pay a line: the money goes back to the party. By the exchange."""

    batch: BatchId
    line: Positive
    reason: ReturnReason


class SetReserve(_Command, frozen=True):
    """Keep `rate_bp` of every share that a party gets from now on for `days` days (准备金); a rate of 0 ends it. By the
    exchange. No rate is usual: there is no default.

    party: empty for every payee. product: of that product alone; empty for every product. The narrowest rule counts.
    """

    party: PartyId
    rate_bp: BasisPoints
    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX)]
    product: ProductId = ProductId("")


class ReleaseReserve(_Command, frozen=True):
    """Pay out what was kept back, its days being over. By the market."""

    reserve: ReserveId


class FreezeShare(_Command, frozen=True):
    """Hold what a party gets of a product from now on, because another claims it (冻结争议份额); all others are paid. By the
    exchange. Facts: `ClaimFacts`.
    """

    product: ProductId
    payee: PartyId
    claimant: PartyId
    because: Digest


class AwardShare(_Command, frozen=True):
    """Decide a claim: what was frozen goes to the payee or to the claimant, and nothing more is frozen. By the exchange."""

    dispute: DisputeId
    award: Award


class ClawBack(_Command, frozen=True):
    """Take back from a payee what it was paid of a sale (追偿), for its buyer: out of what is kept back, then out of its
    cash, then out of payouts that no batch holds yet; what is missing is owed, and its next shares pay it. Of a share that
    was claimed, from whoever it was awarded to, once it was. By the exchange. Facts: `ShareFacts`.
    """

    product: ProductId
    sale: Code
    payee: PartyId
    amount_fen: PositiveFen
    because: Digest


class PayDebt(_Command, frozen=True):
    """Pay what one owes of clawbacks, the oldest first. By the debtor."""

    amount_fen: PositiveFen


class AdoptFees(_Command, frozen=True):
    """Adopt a schedule of the exchange's own fees, on sellers and on buyers; no lines end it. By the exchange.

    effective_at: not before now; 0 for at once. A schedule that is not effective yet is replaced by the next one.
    """

    lines: tuple[FeeLine, ...]
    effective_at: Instant = 0


class ChargeBuyer(_Command, frozen=True):
    """Set the buyer's fee aside, on top of the price of an order or a bill. By the market."""

    sale: Code
    buyer: PartyId
    product_type: str
    price_fen: PositiveFen


class SettleCharge(_Command, frozen=True):
    """Earn a buyer's fee in proportion to what is due of the price, and return the rest. By the market."""

    sale: Code
    due_fen: Fen


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a payee got of one sale, in all."""

    payee: PartyId
    amount_fen: PositiveFen


class KeepBack(_Command, frozen=True):
    """Keep back of shares that were just paid what is frozen, owed or reserved. By the market."""

    product: ProductId
    sale: Code
    parts: tuple[Part, ...]


Command = (
    KeepBack
    | RequestPayout
    | CancelPayout
    | CloseDay
    | ConfirmPayout
    | ReturnPayout
    | SetReserve
    | ReleaseReserve
    | FreezeShare
    | AwardShare
    | ClawBack
    | PayDebt
    | AdoptFees
    | ChargeBuyer
    | SettleCharge
)


class BooksFacts(Facts, frozen=True, kw_only=True):
    """Facts of `CloseDay`. totals: what all accounts of each purpose hold together. stopped: parties with payouts waiting
    that are suspended or have left.
    """

    totals: tuple[Total, ...]
    stopped: tuple[PartyId, ...] = ()


class ClaimFacts(Facts, frozen=True, kw_only=True):
    """Facts of `FreezeShare`. shares: the payee is named by the product's distribution. is_known: the claimant is admitted."""

    shares: bool
    is_known: bool


class ShareFacts(Facts, frozen=True, kw_only=True):
    """Facts of `ClawBack`. paid_fen: what the payee got of that sale, by itself or by an award, None if there was no such sale. buyer: of the sale.
    cash_fen: what the payee has free.
    """

    paid_fen: Fen | None = None
    buyer: PartyId = PartyId("")
    cash_fen: Fen = 0


class State(msgspec.Struct):
    """payouts, batches, reserves, freezes, claims: by id. waiting: payouts that no batch holds yet, by age. days: `day` → its
    batch. last: `now` → the day that was closed last.

    kept: `party/age` → a reserve with money in it. frozen: `product/payee` → the dispute that holds its share. held:
    `product/sale/payee` → the dispute under which that was held. owed:
    `party/age` → a clawback that is not paid. clawed: `product/sale/payee` → fen in all. fees: `next` → the
    schedule that was adopted last, `now` → the one that was effective when it was. rules: `product/party`, either may be empty.
    charges: buyers' fees that wait, by order or bill.
    """

    payouts: Table[Payout]
    waiting: Table[PayoutId]
    batches: Table[Batch]
    days: Table[BatchId]
    last: Table[date]
    rules: Table[ReserveRule]
    reserves: Table[Reserve]
    kept: Table[ReserveId]
    freezes: Table[Freeze]
    frozen: Table[DisputeId]
    held: Table[DisputeId]
    claims: Table[Claim]
    owed: Table[ClawbackId]
    clawed: Table[Fen]
    fees: Table[FeeSchedule]
    charges: Table[Charge]
