"""A small property register for tests: who is there, which data, forms that are filled in, and lives brought to a stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from mumian.kernel.ids import MARKET, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Right, Role, SourceType
from mumian.kernel.table import DictTable
from mumian.kernel.time import GUANGZHOU, Instant
from mumian.rooms.property_register import model as words
from mumian.rooms.property_register.decide import decide
from mumian.rooms.property_register.eligibility import favourable
from mumian.rooms.property_register.evolve import evolve
from mumian.rooms.property_register.forms import (
    CancellationForm,
    ChangeForm,
    Content,
    Form,
    ImportForm,
    InitialForm,
    NewForm,
    RenewalForm,
    TransferForm,
    parties_of,
)
from mumian.rooms.property_register.laws import LAWS
from mumian.rooms.property_register.model import CaseFacts, Command, Event, State
from mumian.rooms.property_register.records import Resource
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import (
    Applicant,
    ApplicationId,
    BasisKind,
    CancelReason,
    CertificateNo,
    Claim,
    Evidence,
    Findings,
    Ground,
    Legacy,
    LegacySystem,
    NoteId,
    NoteKind,
    ObjectionId,
    Origin,
    Outcome,
    Part,
    Restrictions,
    Statement,
)

D = "d" * 64
S = SourceType


def at(*moment: int) -> Instant:
    """Return the instant of a Guangzhou wall clock."""
    year, month, day, hour, minute, *_ = (*moment, 0, 0)
    return int(datetime(year, month, day, hour, minute, tzinfo=GUANGZHOU).timestamp() * 1000)


NOW = at(2026, 11, 23, 10)
"""A Monday."""

FIVE_YEARS = at(2031, 11, 24)
"""The end of the day that corresponds to NOW's five years on."""

ROLES: dict[str, set[Role]] = {
    "air": {Role.SUPPLIER},
    "rail": {Role.SUPPLIER},
    "person": {Role.SUPPLIER},
    "merchant": {Role.DATA_MERCHANT},
    "insurer": {Role.BUYER},
    "registry": {Role.REGISTRY},
    "archive": {Role.REGISTRY},
    "regulator": {Role.REGULATOR},
}
RESOURCES = {
    source: Resource(
        ResourceId(f"resource-{nth}"),
        PartyId("person" if source is S.NATURAL_PERSON else "air"),
        DataKind.PUBLIC if source in (S.GOV_DUTY, S.PUBLIC_PRODUCT, S.UTILITY) else DataKind.ENTERPRISE,
        source,
        "2013年纽约航班起降记录",
        "航班起降时刻与延误分钟数",
        coded=True,
    )
    for nth, source in enumerate(S, 1)
}
OWN = RESOURCES[S.SELF_GENERATED]
FIRST, SECOND = CertificateNo("SJ4412026110001"), CertificateNo("SJ4412026110002")
HELD = Findings(Outcome.HOLDS, Outcome.HOLDS, Outcome.HOLDS, D)


def applicants(*names: str) -> tuple[Applicant, ...]:
    return tuple(Applicant(PartyId(name), D) for name in names)


def content(resource: Resource = OWN, **changes: Any) -> Content:
    evidence = Evidence(sample=D, acquisition=D)
    whole = Content(
        resource.resource, Origin.COLLECTED, resource.source_type, 20_000, 2_000_000, Restrictions(), evidence
    )
    return replace(whole, **changes)


def claim(right: Right = Right.USE, holder: str = "air", **changes: Any) -> Claim:
    return replace(Claim(PartyId(holder), right, BasisKind.CONTRACT, D), **changes)


def initial(source: SourceType = S.SELF_GENERATED, *rights: Right, **changes: Any) -> InitialForm:
    """Fill in the initial form for data from a source; by default for all rights of its holder, without publicity."""
    resource = RESOURCES[source]
    claims = tuple(claim(right, resource.holder) for right in rights or tuple(Right))
    form = InitialForm(applicants(resource.holder), content(resource), claims, favourable(source), waive_publicity=True)
    return replace(form, **changes)


