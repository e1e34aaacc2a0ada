"""Decision table of the exchange: one line a case."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.canonical import INT53_MAX, canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, AgreementId, ListingId, OrderId, PartyId, ProductId, ResourceId
from mumian.kernel.limits import Stop
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS
from mumian.rooms.exchange import views
from mumian.rooms.exchange.decide import decide
from mumian.rooms.exchange.events import (
    ComplianceReviewed,
    DealSigned,
    DeliveryAccepted,
    ListingsSuspended,
    OrderPlaced,
    ProductListed,
    UsageBilled,
)
from mumian.rooms.exchange.evolve import evolve
from mumian.rooms.exchange.laws import LAWS
from mumian.rooms.exchange.model import (
    AcceptDelivery,
    AgreementSeen,
    BrokenSource,
    CancelOrder,
    CloseUsage,
    Command,
    DelistProduct,
    EndSubscription,
    Event,
    ExpireOrder,
    FileDeal,
    IssueQuote,
    ListingFacts,
    ListProduct,
    MissTurnover,
    Order,
    PlaceAgreed,
    PlaceOrder,
    PlaceTrial,
    Posted,
    ProductFacts,
    RateDeal,
    RecordDelivery,
    RegisterProduct,
    RejectDelivery,
    RenewOrder,
    ReportTurnover,
    ResolveDispute,
    ReviewCompliance,
    ReviewFacts,
    SetRenewal,
    SettleUsage,
    ShelfFacts,
    SignDeal,
    SigningFacts,
    StandingFacts,
    State,
    SuspendListing,
    SuspendStandingOn,
    UsageFacts,
    Volume,
)
from mumian.rooms.exchange.model import ExchangeRefusal as R
from mumian.rooms.exchange.product import (
    Axis,
    DeliveryForm,
    FieldOfUse,
    Level,
    Price,
    PriceMode,
    ProductType,
    Scenario,
    SourceId,
    SourceSeen,
    Support,
    Tier,
    Unit,
)
from mumian.rooms.exchange.states import PRODUCT_MOVES, DealState, ListingState, Payment, ProductState, moves_of
from mumian.rooms.exchange.terms import (
    DISPUTE_MS,
    INSPECTION_MS,
    ORDER_MS_MAX,
    DisputeOutcome,
    Evaluation,
    RejectReason,
    ReviewItem,
    SuspendReason,
    Verdict,
)

NOW, DUE = 1_000, 1_000 + DAY_MS
LATER = 1_790_000_000_000
"""In 2026, when rules are in force."""
DIGEST = "5f" * 32
ROLES = {
    "merchant": {Role.DATA_MERCHANT},
    "operator": {Role.PUBLIC_DATA_OPERATOR, Role.SUPPLIER},
    "insurer": {Role.BUYER},
    "trader": {Role.DATA_MERCHANT, Role.BUYER, Role.SERVICE_PROVIDER},
    "assessor": {Role.SERVICE_PROVIDER},
    "regulator": {Role.REGULATOR},
    "exchange": {Role.EXCHANGE},
}
AIR = SourceSeen(
    SourceId("grant-1"),
    ResourceId("resource-1"),
    PartyId("airline"),
    DataKind.ENTERPRISE,
    Level.GENERAL_3,
    True,
    True,
    True,
)
WEATHER = SourceSeen(
    SourceId("grant-2"), ResourceId("resource-2"), PartyId("bureau"), DataKind.PUBLIC, Level.GENERAL_1, True, True, True
)
INSURANCE = Scenario("S03-01", "航班延误保险定价", FieldOfUse.INDUSTRY)
FIXED = Price(PriceMode.FIXED, 500, Unit.PRODUCT)
CAPPED = Price(PriceMode.GOV_CAP, 90, Unit.CALL)
FREE = Price(PriceMode.FREE, 0, Unit.PRODUCT)
REPORT, CHECK = ProductId("product-1"), ProductId("product-2")
SHELF, COUNTER = ListingId("listing-5"), ListingId("listing-6")


def frame(actor: str, now: int, seq: int) -> dict[str, Any]:
    return {"seq": seq, "now": now, "actor": PartyId(actor), "roles": frozenset(ROLES.get(actor, set[Role]()))}


def by(actor: str, *, now: int = NOW, seq: int = 50) -> Facts:
    return StandingFacts(**frame(actor, now, seq), broken=None)


def at_shelf(actor: str, bound_by: str = "") -> ShelfFacts:
    return ShelfFacts(**frame(actor, NOW, 50), bound_by=bound_by)


LOST = BrokenSource(SourceId("grant-1"), "right-1", "frozen")


def on_broken_ground(actor: str) -> Facts:
    return StandingFacts(**frame(actor, NOW, 50), broken=LOST)


def seeing(*sources: SourceSeen, actor: str = "merchant", relation: str | None = None, seq: int = 50) -> ProductFacts:
    return ProductFacts(**frame(actor, NOW, seq), sources=sources, operator_relation=relation)


def pricing(
    *sources: SourceSeen,
    actor: str = "merchant",
    ceiling_fen: int | None = None,
    agreed: bool = True,
    relation: str | None = None,
    seq: int = 50,
) -> ListingFacts:
    return ListingFacts(
        **frame(actor, NOW, seq),
        sources=sources,
        operator_relation=relation,
        ceiling_fen=ceiling_fen,
        distribution_in_force=agreed,
    )


def signing(
    actor: str = "insurer", *, now: int = NOW, product: str = REPORT, known: bool = True, consumer: str = "insurer"
) -> SigningFacts:
    seen = AgreementSeen(PartyId("merchant"), PartyId(consumer), ProductId(product)) if known else None
    return SigningFacts(**frame(actor, now, 50), agreement=seen)


def metering(calls: int, actor: str = MARKET) -> UsageFacts:
    return UsageFacts(**frame(actor, NOW, 50), unbilled_calls=calls)


def a_product(*sources: SourceSeen, **fields: Any) -> RegisterProduct:
    asked: dict[str, Any] = {
        "title": "航班延误风险",
        "product_type": ProductType.INDICATOR,
        "delivery": DeliveryForm.TEE,
        "sources": tuple(source.source for source in sources),
        "purposes": ("insurance-risk",),
        "scenario": INSURANCE,
    }
    return RegisterProduct(**{**asked, **fields})


def an_order(listing: str = SHELF, *, quantity: int = 2, expires_at: int = DUE, limit_fen: int = 1_000) -> PlaceOrder:
    return PlaceOrder(ListingId(listing), quantity, expires_at, limit_fen)


def certified(actor: str, *certificates: str, seq: int = 50) -> ReviewFacts:
    """Facts of a review: the product's one source is certified unless told otherwise."""
    return ReviewFacts(**frame(actor, NOW, seq), certificates=certificates or ("SJ4412026110001",))


def uncertified(actor: str) -> ReviewFacts:
    return ReviewFacts(**frame(actor, NOW, 50), certificates=())


def reviewing(product: str = REPORT, verdict: Verdict = Verdict.PASSED) -> ReviewCompliance:
    return ReviewCompliance(ProductId(product), verdict, DIGEST)


