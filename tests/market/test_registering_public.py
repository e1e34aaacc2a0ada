"""The public register in the market: its entries are what rights stand on, and time ends them."""

from __future__ import annotations

from typing import Any

import pytest
from bare import Bare

from mumian.kernel.canonical import sha256_hex
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market.registering_public import documents, register_public
from mumian.rooms.catalog import model as catalog
from mumian.rooms.parties.model import AssignRoles, PartyKind
from mumian.rooms.public_register import model as register
from mumian.rooms.public_register import views
from mumian.rooms.public_register.events import EntryCancelled, LimitPassed, RegistrationOverdue
from mumian.rooms.public_register.vocabulary import (
    CancelGround,
    Document,
    EntryId,
    Material,
    RevokeGround,
    Scope,
    SubmissionId,
)
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.chain import is_coded
from mumian.rooms.rights.decide import decide as decide_rights
from mumian.rooms.rights.evolve import evolve as evolve_rights
from mumian.rooms.rights.vocabulary import Mode

A = sha256_hex(b"a")


class Town(Bare):
    """A public body with data, the institution that registers it, a data bureau."""

    def __init__(self) -> None:
        super().__init__()
        self.holder = self.body()
        self.registry = self.body(Role.REGISTRY)
        self.bureau = self.body(Role.DATA_BUREAU)
        self.data = self.resource(self.holder)

    def register(self, operation_ends: int | None = None) -> str:
        return register_public(
            self.script, registry=self.registry, body=self.holder, resource=self.data, wait=self.wait,
            operation_ends=operation_ends,
        )  # fmt: skip

    @property
    def entry(self) -> EntryId:
        return EntryId(self.states.public_register.entry_of[self.data])

    def begun(self) -> SubmissionId:
        store = register.StoreEvidence(self.data, self.registry, A)
        return SubmissionId(self.made(self.holder, store, "submission"))

    def public_record(self, key: str) -> Any:
        return self.states.rights.publics[key]


def happened(town: Bare, kind: type) -> list[Any]:
    return [event for leaf in town.leaves for event in leaf.events if isinstance(event, kind)]


def test_a_code_is_entered_into_the_rights_in_the_same_leaf() -> None:
    town = Town()
    key = town.register()
    record, entry = town.public_record(key), town.states.public_register.entries[town.entry]
    assert (record.code, record.valid_from, record.valid_to) == (entry.code, entry.valid_from, entry.valid_to)
    assert is_coded(town.states.rights, town.data, town.now)
    kinds = {type(event).__name__ for event in town.leaves[-1].events}
    assert kinds >= {"Coded", "PublicResourceRegistered"}
    assert list(town.states.broken_laws()) == []


def test_a_renewal_reaches_the_rights() -> None:
    town = Town()
    key = town.register()
    town.wait(town.public_record(key).valid_to - 30 * DAY_MS)
    submission = SubmissionId(town.made(town.holder, register.RequestRenewal(town.entry, Scope.OUTSIDE), "submission"))
    town.say(town.registry, register.Accept(submission))
    town.say(town.registry, register.PassReview(submission, A))
    town.wait(town.now + 60 * DAY_MS)
    assert is_coded(town.states.rights, town.data, town.now)
    assert town.public_record(key).valid_to == town.states.public_register.entries[town.entry].valid_to
    assert list(town.states.broken_laws()) == []


def test_a_renewal_that_was_decided_late_reaches_the_rights_too() -> None:
    town = Town()
    key = town.register()
    town.wait(town.public_record(key).valid_to - DAY_MS)
    submission = SubmissionId(town.made(town.holder, register.RequestRenewal(town.entry, Scope.OUTSIDE), "submission"))
    town.say(town.registry, register.Accept(submission))
    town.wait(town.now + 10 * DAY_MS)
    assert not is_coded(town.states.rights, town.data, town.now)
    town.say(town.registry, register.PassReview(submission, A))
    assert is_coded(town.states.rights, town.data, town.now)


@pytest.mark.parametrize("way", ["not renewed", "cancelled", "revoked"])
def test_the_end_of_an_entry_is_the_end_of_what_rights_stood_on(way: str) -> None:
    town = Town()
    key = town.register()
    if way == "not renewed":
        town.wait(town.public_record(key).valid_to)
    elif way == "cancelled":
        command = register.RequestCancellation(town.entry, CancelGround.GIVEN_UP, A)
        submission = SubmissionId(town.made(town.holder, command, "submission"))
        town.say(town.registry, register.Accept(submission))
        town.say(town.registry, register.PassReview(submission, A))
    else:
        town.say(town.bureau, register.RevokeEntry(town.entry, RevokeGround.FALSE_MATERIAL, A))
    reasons = {"not renewed": "expired", "cancelled": "given_up", "revoked": "false_material"}
    assert town.public_record(key).ended == reasons[way]
    assert list(town.states.broken_laws()) == []


def test_ticks_end_a_publicity_and_an_entry_without_anybody_speaking_of_them() -> None:
    town = Town()
    town.register()
    town.wait(town.now + 1_200 * DAY_MS)
    assert [event.entry for event in happened(town, EntryCancelled)] == [town.entry]
    ticks = [leaf for leaf in town.leaves if leaf.actor == "market"]
    assert [type(event).__name__ for event in ticks[0].events] == ["ClockReached", "PublicityEnded", "ClockSet"]


