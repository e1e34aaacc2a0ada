"""What is allowed when an order is placed: at a posted price, or at one that was found elsewhere."""

from __future__ import annotations

from typing import TypeAlias

from mumian.kernel.facts import Facts
from mumian.kernel.ids import ListingId, OrderId, PartyId, free_id, new_id
from mumian.kernel.limits import ClockChange, Start, Unit
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.rooms.exchange.events import Event, OrderPlaced, QuoteIssued
from mumian.rooms.exchange.gates import not_yours, refuse_role
from mumian.rooms.exchange.model import (
    IssueQuote,
    Listing,
    PlaceAgreed,
    PlaceOrder,
    PlaceTrial,
    Quote,
    StandingFacts,
    State,
)
from mumian.rooms.exchange.product import METERED, MONTHS_OF, SHARED, UNPOSTED, cost_fen, units_max
from mumian.rooms.exchange.refusals import ExchangeRefusal as R
from mumian.rooms.exchange.states import ListingState
from mumian.rooms.exchange.terms import (
    DELIVERY_DUE,
    DISPUTE_MS,
    INSPECTION_MS,
    INSPECTION_RULE,
    MONTH_MS_MAX,
    MONTHS_MAX,
    ORDER_MS_MAX,
)
from mumian.rulebook.rules import rule_at

BUYERS = frozenset({Role.BUYER})

Placing: TypeAlias = PlaceOrder | PlaceTrial | PlaceAgreed


def place(state: State, command: PlaceOrder, facts: Facts) -> list[Event] | Refused:
    listing = refuse_role(facts, BUYERS, "order") or _standing(state, command.listing, facts)
    if isinstance(listing, Refused):
        return listing
    if listing.price.mode in UNPOSTED:
        return Refused(R.PRICE_NOT_POSTED, {"listing": command.listing, "mode": listing.price.mode.value})
    refused = (
        _refuse_order(command.listing, listing, facts.actor, until=command.expires_at, now=facts.now)
        or _refuse_long(command, listing, facts)
        or _refuse_shared(state, command, listing, facts.actor)
    )
    if refused is not None:
        return refused
    price = listing.price
    quote = _quoted(state, command, listing, facts) if command.quote else None
    if isinstance(quote, Refused):
        return quote
    unit_fen = price.amount_fen if quote is None else quote.unit_fen
    last = units_max(price.tiers)
    if last is not None and command.quantity > last:
        beyond: Detail = {"quantity": command.quantity, "listing": command.listing}
        return Refused(R.BEYOND_LAST_TIER, {**beyond, "units_max": last})
    amount_fen = cost_fen(unit_fen, price.tiers, command.quantity)
    refused = _refuse_amount(amount_fen, command.quantity, unit_fen)
    if refused is not None:
        return refused
    if amount_fen > command.max_price_fen:
        detail: Detail = {"amount_fen": amount_fen, "version": listing.version, "listing": command.listing}
        return Refused(R.PRICE_ABOVE_LIMIT, {**detail, "limit_fen": command.max_price_fen})
    return [placed(state, command, listing, facts.actor, unit_fen, facts)]


def quote(state: State, command: IssueQuote, facts: Facts) -> list[Event] | Refused:
    key, buyer = command.listing, command.buyer
    known = state.listings.get(key)
    if known is not None and known.seller != facts.actor:
        return not_yours(facts, key, known.seller, "quote")
    listing = _open(state, key)
    if isinstance(listing, Refused):
        return listing
    refused = _refuse_order(key, listing, buyer, until=command.valid_until, now=facts.now) or _refuse_not_below(
        key, listing, command.unit_fen
    )
    if refused is not None:
        return refused
    terms = (buyer, command.quantity, command.unit_fen, command.valid_until)
    return [QuoteIssued(new_id("quote", facts.seq), key, listing.version, facts.actor, *terms)]


def _refuse_not_below(key: ListingId, listing: Listing, unit_fen: int) -> Refused | None:
    """Return why a quote is none of a listing as it is priced now, or None."""
    posted_fen = listing.price.amount_fen
    if unit_fen < posted_fen and not listing.price.tiers:
        return None
    return Refused(R.QUOTE_NOT_BELOW, {"unit_fen": unit_fen, "posted_fen": posted_fen, "listing": key})


