"""What applicants, registries, regulators and those who object say of data property."""

from __future__ import annotations

from msgspec.structs import replace

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Right, Role, SourceType
from mumian.kernel.time import DAY_MS, Instant
from mumian.market.actors import roles_of
from mumian.market.registering import initial_form
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register import model as register
from mumian.rooms.property_register.eligibility import favourable
from mumian.rooms.property_register.forms import (
    CancellationForm,
    ChangeForm,
    Form,
    ImportForm,
    InitialForm,
    NewForm,
    RenewalForm,
    TransferForm,
    waives,
)
from mumian.rooms.property_register.records import Application, Certificate, Objection
from mumian.rooms.property_register.vocabulary import (
    Applicant,
    ApplicationId,
    CancelReason,
    CertificateNo,
    Condition,
    DeclineReason,
    Findings,
    Fused,
    Ground,
    Legacy,
    LegacySystem,
    NoteId,
    NoteKind,
    ObjectionId,
    ObjectionState,
    Outcome,
    Part,
    Phase,
    Restrictions,
    RevokeReason,
    Stage,
    Statement,
)

MADE: dict[type, tuple[str, str]] = {
    said.ApplicationSubmitted: ("application", "application"),
    said.ObjectionRaised: ("objection", "contested"),
    said.CertificateIssued: ("certificate", "certificate"),
    said.NoteMade: ("note", "note"),
}
"""Event → the field that names what it made, and the noun that it is remembered under."""


def apply(s: Scene) -> Said | None:
    """Apply for what a resource's holder has no right to yet; now and then for another, or for what another certified."""
    resource = ResourceId(s.pick("resource"))
    record, described = s.states.catalog.resources.get(resource), s.states.catalog.descriptions.get(resource)
    if record is None or described is None or (described.source_type is SourceType.GOV_DUTY and s.chance(950)):
        return None
    holder = record.holder if s.chance(900) else PartyId(s.pick("party"))
    form = _form(s, resource, holder, described.source_type)
    actor = holder if s.chance(980) else s.pick("party")
    return Said(actor, register.SubmitApplication(_registry(s), form))


def _registry(s: Scene) -> PartyId:
    """Return a registry that is there, now and then one that may be gone, or none at all."""
    there = [party for party in s.of_role[Role.REGISTRY] if Role.REGISTRY in roles_of(s.states, party)]
    if there and s.chance(950):
        return s.one(there)
    return PartyId(s.one((s.who(Role.REGISTRY), s.pick("party"))))


def _form(s: Scene, resource: ResourceId, holder: PartyId, source: SourceType) -> Form:
    taken = s.states.rights.by_holder
    free = [right for right in Right if f"{resource}/{holder}/{right}" not in taken]
    rights = free if free and s.chance(800) else s.some(Right)
    until = s.one((None, None, s.now + 30 * DAY_MS, s.now + 400 * DAY_MS, s.now + 1_900 * DAY_MS))
    form = initial_form(holder, resource, source, rights, until=until, waive_publicity=s.chance(600))
    form = replace(form, statements=_statements(s, source), fused=_fused(s, holder, source))
    return _imported(s, form) if s.chance(80) else form


def _statements(s: Scene, source: SourceType) -> tuple[Statement, ...]:
    """Return facts under which the table mostly gives what is asked for."""
    if source is SourceType.FUSED and s.chance(500):
        return (Statement(Condition.CONTRACT_CLAUSE, holds=False),)
    good = favourable(source)
    if s.chance(850) or not good:
        return good
    return s.one((s.some(good), tuple(replace(each, holds=s.chance(700)) for each in good)))


def _fused(s: Scene, holder: PartyId, source: SourceType) -> tuple[Fused, ...]:
    if source is not SourceType.FUSED:
        return ()
    others = dict.fromkeys(PartyId(s.pick("party")) for _ in range(2))
    return (Fused(holder), *(Fused(each, s.one((s.digest(), s.digest(), None))) for each in others if each != holder))


