"""What can be said of invoices."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NewType

import msgspec

from mumian.kernel.canonical import END, Digest, Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, OrderId, PartyId, ProductId
from mumian.kernel.limits import ClockChange
from mumian.kernel.money import Fen
from mumian.kernel.outcome import Refusal, Sentence
from mumian.kernel.table import Table
from mumian.kernel.time import Month

InvoiceId = NewType("InvoiceId", str)

TaxKind = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}" + END)]
"""Which tax, as the seller writes it on the invoice: `vat`."""

TAXES_MAX = 4
ROOTS_MAX = 256
SPANS_MAX = 1_024
"""Bounds of the work of one command."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Tax(_Part, frozen=True):
    """A tax that is contained in the price. rate_bp: of the net amount; the seller's to state, there is no default."""

    kind: TaxKind
    rate_bp: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class TaxLine(_Part, frozen=True):
    kind: TaxKind
    rate_bp: Positive
    tax_fen: Fen


class OwnRoot(_Part, frozen=True):
    """What the buyer's own meter comes to for the recorded batch that begins at `first_call`."""

    first_call: Natural
    root: Digest


class Span(_Part, frozen=True):
    """Calls `first_call` to `first_call + calls - 1`, counted under the agreement."""

    first_call: Natural
    calls: Positive

    @property
    def end(self) -> int:
        return self.first_call + self.calls


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"billing.{name}", forbid_unknown_fields=True):
    pass


class IssueInvoice(_Command, frozen=True):
    """Put the calls that a month saw on an invoice: those that follow the last invoice of the agreement. By the seller.

    Calls are paid as they are billed, so an invoice moves no money. taxes: contained in the amount. statement_digest: of
    the itemised statement that both sides can recompute from the signed batches. Facts: `DealFacts`.
    """

    agreement: AgreementId
    month: Month
    first_call: Natural
    calls: Positive
    statement_digest: Digest
    taxes: Annotated[tuple[Tax, ...], msgspec.Meta(max_length=TAXES_MAX)] = ()


class ConfirmInvoice(_Command, frozen=True):
    """Confirm an invoice. By its buyer; by the market once the time to contest it is over."""

    invoice: InvoiceId


class ContestInvoice(_Command, frozen=True):
    """Contest an invoice by the buyer's own meter: the root of each recorded batch that it finds otherwise. By the buyer.

    Facts: `BatchFacts`.
    """

    invoice: InvoiceId
    roots: Annotated[tuple[OwnRoot, ...], msgspec.Meta(max_length=ROOTS_MAX)]


class SettleContest(_Command, frozen=True):
    """Decide a contest by the calls' proofs, which are checked outside the journal. By the exchange; the seller may give in
    by crediting all that is contested, the buyer by letting the invoice stand.

    credited: calls that were not made, or not answered as recorded; none if the invoice stands. proofs_digest: of the
    proofs that were looked at. Facts: `CreditFacts`.
    """

    invoice: InvoiceId
    credited: Annotated[tuple[Span, ...], msgspec.Meta(max_length=SPANS_MAX)]
    proofs_digest: Digest


Command = IssueInvoice | ConfirmInvoice | ContestInvoice | SettleContest


class DealSeen(msgspec.Struct, frozen=True):
    """A metered deal as the exchange knows it. billed_calls: in all; amount_fen: what the calls of the invoice cost."""

    order: OrderId
    product: ProductId
    seller: PartyId
    buyer: PartyId
    billed_calls: Natural
    amount_fen: Fen


class DealFacts(Facts, frozen=True, kw_only=True):
    """Facts of `IssueInvoice`. deal: of the agreement, or None where no metered order stands under it."""

    deal: DealSeen | None


class BatchSeen(msgspec.Struct, frozen=True):
    first_call: Natural
    calls: Positive
    root: str

    @property
    def end(self) -> int:
        return self.first_call + self.calls


class BatchFacts(Facts, frozen=True, kw_only=True):
    """Facts of `ContestInvoice`. batches: those of the named ones that were recorded, in the command's order."""

    batches: tuple[BatchSeen, ...]


class CreditFacts(Facts, frozen=True, kw_only=True):
    """Facts of `SettleContest`. credit_fen: by how much less the calls would have cost without the credited ones."""

    credit_fen: Fen


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"billing.{name}"):
    pass


class InvoiceIssued(_Event, frozen=True):
    """net_fen and the tax lines add up to amount_fen, which was paid as the calls were billed."""

    invoice: InvoiceId
    agreement: AgreementId
    order: OrderId
    product: ProductId
    seller: PartyId
    buyer: PartyId
    month: Month
    first_call: Natural
    calls: Positive
    amount_fen: Fen
    net_fen: Fen
    taxes: tuple[TaxLine, ...]
    statement_digest: Digest
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...]


class InvoiceConfirmed(_Event, frozen=True):
    """by: the buyer, or the market where the buyer said nothing in time."""

    invoice: InvoiceId
    by: PartyId
    clocks: tuple[ClockChange, ...]


class InvoiceContested(_Event, frozen=True):
    """contested: the invoice's calls within the batches whose roots differ."""

    invoice: InvoiceId
    roots: tuple[OwnRoot, ...]
    contested: tuple[Span, ...]
    clocks: tuple[ClockChange, ...]


