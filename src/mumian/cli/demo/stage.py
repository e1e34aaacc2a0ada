"""The stage of the demo: one home, its market, its domains, and the keys of everybody who speaks on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mumian.cli.demo.story import Act, Shown
from mumian.cli.submit import client_id
from mumian.domain.domain import Domain
from mumian.domain.keys import DomainKeys
from mumian.domain.messages import Caller, DomainPort, LocalPort, NotDone, ReplyBody, RequestBody
from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.market.envelope import Envelope
from mumian.market.hearing import sign_envelope, trust
from mumian.market.home import Home
from mumian.market.keys import make_key, public_text, save_key
from mumian.market.leaf import Leaf
from mumian.market.refusals import REFUSALS
from mumian.market.sequencer import Sequencer
from mumian.market.trial import uscc
from mumian.rooms.parties.model import AdmitParty, PartyKind, RegisterKey

ORIGIN = "mumian.example/demo"

Tell = Callable[[int, str, str], None]
"""(act, English, Chinese): says what is going on."""


class OffScript(Exception):  # noqa: N818  # a defect of the story, never of its audience
    """Something went otherwise than the story says: an accepted command was expected, or a refused one."""


class Stage:
    """Says commands as anyone, each signed with its own key, and remembers what the story is told from."""

    def __init__(self, folder: Path, clock: Callable[[], Instant], tell: Tell) -> None:
        self.home = Home.create(folder, origin=ORIGIN)
        self.market: Sequencer = self.home.open_market(clock)
        self.clock = clock
        self.now = clock()
        self.keys: dict[PartyId, Ed25519PrivateKey] = {}
        self.domains: dict[PartyId, Domain] = {}
        self.ports: dict[PartyId, DomainPort] = {}
        self.names: dict[str, str] = {}
        self.acts: list[Act] = []
        self.shown: list[Shown] = []
        self._tell = tell
        self._act: tuple[int, str, str, float, int] | None = None
        self._admitted = 0

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
        envelope = Envelope(id_ or client_id(), PartyId(actor), command)
        key = self.keys.get(PartyId(actor))
        if key is not None:
            envelope = sign_envelope(envelope, key, origin=ORIGIN)
        spoken = trust(envelope, origin=ORIGIN, door="demo")
        if isinstance(spoken, Refused):
            raise OffScript(spoken.say())
        (answer,) = self.market.handle_all([spoken])
        return answer.leaf

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