def do(state: State, command: Command, facts: Facts) -> list[Event]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    return events


def a_state() -> State:
    """A report of enterprise data at 500 fen and a check on public data at 90 fen a call, both listed."""
    state = State(*(DictTable() for _ in State.__struct_fields__))
    do(state, a_product(AIR), seeing(AIR, seq=1))
    checks = {"product_type": ProductType.VERIFY, "delivery": DeliveryForm.VERIFY_QA}
    do(state, a_product(AIR, WEATHER, **checks), seeing(AIR, WEATHER, seq=2))
    do(state, reviewing(), certified("assessor"))
    do(state, reviewing(CHECK), certified("exchange"))
    do(state, ListProduct(REPORT, FIXED), pricing(AIR, seq=5))
    do(state, ListProduct(CHECK, CAPPED), pricing(AIR, WEATHER, ceiling_fen=90, seq=6))
    return state


ORDER = OrderId("order-7")
AGREED = AgreementId("agreement-8")
RELEASED = RecordDelivery(ORDER, DIGEST)


def ordered(listing: ListingId = SHELF) -> State:
    state = a_state()
    do(state, an_order(listing), by("insurer", seq=7))
    return state


def signed(listing: ListingId = SHELF) -> State:
    state = ordered(listing)
    do(state, SignDeal(ORDER, AGREED), signing(product=REPORT if listing == SHELF else CHECK))
    return state


def delivered() -> State:
    state = signed()
    do(state, RELEASED, by("merchant"))
    return state


def watched() -> State:
    """Delivered, on a day on which the market's clock watches over orders."""
    state = a_state()
    do(state, an_order(expires_at=LATER + DAY_MS), by("insurer", now=LATER, seq=7))
    do(state, SignDeal(ORDER, AGREED), signing(now=LATER))
    do(state, RELEASED, by("merchant", now=LATER))
    return state


def disputed() -> State:
    state = delivered()
    do(state, RejectDelivery(ORDER, RejectReason.INCOMPLETE), by("insurer"))
    return state


def settled() -> State:
    state = delivered()
    do(state, AcceptDelivery(ORDER), by("insurer"))
    return state


def suspended() -> State:
    state = signed()
    do(state, SuspendListing(SHELF, SuspendReason.SOURCE_BROKEN, "grant-1"), by(MARKET))
    return state


def metered() -> State:
    return signed(COUNTER)


SHARE = Price(PriceMode.REV_SHARE, 1_250, Unit.TURNOVER)
"""An eighth of what the buyer earns."""
ONE_SHARE = an_order(quantity=1, expires_at=LATER + DAY_MS, limit_fen=1_250)
AUGUST, SEPTEMBER, OCTOBER = "2026-08", "2026-09", "2026-10"


def report(month: str = SEPTEMBER, turnover_fen: int = 80_000) -> ReportTurnover:
    return ReportTurnover(ORDER, month, turnover_fen, DIGEST)


def priced(price: Price) -> State:
    state = a_state()
    do(state, ListProduct(REPORT, price), pricing(AIR, seq=7))
    return state


def delivered_at(state: State, order: PlaceOrder) -> State:
    """Order, sign and deliver on 2026-09-21, while the market's clock watches."""
    do(state, order, by("insurer", now=LATER, seq=7))
    do(state, SignDeal(ORDER, AGREED), signing(now=LATER))
    do(state, RELEASED, by("merchant", now=LATER))
    return state


def shared() -> State:
    return delivered_at(priced(SHARE), ONE_SHARE)


def reported() -> State:
    state = shared()
    do(state, report(), by("insurer", now=LATER))
    return state


def owing() -> State:
    state = reported()
    do(state, MissTurnover(ORDER), by(MARKET, now=LATER + 25 * DAY_MS))
    return state


def subscribed() -> State:
    """Two months at 100 fen each."""
    monthly = Price(PriceMode.SUBSCRIPTION, 100, Unit.MONTH)
    return delivered_at(priced(monthly), an_order(expires_at=LATER + DAY_MS))


def over() -> State:
    state = subscribed()
    do(state, AcceptDelivery(ORDER), by("insurer", now=LATER))
    return state


def ended_early() -> State:
    state = subscribed()
    do(state, EndSubscription(ORDER), by("insurer", now=LATER))
    return state


def listed_again() -> State:
    """An agreement taken by the first order, and a second order that asks for it."""
    state = signed()
    do(state, an_order(), by("insurer", seq=9))
    return state


def a_welfare_product() -> State:
    state = a_state()
    do(state, a_product(WEATHER, scenario=replace(INSURANCE, field=FieldOfUse.PUBLIC_WELFARE)), seeing(WEATHER, seq=3))
    do(state, reviewing("product-3"), certified("exchange"))
    return state


def a_traders_product() -> State:
    state = a_state()
    do(state, a_product(AIR), seeing(AIR, actor="trader", seq=3))
    do(state, reviewing("product-3"), certified("assessor"))
    do(state, ListProduct(ProductId("product-3"), FIXED), pricing(AIR, actor="trader", seq=4))
    return state


def a_product_of_ones_own() -> State:
    state = a_state()
    do(state, a_product(AIR), seeing(AIR, actor="trader", seq=3))
    return state


def a_delisted_product() -> State:
    state = a_state()
    do(state, DelistProduct(REPORT), at_shelf("merchant"))
    return state


WELFARE = ProductId("product-3")
UNKNOWN = ProductId("product-9")
BLANK = replace(INSURANCE, text=" ")
BROKEN = replace(AIR, unbroken=False, broken_at="right-4", reason="revoked")
CORE, IMPORTANT, SECRET = (replace(AIR, level=level) for level in (Level.CORE, Level.IMPORTANT, Level.GENERAL_4))
STATEMENT = Evaluation(5, DIGEST)
INSPECTED, LAPSED = NOW + INSPECTION_MS, DUE + INSPECTION_MS + DISPUTE_MS
SUSPEND = SuspendListing(SHELF, SuspendReason.COMPLAINT)
TIERED = Price(PriceMode.TIERED, 5, Unit.RECORD, (Tier(10, 5), Tier(100, 3)))
SUPPORT = Support((Axis("origin", ("EWR", "JFK")),), 9)
HAGGLED = Price(PriceMode.NEGOTIATED, 0, Unit.PRODUCT)
AGREED_ON = PlaceAgreed(SHELF, PartyId("insurer"), 3, 700, DUE, "negotiation-3")


WON = OrderId("order-51")


def won() -> State:
    state = haggled()
    do(state, replace(AGREED_ON, because="auction-9", is_binding=True), by(MARKET, seq=51))
    return state


def by_year() -> State:
    state = a_state()
    price = Price(PriceMode.SUBSCRIPTION, 1, Unit.YEAR, trial_units=10**6)
    do(state, ListProduct(REPORT, price), pricing(AIR))
    return state


def stopped() -> State:
    state = won()
    do(state, SUSPEND, by(MARKET))
    return state


