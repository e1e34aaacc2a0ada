"""What sellers, buyers and the exchange say of invoices."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, AgreementId
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.billing import model as billing
from mumian.rooms.billing import views
from mumian.rooms.billing.model import InvoiceId, InvoiceState, Span, Tax


def issue(s: Scene) -> Said | None:
    """Invoice a deal's billed calls, up to the last or not, for a month that is over or not."""
    fitting = [key for key in s.made["agreement"][-150:] if _is_due(s, AgreementId(key))]
    key = AgreementId(s.one(fitting) if fitting and s.chance(800) else s.pick("agreement"))
    order = s.states.exchange.orders.get(s.states.exchange.by_agreement.get(key) or "")
    if order is None or (not order.calls and s.chance(900)):
        return None
    month = f"{day_of(s.now - s.one((0, 31, 31)) * DAY_MS):%Y-%m}"
    first_call = views.next_call(s.states.billing, key)
    left = max(1, order.calls - first_call)
    taxes = s.one(((), (Tax("vat", 600),), (Tax("vat", 600), Tax("surcharge", 72)), (Tax("vat", 1), Tax("vat", 2))))
    calls = s.one((left, left, max(1, left // 2), left + 1))
    actor = order.seller if s.chance(950) else order.buyer
    return Said(actor, billing.IssueInvoice(key, month, first_call, calls, s.digest(), taxes))


def _is_due(s: Scene, key: AgreementId) -> bool:
    """Tell whether calls of an agreement are billed and on no invoice yet."""
    order = s.states.exchange.orders.get(s.states.exchange.by_agreement.get(key) or "")
    return order is not None and order.calls > views.next_call(s.states.billing, key)


def answer(s: Scene) -> Said | None:
    """Confirm or contest an invoice, settle a contest, or say so of one that is decided."""
    invoices = s.states.billing.invoices
    newest = s.made["invoice"][-40:]
    open_ = [key for key in newest if invoices[key].state in (InvoiceState.ISSUED, InvoiceState.CONTESTED)]
    key = InvoiceId(s.one(open_) if open_ and s.chance(700) else s.pick("invoice"))
    invoice = s.states.billing.invoices.get(key)
    if invoice is None:
        return None
    if invoice.state is InvoiceState.CONTESTED:
        return _settle(s, key, invoice)
    if s.chance(300):
        return Said(s.one((invoice.buyer, invoice.buyer, invoice.seller)), billing.ConfirmInvoice(key))
    place = f"{invoice.agreement}/{invoice.product}/"
    batches = [batch for _, batch in s.states.cleanroom.batches.under(place)]
    batch = s.one(batches)
    root = s.digest() if s.chance(900) else batch.batch_root
    return Said(invoice.buyer, billing.ContestInvoice(key, (billing.OwnRoot(batch.first_call, root),)))


def _settle(s: Scene, key: InvoiceId, invoice: billing.Invoice) -> Said:
    first = invoice.contested[0]
    credited = s.one(((), invoice.contested, (Span(first.first_call, 1),), (Span(invoice.end, 1),)))
    actor = s.one((OPERATOR, OPERATOR, invoice.seller, invoice.buyer))
    return Said(actor, billing.SettleContest(key, credited, s.digest()))


HABITS: tuple[tuple[int, Habit], ...] = ((30, issue), (20, answer))

MADE = {billing.InvoiceIssued: ("invoice", "invoice")}
