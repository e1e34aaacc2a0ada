"""What is allowed of invoices."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant, end_of
from mumian.methods.apportion import apportion
from mumian.rooms.billing.model import (
    ROOTS_MAX,
    BatchFacts,
    BatchSeen,
    Command,
    ConfirmInvoice,
    ContestInvoice,
    ContestSettled,
    CreditFacts,
    CreditNoteIssued,
    DealFacts,
    DealSeen,
    Event,
    Invoice,
    InvoiceConfirmed,
    InvoiceContested,
    InvoiceId,
    InvoiceIssued,
    InvoiceState,
    IssueInvoice,
    SettleContest,
    Span,
    State,
    Tax,
    TaxLine,
)
from mumian.rooms.billing.model import BillingRefusal as R
from mumian.rulebook.rules import missing, number_at

CONTEST = "billing.contest"
"""Kind of the limit within which a buyer may contest an invoice; silence confirms it."""

RULE = "MM-BILLING"


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about invoices with its events or the first refusal that applies."""
    match command:
        case IssueInvoice():
            assert isinstance(facts, DealFacts)
            return _issue(state, command, facts)
        case ConfirmInvoice():
            return _confirm(state, command, facts)
        case ContestInvoice():
            assert isinstance(facts, BatchFacts)
            return _contest(state, command, facts)
        case SettleContest():
            assert isinstance(facts, CreditFacts)
            return _settle(state, command, facts)
        case _:
            assert_never(command)


def _issue(state: State, command: IssueInvoice, facts: DealFacts) -> list[Event] | Refused:
    deal = facts.deal
    if deal is None:
        return Refused(R.DEAL_UNKNOWN, {"agreement": command.agreement})
    if facts.actor != deal.seller:
        return _not_yours(facts, command.agreement, deal.seller, "invoice")
    absent = missing(facts, RULE)
    if absent is not None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": absent})
    refused = _refuse_calls(state, command, deal, facts.now) or _refuse_taxes(command.taxes)
    if refused is not None:
        return refused
    invoice = InvoiceId(new_id("invoice", facts.seq))
    days = number_at(RULE, "contest_work_days", rulebook=facts.rulebook, now=facts.now)
    net_fen, lines = split_taxes(deal.amount_fen, command.taxes)
    return [
        InvoiceIssued(
            invoice,
            command.agreement,
            deal.order,
            deal.product,
            deal.seller,
            deal.buyer,
            command.month,
            command.first_call,
            command.calls,
            deal.amount_fen,
            net_fen,
            lines,
            command.statement_digest,
            (RULE,),
            (Start(invoice, CONTEST, Unit.WORK_DAYS, days, RULE, deal.buyer),),
        )
    ]


def _refuse_calls(state: State, command: IssueInvoice, deal: DealSeen, now: Instant) -> Refused | None:
    until = end_of(command.month)
    if now < until:
        return Refused(R.MONTH_NOT_OVER, {"month": command.month, "until": until, "now": now})
    invoiced = state.invoiced.get(command.agreement)
    if invoiced is not None and command.month <= invoiced.month:
        detail: Detail = {"agreement": command.agreement, "invoiced": invoiced.month}
        return Refused(R.MONTH_INVOICED, {**detail, "month": command.month})
    next_call = invoiced.calls if invoiced is not None else 0
    if command.first_call != next_call:
        at: Detail = {"agreement": command.agreement, "first_call": command.first_call}
        return Refused(R.CALLS_NOT_NEXT, {**at, "next_call": next_call})
    end = command.first_call + command.calls
    if end > deal.billed_calls:
        return Refused(R.CALLS_NOT_BILLED, {"end": end, "order": deal.order, "billed_calls": deal.billed_calls})
    return None


def _refuse_taxes(taxes: tuple[Tax, ...]) -> Refused | None:
    kinds = [tax.kind for tax in taxes]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    return None if twice is None else Refused(R.TAX_REPEATED, {"kind": twice})


def split_taxes(amount_fen: int, taxes: tuple[Tax, ...]) -> tuple[int, tuple[TaxLine, ...]]:
    """Return the net amount and the tax lines that an amount contains, by largest remainder: they add up to it."""
    net_fen, *parts_fen = apportion(amount_fen, [10_000, *(tax.rate_bp for tax in taxes)])
    return net_fen, tuple(TaxLine(tax.kind, tax.rate_bp, fen) for tax, fen in zip(taxes, parts_fen, strict=True))


