"""A bare market: open, with nobody in it but the exchange. A test admits whom it needs and moves the clock."""

from __future__ import annotations

from typing import Any

from mumian.journal.sqlite import SqliteStore
from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Role, SourceType
from mumian.kernel.time import Instant
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.leaf import Leaf
from mumian.market.pulse import Pulse, tick
from mumian.market.rooms import States
from mumian.market.sequencer import Answer
from mumian.market.step import step
from mumian.market.trial import ORIGIN, Script, uscc
from mumian.rooms.catalog import description as words
from mumian.rooms.catalog import model as catalog
from mumian.rooms.oversight.model import OpenMarket
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rulebook.rules import RULEBOOK_VERSION, load

T0: Instant = 1_790_000_000_000
"""2026-09-21."""


class Bare:
    def __init__(self, now: Instant = T0, rulebook: str = RULEBOOK_VERSION) -> None:
        self.now = now
        self.states = States(SqliteStore(":memory:"))
        self.leaves: list[Leaf] = []
        self.script = Script(self._handle, now)
        self._pulse = Pulse(self.states)
        self._companies = 0
        self.say(OPERATOR, OpenMarket(ORIGIN, "数据交易所", uscc(0), rulebook, load(rulebook).digest()))

    def _handle(self, spoken: Any) -> list[Answer]:
        return [Answer(self._take(each)) for each in spoken]

    def _take(self, spoken: Spoken) -> Leaf:
        self._meet()
        return self._record(spoken)

    def _meet(self) -> None:
        while self._pulse.beats(self.now):
            met = self._record(tick(len(self.leaves)))
            assert not met.refused, (met.refused, met.detail)

    def _record(self, spoken: Spoken) -> Leaf:
        leaf = step(self.states, spoken.envelope, seq=len(self.leaves), at=self.now, by=spoken.by)
        self.leaves.append(leaf)
        self._pulse.see(leaf)
        return leaf

    def wait(self, until: Instant) -> None:
        """Move the clock forward and meet the limits that are over."""
        self.now = max(self.now, until)
        self._meet()

    def say(self, actor: str, command: Any) -> Leaf:
        """Say a command that is accepted."""
        return self.script.say(actor, command).leaf

    def made(self, actor: str, command: Any, field: str) -> str:
        return self.script.made(actor, command, field)

    def ask(self, actor: str, command: Any) -> Leaf:
        """Say a command that may be refused."""
        envelope = Envelope(f"asked-{len(self.leaves):08d}", PartyId(actor), command)
        return self._take(Spoken(envelope, "door:test"))

    def admit(self, kind: PartyKind, *roles: Role) -> PartyId:
        self._companies += 1
        if kind is PartyKind.NATURAL:
            person = AdmitParty(kind, "", None, f"{self._companies:064x}", roles)
            return PartyId(self.made(OPERATOR, person, "party"))
        named = AdmitParty(kind, "单位", uscc(self._companies), None, roles)
        return PartyId(self.made(OPERATOR, named, "party"))

    def body(self, *roles: Role) -> PartyId:
        return self.admit(PartyKind.PUBLIC_BODY, *(roles or (Role.PUBLIC_BODY,)))

    def resource(
        self, holder: str, kind: DataKind = DataKind.PUBLIC, source: SourceType = SourceType.GOV_DUTY
    ) -> ResourceId:
        described = words.Description(
            title="2025年广州公交到站",
            summary="公交车到站时刻",
            data_kind=kind,
            industry="G54",
            source_type=source,
            spatial_scope=words.SpatialScope.CITY,
            temporal_from="2025-01-01",
            update_frequency=words.UpdateFrequency.DAILY,
            form=words.Form.TABLE,
            domain="domain1",
            fields=(words.FieldEntry("line", words.FieldType.TEXT), words.FieldEntry("at", words.FieldType.DATETIME)),
            keywords=("公交", "到站"),
        )
        return ResourceId(self.made(holder, catalog.DescribeResource(described), "resource"))
