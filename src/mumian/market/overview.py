"""The regulator's view of the whole market: who is there, what is traded, what privacy is left, what stands on nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.market.rooms import ROOMS, States
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.exchange.states import ListingState
from mumian.rooms.parties import views as parties
from mumian.rooms.rights.views import chain


class Volume(msgspec.Struct, frozen=True):
    """What a product has traded. deals: settled. calls: billed."""

    product: str
    title: str
    seller: str
    deals: int
    calls: int
    gross_fen: int


class Spending(msgspec.Struct, frozen=True):
    """A privacy budget, and the epsilon that what was spent means at delta 10^-6."""

    budget: str
    resource: str
    rho_nano: int
    spent_rho_nano: int
    epsilon_spent: str


class Lost(msgspec.Struct, frozen=True):
    """A product whose chain of rights does not hold now: which source, at which link, why, and whether it is on the shelf."""

    product: str
    source: str
    broken_at: str
    reason: str
    is_listed: bool


class Wash(msgspec.Struct, frozen=True):
    """A deal whose two sides are related: what it moved says nothing of a price (对倒). path: from seller to buyer."""

    order: str
    product: str
    state: str
    amount_fen: int
    path: str


class Missed(msgspec.Struct, frozen=True):
    """A month whose turnover its buyer did not report in time."""

    order: str
    product: str
    seller: str
    buyer: str
    month: str


class Overview(msgspec.Struct, frozen=True):
    """counts: records by table. broken_laws: (law, place), empty when all hold."""

    origin: str
    rulebook: str
    counts: dict[str, int]
    volumes: tuple[Volume, ...]
    budgets: tuple[Spending, ...]
    lost: tuple[Lost, ...]
    washes: tuple[Wash, ...]
    missed: tuple[Missed, ...]
    laws: int
    broken_laws: tuple[tuple[str, str], ...]


def overview(states: States, now: Instant) -> Overview:
    """Return the whole market at a glance. Reads every table: for people and reports, not for steps."""
    market = states.oversight.market.get("market")
    counts = {name: sum(1 for _ in table.under()) for name, table in states.tables.items()}
    return Overview(
        origin=market.origin if market else "",
        rulebook=market.rulebook if market else "",
        counts={name: count for name, count in counts.items() if count},
        volumes=tuple(_volumes(states)),
        budgets=tuple(_budgets(states)),
        lost=tuple(_lost(states, now)),
        washes=tuple(washes(states)),
        missed=tuple(_missed(states)),
        laws=sum(len(room.laws) for room in ROOMS.values()),
        broken_laws=tuple(states.broken_laws()),
    )


def _volumes(states: States) -> Iterator[Volume]:
    for key, volume in states.exchange.volumes.under():
        product = states.exchange.products[key]
        yield Volume(key, product.title, product.seller, volume.deals, volume.calls, volume.gross_fen)


def _budgets(states: States) -> Iterator[Spending]:
    for key, budget in states.cleanroom.budgets.under():
        spent = budget.spent_rho_nano
        yield Spending(key, budget.resource, budget.rho_nano, spent, cleanroom.epsilon(spent))


def washes(states: States) -> Iterator[Wash]:
    """Yield every deal between related parties, at a posted price, by quote, negotiation or auction alike."""
    groups: dict[str, frozenset[PartyId]] = {}
    for key, order in states.exchange.orders.under():
        seller = order.seller
        if seller not in groups:
            groups[seller] = parties.related(states.parties, seller)
        if order.buyer in groups[seller]:
            amount_fen = order.billed_fen + order.due_fen
            links = parties.relation_path(states.parties, seller, order.buyer)
            path = " – ".join(dict.fromkeys(name for link in links for name in (link.party, link.other)))
            yield Wash(key, order.product, order.state.value, amount_fen, path)


def _missed(states: States) -> Iterator[Missed]:
    for key, month in states.exchange.owing.under():
        buyer, _, name = key.partition("/")
        order = states.exchange.orders[name]
        yield Missed(name, order.product, order.seller, buyer, month)


def _lost(states: States, now: Instant) -> Iterator[Lost]:
    for key, product in states.exchange.products.under():
        listing = states.exchange.listings.get(product.listing) if product.listing else None
        is_listed = listing is not None and listing.state is ListingState.OPEN
        for source in product.sources:
            walked = chain(states.rights, source, now)
            if not walked.unbroken:
                yield Lost(key, source, walked.broken_at, str(walked.reason), is_listed)
