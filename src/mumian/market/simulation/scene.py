"""What the people of a simulation know: chance, the time, and what the market's leaves told them."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS, Instant
from mumian.market.keys import public_text
from mumian.market.leaf import Leaf
from mumian.market.rooms import States
from mumian.rooms.catalog import model as catalog
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import events as deals
from mumian.rooms.ledger import model as ledger
from mumian.rooms.parties import model as parties
from mumian.rooms.revenue import model as revenue
from mumian.rooms.rights import model as rights
from mumian.rooms.rights import views

T = TypeVar("T")

FRESH = 24
"""Most is said about the last so many things of a kind: lives go on, and old things are stirred now and then."""


class Said(NamedTuple):
    """Who says what."""

    actor: str
    command: Any


Habit = Callable[["Scene"], "Said | None"]

MADE: dict[type, tuple[str, str]] = {
    parties.PartyAdmitted: ("party", "party"),
    parties.PartySuspended: ("party", "suspended"),
    catalog.ResourceDescribed: ("resource", "resource"),
    rights.RightRegistered: ("registration", "right"),
    rights.RightsFrozen: ("thing", "frozen"),
    rights.PublicResourceRegistered: ("registration", "public"),
    rights.OperationAuthorized: ("authorization", "authorization"),
    rights.RightGranted: ("grant", "grant"),
    deals.ProductRegistered: ("product", "product"),
    deals.ProductListed: ("listing", "listing"),
    deals.OrderPlaced: ("order", "order"),
    contracts.OfferMade: ("offer", "offer"),
    contracts.AgreementSigned: ("agreement", "agreement"),
    cleanroom.BudgetOpened: ("budget", "budget"),
    cleanroom.TicketIssued: ("job", "job"),
    ledger.AccountOpened: ("account", "account"),
    revenue.ContributionRecorded: ("basis", "basis"),
}
"""Event → the field that names what it made, and the noun that it is remembered under."""


class Scene:
    """One market and its people, seen from outside. All chance comes from `rng`; nothing here changes the market."""

    def __init__(self, rng: random.Random, states: States, now: Instant) -> None:
        self.rng = rng
        self.states = states
        self.now = now
        self.made: defaultdict[str, list[str]] = defaultdict(list)
        self.of_role: defaultdict[Role, list[PartyId]] = defaultdict(list)
        self.keys: dict[str, Ed25519PrivateKey] = {}
        self.links: list[parties.PartiesRelated] = []
        self.offers_of: defaultdict[str, list[str]] = defaultdict(list)
        self.agreement_of: dict[tuple[str, str], str] = {}
        self.job_of: dict[str, str] = {}
        self.heard: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=FRESH))
        self.said: deque[Said] = deque(maxlen=10 * FRESH)
        self.companies = 1_000  # of those that the trial's script does not use

    def learn(self, leaf: Leaf) -> None:
        """Remember what a leaf made, what was said, and the texts of its command by the name of their field."""
        self.said.append(Said(leaf.actor, leaf.command))
        for field in leaf.command.__struct_fields__:
            value = getattr(leaf.command, field)
            if type(value) is str:
                self.heard[field].append(value)
        for event in leaf.events:
            kind = type(event)
            if kind in MADE:
                field, noun = MADE[kind]
                self.made[noun].append(getattr(event, field))
            if kind in _LEARN:
                _LEARN[kind](self, event)

    def chance(self, permille: int) -> bool:
        return self.rng.randrange(1_000) < permille

    def one(self, things: Sequence[T]) -> T:
        return things[self.rng.randrange(len(things))]

    def fresh(self, things: Sequence[T]) -> T:
        """Return one of the newest things, sometimes any."""
        if self.chance(60):
            return self.one(things)
        return things[-1 - self.rng.randrange(min(len(things), FRESH))]

    def pick(self, noun: str) -> str:
        """Return the id of a thing there is, or of one that nobody made."""
        things = self.made[noun]
        return self.fresh(things) if things else f"{noun}-999999999"

    def who(self, role: Role) -> str:
        """Return a party that had the role when it was admitted."""
        if role is Role.EXCHANGE:
            return OPERATOR
        return self.fresh(self.of_role[role]) if self.of_role[role] else OPERATOR

    def digest(self) -> str:
        return f"{self.rng.getrandbits(256):064x}"

    def after(self, days_max: int) -> Instant:
        """Return an instant after now, by `days_max` days at most."""
        return self.now + 1 + self.rng.randrange(days_max * DAY_MS)

    def new_key(self) -> str:
        """Return the public half of a new key; the other half is kept, so that its owner can sign."""
        key = Ed25519PrivateKey.from_private_bytes(self.rng.randbytes(32))
        text = public_text(key)
        self.keys[text] = key
        return text

    def stands(self, source: str) -> bool:
        """Tell whether the chain of rights above `source` holds; now and then say yes without looking."""
        return self.chance(100) or views.chain(self.states.rights, source, self.now).unbroken

    def some(self, things: Iterable[T]) -> tuple[T, ...]:
        """Return about half of the things, at least one, in their order."""
        all_things = tuple(things)
        kept = tuple(thing for thing in all_things if self.rng.randrange(2))
        return kept or (self.one(all_things),)


def _admitted(scene: Scene, event: parties.PartyAdmitted) -> None:
    for role in event.roles:
        scene.of_role[role].append(event.party)


def _related(scene: Scene, event: parties.PartiesRelated) -> None:
    scene.links.append(event)


def _offered(scene: Scene, event: contracts.OfferMade) -> None:
    scene.offers_of[event.target].append(event.offer)


def _signed(scene: Scene, event: contracts.AgreementSigned) -> None:
    scene.agreement_of[event.target, event.assignee] = event.agreement


def _bound(scene: Scene, event: contracts.OrderBound) -> None:
    agreement = scene.states.contracts.agreements[event.agreement]
    scene.agreement_of.pop((agreement.target, agreement.assignee), None)


def _ticketed(scene: Scene, event: cleanroom.TicketIssued) -> None:
    scene.job_of[event.agreement] = event.job


def _held(scene: Scene, event: ledger.TransfersHeld) -> None:
    scene.made["transfer"].extend(event.transfers)


_LEARN: dict[type, Callable[[Scene, Any], None]] = {
    parties.PartyAdmitted: _admitted,
    parties.PartiesRelated: _related,
    contracts.OfferMade: _offered,
    contracts.AgreementSigned: _signed,
    contracts.OrderBound: _bound,
    cleanroom.TicketIssued: _ticketed,
    ledger.TransfersHeld: _held,
}