def _quoted(state: State, command: PlaceOrder, listing: Listing, facts: Facts) -> Quote | Refused:
    """Return the quote that an order names if it holds for it."""
    found, name = state.quotes.get(command.quote), command.quote
    if found is None or (found.buyer, found.listing) != (facts.actor, command.listing):
        return Refused(R.QUOTE_UNKNOWN, {"actor": facts.actor, "quote": name, "listing": command.listing})
    if found.order:
        return Refused(R.QUOTE_SPENT, {"quote": name, "order": found.order})
    if facts.now >= found.valid_until:
        return Refused(R.QUOTE_EXPIRED, {"quote": name, "valid_until": found.valid_until, "now": facts.now})
    if command.quantity > found.quantity:
        detail: Detail = {"quote": name, "quantity_max": found.quantity}
        return Refused(R.QUOTE_TOO_SMALL, {**detail, "quantity": command.quantity})
    return _refuse_not_below(command.listing, listing, found.unit_fen) or found


def place_trial(state: State, command: PlaceTrial, facts: Facts) -> list[Event] | Refused:
    listing = refuse_role(facts, BUYERS, "try") or _standing(state, command.listing, facts)
    if isinstance(listing, Refused):
        return listing
    refused = _refuse_order(
        command.listing, listing, facts.actor, until=command.expires_at, now=facts.now
    ) or _refuse_long(command, listing, facts)
    if refused is not None:
        return refused
    trial_units = listing.price.trial_units
    if command.quantity > trial_units:
        detail: Detail = {"listing": command.listing, "trial_units": trial_units}
        return Refused(R.TRIAL_NOT_OFFERED, {**detail, "quantity": command.quantity})
    tried = state.trials.get(f"{listing.product}/{facts.actor}")
    if tried is not None:
        said: Detail = {"actor": facts.actor, "product": listing.product}
        return Refused(R.TRIAL_TAKEN, {**said, "order": tried})
    return [placed(state, command, listing, facts.actor, 0, facts)]


