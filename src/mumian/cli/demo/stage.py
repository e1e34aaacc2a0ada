"""The stage of the demo: one home, its market, its domains, and the keys of everybody who speaks on this machine."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mumian.cli.demo.story import Act, Shown
from mumian.cli.submit import client_id
from mumian.domain.domain import Domain
from mumian.domain.keys import DomainKeys
from mumian.domain.messages import Caller, DomainPort, LocalPort, NotDone, ReplyBody, RequestBody
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant, day_of, start_of
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken, sign_envelope, trust
from mumian.market.home import Home
from mumian.market.keys import make_key, public_text, save_key
from mumian.market.leaf import Leaf
from mumian.market.refusals import REFUSALS
from mumian.market.sequencer import Answer, Sequencer
from mumian.market.trial import Script, uscc
from mumian.rooms.parties.model import AdmitParty, PartyKind, RegisterKey
from mumian.rulebook.calendar import carried

ORIGIN = "mumian.example/demo"

STORY_DAYS, LOOK_BACK_DAYS, HOLIDAY_DAYS = 58, 300, 5
"""The story takes so many days until now; a holiday is looked for so far back; it is long from so many days on."""

TEN_MS = 10 * 3_600_000

Tell = Callable[[int, str, str], None]
"""(act, English, Chinese): says what is going on."""


def evidence(of: str) -> str:
    """Return the digest of a document that stays with its owner."""
    return sha256_hex(f"demo document: {of}".encode())


class OffScript(Exception):  # noqa: N818  # a defect of the story, never of its audience
    """Something went otherwise than the story says: an accepted command was expected, or a refused one."""


class StoryClock:
    """The story's own time: it begins before a long holiday and is brought forward to the machine's now."""

    def __init__(self, wall: Callable[[], Instant]) -> None:
        self._wall = wall
        self._behind_ms = wall() - beginning(wall())

    def __call__(self) -> Instant:
        return self._wall() - self._behind_ms

    def wait_until(self, instant: Instant) -> None:
        """Let time pass until `instant`, if it is not later already; never beyond the machine's now."""
        self._behind_ms = max(0, self._behind_ms - max(0, instant - self()))

    def catch_up(self) -> None:
        """Let time pass until now."""
        self._behind_ms = 0


def beginning(now: Instant) -> Instant:
    """Return ten in the morning of the last work day before a long holiday that is over long enough for the story.

    Without one in the announced years: sixty days ago.
    """
    calendar, last = carried(), day_of(now) - timedelta(days=STORY_DAYS)
    for back in range(LOOK_BACK_DAYS):
        day = last - timedelta(days=back)
        off = [day + timedelta(days=nth) for nth in range(1, HOLIDAY_DAYS + 1)]
        known = all(map(calendar.is_announced, (day, *off)))
        if known and calendar.is_work_day(day) and not any(map(calendar.is_work_day, off)):
            return start_of(day) + TEN_MS
    return start_of(last) + TEN_MS