def in_tiers() -> State:
    state = a_state()
    do(state, ListProduct(REPORT, TIERED), pricing(AIR))
    return state


RATE = RateDeal(ORDER, STATEMENT)


def rated() -> State:
    state = settled()
    do(state, RATE, by("insurer"))
    return state


TRY = PlaceTrial(SHELF, 2, DUE)


def on_trial() -> State:
    state = a_state()
    do(state, ListProduct(REPORT, replace(FIXED, trial_units=2)), pricing(AIR))
    return state


def tried() -> State:
    state = on_trial()
    do(state, TRY, by("insurer"))
    return state


QUOTED = IssueQuote(SHELF, PartyId("insurer"), 5, 400, DUE)
BY_QUOTE = replace(an_order(), quote="quote-40")


def quoted() -> State:
    state = a_state()
    do(state, QUOTED, by("merchant", seq=40))
    return state


def quote_spent() -> State:
    state = quoted()
    do(state, BY_QUOTE, by("insurer", seq=51))
    return state


def quoted_and_cheaper() -> State:
    state = quoted()
    do(state, ListProduct(REPORT, replace(FIXED, amount_fen=399)), pricing(AIR))
    return state


def haggled() -> State:
    state = a_state()
    do(state, ListProduct(REPORT, HAGGLED), pricing(AIR))
    return state


SETTLE, REFUND = (ResolveDispute(ORDER, outcome) for outcome in DisputeOutcome)

