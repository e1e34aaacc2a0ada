"""Short ways to every refusal of filings, purchases and the price index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from stage import Stage

from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS, month_of, months_from
from mumian.market.trial import EVIDENCE
from mumian.rooms.filings import model as filings
from mumian.rooms.filings.records import FilingId, PurchaseMethod
from mumian.rooms.parties.model import PartyKind

Says = tuple[str, Any]
NOBODY = PartyId("party-404")


def deal(s: Stage, **changes: Any) -> filings.FileOffExchange:
    """What the trial's merchant files as sold to the insurer outside."""
    terms = filings.FileOffExchange(
        s.world.merchant, s.world.insurer, "dataset", "", DataKind.ENTERPRISE, 1, 100, EVIDENCE, s.now - DAY_MS
    )
    return replace(terms, **changes)


def filing(**changes: Any) -> Callable[[Stage], Says]:
    return lambda s: (s.world.merchant, deal(s, **changes))


def filed(s: Stage) -> FilingId:
    return FilingId(s.made(s.world.merchant, deal(s), "filing"))


def filed_twice(s: Stage) -> Says:
    filed(s)
    return s.world.insurer, deal(s)


def confirmed_twice(s: Stage) -> Says:
    confirm = filings.ConfirmFiling(filed(s))
    s.say(s.world.insurer, confirm)
    return s.world.insurer, confirm


def public_product_sold_outside(s: Stage) -> Says:
    return s.world.merchant, deal(s, product=s.product(s.public().grant))


def purchase(s: Stage, product: str) -> filings.RegisterPurchase:
    method = PurchaseMethod.OPEN_TENDER
    return filings.RegisterPurchase(s.world.merchant, product, "dataset", "2026-01", method, 100, EVIDENCE, s.now)


def public_product_bought(s: Stage) -> Says:
    public = s.public()
    return s.admit(PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY), purchase(s, s.product(public.grant))


def last_month(s: Stage) -> filings.PublishIndex:
    return filings.PublishIndex(months_from(month_of(s.now), -1))


def published_twice(s: Stage) -> Says:
    s.say(OPERATOR, last_month(s))
    return OPERATOR, last_month(s)


STAGED: dict[str, Callable[[Stage], Says]] = {
    "filings.NOT_THE_EXCHANGE": lambda s: (s.world.merchant, last_month(s)),
    "filings.NOT_A_PUBLIC_BODY": lambda s: (s.world.insurer, purchase(s, "")),
    "filings.FILING_UNKNOWN": lambda s: (s.world.insurer, filings.ConfirmFiling(FilingId("filing-0"))),
    "filings.NOT_A_SIDE": lambda s: (s.world.merchant, filings.ConfirmFiling(filed(s))),
    "filings.STATE_FORBIDS": confirmed_twice,
    "filings.PARTY_UNKNOWN": filing(buyer=NOBODY),
    "filings.SAME_SIDES": lambda s: (s.world.merchant, deal(s, buyer=s.world.merchant)),
    "filings.PRODUCT_UNKNOWN": filing(product="product-0"),
    "filings.PUBLIC_DATA_OFF_EXCHANGE": public_product_sold_outside,
    "filings.NOT_SOCIAL_DATA": public_product_bought,
    "filings.CONTRACT_FILED": filed_twice,
    "filings.NOT_YET": lambda s: (s.world.merchant, deal(s, concluded_at=s.now + DAY_MS)),
    "filings.MONTH_NOT_OVER": lambda s: (OPERATOR, filings.PublishIndex(month_of(s.now))),
    "filings.PUBLISHED_ALREADY": published_twice,
}

BEFORE: dict[str, Callable[[Stage], Says]] = {
    "filings.RULE_NOT_IN_FORCE": lambda s: (OPERATOR, last_month(s)),
}
"""In a market whose rulebook knows no price index."""