class Stage:
    """Says commands as anyone, each signed with its own key, and remembers what the story is told from."""

    def __init__(self, folder: Path, wall: Callable[[], Instant], tell: Tell) -> None:
        self.home = Home.create(folder, origin=ORIGIN)
        self.clock = StoryClock(wall)
        self.began_at = self.clock()
        self.market: Sequencer = self.home.open_market(self.clock)
        self.keys: dict[PartyId, Ed25519PrivateKey] = {}
        self.domains: dict[PartyId, Domain] = {}
        self.ports: dict[PartyId, DomainPort] = {}
        self.names: dict[str, str] = {}
        self.acts: list[Act] = []
        self.shown: list[Shown] = []
        self.salt = secrets.token_hex(16)  # hides who the demo's persons are; kept nowhere
        self._tell = tell
        self._act: tuple[int, str, str, float, int] | None = None
        self._admitted = 0

    @property
    def now(self) -> Instant:
        return self.clock()

    @property
    def script(self) -> StageScript:
        """This stage as a script of the market's own: for what is played the same way in trials and tests."""
        return StageScript(self)

    def wait_until(self, instant: Instant) -> None:
        """Let the story's time pass; the market meets what is over by then."""
        self.clock.wait_until(instant)
        self.market.meet()

    def catch_up(self) -> None:
        """Let the story's time pass until the machine's now."""
        self.clock.catch_up()
        self.market.meet()

    def act(self, number: int, en: str, zh: str) -> None:
        """Begin an act; the one before is over."""
        if self._act is not None:
            nth, was_en, was_zh, began, size = self._act
            spent = int((time.perf_counter() - began) * 1000)
            self.acts.append(Act(nth, was_en, was_zh, spent, self.market.size - size))
        self._act = (number, en, zh, time.perf_counter(), self.market.size) if number else None
        if number:
            self._tell(number, en, zh)

    def curtain(self) -> None:
        """End the last act."""
        self.act(0, "", "")

    def tell(self, en: str, zh: str) -> None:
        self._tell(0, en, zh)

    def say(self, actor: str, command: Any, id_: str = "") -> Leaf:
        """Say a command that is to be accepted.

        Raises: OffScript: it was refused.
        """
        leaf = self._said(actor, command, id_)
        if leaf.refused:
            raise OffScript(f"{type(command).__name__} by {actor}: {leaf.refused} {leaf.detail}")
        return leaf

    def say_all(self, actor: str, commands: Iterable[Any]) -> list[Leaf]:
        """Say many commands at once, each to be accepted.

        Raises: OffScript: one was refused.
        """
        envelopes = [Envelope(client_id(), PartyId(actor), command) for command in commands]
        answers = self.market.handle_all([self._signed(envelope) for envelope in envelopes])
        for answer in answers:
            if answer.leaf.refused:
                raise OffScript(f"{type(answer.leaf.command).__name__}: {answer.leaf.refused} {answer.leaf.detail}")
        return [answer.leaf for answer in answers]

    def made(self, actor: str, command: Any, field: str) -> str:
        """Say a command and return the id in `field` of the first event that has one."""
        events = self.say(actor, command).events
        return str(next(getattr(event, field) for event in events if hasattr(event, field)))

    def show_refusal(self, actor: str, command: Any, name: str, en: str, zh: str, id_: str = "") -> None:
        """Say a command that is to be refused as `name`, and keep it for the table of refusals.

        Raises: OffScript: it was accepted, or refused for another reason.
        """
        leaf = self._said(actor, command, id_)
        if leaf.refused != name:
            raise OffScript(f"{type(command).__name__}: `{leaf.refused}` {leaf.detail}, not `{name}`")
        refused = Refused(REFUSALS[name], leaf.detail)
        rule = refused.refusal.sentence.rule or ""
        self.shown.append(Shown(en, zh, name, refused.say("en"), refused.say("zh"), rule, leaf.seq))
        self.tell(f"refused: {en} ({name})", f"不予：{zh}（{name}）")

    def _said(self, actor: str, command: Any, id_: str) -> Leaf:
        (answer,) = self.market.handle_all([self._signed(Envelope(id_ or client_id(), PartyId(actor), command))])
        return answer.leaf

    def _signed(self, envelope: Envelope) -> Spoken:
        key = self.keys.get(envelope.actor)
        if key is not None:
            envelope = sign_envelope(envelope, key, origin=ORIGIN)
        spoken = trust(envelope, origin=ORIGIN, door="demo")
        if isinstance(spoken, Refused):
            raise OffScript(spoken.say())
        return spoken

    def open_key(self) -> str:
        """Make the exchange's own key and return its public text."""
        self.keys[OPERATOR] = make_key(self.home.folder / "keys" / f"{OPERATOR}.key", OPERATOR)
        return public_text(self.keys[OPERATOR])

    def admit(self, name: str, *roles: Role, kind: PartyKind = PartyKind.LEGAL) -> PartyId:
        """Admit a party that speaks with a key of its own on this machine."""
        self._admitted += 1
        folder = self.home.folder / "keys"
        draft = make_key(folder / f"draft-{self._admitted}.key", "draft")
        command = AdmitParty(kind, name, uscc(self._admitted), None, roles, public_text(draft))
        party = PartyId(self.made(OPERATOR, command, "party"))
        (folder / f"draft-{self._admitted}.key").unlink()
        save_key(folder / f"{party}.key", party, draft)
        self.keys[party], self.names[party] = draft, name
        return party

    def admit_holder(self, name: str, folder: str, *roles: Role, kind: PartyKind = PartyKind.LEGAL) -> PartyId:
        """Admit a data holder whose domain speaks for it, with the domain's key."""
        self._admitted += 1
        command = AdmitParty(kind, name, uscc(self._admitted), None, roles)
        party = PartyId(self.made(OPERATOR, command, "party"))
        place = self.home.folder / "domains" / folder
        Domain.create(place, party, str(self.home.verifier()))
        domain = Domain.open(place, clock=self.clock)
        self.domains[party], self.names[party] = domain, name
        self.ports[party] = LocalPort(domain.handle)
        self.keys[party] = DomainKeys.load(place / "identity.key").identity
        self.say(OPERATOR, RegisterKey(party, public_text(self.keys[party])))
        return party

    def connect(self) -> None:
        """Let every domain find every other."""
        for party, domain in self.domains.items():
            for peer, port in self.ports.items():
                if peer != party:
                    domain.connect(peer, port)

    def ask(self, actor: PartyId, domain: PartyId, body: RequestBody) -> ReplyBody:
        """Ask a domain as `actor`, over its port, both sides signing.

        Raises: OffScript: the domain said no.
        """
        caller = Caller(self.keys[actor], clock=self.clock, entropy=os.urandom)
        answer = caller.ask(self.ports[domain], body, domain=domain, domain_key=self.domains[domain].public_hex)
        if isinstance(answer, NotDone):
            raise OffScript(f"{domain}: {answer.refusal}: {answer.en}")
        return answer


class StageScript(Script):
    """A script that is said on a stage: signed with everybody's own key, at the story's time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.now = stage.now

    def say(self, actor: str, command: Any) -> Answer:
        return Answer(self._stage.say(actor, command))