def _imported(s: Scene, form: InitialForm) -> ImportForm:
    number = f"OLD-{s.rng.randrange(10**6)}"
    ends = s.now + s.one((-1, 100, 900)) * DAY_MS
    legacy = Legacy(s.one(tuple(LegacySystem)), number, s.digest(), s.digest(), max(ends, 0))
    return ImportForm(
        form.applicants, form.content, form.claims, legacy, form.statements, form.fused, form.waive_publicity
    )


def advance(s: Scene) -> Said | None:
    """Say what is next for an application."""
    key = ApplicationId(s.pick("application"))
    record = s.states.property_register.applications.get(key)
    if record is None:
        return None
    if s.chance(15):
        return Said(record.applicant, register.WithdrawApplication(key))
    return _next(s, key, record)


def _next(s: Scene, key: ApplicationId, record: Application) -> Said | None:
    registry = record.registry
    match record.stage:
        case Stage.SUBMITTED:
            return Said(registry, _answer(s, key))
        case Stage.RETURNED:
            return Said(record.applicant, register.SupplementApplication(key, s.states.property_register.forms[key]))
        case Stage.REVIEWING:
            may_decide = record.phase is Phase.OVERDUE and s.chance(300)
            return Said(s.who(Role.REGULATOR) if may_decide else registry, _review(s, key))
        case Stage.EVIDENCE:
            return Said(record.applicant, register.ProvideEvidence(key, (s.digest(),)))
        case Stage.PUBLICITY if s.chance(300):
            return Said(s.pick("party"), register.RaiseObjection(key, s.one(tuple(Ground)), s.digest()))
        case _:
            return None


def oppose(s: Scene) -> Said | None:
    """Somebody objects to what is public now, or was."""
    key = ApplicationId(s.pick("application"))
    record = s.states.property_register.applications.get(key)
    if record is None or (record.stage not in (Stage.PUBLICITY, Stage.OBJECTED) and s.chance(900)):
        return None
    return Said(s.pick("party"), register.RaiseObjection(key, s.one(tuple(Ground)), s.digest()))


def _answer(s: Scene, key: ApplicationId) -> register.Command:
    if s.chance(120):
        return register.ReturnApplication(key, s.some(Part))
    if s.chance(60):
        return register.DeclineApplication(key, s.one(tuple(DeclineReason)))
    return register.AcceptApplication(key)


def _review(s: Scene, key: ApplicationId) -> register.Command:
    if s.chance(100):
        return register.RequestEvidence(key, s.some(Part))
    if s.chance(80):
        return register.ExtendReview(key, s.one((1, 5, 10, 11)))
    form = s.states.property_register.forms[key]
    is_import = isinstance(form, ImportForm)
    found = form.statements if isinstance(form, NewForm) and s.chance(970) else ()
    outcomes = (Outcome.HOLDS,) * 30 + (Outcome.FAILS,) + (Outcome.ADOPTED,) * (10 if is_import else 1)
    findings = Findings(s.one(outcomes), s.one(outcomes), s.one(outcomes), s.digest())
    fails = Outcome.FAILS in findings.outcomes and s.chance(800)
    grounds = (s.one(tuple(Ground)),) if fails or s.chance(30) else ()
    return register.ConcludeReview(key, findings, found, grounds, waive=waives(form) or s.chance(20))


def contest(s: Scene) -> Said | None:
    """Somebody objects to a certificate, or an objection goes on."""
    key = ObjectionId(s.pick("contested"))
    objection = s.states.property_register.objections.get(key)
    if objection is None or s.chance(400):
        return _object(s)
    return _contested(s, key, objection)


def _object(s: Scene) -> Said | None:
    number, certificate = _certificate(s)
    if certificate is None:
        return None
    lines = tuple(nth for nth, line in enumerate(certificate.lines) if line.ended is None)
    chosen = s.some(lines) if lines else (0,)
    return Said(s.pick("party"), register.ObjectToCertificate(number, chosen, s.one(tuple(Ground)), s.digest()))