LEGACY = Legacy(LegacySystem.SHENZHEN_2023, "SZ-2024-0001", D, D, at(2027, 1, 1))


def imported(**changes: Any) -> ImportForm:
    form = initial()
    whole = ImportForm(form.applicants, form.content, form.claims, LEGACY, form.statements, waive_publicity=True)
    return replace(whole, **changes)


def transfer(**changes: Any) -> TransferForm:
    to = applicants("rail")[0]
    return replace(
        TransferForm(applicants("air"), FIRST, (0, 1, 2), to, D, Restrictions(), waive_publicity=True), **changes
    )


def change(**changes: Any) -> ChangeForm:
    return replace(ChangeForm(applicants("air"), FIRST, content(records=30_000)), **changes)


def renewal(**changes: Any) -> RenewalForm:
    return replace(RenewalForm(applicants("air"), FIRST, (0,)), **changes)


def cancellation(**changes: Any) -> CancellationForm:
    return replace(CancellationForm(applicants("air"), FIRST, (0,), CancelReason.GIVEN_UP), **changes)


class Register:
    """A register under test. Who speaks has the roles above; the catalog knows the resources above."""

    def __init__(self) -> None:
        self.state = State(*(DictTable() for _ in State.__struct_fields__))
        self.now = NOW
        self.seq = 10
        self.roles = {name: frozenset(has) for name, has in ROLES.items()}
        self.resources = {each.resource: each for each in RESOURCES.values()}
        self.frozen = frozenset[int]()
        self.rulebook = ""

    def facts(self, command: Command, actor: str) -> CaseFacts:
        """Gather the facts as the market would."""
        form, registry = self._form(command)
        named = [PartyId("registry"), PartyId("archive"), registry, *(() if form is None else parties_of(form))]
        resource = None if form is None else self.resources.get(self._resource(form))
        return CaseFacts(
            seq=self.seq,
            now=self.now,
            actor=PartyId(actor),
            roles=self.roles.get(actor, frozenset()),
            rulebook=self.rulebook,
            parties={party: self.roles.get(party, frozenset()) for party in named},
            natural=frozenset({PartyId("person")}),
            resource=resource,
            frozen=self.frozen,
        )

    def _form(self, command: Command) -> tuple[Form | None, PartyId]:
        if isinstance(command, words.SubmitApplication):
            return command.form, command.registry
        form = getattr(command, "form", None)
        key = getattr(command, "application", "")
        return form or self.state.forms.get(key), PartyId("registry")

    def _resource(self, form: Form) -> ResourceId:
        if isinstance(form, NewForm):
            return form.content.resource
        certificate = self.state.certificates.get(form.certificate)
        return ResourceId("") if certificate is None else certificate.resource

    def ask(self, actor: str, command: Command) -> list[Event] | Refused:
        """Decide a command and apply what it changes."""
        self.seq += 1
        answer = decide(self.state, command, self.facts(command, actor))
        for event in answer if isinstance(answer, list) else ():
            evolve(self.state, event)
        return answer

    def say(self, actor: str, command: Command) -> list[Event]:
        """Say a command that is accepted."""
        answer = self.ask(actor, command)
        assert not isinstance(answer, Refused), answer.say()
        return answer

    def tick(self, command: Command) -> list[Event]:
        return self.say(MARKET, command)

    def submitted(self, form: Form | None = None, *, registry: str = "registry", actor: str = "") -> ApplicationId:
        form = form or initial()
        events = self.say(actor or form.applicants[0].party, words.SubmitApplication(PartyId(registry), form))
        assert isinstance(events[0], words.Event)
        return events[0].application  # type: ignore[union-attr]

    def reviewing(self, form: Form | None = None, *, registry: str = "registry") -> ApplicationId:
        key = self.submitted(form, registry=registry)
        self.say(registry, words.AcceptApplication(key))
        return key

    def public(self, form: Form | None = None) -> ApplicationId:
        """Bring an application into publicity."""
        form = form or initial()
        key = self.reviewing(form)
        self.say("registry", self.conclusion(key))
        return key

    def conclusion(self, key: ApplicationId, **changes: Any) -> words.ConcludeReview:
        form = self.state.forms.get(key)
        found: tuple[Statement, ...] = form.statements if isinstance(form, NewForm) else ()
        return replace(words.ConcludeReview(key, HELD, found), **changes)

    def objected(self, form: Form | None = None) -> tuple[ApplicationId, ObjectionId]:
        key = self.public(form)
        (event,) = self.say("insurer", words.RaiseObjection(key, words.Ground.OTHER, D))
        return key, event.objection  # type: ignore[union-attr]

    def certified(self, form: Form | None = None, *, registry: str = "registry") -> CertificateNo:
        """Register at once, without publicity where the form has one."""
        form = form or initial()
        key = self.reviewing(form, registry=registry)
        waive = getattr(form, "waive_publicity", False)
        self.say(registry, self.conclusion(key, waive=waive))
        return self.state.applications[key].certificate

    def at_certificate(self, *lines: int) -> ObjectionId:
        """Have an objection raised to the first certificate."""
        command = words.ObjectToCertificate(FIRST, lines or (0,), words.Ground.OPEN_DISPUTE, D)
        (event,) = self.say("insurer", command)
        return event.objection  # type: ignore[union-attr]