def test_an_institution_that_is_none_any_more_decides_nothing() -> None:
    town = Town()
    submission = town.begun()
    town.say(town.holder, register.Submit(submission, documents(), Scope.OUTSIDE))
    town.say("exchange", AssignRoles(PartyId(town.registry), (Role.PUBLIC_BODY,)))
    assert town.ask(town.registry, register.Accept(submission)).refused == "public_register.NOT_A_REGISTRY"
    town.wait(town.now + 10 * DAY_MS)
    assert [event.limit for event in happened(town, LimitPassed)] == ["acceptance"]


REGISTERS = [
    # kind of holder, its roles, kind of data, its source, answer
    (PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY, DataKind.PUBLIC, SourceType.GOV_DUTY, ""),
    (PartyKind.LEGAL, Role.SUPPLIER, DataKind.PUBLIC, SourceType.PUBLIC_PRODUCT, ""),
    (PartyKind.LEGAL, Role.SUPPLIER, DataKind.PUBLIC, SourceType.UTILITY, ""),
    (PartyKind.NATURAL, Role.SUPPLIER, DataKind.PUBLIC, SourceType.UTILITY, "NOT_A_SUBJECT"),
    (PartyKind.LEGAL, Role.SUPPLIER, DataKind.ENTERPRISE, SourceType.SELF_GENERATED, "NOT_PUBLIC_DATA"),
    (PartyKind.PUBLIC_BODY, Role.PUBLIC_BODY, DataKind.ENTERPRISE, SourceType.SELF_GENERATED, "NOT_PUBLIC_DATA"),
]


@pytest.mark.parametrize(("kind", "role", "data_kind", "source", "refusal"), REGISTERS)
def test_who_registers_what(kind: PartyKind, role: Role, data_kind: DataKind, source: SourceType, refusal: str) -> None:
    town = Town()
    holder = town.admit(kind, role)
    resource = town.resource(holder, data_kind, source)
    answer = town.ask(holder, register.StoreEvidence(resource, town.registry, A))
    assert answer.refused == (refusal and f"public_register.{refusal}")


@pytest.mark.parametrize("role", [Role.REGISTRY, Role.PUBLIC_BODY])
def test_only_a_public_institution_registers_public_data(role: Role) -> None:
    town = Town()
    kind = PartyKind.LEGAL if role is Role.REGISTRY else PartyKind.PUBLIC_BODY
    registry = town.admit(kind, role)
    answer = town.ask(town.holder, register.StoreEvidence(town.data, registry, A))
    assert answer.refused == "public_register.NOT_A_REGISTRY"


def test_data_that_was_withdrawn_meanwhile_is_not_recorded() -> None:
    town = Town()
    submission = town.begun()
    town.say(town.holder, register.Submit(submission, documents(), Scope.OUTSIDE))
    town.say(town.registry, register.Accept(submission))
    town.say(town.registry, register.PassReview(submission, A))
    town.say(town.holder, catalog.WithdrawResource(town.data))
    town.wait(town.now + 60 * DAY_MS)
    assert town.ask(town.registry, register.RecordResult(submission)).refused == "public_register.WITHDRAWN"


def test_an_entry_may_be_corrected_and_what_rights_stand_on_stays() -> None:
    town = Town()
    key = town.register()
    correction = register.RequestCorrection(town.entry, (Document(Material.DATA, A),))
    submission = SubmissionId(town.made(town.holder, correction, "submission"))
    town.say(town.registry, register.Accept(submission))
    town.say(town.registry, register.PassReview(submission, A))
    assert town.public_record(key).ended is None
    assert views.entry(town.states.public_register, town.entry) is not None


def test_nobody_enters_a_public_registration_past_the_public_register() -> None:
    town = Town()
    command = rights.RegisterPublicResource(ResourceId(town.data), "GGSJ44202610000001", A, town.now, town.now + DAY_MS)
    for actor in (town.registry, town.holder, town.bureau, "exchange"):
        assert town.ask(actor, command).refused == "rights.ONLY_THE_MARKET"


def authorized(town: Town) -> PartyId:
    """Let an operator operate the data, as the market does for an agreement on operation."""
    operator = town.admit(PartyKind.LEGAL, Role.PUBLIC_DATA_OPERATOR)
    command = rights.AuthorizeOperation(
        "agreement-1", town.holder, operator, (town.data,), Mode.WHOLE, "", None, town.now, town.now + 900 * DAY_MS
    )
    events = decide_rights(town.states.rights, command, Facts(seq=900, now=town.now, actor=MARKET))
    assert isinstance(events, list)
    for event in events:
        evolve_rights(town.states.rights, event)
    return operator


def test_data_that_is_operated_is_registered_anew_within_twenty_work_days_after_its_entry_ended() -> None:
    town = Town()
    town.register()
    authorized(town)
    town.say(town.bureau, register.RevokeEntry(town.entry, RevokeGround.FALSE_MATERIAL, A))
    assert [record.body for _, record in views.expected(town.states.public_register)] == [town.holder]
    town.wait(town.now + 40 * DAY_MS)
    assert [event.body for event in happened(town, RegistrationOverdue)] == [town.holder]
    submission = town.begun()
    town.say(town.holder, register.Submit(submission, documents(), Scope.OUTSIDE))
    assert list(views.expected(town.states.public_register)) == []
    assert list(town.states.broken_laws()) == []


def test_nothing_is_expected_of_data_that_nobody_operates() -> None:
    town = Town()
    town.register()
    town.say(town.bureau, register.RevokeEntry(town.entry, RevokeGround.FALSE_MATERIAL, A))
    assert list(views.expected(town.states.public_register)) == []