def place_agreed(state: State, command: PlaceAgreed, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    listing = _standing(state, command.listing, facts)
    if isinstance(listing, Refused):
        return listing
    if listing.price.mode not in UNPOSTED:
        posted: Detail = {"listing": command.listing, "mode": listing.price.mode.value}
        return Refused(R.PRICE_POSTED, {**posted, "because": command.because})
    refused = _refuse_order(
        command.listing, listing, command.buyer, until=command.expires_at, now=facts.now
    ) or _refuse_amount(command.quantity * command.unit_fen, command.quantity, command.unit_fen)
    return refused or [placed(state, command, listing, command.buyer, command.unit_fen, facts)]


def _open(state: State, key: ListingId) -> Listing | Refused:
    listing = state.listings.get(key)
    if listing is None:
        return Refused(R.LISTING_UNKNOWN, {"listing": key})
    if listing.state is not ListingState.OPEN:
        return Refused(R.LISTING_NOT_OPEN, {"listing": key, "state": listing.state.value})
    return listing


def _standing(state: State, key: ListingId, facts: Facts) -> Listing | Refused:
    """Return the listing if it is open and what its product stands on holds."""
    listing = _open(state, key)
    return listing if isinstance(listing, Refused) else refuse_standing(facts) or listing


def _refuse_order(key: ListingId, listing: Listing, buyer: PartyId, *, until: Instant, now: Instant) -> Refused | None:
    """Return why nobody may be bound to a listing with this buyer until then, or None."""
    if listing.seller == buyer:
        return Refused(R.SELF_DEALING, {"listing": key, "actor": buyer})
    latest = now + ORDER_MS_MAX
    if now < until <= latest:
        return None
    return Refused(R.EXPIRY_OUT_OF_RANGE, {"expires_at": until, "now": now, "latest": latest})


def _refuse_long(command: PlaceOrder | PlaceTrial, listing: Listing, facts: Facts) -> Refused | None:
    """Return why a subscription would run too long, or None: its end is a day that a calendar knows."""
    months = MONTHS_OF.get(listing.price.unit, 0) * command.quantity
    if months <= MONTHS_MAX or not _is_watched(facts):
        return None
    detail: Detail = {"listing": command.listing, "quantity": command.quantity}
    return Refused(R.SUBSCRIPTION_TOO_LONG, {**detail, "months": months, "months_max": MONTHS_MAX})


def _refuse_shared(state: State, command: PlaceOrder, listing: Listing, buyer: PartyId) -> Refused | None:
    """Return why a share is not ordered so, or why a buyer who owes a report orders nothing, or None."""
    if listing.price.unit in SHARED and command.quantity != 1:
        return Refused(R.SHARED_ONCE, {"quantity": command.quantity, "listing": command.listing})
    return refuse_owing(state, buyer)


def refuse_owing(state: State, buyer: PartyId) -> Refused | None:
    """Return the first report that a buyer missed, or None."""
    for key, month in state.owing.under(f"{buyer}/"):
        return Refused(R.TURNOVER_OWED, {"buyer": buyer, "month": month, "order": key.partition("/")[2]})
    return None


def _refuse_amount(amount_fen: int, quantity: int, unit_fen: int) -> Refused | None:
    if amount_fen <= FEN_MAX:
        return None
    return Refused(R.AMOUNT_TOO_LARGE, {"quantity": quantity, "unit_fen": unit_fen, "max_fen": FEN_MAX})


def placed(
    state: State, command: Placing, listing: Listing, buyer: PartyId, unit_fen: int, facts: Facts
) -> OrderPlaced:
    """Return what it is to place an order that nothing speaks against."""
    is_trial = isinstance(command, PlaceTrial)
    tiers = () if is_trial else listing.price.tiers
    amount_fen = cost_fen(unit_fen, tiers, command.quantity)
    metered, is_shared = listing.price.unit in METERED, listing.price.unit in SHARED
    order = OrderId(free_id(state.orders, "order", facts.seq))
    clocks = () if metered else _watch(order, command, facts)
    unit_months = MONTHS_OF.get(listing.price.unit, 0) if clocks else 0
    return OrderPlaced(
        order,
        command.listing,
        listing.version,
        listing.product,
        buyer,
        listing.seller,
        command.quantity,
        unit_fen,
        amount_fen,
        metered,
        0 if metered or is_shared else amount_fen,
        command.expires_at,
        command.expires_at + INSPECTION_MS + DISPUTE_MS + unit_months * command.quantity * MONTH_MS_MAX,
        tiers=tiers,
        because=command.because if isinstance(command, PlaceAgreed) else "",
        is_watched=bool(clocks),
        clocks=clocks,
        quote=command.quote if isinstance(command, PlaceOrder) else "",
        is_trial=is_trial,
        unit_months=unit_months,
        is_binding=isinstance(command, PlaceAgreed) and command.is_binding,
        is_shared=is_shared,
    )


def _watch(order: OrderId, command: Placing, facts: Facts) -> tuple[ClockChange, ...]:
    """Have the market's clock end the order when it is due, from the rulebook on that says so."""
    if not _is_watched(facts):
        return ()
    return (Start(order, DELIVERY_DUE, Unit.INSTANT, command.expires_at, INSPECTION_RULE),)


def _is_watched(facts: Facts) -> bool:
    return rule_at(INSPECTION_RULE, rulebook=facts.rulebook, now=facts.now) is not None


def refuse_standing(facts: Facts) -> Refused | None:
    """Return which chain of rights beneath the product is broken now, or None."""
    assert isinstance(facts, StandingFacts)
    if facts.broken is None:
        return None
    seen = facts.broken
    if seen.unlawful:
        return Refused(R.NOT_LAWFUL, {"source": seen.source, "resource": seen.broken_at, "why": seen.unlawful})
    return Refused(R.SOURCE_BROKEN, {"source": seen.source, "broken_at": seen.broken_at, "reason": seen.reason})