APP, OBJ, NOTE = ApplicationId("application-11"), ObjectionId("objection-14"), NoteId("note-14")

CERT_OBJ = ObjectionId("objection-14")
FAILED = Findings(Outcome.HOLDS, Outcome.FAILS, Outcome.HOLDS, D)
ADOPTED = Findings(Outcome.HOLDS, Outcome.ADOPTED, Outcome.ADOPTED, D)
PARTS = (Part.SAMPLE,)
Story = Callable[[], Register]


def submit(form: Form, registry: str = "registry") -> words.SubmitApplication:
    return words.SubmitApplication(PartyId(registry), form)


def fresh(**changes: Any) -> Register:
    register = Register()
    for name, value in changes.items():
        setattr(register, name, value)
    return register


def after(*steps: Callable[[Register], object], form: Form | None = None) -> Register:
    """Return a register with one application, APP, submitted and then treated by `steps`."""
    register = Register()
    register.submitted(form)
    for step in steps:
        step(register)
    return register


def step(actor: str, command: Command) -> Callable[[Register], object]:
    return lambda register: register.say(actor, command)


accept = step("registry", words.AcceptApplication(APP))
give_back = step("registry", words.ReturnApplication(APP, PARTS))
ask_evidence = step("registry", words.RequestEvidence(APP, PARTS))
evidence = step("air", words.ProvideEvidence(APP, (D,)))
overdue = step(MARKET, words.PassReviewLimit(APP, NOW))


def conclude(**changes: Any) -> Callable[[Register], object]:
    return lambda register: register.say("registry", register.conclusion(APP, **changes))


make_public = conclude()
certify = conclude(waive=True)
raise_objection = step("insurer", words.RaiseObjection(APP, Ground.OPEN_DISPUTE, D))


def certified() -> Register:
    register = Register()
    register.certified()
    return register


def objected() -> Register:
    register = certified()
    register.at_certificate(0, 1)
    return register


def notified() -> Register:
    register = objected()
    register.say("registry", words.NotifyHolder(CERT_OBJ))
    return register


def denied() -> Register:
    register = notified()
    register.say("air", words.AnswerObjection(CERT_OBJ, agrees=False, evidence_digest=D))
    return register


def noted(kind: NoteKind = NoteKind.JUDICIAL_SEIZURE, *lines: int) -> Register:
    register = certified()
    register.say("registry", words.MakeNote(FIRST, lines or (0,), kind, D))
    return register


def later(register: Register, now: Instant) -> Register:
    register.now = now
    return register


def refusal(answer: object) -> R:
    assert isinstance(answer, Refused)
    assert isinstance(answer.refusal, R)
    assert answer.say("en")
    assert answer.say("zh")
    return answer.refusal


def broken(state: State) -> list[str]:
    return [place for law in LAWS for place in law(state)]
