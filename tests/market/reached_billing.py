"""Short ways to refusals of billing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reached_money import CHECK
from stage import Stage

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, AgreementId
from mumian.kernel.time import DAY_MS
from mumian.market.trial import EVIDENCE, PURPOSE
from mumian.rooms.billing import model as billing
from mumian.rooms.billing.model import InvoiceId, OwnRoot, Span, Tax
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.exchange import model as exchange

Says = tuple[str, Any]
OTHER = sha256_hex(b"the buyer's own meter")


def billed(s: Stage) -> AgreementId:
    """Two calls are made, recorded and billed in September; it is October."""
    world = s.world
    s.say(world.insurer, cleanroom.RequestJob(world.checks_agreement, world.checks, PURPOSE, CHECK, "n1"))
    s.say(world.owners[0], cleanroom.RecordUsage(world.checks_agreement, world.checks, EVIDENCE, 0, 2))
    s.say(world.merchant, exchange.SettleUsage(world.checks_agreement))
    s.wait(s.now + 15 * DAY_MS)
    return AgreementId(world.checks_agreement)


def issued(s: Stage, calls: int = 2) -> InvoiceId:
    said = billing.IssueInvoice(billed(s), "2026-09", 0, calls, EVIDENCE, (Tax("vat", 600),))
    return InvoiceId(s.made(s.world.merchant, said, "invoice"))


def contested(s: Stage) -> InvoiceId:
    invoice = issued(s)
    s.say(s.world.insurer, billing.ContestInvoice(invoice, (OwnRoot(0, OTHER),)))
    return invoice


def issuing(*, by: str = "merchant", month: str = "2026-09", first: int = 0, calls: int = 2, taxes: Any = ()) -> Any:
    def said(s: Stage) -> Says:
        return getattr(s.world, by), billing.IssueInvoice(billed(s), month, first, calls, EVIDENCE, taxes)

    return said


def invoiced_before(s: Stage) -> Says:
    issued(s, 1)
    return s.world.merchant, billing.IssueInvoice(AgreementId(s.world.checks_agreement), "2026-09", 1, 1, EVIDENCE)


def contesting(*roots: OwnRoot) -> Callable[[Stage], Says]:
    return lambda s: (s.world.insurer, billing.ContestInvoice(issued(s), roots))


STAGED: dict[str, Callable[[Stage], Says]] = {
    "billing.DEAL_UNKNOWN": lambda s: (
        s.world.merchant,
        billing.IssueInvoice(AgreementId("agreement-1"), "2026-08", 0, 1, EVIDENCE),
    ),
    "billing.INVOICE_UNKNOWN": lambda s: (s.world.insurer, billing.ConfirmInvoice(InvoiceId("invoice-1"))),
    "billing.NOT_YOURS": issuing(by="insurer"),
    "billing.INVOICE_STATE_FORBIDS": lambda s: (s.world.insurer, billing.ConfirmInvoice(contested(s))),
    "billing.MONTH_NOT_OVER": issuing(month="2026-10"),
    "billing.MONTH_INVOICED": invoiced_before,
    "billing.CALLS_NOT_NEXT": issuing(first=1, calls=1),
    "billing.CALLS_NOT_BILLED": issuing(calls=3),
    "billing.TAX_REPEATED": issuing(taxes=(Tax("vat", 1), Tax("vat", 2))),
    "billing.ROOTS_MISSING": contesting(),
    "billing.BATCH_OUTSIDE": contesting(OwnRoot(1, OTHER)),
    "billing.ROOTS_AGREE": contesting(OwnRoot(0, EVIDENCE)),
    "billing.CREDIT_OUTSIDE": lambda s: (
        OPERATOR,
        billing.SettleContest(contested(s), (Span(1, 2),), EVIDENCE),
    ),
}

BEFORE_BILLING: dict[str, Callable[[Stage], Says]] = {"billing.RULE_NOT_IN_FORCE": issuing()}
