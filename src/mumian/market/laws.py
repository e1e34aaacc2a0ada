"""What always holds between rooms. A law yields where it does not hold; `now` is the instant of the last leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mumian.kernel.ids import OPERATOR, AgreementId, ResourceId
from mumian.kernel.time import Instant
from mumian.market import auctioned, consented, invoiced, operated, registered, reviewed, served, settled
from mumian.market.gathering.seen import may_leave
from mumian.market.metered import is_by_answer, used
from mumian.market.reactions.money import AT_FIRST, hold_of
from mumian.market.rooms import States
from mumian.market.settled import OPEN
from mumian.rooms.catalog import views as catalog
from mumian.rooms.exchange.states import DealState, ListingState
from mumian.rooms.ledger import views as ledger
from mumian.rooms.ledger.model import Purpose
from mumian.rooms.parties.model import Standing
from mumian.rooms.rights import views as rights
from mumian.rooms.rights.chain import Break

MarketLaw = Callable[[States, Instant], Iterator[str]]

BY_TIME = (Break.EXPIRED, Break.NOT_YET)
"""Ends that no command brings about: no leaf says that they happened, so nothing can react to them."""


def every_open_order_has_its_escrow(s: States, now: Instant) -> Iterator[str]:
    """What an order costs is held for it until it ends, or until the hold's own time is over."""
    for key, order in s.exchange.orders.under():
        if order.state not in OPEN or not order.escrow_fen or (now >= order.hold_expires_at and not order.is_watched):
            continue
        held = s.ledger.held.get(hold_of(key))
        if held is None or held.leg.amount_fen != order.escrow_fen or held.leg.memo != key:
            yield f"`{key}` is {order.state.value}, its {order.escrow_fen} fen are not held"


def what_is_settled_was_shared_out(s: States, _now: Instant) -> Iterator[str]:
    """Every settled escrow and every bill was distributed, to the fen."""
    shared: dict[str, int] = {}
    for key, distribution in s.revenue.distributions.under():
        shared[key] = distribution.gross_fen
    for key, order in s.exchange.orders.under():
        if order.state in (DealState.SETTLED, DealState.FILED) and order.escrow_fen:
            paid_fen = shared.pop(f"{order.product}/{key}", 0)
            if paid_fen != order.due_fen:
                yield f"`{key}` settled {order.due_fen} fen and shared {paid_fen}"
        bills = (f"{order.product}/bill-{key.removeprefix('order-')}.{nth + 1}" for nth in range(order.bills))
        billed_fen = sum(shared.pop(bill, 0) for bill in bills)
        if billed_fen != order.billed_fen:
            yield f"`{key}` billed {order.billed_fen} fen and shared {billed_fen}"
    for key, gross_fen in shared.items():
        yield f"`{key}` shares {gross_fen} fen that no deal brought"


def no_open_listing_stands_on_an_ended_right(s: States, now: Instant) -> Iterator[str]:
    """A revocation anywhere above closes the shelf in the same leaf; only time may end a right unnoticed."""
    for key, listing in s.exchange.listings.under():
        if listing.state is not ListingState.OPEN:
            continue
        for source in s.exchange.products[listing.product].sources:
            walked = rights.chain(s.rights, source, now)
            record = catalog.resource(s.catalog, ResourceId(walked.resource))
            if not walked.unbroken and walked.reason not in BY_TIME and not _coded_until_now(s, walked.broken_at, now):
                yield f"`{key}` is open, its source `{source}` is broken at `{walked.broken_at}` ({walked.reason})"
            elif record is None or record.is_withdrawn:
                yield f"`{key}` is open, its resource `{walked.resource}` is withdrawn"


def _coded_until_now(s: States, place: str, now: Instant) -> bool:
    """Tell whether a public registration came to its end by time alone."""
    public = s.rights.publics.get(place)
    return public is not None and public.ended is None and now >= public.valid_to


def no_open_listing_stands_above_what_its_level_allows(s: States, now: Instant) -> Iterator[str]:
    """Nothing is on the shelf in a form that the level of one of its sources forbids (GB/T 43697; S5)."""
    for key, listing in s.exchange.listings.under():
        product = s.exchange.products[listing.product]
        for source in product.sources if listing.state is ListingState.OPEN else ():
            walked = rights.chain(s.rights, source, now)
            resource = ResourceId(walked.resource)
            if walked.unbroken and not may_leave(s, resource, product.delivery, now):
                level = catalog.level_of(s.catalog, resource)
                yield f"`{key}` delivers `{product.delivery.value}` from `{resource}`, which is `{level}`"


def agreements_and_orders_name_each_other(s: States, _now: Instant) -> Iterator[str]:
    """Whoever asks the order for its agreement and the agreement for its order hears the same."""
    for agreement, order in s.exchange.by_agreement.under():
        found = s.contracts.agreements.get(agreement)
        if found is None or found.order != order or s.contracts.by_order.get(order) != agreement:
            yield f"`{agreement}` and `{order}` do not name each other"
    for order, agreement in s.contracts.by_order.under():
        if s.exchange.by_agreement.get(agreement) != order:
            yield f"`{agreement}` names `{order}`, which stands under another"


def no_call_is_billed_that_was_not_made(s: States, _now: Instant) -> Iterator[str]:
    """A deal's billed calls lie within those that a domain recorded under its agreement; answers are paid as they leave."""
    for key, order in s.exchange.orders.under():
        if not order.metered or not order.agreement:
            continue
        made = used(s, AgreementId(order.agreement), order)
        if order.calls > made or (order.calls < made and is_by_answer(s, order)):
            yield f"`{key}` was billed {order.calls} units, {made} were used"


def whoever_may_be_paid_has_an_account(s: States, _now: Instant) -> Iterator[str]:
    """Every party, and every payee of a distribution, has a cash account; the exchange the four that it began with."""
    rules = [rule.terms for _, rule in s.revenue.rules.under()]
    payees = {line.payee for terms in rules for lines in (terms.fees, terms.costs) for line in lines}
    for party in sorted(payees | {key for key, _ in s.parties.parties.under()}):
        for purpose in AT_FIRST if party == OPERATOR else (Purpose.CASH,):
            if ledger.account_of(s.ledger, party, purpose) is None:
                yield f"`{party}` has no {purpose.value} account"


def who_left_holds_no_key(s: States, _now: Instant) -> Iterator[str]:
    """A party that left the market signs nothing any more."""
    for key, party in s.parties.parties.under():
        if party.standing is Standing.EXITED and party.keys:
            yield f"`{key}` left and has {len(party.keys)} keys"


LAWS: tuple[MarketLaw, ...] = (
    every_open_order_has_its_escrow,
    what_is_settled_was_shared_out,
    no_open_listing_stands_on_an_ended_right,
    no_open_listing_stands_above_what_its_level_allows,
    agreements_and_orders_name_each_other,
    no_call_is_billed_that_was_not_made,
    whoever_may_be_paid_has_an_account,
    who_left_holds_no_key,
    *registered.LAWS,
    *operated.LAWS,
    *consented.LAWS,
    *reviewed.LAWS,
    *invoiced.LAWS,
    *served.LAWS,
    *settled.LAWS,
    *auctioned.LAWS,
)