def _confirm(state: State, command: ConfirmInvoice, facts: Facts) -> list[Event] | Refused:
    invoice = _found(state, command.invoice, InvoiceState.ISSUED)
    if isinstance(invoice, Refused):
        return invoice
    if facts.actor != invoice.buyer and not facts.is_market:
        return _not_yours(facts, command.invoice, invoice.buyer, "confirm")
    return [InvoiceConfirmed(command.invoice, facts.actor, (Stop(command.invoice, CONTEST),))]


def _contest(state: State, command: ContestInvoice, facts: BatchFacts) -> list[Event] | Refused:
    invoice = _found(state, command.invoice, InvoiceState.ISSUED)
    if isinstance(invoice, Refused):
        return invoice
    if facts.actor != invoice.buyer:
        return _not_yours(facts, command.invoice, invoice.buyer, "contest")
    firsts = [root.first_call for root in command.roots]
    if not firsts or firsts != sorted(set(firsts)):
        return Refused(
            R.ROOTS_MISSING, {"roots_max": ROOTS_MAX, "invoice": command.invoice, "roots": len(command.roots)}
        )
    batches = {batch.first_call: batch for batch in facts.batches}
    for own in command.roots:
        batch = batches.get(own.first_call)
        if batch is None or batch.end <= invoice.first_call or batch.first_call >= invoice.end:
            return Refused(R.BATCH_OUTSIDE, {"invoice": command.invoice, "first_call": own.first_call})
        if batch.root == own.root:
            return Refused(R.ROOTS_AGREE, {"first_call": own.first_call})
    contested = tuple(_within(batches[first], invoice) for first in firsts)
    return [InvoiceContested(command.invoice, command.roots, contested, (Stop(command.invoice, CONTEST),))]


def _within(batch: BatchSeen, invoice: Invoice) -> Span:
    """Return the part of a batch that is on the invoice."""
    first_call = max(batch.first_call, invoice.first_call)
    return Span(first_call, min(batch.end, invoice.end) - first_call)


def _settle(state: State, command: SettleContest, facts: CreditFacts) -> list[Event] | Refused:
    invoice = _found(state, command.invoice, InvoiceState.CONTESTED)
    if isinstance(invoice, Refused):
        return invoice
    if Role.EXCHANGE not in facts.roles and not _gives_in(invoice, command, facts.actor):
        return _not_yours(facts, command.invoice, PartyId(Role.EXCHANGE), "settle")
    reached = 0
    for span in command.credited:
        contested = any(each.first_call <= span.first_call and span.end <= each.end for each in invoice.contested)
        if not contested or span.first_call < reached:
            detail: Detail = {"invoice": command.invoice, "first_call": span.first_call}
            return Refused(R.CREDIT_OUTSIDE, {**detail, "end": span.end})
        reached = span.end
    calls = sum(span.calls for span in command.credited)
    settled = ContestSettled(command.invoice, facts.actor, calls, command.proofs_digest)
    if not calls:
        return [settled]
    note = new_id("credit", facts.seq)
    sides = (invoice.seller, invoice.buyer)
    return [settled, CreditNoteIssued(note, command.invoice, *sides, command.credited, facts.credit_fen)]


def _gives_in(invoice: Invoice, command: SettleContest, actor: PartyId) -> bool:
    """Tell whether a side decides against itself."""
    if actor == invoice.seller:
        return command.credited == invoice.contested
    return actor == invoice.buyer and not command.credited


def _found(state: State, key: InvoiceId, wanted: InvoiceState) -> Invoice | Refused:
    invoice = state.invoices.get(key)
    if invoice is None:
        return Refused(R.INVOICE_UNKNOWN, {"invoice": key})
    if invoice.state is not wanted:
        detail: Detail = {"invoice": key, "state": invoice.state.value}
        return Refused(R.INVOICE_STATE_FORBIDS, {**detail, "wanted": wanted.value})
    return invoice


def _not_yours(facts: Facts, about: str, whose: PartyId, move: str) -> Refused:
    return Refused(R.NOT_YOURS, {"actor": facts.actor, "about": about, "whose": whose, "move": move})