class ContestSettled(_Event, frozen=True):
    """credited_calls: 0 where the invoice stands."""

    invoice: InvoiceId
    by: PartyId
    credited_calls: Natural
    proofs_digest: Digest


class CreditNoteIssued(_Event, frozen=True):
    """The seller pays the buyer back what calls cost that were not made as recorded."""

    note: str
    invoice: InvoiceId
    seller: PartyId
    buyer: PartyId
    credited: tuple[Span, ...]
    credit_fen: Fen


Event = InvoiceIssued | InvoiceConfirmed | InvoiceContested | ContestSettled | CreditNoteIssued


class InvoiceState(StrEnum):
    ISSUED = "issued"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    SETTLED = "settled"


class Invoice(msgspec.Struct, frozen=True):
    """contested: spans of calls whose batches the buyer's meter finds otherwise. note: the credit note, or empty."""

    agreement: AgreementId
    order: OrderId
    product: ProductId
    seller: PartyId
    buyer: PartyId
    month: Month
    first_call: Natural
    calls: Positive
    amount_fen: Fen
    net_fen: Fen
    taxes: tuple[TaxLine, ...]
    statement_digest: Digest
    state: InvoiceState = InvoiceState.ISSUED
    contested: tuple[Span, ...] = ()
    note: str = ""

    @property
    def end(self) -> int:
        return self.first_call + self.calls


class CreditNote(msgspec.Struct, frozen=True):
    invoice: InvoiceId
    credited: tuple[Span, ...]
    credit_fen: Fen


class Invoiced(msgspec.Struct, frozen=True):
    """How far an agreement is invoiced: calls in all, and the last month."""

    calls: Natural
    month: Month


class State(msgspec.Struct):
    """invoices, notes: by id. by_agreement: `agreement/first call, 16 digits` → invoice. invoiced: by agreement."""

    invoices: Table[Invoice]
    notes: Table[CreditNote]
    by_agreement: Table[InvoiceId]
    invoiced: Table[Invoiced]


class BillingRefusal(Refusal):
    """In order of precedence."""

    DEAL_UNKNOWN = Sentence(
        "no metered order stands under agreement `{agreement}`; name one under which calls are billed",
        "合约 `{agreement}` 下没有按次计量的订单；请填写按次计费的合约",
    )
    INVOICE_UNKNOWN = Sentence("invoice `{invoice}` does not exist; look it up", "账单 `{invoice}` 不存在；请核对")
    NOT_YOURS = Sentence(
        "`{actor}` may not {move} `{about}`; that is for `{whose}`",
        "`{actor}` 不能对 `{about}` 作 {move}；应由 `{whose}` 办理",
    )
    INVOICE_STATE_FORBIDS = Sentence(
        "`{invoice}` is {state}, not {wanted}; it is decided by what was said before",
        "账单 `{invoice}` 当前为 {state}，并非 {wanted}；以先前的表示为准",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}`, which gives the buyer time to contest, is not in force in this market; adopt a newer rulebook",
        "规定异议期限的规则 `{rule}` 在本市场尚未施行；请启用更新的规则库",
    )
    MONTH_NOT_OVER = Sentence(
        "{month} lasts until {until}, now is {now}; issue the invoice once it is over",
        "{month} 至 {until} 届满（现在 {now}）；请在月末之后开具",
    )
    MONTH_INVOICED = Sentence(
        "`{agreement}` is invoiced up to {invoiced}; {month} does not come after it, choose a later month",
        "合约 `{agreement}` 已开具至 {invoiced}；{month} 不在其后，请选择更晚的月份",
    )
    CALLS_NOT_NEXT = Sentence(
        "the invoice begins at call {first_call}, the next of `{agreement}` that is on none is {next_call}; begin there",
        "账单自第 {first_call} 次起，合约 `{agreement}` 尚未开具的下一次为 {next_call}；请自该次起",
    )
    CALLS_NOT_BILLED = Sentence(
        "the invoice ends before call {end}, `{order}` has {billed_calls} billed calls; have calls billed first",
        "账单截至第 {end} 次之前，订单 `{order}` 已计费 {billed_calls} 次；请先计费",
    )
    TAX_REPEATED = Sentence("tax `{kind}` is named twice; name it once", "税种 `{kind}` 重复；请只填一次")
    ROOTS_MISSING = Sentence(
        "a contest names 1 to {roots_max} roots of the buyer's own meter, each batch once, in order; `{invoice}` is contested by {roots}",
        "异议应按序给出需方计量的 1 至 {roots_max} 个批次根，每批一次；对 `{invoice}` 给出 {roots} 个",
    )
    BATCH_OUTSIDE = Sentence(
        "no recorded batch of `{invoice}` begins at call {first_call}; name those that the journal has",
        "账单 `{invoice}` 没有自第 {first_call} 次起的登记批次；请按日志填写",
    )
    ROOTS_AGREE = Sentence(
        "the root of the batch at call {first_call} is the recorded one; contest only what differs",
        "自第 {first_call} 次起的批次根与登记一致；仅可对不一致的批次提出异议",
    )
    CREDIT_OUTSIDE = Sentence(
        "calls {first_call} to before {end} of `{invoice}` are not contested, or named out of order; credit what is contested, in order, once",
        "账单 `{invoice}` 第 {first_call} 至 {end}（不含）次不在异议之内或次序有误；请依次贷记有异议的调用，每次一遍",
    )