REFUSALS: list[tuple[Callable[[], State], Command, Facts, R]] = [
    (a_state, SuspendStandingOn(("right-1",), "right-1"), by("regulator"), R.ONLY_THE_MARKET),
    (a_state, a_product(AIR), seeing(AIR, actor="insurer"), R.ROLE_MISSING),
    (a_state, reviewing(), certified("insurer"), R.ROLE_MISSING),
    (
        a_product_of_ones_own,
        replace(reviewing("product-3"), examined=(ReviewItem.USE, ReviewItem.SOURCE)),
        certified("exchange"),
        R.CERTIFIED_ALREADY,
    ),
    (a_product_of_ones_own, reviewing("product-3"), uncertified("exchange"), R.NOT_EXAMINED),
    (a_state, a_product(AIR), seeing(replace(AIR, unlawful="consent.NO_BASIS")), R.NOT_LAWFUL),
    (
        a_state,
        an_order(),
        StandingFacts(**frame("insurer", NOW, 50), broken=replace(LOST, unlawful="consent.NO_BASIS")),
        R.NOT_LAWFUL,
    ),
    (
        a_product_of_ones_own,
        replace(reviewing("product-3"), examined=(ReviewItem.USE,)),
        certified("exchange"),
        R.NOT_EXAMINED,
    ),
    (a_state, SUSPEND, by("merchant"), R.ROLE_MISSING),
    (a_state, an_order(), by("merchant"), R.ROLE_MISSING),
    (settled, FileDeal(ORDER, STATEMENT), by("merchant"), R.ROLE_MISSING),
    (a_state, a_product(AIR, scenario=None), seeing(AIR), R.SCENARIO_MISSING),
    (a_state, a_product(AIR, scenario=BLANK), seeing(AIR), R.SCENARIO_MISSING),
    (a_state, ListProduct(UNKNOWN, FIXED), pricing(AIR), R.NOT_REGISTERED),
    (a_state, reviewing(UNKNOWN), certified("assessor"), R.NOT_REGISTERED),
    (a_state, DelistProduct(UNKNOWN), at_shelf("merchant"), R.NOT_REGISTERED),
    (a_state, ListProduct(REPORT, FIXED), pricing(AIR, actor="trader"), R.NOT_YOURS),
    (a_state, DelistProduct(REPORT), at_shelf("trader"), R.NOT_YOURS),
    (ordered, SignDeal(ORDER, AGREED), signing("trader"), R.NOT_YOURS),
    (signed, RELEASED, by("insurer"), R.NOT_YOURS),
    (delivered, AcceptDelivery(ORDER), by("trader", now=INSPECTED), R.NOT_YOURS),
    (delivered, RejectDelivery(ORDER, RejectReason.LATE), by("merchant"), R.NOT_YOURS),
    (disputed, SETTLE, by("merchant"), R.NOT_YOURS),
    (disputed, REFUND, by("insurer"), R.NOT_YOURS),
    (ordered, CancelOrder(ORDER), by("trader"), R.NOT_YOURS),
    (metered, SettleUsage(AGREED), metering(5, "insurer"), R.NOT_YOURS),
    (metered, CloseUsage(ORDER), by("insurer", now=DUE), R.NOT_YOURS),
    (a_state, a_product(AIR), seeing(AIR, actor="operator"), R.OPERATOR_DEVELOPS),
    (a_state, a_product(WEATHER), seeing(WEATHER, relation="merchant owned by operator"), R.OPERATOR_DEVELOPS),
    (a_state, ListProduct(CHECK, CAPPED), pricing(AIR, WEATHER, relation="party-3"), R.OPERATOR_DEVELOPS),
    (a_welfare_product, reviewing(), certified("trader"), R.PRODUCT_STATE_FORBIDS),
    (a_delisted_product, DelistProduct(REPORT), at_shelf("exchange"), R.PRODUCT_STATE_FORBIDS),
    (suspended, SUSPEND, by("regulator"), R.PRODUCT_STATE_FORBIDS),
    (suspended, ListProduct(REPORT, FIXED), pricing(AIR), R.COMPLIANCE_MISSING),
    (a_state, DelistProduct(REPORT), at_shelf("merchant", "auction-9"), R.LISTING_BOUND),
    (a_state, ListProduct(REPORT, FIXED), replace(pricing(AIR), bound_by="auction-9"), R.LISTING_BOUND),
    (a_state, ListProduct(REPORT, FIXED), pricing(AIR, agreed=False), R.DISTRIBUTION_OPEN),
    (a_state, a_product(), seeing(), R.SOURCES_NONE_OR_TOO_MANY),
    (a_state, a_product(*[AIR] * 257), seeing(*[AIR] * 257), R.SOURCES_NONE_OR_TOO_MANY),
    (a_state, a_product(AIR, AIR), seeing(AIR, AIR), R.SOURCE_REPEATED),
    (a_state, a_product(AIR, purposes=()), seeing(AIR), R.PURPOSE_MISSING),
    (a_state, a_product(AIR), seeing(BROKEN), R.SOURCE_BROKEN),
    (a_state, ListProduct(REPORT, FIXED), pricing(BROKEN), R.SOURCE_BROKEN),
    (a_state, a_product(AIR), seeing(replace(AIR, is_actors=False)), R.SOURCE_NOT_YOURS),
    (a_state, a_product(AIR), seeing(replace(AIR, operate_right=False)), R.SOURCE_NOT_OPERABLE),
    (a_state, a_product(AIR), seeing(replace(CORE, department_consent=True)), R.CORE_DATA),
    (a_state, a_product(AIR), seeing(IMPORTANT), R.IMPORTANT_DATA),
    (
        a_state,
        a_product(AIR, delivery=DeliveryForm.API),
        seeing(replace(IMPORTANT, department_consent=True)),
        R.FORM_TOO_OPEN,
    ),
    (a_state, a_product(AIR, delivery=DeliveryForm.API), seeing(SECRET), R.FORM_TOO_OPEN),
    (a_state, a_product(AIR, delivery=DeliveryForm.FILE), seeing(AIR), R.FORM_TOO_OPEN),
    (a_state, ListProduct(REPORT, FIXED), pricing(CORE), R.CORE_DATA),
    (a_state, a_product(WEATHER, delivery=DeliveryForm.FILE), seeing(WEATHER), R.PUBLIC_RAW_FILE),
    (a_state, ListProduct(REPORT, replace(FIXED, amount_fen=0)), pricing(AIR), R.PRICE_INCOHERENT),
    (a_state, ListProduct(REPORT, replace(FREE, amount_fen=1)), pricing(AIR), R.PRICE_INCOHERENT),
    (a_state, ListProduct(REPORT, replace(FIXED, unit=Unit.CALL)), pricing(AIR), R.PRICE_INCOHERENT),
    (a_welfare_product, ListProduct(WELFARE, CAPPED), pricing(WEATHER, ceiling_fen=90), R.PUBLIC_GOOD_IS_FREE),
    (a_state, ListProduct(CHECK, FIXED), pricing(AIR, WEATHER, ceiling_fen=900), R.PRICE_MODE_NOT_FOR_KIND),
    (a_state, ListProduct(REPORT, CAPPED), pricing(AIR, ceiling_fen=900), R.PRICE_MODE_NOT_FOR_KIND),
    (a_state, ListProduct(CHECK, CAPPED), pricing(AIR, WEATHER), R.CEILING_MISSING),
    (a_state, ListProduct(CHECK, CAPPED), pricing(AIR, WEATHER, ceiling_fen=89), R.OVER_CEILING),
    (a_state, an_order("listing-9"), by("insurer"), R.LISTING_UNKNOWN),
    (a_state, SuspendListing(ListingId("listing-9"), SuspendReason.COMPLAINT), by(MARKET), R.LISTING_UNKNOWN),
    (suspended, an_order(), by("insurer"), R.LISTING_NOT_OPEN),
    (a_state, an_order(), on_broken_ground("insurer"), R.SOURCE_BROKEN),
    (signed, RELEASED, on_broken_ground("merchant"), R.SOURCE_BROKEN),
    (
        a_state,
        a_product(AIR, delivery=DeliveryForm.API),
        seeing(replace(AIR, operate_right=False, use_right=True)),
        R.SOURCE_NOT_OPERABLE,
    ),
    (suspended, RELEASED, by("merchant"), R.LISTING_NOT_OPEN),
    (a_state, an_order(expires_at=NOW), by("insurer"), R.EXPIRY_OUT_OF_RANGE),
    (a_state, an_order(expires_at=NOW + ORDER_MS_MAX + 1), by("insurer"), R.EXPIRY_OUT_OF_RANGE),
    (a_state, an_order(quantity=INT53_MAX // 100, limit_fen=INT53_MAX), by("insurer"), R.AMOUNT_TOO_LARGE),
    (a_state, an_order(limit_fen=999), by("insurer"), R.PRICE_ABOVE_LIMIT),
    (a_state, ListProduct(REPORT, replace(TIERED, tiers=())), pricing(AIR), R.PRICE_INCOHERENT),
    (a_state, ListProduct(REPORT, replace(FIXED, tiers=TIERED.tiers)), pricing(AIR), R.PRICE_INCOHERENT),
    (a_state, ListProduct(REPORT, replace(HAGGLED, amount_fen=1)), pricing(AIR), R.PRICE_INCOHERENT),
    (a_state, ListProduct(REPORT, replace(TIERED, amount_fen=4)), pricing(AIR), R.TARIFF_UNSOUND),
    (a_state, ListProduct(REPORT, replace(TIERED, tiers=(Tier(10, 5), Tier(99, 6)))), pricing(AIR), R.TARIFF_UNSOUND),
    (a_state, ListProduct(REPORT, replace(TIERED, tiers=(Tier(10, 5),) * 17)), pricing(AIR), R.TARIFF_UNSOUND),
    (in_tiers, an_order(quantity=101, limit_fen=10**6), by("insurer"), R.BEYOND_LAST_TIER),
    (haggled, an_order(), by("insurer"), R.PRICE_NOT_POSTED),
    (a_state, RATE, by("insurer"), R.ORDER_UNKNOWN),
    (settled, RATE, by("trader"), R.NOT_YOURS),
    (delivered, RATE, by("insurer"), R.NOT_ENDED),
    (rated, RATE, by("insurer"), R.RATED_ALREADY),
    (a_state, TRY, by("insurer"), R.TRIAL_NOT_OFFERED),
    (on_trial, TRY, by("merchant"), R.ROLE_MISSING),
    (on_trial, replace(TRY, expires_at=NOW), by("insurer"), R.EXPIRY_OUT_OF_RANGE),
    (tried, TRY, by("insurer", seq=53), R.TRIAL_TAKEN),
    (a_state, replace(QUOTED, listing=ListingId("listing-9")), by("merchant"), R.LISTING_UNKNOWN),
    (a_state, QUOTED, by("trader"), R.NOT_YOURS),
    (suspended, QUOTED, by("merchant"), R.LISTING_NOT_OPEN),
    (a_state, replace(QUOTED, buyer=PartyId("merchant")), by("merchant"), R.SELF_DEALING),
    (a_state, replace(QUOTED, valid_until=NOW), by("merchant"), R.EXPIRY_OUT_OF_RANGE),
    (a_state, replace(QUOTED, unit_fen=500), by("merchant"), R.QUOTE_NOT_BELOW),
    (in_tiers, replace(QUOTED, unit_fen=1), by("merchant"), R.QUOTE_NOT_BELOW),
    (quoted_and_cheaper, BY_QUOTE, by("insurer"), R.QUOTE_NOT_BELOW),
    (quoted, BY_QUOTE, by("trader"), R.QUOTE_UNKNOWN),
    (quoted, replace(BY_QUOTE, quote="quote-99"), by("insurer"), R.QUOTE_UNKNOWN),
    (quoted, replace(BY_QUOTE, listing=COUNTER), by("insurer"), R.QUOTE_UNKNOWN),
    (quote_spent, BY_QUOTE, by("insurer", seq=52), R.QUOTE_SPENT),
    (quoted, replace(BY_QUOTE, expires_at=DUE + 1), by("insurer", now=DUE), R.QUOTE_EXPIRED),
    (quoted, replace(BY_QUOTE, quantity=6), by("insurer"), R.QUOTE_TOO_SMALL),
    (a_state, AGREED_ON, by(MARKET), R.PRICE_POSTED),
    (haggled, AGREED_ON, by("insurer"), R.ONLY_THE_MARKET),
    (haggled, replace(AGREED_ON, buyer=PartyId("merchant")), by(MARKET), R.SELF_DEALING),
    (haggled, replace(AGREED_ON, unit_fen=INT53_MAX), by(MARKET), R.AMOUNT_TOO_LARGE),
    (a_state, RELEASED, by("merchant"), R.ORDER_UNKNOWN),
    (ordered, RELEASED, by("merchant"), R.ORDER_STATE_FORBIDS),
    (signed, SignDeal(ORDER, AGREED), signing(), R.ORDER_STATE_FORBIDS),
    (signed, AcceptDelivery(ORDER), by("insurer"), R.ORDER_STATE_FORBIDS),
    (signed, RejectDelivery(ORDER, RejectReason.LATE), by("insurer"), R.ORDER_STATE_FORBIDS),
    (signed, SettleUsage(AGREED), metering(5), R.ORDER_STATE_FORBIDS),
    (signed, CloseUsage(ORDER), by("merchant"), R.ORDER_STATE_FORBIDS),
    (delivered, CancelOrder(ORDER), by("insurer"), R.ORDER_STATE_FORBIDS),
    (by_year, PlaceOrder(SHELF, 11, LATER + DAY_MS, 10**6), by("insurer", now=LATER), R.SUBSCRIPTION_TOO_LONG),
    (by_year, PlaceTrial(SHELF, 10**6, LATER + DAY_MS), by("insurer", now=LATER), R.SUBSCRIPTION_TOO_LONG),
    (won, CancelOrder(WON), by("insurer"), R.ORDER_BINDS),
    (won, CancelOrder(WON), by("merchant"), R.ORDER_BINDS),
    (stopped, CancelOrder(WON), by("merchant"), R.ORDER_BINDS),
    (delivered, REFUND, by("exchange"), R.ORDER_STATE_FORBIDS),
    (delivered, FileDeal(ORDER, STATEMENT), by("exchange"), R.ORDER_STATE_FORBIDS),
    (settled, ExpireOrder(ORDER), by("insurer", now=LAPSED), R.ORDER_STATE_FORBIDS),
    (metered, CancelOrder(ORDER), by("insurer"), R.ORDER_STATE_FORBIDS),
    (metered, RELEASED, by("merchant"), R.ORDER_STATE_FORBIDS),
    (ordered, SignDeal(ORDER, AGREED), signing(now=DUE), R.ORDER_OVERDUE),
    (signed, RELEASED, by("merchant", now=DUE), R.ORDER_OVERDUE),
    (signed, ExpireOrder(ORDER), by("insurer", now=DUE - 1), R.ORDER_NOT_DUE),
    (delivered, ExpireOrder(ORDER), by("insurer", now=LAPSED - 1), R.ORDER_NOT_DUE),
    (ordered, SignDeal(ORDER, AGREED), signing(known=False), R.AGREEMENT_UNKNOWN),
    (ordered, SignDeal(ORDER, AGREED), signing(product=CHECK), R.AGREEMENT_MISMATCH),
    (ordered, SignDeal(ORDER, AGREED), signing(consumer="trader"), R.AGREEMENT_MISMATCH),
    (listed_again, SignDeal(OrderId("order-9"), AGREED), signing(), R.AGREEMENT_TAKEN),
    (a_state, SettleUsage(AGREED), metering(5), R.AGREEMENT_WITHOUT_ORDER),
    (delivered, AcceptDelivery(ORDER), by("merchant", now=INSPECTED - 1), R.INSPECTION_RUNS),
    (
        delivered,
        RejectDelivery(ORDER, RejectReason.LATE),
        by("insurer", now=INSPECTED),
        R.INSPECTION_OVER,
    ),
    (watched, AcceptDelivery(ORDER), by("merchant", now=LATER + 99 * DAY_MS), R.NOT_YOURS),
    (delivered, RejectDelivery(ORDER, RejectReason.UNSHARED), by("insurer"), R.NOT_YOURS),
    (delivered, RejectDelivery(ORDER, RejectReason.LATE), by(MARKET), R.NOT_YOURS),
    (delivered, EndSubscription(ORDER), by("merchant"), R.NOT_A_SUBSCRIPTION),
    (delivered, EndSubscription(ORDER), by("trader"), R.NOT_YOURS),
    (signed, EndSubscription(ORDER), by("insurer"), R.ORDER_STATE_FORBIDS),
    (a_state, EndSubscription(ORDER), by("insurer"), R.ORDER_UNKNOWN),
    (a_state, ListProduct(REPORT, replace(SHARE, amount_fen=10_001)), pricing(AIR), R.SHARE_UNSOUND),
    (a_state, ListProduct(REPORT, replace(SHARE, amount_fen=0)), pricing(AIR), R.SHARE_UNSOUND),
    (a_state, ListProduct(REPORT, replace(SHARE, trial_units=1)), pricing(AIR), R.SHARE_UNSOUND),
    (a_state, ListProduct(REPORT, Price(PriceMode.PER_CALL, 5, Unit.CALL)), pricing(AIR), R.UNIT_NOT_OF_PRODUCT),
    (a_state, ListProduct(REPORT, replace(TIERED, unit=Unit.COVERAGE)), pricing(AIR), R.SUPPORT_UNSOUND),
    (a_state, ListProduct(REPORT, replace(TIERED, support=SUPPORT)), pricing(AIR), R.SUPPORT_UNSOUND),
    (
        a_state,
        ListProduct(REPORT, replace(TIERED, unit=Unit.COVERAGE, support=Support((), 9))),
        pricing(AIR),
        R.SUPPORT_UNSOUND,
    ),
    (
        a_state,
        ListProduct(CHECK, replace(CAPPED, unit=Unit.PRECISION)),
        pricing(AIR, ceiling_fen=90),
        R.UNIT_NOT_OF_PRODUCT,
    ),
    (a_state, ListProduct(REPORT, replace(SHARE, unit=Unit.MONTH)), pricing(AIR), R.PRICE_INCOHERENT),
    (a_state, ListProduct(REPORT, replace(FREE, unit=Unit.TURNOVER)), pricing(AIR), R.PRICE_INCOHERENT),
    (partial(priced, SHARE), replace(ONE_SHARE, quantity=2), by("insurer", now=LATER), R.SHARED_ONCE),
    (
        owing,
        replace(ONE_SHARE, expires_at=LATER + 40 * DAY_MS),
        by("insurer", now=LATER + 26 * DAY_MS),
        R.TURNOVER_OWED,
    ),
    (shared, CloseUsage(ORDER), by("insurer", now=LATER), R.TURNOVER_OWED),
    (reported, CloseUsage(ORDER), by("insurer", now=LATER + 20 * DAY_MS), R.TURNOVER_OWED),
    (reported, CloseUsage(ORDER), by("trader", now=LATER), R.NOT_YOURS),
    (delivered, report(), by("insurer", now=LATER), R.NOT_SHARED),
    (a_state, report(), by("insurer", now=LATER), R.ORDER_UNKNOWN),
    (shared, report(), by("merchant", now=LATER), R.NOT_YOURS),
    (shared, report(AUGUST), by("insurer", now=LATER), R.MONTH_NOT_DUE),
    (shared, report(OCTOBER), by("insurer", now=LATER), R.MONTH_NOT_DUE),
    (shared, report(OCTOBER), by("insurer", now=LATER + 20 * DAY_MS), R.MONTH_NOT_DUE),
    (reported, report(turnover_fen=79_999), by("insurer", now=LATER), R.TURNOVER_FALLS),
    (reported, report(turnover_fen=FEN_MAX + 1), by("insurer", now=LATER), R.TURNOVER_TOO_LARGE),
    (shared, MissTurnover(ORDER), by("merchant", now=LATER), R.ONLY_THE_MARKET),
    (shared, AcceptDelivery(ORDER), by("insurer", now=LATER), R.ORDER_STATE_FORBIDS),
    (subscribed, SetRenewal(ORDER, 200), by("merchant", now=LATER), R.NOT_YOURS),
    (delivered, SetRenewal(ORDER, 200), by("insurer"), R.NOT_A_SUBSCRIPTION),
    (over, SetRenewal(ORDER, 200), by("insurer", now=LATER + 61 * DAY_MS), R.RENEWAL_LATE),
    (ended_early, SetRenewal(ORDER, 200), by("insurer", now=LATER), R.RENEWAL_LATE),
    (a_state, SetRenewal(ORDER, 200), by("insurer"), R.ORDER_UNKNOWN),
    (subscribed, RenewOrder(ORDER), by("insurer", now=LATER), R.ONLY_THE_MARKET),
    (signed, replace(RELEASED, units=3), by("merchant"), R.MORE_THAN_ORDERED),
    (disputed, replace(SETTLE, units=3), by("exchange"), R.MORE_THAN_ORDERED),
    (disputed, replace(SETTLE, units=1), by("insurer"), R.NOT_YOURS),
    (metered, SettleUsage(AGREED), metering(0), R.NOTHING_TO_BILL),
    (a_traders_product, an_order("listing-4"), by("trader"), R.SELF_DEALING),
    (a_traders_product, reviewing("product-3"), certified("trader"), R.REVIEWER_IS_SELLER),
]


@pytest.mark.parametrize(("units", "fen"), [(1, 5), (10, 50), (11, 53), (100, 320)])
def test_an_order_costs_the_sum_of_its_tiers(units: int, fen: int) -> None:
    state = in_tiers()
    (placed,) = do(state, an_order(quantity=units, limit_fen=fen), by("insurer"))
    assert isinstance(placed, OrderPlaced)
    assert placed.escrow_fen == state.orders[placed.order].escrow_fen == fen
    assert [fault for law in LAWS for fault in law(state)] == []


def test_what_is_delivered_in_part_is_paid_in_part() -> None:
    state = signed()
    do(state, replace(RELEASED, units=1), by("merchant"))
    (accepted,) = do(state, AcceptDelivery(ORDER), by("insurer"))
    assert isinstance(accepted, DeliveryAccepted)
    assert (accepted.escrow_fen, state.orders[ORDER].escrow_fen) == (500, 1_000)
    assert state.volumes[REPORT].gross_fen == 500
    assert [fault for law in LAWS for fault in law(state)] == []


def test_a_dispute_may_be_settled_for_fewer_units_than_were_delivered() -> None:
    state = disputed()
    (accepted,) = do(state, replace(SETTLE, units=1), by("exchange"))
    assert isinstance(accepted, DeliveryAccepted)
    assert accepted.escrow_fen == state.orders[ORDER].due_fen == 500
    assert [fault for law in LAWS for fault in law(state)] == []


def test_the_clock_accepts_what_nobody_objected_to() -> None:
    state = watched()
    (accepted,) = do(state, AcceptDelivery(ORDER), by(MARKET, now=LATER + 5 * DAY_MS))
    assert isinstance(accepted, DeliveryAccepted)
    assert (accepted.by, accepted.clocks) == (MARKET, (Stop(ORDER),))


def test_a_rating_of_each_side_goes_to_the_other() -> None:
    state = rated()
    do(state, replace(RATE, rating=replace(STATEMENT, score=3)), by("merchant"))
    assert {party: kept.score_sum for party, kept in state.standings.under()} == {"merchant": 5, "insurer": 3}
    assert [fault for law in LAWS for fault in law(state)] == []


def test_a_trial_costs_nothing_and_is_one_a_buyer() -> None:
    state = tried()
    assert [(order.is_trial, order.escrow_fen) for _, order in state.orders.under()] == [(True, 0)]
    assert state.trials[f"{REPORT}/insurer"] == "order-50"
    assert [fault for law in LAWS for fault in law(state)] == []


def test_a_quote_is_the_price_of_one_order_of_one_buyer() -> None:
    state = quoted()
    (placed,) = do(state, BY_QUOTE, by("insurer"))
    assert isinstance(placed, OrderPlaced)
    assert (placed.unit_fen, placed.escrow_fen) == (400, 800)
    assert state.quotes["quote-40"].order == placed.order
    assert [fault for law in LAWS for fault in law(state)] == []


def test_agreed_orders_of_one_step_have_ids_of_their_own() -> None:
    state = haggled()
    placed = [do(state, AGREED_ON, by(MARKET))[0] for _ in range(3)]
    assert [each.order for each in placed if isinstance(each, OrderPlaced)] == ["order-50", "order-50.1", "order-50.2"]
    assert state.orders["order-50.1"].escrow_fen == 2_100
    assert [fault for law in LAWS for fault in law(state)] == []


@pytest.mark.parametrize(("state", "command", "facts", "refusal"), REFUSALS)
def test_the_exchange_refuses_by_name(state: Callable[[], State], command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_the_exchange_has_a_case() -> None:
    assert {refusal for _, _, _, refusal in REFUSALS} == set(R)


@pytest.mark.parametrize(
    ("state", "command", "facts", "reached"),
    [
        (ordered, SignDeal(ORDER, AGREED), signing("merchant"), DealState.SIGNED),
        (ordered, CancelOrder(ORDER), by("insurer"), DealState.CANCELLED),
        (signed, CancelOrder(ORDER), by("merchant"), DealState.CANCELLED),
        (ordered, ExpireOrder(ORDER), by("trader", now=DUE), DealState.EXPIRED),
        (signed, RELEASED, by(MARKET), DealState.DELIVERED),
        (delivered, AcceptDelivery(ORDER), by("insurer"), DealState.SETTLED),
        (delivered, AcceptDelivery(ORDER), by("merchant", now=INSPECTED), DealState.SETTLED),
        (delivered, RejectDelivery(ORDER, RejectReason.LATE), by("insurer"), DealState.DISPUTED),
        (delivered, ExpireOrder(ORDER), by("insurer", now=LAPSED), DealState.EXPIRED),
        (disputed, SETTLE, by("exchange"), DealState.SETTLED),
        (disputed, SETTLE, by("insurer"), DealState.SETTLED),
        (disputed, REFUND, by("exchange"), DealState.REFUNDED),
        (disputed, REFUND, by("merchant"), DealState.REFUNDED),
        (disputed, ExpireOrder(ORDER), by("insurer", now=LAPSED), DealState.EXPIRED),
        (settled, FileDeal(ORDER, STATEMENT), by("exchange"), DealState.FILED),
        (settled, FileDeal(ORDER), by(MARKET), DealState.FILED),
        (metered, SettleUsage(AGREED), metering(1), DealState.IN_USE),
        (metered, CloseUsage(ORDER), by("merchant"), DealState.CANCELLED),
    ],
)
def test_a_deal_moves_as_asked_and_every_law_holds(
    state: Callable[[], State], command: Command, facts: Facts, reached: DealState
) -> None:
    after = state()
    do(after, command, facts)
    assert after.orders[ORDER].state is reached
    assert [place for law in LAWS for place in law(after)] == []


def test_an_order_holds_its_price_until_delivery_inspection_and_dispute_are_over() -> None:
    state = a_state()
    assert do(state, an_order(), by("insurer", seq=7)) == [
        OrderPlaced(
            order=ORDER,
            listing=SHELF,
            version=1,
            product=REPORT,
            buyer=PartyId("insurer"),
            seller=PartyId("merchant"),
            quantity=2,
            unit_fen=500,
            amount_fen=1_000,
            metered=False,
            escrow_fen=1_000,
            expires_at=DUE,
            hold_expires_at=LAPSED,
        )
    ]


def test_accepting_a_delivery_says_what_the_escrow_holds_and_counts_the_deal() -> None:
    state = delivered()
    assert do(state, AcceptDelivery(ORDER), by("insurer")) == [
        DeliveryAccepted(ORDER, REPORT, PartyId("insurer"), PartyId("merchant"), 1_000, PartyId("insurer"))
    ]
    assert dict(views.volumes(state)) == {REPORT: Volume(deals=1, gross_fen=1_000)}


def test_metered_calls_hold_no_escrow_and_are_billed_once_and_never_beyond_the_order() -> None:
    state = metered()
    assert state.orders[ORDER].escrow_fen == 0
    first = do(state, SettleUsage(AGREED), metering(1))
    assert first == [UsageBilled("bill-7.1", ORDER, AGREED, CHECK, 1, 90, PartyId("insurer"), PartyId("merchant"))]
    (second,) = do(state, SettleUsage(AGREED), metering(9, "merchant"))
    assert isinstance(second, UsageBilled)
    assert (second.bill, second.calls, second.amount_fen) == ("bill-7.2", 1, 90)
    answer = decide(state, SettleUsage(AGREED), metering(8))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.NOTHING_TO_BILL
    do(state, CloseUsage(ORDER), by("merchant"))
    assert state.orders[ORDER].state is DealState.SETTLED
    assert state.volumes[CHECK] == Volume(deals=1, gross_fen=180, calls=2)
    assert [place for law in LAWS for place in law(state)] == []


def test_a_new_price_binds_new_orders_only() -> None:
    state = ordered()
    do(state, ListProduct(REPORT, replace(FIXED, amount_fen=700)), pricing(AIR))
    do(state, an_order(limit_fen=1_400), by("insurer", seq=9))
    assert [order.unit_fen for _, order in views.orders_of(state, REPORT)] == [500, 700]
    assert [posted.price.amount_fen for posted in views.prices_of(state, SHELF)] == [500, 700]
    assert [place for law in LAWS for place in law(state)] == []


def test_a_revoked_grant_suspends_every_open_listing_above_it_and_a_second_time_changes_nothing() -> None:
    state = a_state()
    above = list(views.listings_standing_on(state, SourceId("grant-1")))
    assert above == [SHELF, COUNTER]
    for listing in [*above, *above]:
        do(state, SuspendListing(listing, SuspendReason.SOURCE_BROKEN, "grant-1"), by(MARKET))
    assert {listing.state for listing in state.listings.values()} == {ListingState.SUSPENDED}
    assert list(views.listings_standing_on(state, SourceId("grant-1"))) == []
    assert [key for key, _ in views.products_standing_on(state, SourceId("grant-2"))] == [CHECK]
    assert [place for law in LAWS for place in law(state)] == []


def test_a_suspended_listing_returns_through_a_new_review_and_its_deals_go_on() -> None:
    state = suspended()
    do(state, reviewing(), certified("assessor"))
    do(state, ListProduct(REPORT, FIXED), pricing(AIR))
    do(state, RELEASED, by("merchant"))
    assert state.listings[SHELF].version == 2
    assert state.orders[ORDER].state is DealState.DELIVERED


def test_deals_under_way_outlive_a_voluntary_delisting() -> None:
    state = signed()
    do(state, DelistProduct(REPORT), at_shelf("merchant"))
    do(state, RELEASED, by("merchant"))
    assert state.listings[SHELF].state is ListingState.CLOSED
    assert state.orders[ORDER].state is DealState.DELIVERED


@pytest.mark.parametrize(
    ("sources", "kind"),
    [
        ((AIR,), DataKind.ENTERPRISE),
        ((AIR, replace(AIR, data_kind=DataKind.PERSONAL)), DataKind.PERSONAL),
        ((replace(AIR, data_kind=DataKind.PERSONAL), WEATHER), DataKind.PUBLIC),
    ],
)
def test_a_product_follows_the_strictest_kind_of_its_sources(sources: tuple[SourceSeen, ...], kind: DataKind) -> None:
    command = a_product(*sources, sources=tuple(SourceId(f"grant-{nth}") for nth in range(len(sources))))
    state = a_state()
    do(state, command, seeing(*sources, seq=3))
    assert state.products["product-3"].data_kind is kind


@pytest.mark.parametrize(
    ("source", "form"),
    [
        (replace(WEATHER, unconditionally_open=True), DeliveryForm.FILE),
        (replace(IMPORTANT, department_consent=True), DeliveryForm.SANDBOX),
        (SECRET, DeliveryForm.MPC),
        (AIR, DeliveryForm.API),
        (replace(AIR, level=Level.GENERAL_2), DeliveryForm.FILE),
    ],
)
def test_a_form_that_suits_the_level_is_registered(source: SourceSeen, form: DeliveryForm) -> None:
    do(a_state(), a_product(source, delivery=form), seeing(source, seq=3))


def test_public_data_for_welfare_is_listed_free_without_a_distribution() -> None:
    state = a_welfare_product()
    (listed,) = do(state, ListProduct(WELFARE, FREE), pricing(WEATHER, agreed=False, seq=8))
    assert isinstance(listed, ProductListed)
    do(state, an_order("listing-8", limit_fen=0), by("insurer", seq=9))
    assert state.orders["order-9"].escrow_fen == 0


def test_every_state_of_a_product_but_rejection_leads_on_and_every_deal_ends() -> None:
    assert [state for state in ProductState if not PRODUCT_MOVES[state]] == [ProductState.REJECTED]
    for payment in Payment:
        reached, todo = set[DealState](), [DealState.ORDERED]
        while todo:
            state = todo.pop()
            reached.add(state)
            todo += set(moves_of(state, payment).values()) - reached
        ends = {state for state in reached if not moves_of(state, payment)}
        assert DealState.FILED in ends
        assert ends <= {DealState.FILED, DealState.CANCELLED, DealState.EXPIRED, DealState.REFUNDED}


def test_views_answer_for_what_is_there_and_what_is_not() -> None:
    state = signed()
    assert views.sources_of(state, CHECK) == ("grant-1", "grant-2")
    assert views.sources_of(state, UNKNOWN) == ()
    assert views.was_ordered(state, REPORT)
    assert not views.was_ordered(state, CHECK)
    assert views.order_of_agreement(state, AGREED) == ORDER
    assert views.product(state, UNKNOWN) is None
    assert views.listing(state, SHELF) == state.listings[SHELF]
    assert views.order(state, ORDER) == state.orders[ORDER]


RECENT = 12
UNDER_WAY = {
    DealState.ORDERED,
    DealState.SIGNED,
    DealState.DELIVERED,
    DealState.IN_USE,
    DealState.DISPUTED,
    DealState.SETTLED,
}


def a_random_step(rng: random.Random, state: State, seq: int) -> tuple[Command, Facts]:
    """Return any command by anyone at any time: most are refused, and a law must hold whatever happens."""
    recent = list(state.orders)[-RECENT:]
    order = OrderId(rng.choice([key for key in recent if state.orders[key].state in UNDER_WAY] or ["order-0"]))
    bound = state.orders[order].agreement if order in state.orders else ""
    agreement = AgreementId(bound or f"agreement-{seq}")
    listing, product = rng.choice((SHELF, COUNTER)), rng.choice((REPORT, CHECK))
    shown = {
        "now": NOW + seq * DAY_MS // 20,
        "seq": seq,
        "actor": PartyId(rng.choice(("merchant", "insurer", "exchange", MARKET))),
    }
    facts = StandingFacts(**shown, broken=None, roles=frozenset(ROLES.get(str(shown["actor"]), set[Role]())))
    seen = AgreementSeen(PartyId("merchant"), PartyId("insurer"), product)
    sources = (AIR,) if product == REPORT else (AIR, WEATHER)
    price = FIXED if product == REPORT else CAPPED
    steps: list[tuple[Command, Facts]] = [
        (PlaceOrder(listing, rng.randint(1, 3), facts.now + rng.randint(1, 30) * DAY_MS, 9_999), facts),
        (SignDeal(order, agreement), SigningFacts(**shown, agreement=seen)),
        (RecordDelivery(order, DIGEST), facts),
        (AcceptDelivery(order), facts),
        (RejectDelivery(order, RejectReason.LATE), facts),
        (ResolveDispute(order, rng.choice(list(DisputeOutcome))), facts),
        (CancelOrder(order), facts),
        (ExpireOrder(order), facts),
        (SettleUsage(agreement), UsageFacts(**shown, unbilled_calls=rng.randint(0, 2))),
        (CloseUsage(order), facts),
        (FileDeal(order, STATEMENT), facts),
        (SuspendListing(listing, SuspendReason.COMPLAINT), facts),
        (reviewing(product), certified("exchange", seq=seq)),
        (ListProduct(product, price), pricing(*sources, ceiling_fen=95, seq=seq)),
    ]
    often = {PlaceOrder: 4, ExpireOrder: 4, CancelOrder: 1, SuspendListing: 1}
    return rng.choices(steps, [often.get(type(command), 8) for command, _ in steps])[0]


def test_every_law_holds_over_random_commands_and_orders_move_only_along_the_table() -> None:
    rng, state, reached = random.Random(4), a_state(), set[DealState]()
    for seq in range(50, 10_050):
        command, facts = a_random_step(rng, state, seq)
        answer = decide(state, command, facts)
        if isinstance(answer, Refused):
            continue
        before = {key: state.orders[key] for key in list(state.orders)[-RECENT:]}
        for event in answer:
            evolve(state, event)
            assert msgspec.json.decode(canonical(event), type=Event) == event
        for key, was in before.items():
            order = state.orders[key]
            reached.add(order.state)
            if order.state is not was.state:
                assert order.state in moves_of(was.state, order.payment).values()
    assert [place for law in LAWS for place in law(state)] == []
    assert reached == set(DealState)


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = settled()
    state.ratings[f"{ORDER}/insurer"] = STATEMENT
    state.products[REPORT] = replace(state.products[REPORT], reviewer="merchant")
    state.listings[COUNTER] = replace(state.listings[COUNTER], state=ListingState.CLOSED)
    order: Order = state.orders[ORDER]
    state.orders[ORDER] = replace(order, unit_fen=501, release_digest="")
    state.posted[f"{COUNTER}/000001"] = Posted(CAPPED, 89)
    del state.by_source[f"grant-1/{CHECK}"]
    state.orders["order-9"] = replace(order, renews=ORDER, buyer=PartyId("trader"))
    state.turnover[f"{ORDER}/{SEPTEMBER}"] = 1
    assert [bool(list(law(state))) for law in LAWS] == [True] * len(LAWS)


def test_laws_see_what_stands_on_nothing() -> None:
    state = ordered()
    evolve(state, DealSigned(ORDER, AGREED))
    state.products[REPORT] = replace(state.products[REPORT], sources=(), scenario=BLANK, listing="")
    state.products[CHECK] = replace(state.products[CHECK], scenario=replace(INSURANCE, code=""))
    state.orders[ORDER] = replace(state.orders[ORDER], version=9, calls=1)
    del state.by_product[f"{REPORT}/{ORDER}"]
    assert [len(list(law(state))) for law in LAWS] == [2, 1, 1, 1, 0, 0, 0, 1, 2, 0]


def test_what_ended_suspends_every_open_listing_beneath_it_in_one_event_and_no_other() -> None:
    state = settled()
    for key, path in ((REPORT, "right-1/grant-1"), (CHECK, "right-1/grant-10")):
        state.standing[f"{path}/{key}"] = key
    for path, reached in (("right-2", ()), ("right-1/grant-1", (SHELF,)), ("right-1", (COUNTER,)), ("right-1", ())):
        events = decide(state, SuspendStandingOn((path,), "right-1"), by(MARKET))
        assert isinstance(events, list)
        assert [event.listings for event in events if isinstance(event, ListingsSuspended)] == [reached] * bool(reached)
        for event in events:
            evolve(state, event)
    assert {state.products[REPORT].state, state.products[CHECK].state} == {ProductState.SUSPENDED}


def test_what_no_certificate_answers_for_is_examined_and_what_one_does_is_adopted_by_name() -> None:
    state = a_product_of_ones_own()
    everything = replace(reviewing("product-3"), examined=tuple(ReviewItem))
    (event,) = do(state, everything, uncertified("assessor"))
    assert isinstance(event, ComplianceReviewed)
    assert (event.certificates, event.rules) == ((), ("S21-COMPLIANCE",))
    (event,) = do(a_product_of_ones_own(), reviewing("product-3"), certified("assessor"))
    assert isinstance(event, ComplianceReviewed)
    assert (event.certificates, event.rules) == (("SJ4412026110001",), ("S21-COMPLIANCE", "S1-31"))
