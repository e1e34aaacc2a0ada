"""What follows from invoices: silence confirms, and what is credited goes back from the seller to the buyer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.reactions.base import Meet, React
from mumian.market.reactions.money import cash_of
from mumian.market.rooms import States
from mumian.rooms.billing import model as billing
from mumian.rooms.billing.decide import CONTEST
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.ledger import model as ledger


def _credited(s: States, event: billing.CreditNoteIssued, _now: Instant) -> Iterator[Any]:
    """The calls were paid as they were billed: the seller, who recovers from its payees, pays them back."""
    if event.credit_fen:
        leg = ledger.Leg(cash_of(s, event.seller), cash_of(s, event.buyer), event.credit_fen, event.note)
        yield ledger.PostTransfers((leg,))


def _contest_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield billing.ConfirmInvoice(billing.InvoiceId(event.about))


REACTIONS: dict[type, React] = {billing.CreditNoteIssued: _credited}

MEET: dict[str, Meet] = {CONTEST: _contest_over}