def _contested(s: Scene, key: ObjectionId, objection: Objection) -> Said | None:
    if s.chance(60):
        return Said(objection.party, register.WithdrawObjection(key))
    registry = s.who(Role.REGULATOR) if objection.escalations and s.chance(300) else objection.registry
    match objection.state:
        case ObjectionState.NOTIFIED:
            return Said(objection.holder, register.AnswerObjection(key, s.chance(400), s.digest()))
        case ObjectionState.RAISED if objection.lines and s.chance(700):
            return Said(registry, register.NotifyHolder(key))
        case ObjectionState.RAISED | ObjectionState.DENIED if objection.lines and s.chance(300):
            number = CertificateNo(objection.about)
            dispute = register.MakeNote(number, objection.lines, NoteKind.OWNERSHIP_DISPUTE, s.digest(), key)
            return Said(registry, dispute)
        case ObjectionState.RAISED | ObjectionState.DENIED:
            return Said(registry, register.DecideObjection(key, s.chance(250), s.digest()))
        case _:
            return None


def _certificate(s: Scene) -> tuple[CertificateNo, Certificate | None]:
    number = CertificateNo(s.pick("certificate"))
    return number, s.states.property_register.certificates.get(number)


def about_certificate(s: Scene) -> Said | None:
    """A holder transfers, changes or gives up; registry or regulator notes, strikes out, revokes."""
    number, certificate = _certificate(s)
    if certificate is None:
        return None
    if s.chance(500):
        return _by_authority(s, number, certificate)
    holder = certificate.lines[0].holder
    form = _about(s, number, certificate, holder)
    return Said(holder, register.SubmitApplication(certificate.registry, form))


def _about(s: Scene, number: CertificateNo, certificate: Certificate, holder: PartyId) -> Form:
    applicants = (Applicant(holder, s.digest()),)
    lines = _lines(s, certificate)
    content = certificate.content
    until = s.one((None, None, s.now + 100 * DAY_MS))
    forms: tuple[Form, ...] = (
        TransferForm(
            applicants, number, lines, Applicant(PartyId(s.pick("party")), s.digest()), s.digest(), Restrictions(),
            s.chance(50), until, s.chance(700),
        ),
        ChangeForm(applicants, number, replace(content, records=s.rng.randrange(10**6))),
        ChangeForm(applicants, number, replace(content, source_type=s.one(tuple(SourceType)))),
        RenewalForm(applicants, number, lines, until),
        CancellationForm(applicants, number, lines, s.one(tuple(CancelReason))),
    )  # fmt: skip
    return s.one(forms)


def _lines(s: Scene, certificate: Certificate) -> tuple[int, ...]:
    return s.some(range(len(certificate.lines))) if s.chance(950) else (len(certificate.lines),)


def _by_authority(s: Scene, number: CertificateNo, certificate: Certificate) -> Said:
    actor = s.one((certificate.registry, certificate.registry, s.who(Role.REGULATOR)))
    lines = _lines(s, certificate)
    note = NoteId(s.pick("note"))
    return s.one(
        (
            Said(actor, register.MakeNote(number, lines, s.one(tuple(NoteKind)), s.digest())),
            Said(actor, register.RemoveNote(note, s.digest())),
            Said(actor, register.RemoveNote(note, s.digest())),
            Said(actor, register.RevokeRights(number, lines, s.one(tuple(RevokeReason)), s.digest())),
        )
    )


def renew(s: Scene) -> Said | None:
    """A holder renews in time."""
    for _ in range(8):
        number, certificate = _certificate(s)
        ending = () if certificate is None else _ending(certificate, s.now)
        if certificate is not None and ending:
            holder = certificate.lines[ending[0]].holder
            form = RenewalForm((Applicant(holder, s.digest()),), number, ending)
            return Said(holder, register.SubmitApplication(certificate.registry, form))
    return None


def _ending(certificate: Certificate, now: Instant) -> tuple[int, ...]:
    """Return the lines whose end is near enough to renew."""
    near = now + 170 * DAY_MS
    return tuple(nth for nth, line in enumerate(certificate.lines) if line.ended is None and line.valid_to < near)


HABITS: tuple[tuple[int, Habit], ...] = (
    (30, apply),
    (90, advance),
    (10, oppose),
    (12, contest),
    (10, about_certificate),
    (6, renew),
)
