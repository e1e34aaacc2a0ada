"""A withdrawal that reaches a hundred thousand things: grants of many depths, products on the shelf, jobs that wait."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec

from benchmarks.load import FOLDER
from benchmarks.rows import Row, at_most
from mumian.cli.opened import wall_clock
from mumian.journal.store import Commit, Store
from mumian.kernel.ids import (
    OPERATOR,
    AgreementId,
    GrantId,
    JobId,
    ListingId,
    PartyId,
    ProductId,
    ResourceId,
    RightId,
)
from mumian.kernel.roles import DataKind, Right, Role
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.home import Home
from mumian.market.rooms import States
from mumian.market.trial import uscc
from mumian.rooms.cleanroom import evolve as jobs_evolve
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.records import JobKind, Source
from mumian.rooms.consent import evolve as consent_evolve
from mumian.rooms.consent.commands import WithdrawConsent
from mumian.rooms.consent.events import ConsentGiven
from mumian.rooms.consent.records import Consent
from mumian.rooms.consent.vocabulary import Age, Channel, ConsentId, InfoKind, NoticeId
from mumian.rooms.exchange import events as deals
from mumian.rooms.exchange import evolve as exchange_evolve
from mumian.rooms.exchange.product import (
    DeliveryForm,
    FieldOfUse,
    Price,
    PriceMode,
    ProductType,
    Scenario,
    SourceId,
    Unit,
)
from mumian.rooms.oversight.model import OpenMarket
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.rights import evolve as rights_evolve
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.records import Grant, Registration
from mumian.rooms.rights.views import path_of
from mumian.rooms.rights.vocabulary import Basis, BasisKind, SourceType
from mumian.rulebook.rules import RULEBOOK_VERSION, load

GRANTS, PRODUCTS, JOBS = 60_000, 20_000, 20_000
FAN_OUT = 8
"""Grants given from each grant, so that the tree is six deep."""

CONSENT = ConsentId("consent-900003")
D, FIRST, UNTIL = "d" * 64, 1_000_000, 10**15


def grow(states: States, owner: PartyId, person: PartyId) -> None:
    """Let a person consent; lay a grant on the consent and others beneath it, a product on every third, a job on every third."""
    resource, root = ResourceId("resource-900000"), GrantId("grant-900002")
    for key, right in (("right-900000", Right.USE), ("right-900001", Right.OPERATE)):
        record = Registration(
            resource, right, owner, "SJ4412026110001", SourceType.SELF_GENERATED, Basis(BasisKind.COLLECTION, D),
            ("S1-21-R1",), 0, 0, UNTIL,
        )  # fmt: skip
        rights_evolve.evolve(states.rights, rights.RightRegistered(RightId(key), record))
    above = Grant(
        "right-900000", resource, Right.USE, owner, PartyId("party-8"), ("insurance-risk",), ("CN",), (), 0, UNTIL,
        True, D, 1, "right-900001", consent=CONSENT,
    )  # fmt: skip
    rights_evolve.evolve(states.rights, rights.RightGranted(root, above))
    record = Consent(
        person, owner, NoticeId("notice-1"), (resource,), ("insurance-risk",), (InfoKind.BASIC,), (), (), Age.FROM_14,
        Channel.PERSON, person, D, "", (), 0, UNTIL,
    )  # fmt: skip
    consent_evolve.evolve(states.consent, ConsentGiven(CONSENT, record))
    paths = {str(root): path_of(states.rights, root)}
    made = [str(root)]
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
        _ask(states, nth, resource, paths[made[2 + 3 * nth]])


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
    source = Source(resource, PartyId("party-7"), PartyId("party-7"), D, 0)
    jobs_evolve.evolve(
        states.cleanroom,
        cleanroom.TicketIssued(
            JobId(f"job-{FIRST + nth}"), JobKind.AGGREGATE, PartyId("party-9"), AgreementId("agreement-1"),
            ProductId("product-1"), "insurance-risk", (source,), PartyId("party-7"), D, D, 0, 10, 1, 10**15, "n", None,
            (path,),
        ),
    )  # fmt: skip


def _opening() -> list[Envelope]:
    open_it = OpenMarket("mumian.example/bench", "试点数据交易所", uscc(0), RULEBOOK_VERSION, load().digest())
    owner = AdmitParty(PartyKind.LEGAL, "数据持有人", uscc(1), None, (Role.SUPPLIER,))
    person = AdmitParty(PartyKind.NATURAL, "", None, D, (Role.INDIVIDUAL,))
    return [Envelope(f"opening-{nth:04d}", OPERATOR, each) for nth, each in enumerate((open_it, owner, person))]


def settle(store: Store, states: States) -> None:
    """Write the grown rows beside the market's own."""
    head = store.head()
    assert head is not None
    puts: list[tuple[str, str, bytes]] = []
    deletes: list[tuple[str, str]] = []
    for table in states.tables.values():
        table.changes(puts, deletes)
    store.commit(Commit(first_seq=head.size, entries=[], puts=puts, deletes=deletes, head=head))


def main() -> list[Row]:
    folder: Path = FOLDER / "withdrawal"
    shutil.rmtree(folder, ignore_errors=True)
    home = Home.create(folder, origin="mumian.example/bench")
    market = home.open_market(wall_clock)
    _, *admitted = market.handle_all([Spoken(each, "door:bench") for each in _opening()])
    owner, person = (answer.leaf.events[0].party for answer in admitted)
    market.close()
    store = home.open_store()
    states = States(store)
    grow(states, owner, person)
    settle(store, states)
    store.close()
    market = home.open_market(wall_clock)
    market.meet()
    command = WithdrawConsent(CONSENT)
    started = time.perf_counter()
    (answer,) = market.handle_all([Spoken(Envelope("withdrawal-0001", person, command), "door:bench")])
    spent_s = time.perf_counter() - started
    if answer.leaf.refused:
        raise SystemExit(answer.leaf.refused)
    suspended = sum(len(event.listings) for event in answer.leaf.events if isinstance(event, deals.ListingsSuspended))
    stopped = sum(len(event.jobs) for event in answer.leaf.events if isinstance(event, cleanroom.JobsStopped))
    market.close()
    if (suspended, stopped) != (PRODUCTS, JOBS):
        raise SystemExit(f"{suspended} listings were suspended and {stopped} jobs stopped, not {PRODUCTS} and {JOBS}")
    size = f"{GRANTS:,} grants, {PRODUCTS:,} products, {JOBS:,} jobs"
    return [at_most("withdrawn consent, one durable command", size, spent_s, "s", 2)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
