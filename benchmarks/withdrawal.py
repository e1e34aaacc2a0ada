"""A withdrawal that reaches a hundred thousand things: grants of many depths, products on the shelf, jobs that wait."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_most
from mumian.cli.opened import wall_clock
from mumian.journal.store import Commit
from mumian.kernel.ids import AgreementId, GrantId, JobId, ListingId, PartyId, ProductId, ResourceId
from mumian.kernel.roles import DataKind, Right
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.home import Home
from mumian.market.rooms import States
from mumian.market.trial import World, open_trial
from mumian.rooms.cleanroom import evolve as jobs_evolve
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import evolve as exchange_evolve
from mumian.rooms.exchange.product import DeliveryForm, Price, PriceMode, ProductType, Scenario, SourceId, Unit
from mumian.rooms.exchange.product import FieldOfUse
from mumian.rooms.rights import evolve as rights_evolve
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.records import Grant
from mumian.rooms.rights.vocabulary import EndReason
from mumian.rooms.rights.views import path_of

GRANTS, PRODUCTS, JOBS = 60_000, 20_000, 20_000
FAN_OUT = 8
"""Grants given from each grant, so that the tree is six deep."""

D, FIRST = "d" * 64, 1_000_000


def grow(states: States, world: World) -> None:
    """Lay the grants beneath the first owner's, a product on every third and a job on every third of them."""
    root = world.grants[0]
    above = states.rights.grants[root]
    paths = {root: path_of(states.rights, root)}
    made = [root]
    for nth in range(GRANTS):
        parent = made[nth // FAN_OUT]
        grant = Grant(
            parent, above.resource, Right.USE, PartyId("party-8"), PartyId("party-9"), above.purposes, above.territory,
            above.fields, above.valid_from, above.valid_to, True, D, 2 + nth % 7,
        )  # fmt: skip
        key = GrantId(f"grant-{FIRST + nth}")
        rights_evolve.evolve(states.rights, rights.RightGranted(key, grant))
        paths[key] = f"{paths[parent]}/{key}"
        made.append(key)
    for nth in range(PRODUCTS):
        _shelve(states, nth, made[1 + 3 * nth], paths[made[1 + 3 * nth]])
    for nth in range(JOBS):
        _ask(states, nth, ResourceId(above.resource), paths[made[2 + 3 * nth]])


def _shelve(states: States, nth: int, source: str, path: str) -> None:
    product, listing = ProductId(f"product-{FIRST + nth}"), ListingId(f"listing-{FIRST + nth}")
    scenario = Scenario("FIN-01", "保险定价", FieldOfUse.INDUSTRY)
    exchange_evolve.evolve(
        states.exchange,
        deals.ProductRegistered(
            product, PartyId("party-9"), "延误指标", ProductType.INDICATOR, DeliveryForm.SANDBOX, (SourceId(source),),
            ("insurance-risk",), scenario, DataKind.ENTERPRISE, (path,),
        ),
    )  # fmt: skip
    price = Price(PriceMode.FIXED, 100, Unit.PRODUCT)
    exchange_evolve.evolve(states.exchange, deals.ProductListed(listing, product, PartyId("party-9"), 1, price, None))


def _ask(states: States, nth: int, resource: ResourceId, path: str) -> None:
    source = cleanroom.Source(resource, PartyId("party-7"), PartyId("party-7"), D, 0)
    jobs_evolve.evolve(
        states.cleanroom,
        cleanroom.TicketIssued(
            JobId(f"job-{FIRST + nth}"), cleanroom.JobKind.AGGREGATE, PartyId("party-9"), AgreementId("agreement-1"),
            ProductId("product-1"), "insurance-risk", (source,), PartyId("party-7"), D, D, 0, 10, 1, 10**15, "n", None,
            (path,),
        ),
    )  # fmt: skip


def settle(home: Home, states: States) -> None:
    """Write the grown rows beside the market's own."""
    store = home.open_store()
    head = store.head()
    assert head is not None
    puts: list[tuple[str, str, bytes]] = []
    deletes: list[tuple[str, str]] = []
    for table in states.tables.values():
        table.changes(puts, deletes)
    store.commit(Commit(first_seq=head.size, entries=[], puts=puts, deletes=deletes, head=head))
    store.close()


def main() -> list[Row]:
    folder: Path = FOLDER / "withdrawal"
    shutil.rmtree(folder, ignore_errors=True)
    home = Home.create(folder, origin="mumian.example/trial")
    market = home.open_market(wall_clock)
    world = open_trial(market.handle_all, wall_clock())
    market.close()
    store = home.open_store(mode="read")
    states = States(store)
    grow(states, world)
    store.close()
    settle(home, states)
    market = home.open_market(wall_clock)
    market.ask(lambda seen: seen.oversight.market.get("market"))
    command = rights.RevokeGrant(GrantId(world.grants[0]), EndReason.CONSENT_WITHDRAWN)
    started = time.perf_counter()
    (answer,) = market.handle_all([Spoken(Envelope("withdrawal-0001", world.owners[0], command), "door:bench")])
    spent_s = time.perf_counter() - started
    if answer.leaf.refused:
        raise SystemExit(answer.leaf.refused)
    suspended = sum(len(event.listings) for event in answer.leaf.events if isinstance(event, deals.ListingsSuspended))
    stopped = sum(len(event.jobs) for event in answer.leaf.events if isinstance(event, cleanroom.JobsStopped))
    market.close()
    if (suspended, stopped) != (PRODUCTS + 2, JOBS):
        raise SystemExit(f"{suspended} listings were suspended and {stopped} jobs stopped, not {PRODUCTS + 2} and {JOBS}")
    size = f"{GRANTS:,} grants, {PRODUCTS:,} products, {JOBS:,} jobs"
    return [at_most("withdrawal, one durable command", size, spent_s, "s", 2)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
