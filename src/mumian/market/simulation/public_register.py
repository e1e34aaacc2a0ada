"""What public bodies, their registry and people who object say of public data: the public register."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.scene import FRESH, Habit, Said, Scene
from mumian.market.trial import uscc
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.rooms.public_register import model as register
from mumian.rooms.public_register.events import Coded, EvidenceStored, ObjectionRaised, Submitted
from mumian.rooms.public_register.records import Entry, Submission
from mumian.rooms.public_register.vocabulary import (
    CancelGround,
    Document,
    EntryId,
    EntryState,
    Material,
    ObjectionId,
    RejectReason,
    RevokeGround,
    Scope,
    Stage,
    SubmissionId,
)
from mumian.rulebook.rules import rule_at

MADE: dict[type, tuple[str, str]] = {
    EvidenceStored: ("submission", "submission"),
    Submitted: ("submission", "submission"),
    ObjectionRaised: ("objection", "public objection"),
    Coded: ("entry", "entry"),
}
"""Event → the field that names what it made, and the noun that it is remembered under."""

NEEDED = tuple(material for material in Material if material is not Material.EVIDENCE)


def admit_institution(s: Scene) -> Said:
    """A public institution that registers, or a data bureau."""
    s.companies += 1
    roles = s.one(((Role.REGISTRY,), (Role.REGISTRY,), (Role.DATA_BUREAU,)))
    return Said(OPERATOR, AdmitParty(PartyKind.PUBLIC_BODY, f"机构{s.companies}", uscc(s.companies), None, roles))


def store(s: Scene) -> Said | None:
    """Mostly of public data that nobody registered, with an institution that registers."""
    for _ in range(12 if _is_in_force(s) or s.chance(50) else 0):
        resource = ResourceId(s.pick("resource"))
        record, described = s.states.catalog.resources.get(resource), s.states.catalog.descriptions.get(resource)
        if record is not None and described is not None and (described.data_kind is DataKind.PUBLIC or s.chance(10)):
            return Said(record.holder, register.StoreEvidence(resource, PartyId(_registry(s)), s.digest()))
    return None


def _is_in_force(s: Scene) -> bool:
    """Tell whether the register has a law to go by: S2 lapses in 2030."""
    return rule_at("S2-LIMITS", rulebook="", now=s.now) is not None


def _registry(s: Scene) -> str:
    """Return a registry that is a public institution, now and then another."""
    known = [party for party in s.of_role[Role.REGISTRY][-FRESH:] if _is_institution(s, party)]
    return s.one(known) if known and s.chance(950) else s.who(Role.REGISTRY)


def _is_institution(s: Scene, party: str) -> bool:
    record = s.states.parties.parties.get(party)
    return record is not None and record.kind is PartyKind.PUBLIC_BODY


def advance_submission(s: Scene) -> Said | None:
    """Say what is next for a submission, mostly one that is not over."""
    if not _is_in_force(s) and s.chance(900):
        return None
    waiting = [key for _, key in s.states.public_register.pending.under()]
    key = SubmissionId(s.fresh(waiting) if waiting and s.chance(950) else s.pick("submission"))
    record = s.states.public_register.submissions.get(key)
    if record is None:
        return None
    if s.chance(40 if _is_in_force(s) else 600):
        return Said(record.applicant, register.WithdrawSubmission(key))
    return _next(s, key, record)


def _next(s: Scene, key: SubmissionId, record: Submission) -> Said | None:
    registry = record.registry
    match record.stage:
        case Stage.STORED:
            return Said(record.applicant, _submit(s, key))
        case Stage.SUBMITTED if s.chance(150):
            return Said(registry, register.AskSupplement(key, s.some(Material)))
        case Stage.SUBMITTED:
            return Said(registry, register.Accept(key))
        case Stage.RETURNED if s.chance(200):
            return Said(registry, register.Reject(key, RejectReason.INCOMPLETE, s.digest()))
        case Stage.RETURNED:
            return Said(record.applicant, register.Supplement(key, _documents(s, record.asked)))
        case Stage.FORMAL_REVIEW if s.chance(100):
            return Said(registry, register.Reject(key, s.one(tuple(RejectReason)), s.digest()))
        case Stage.FORMAL_REVIEW:
            return Said(registry, register.PassReview(key, s.digest()))
        case Stage.CLEARED if s.chance(100):
            return Said(registry, register.Reject(key, RejectReason.TERM_OVER, s.digest()))
        case Stage.CLEARED:
            return Said(registry, register.RecordResult(key))
        case _:
            return None


def _submit(s: Scene, key: SubmissionId) -> register.Submit:
    materials = NEEDED if s.chance(900) else s.some(NEEDED)
    scope, ends = s.one(((Scope.OUTSIDE, None), (Scope.IN_OPERATION, s.now + s.one((130, 130, 300, 1_500)) * DAY_MS)))
    return register.Submit(key, _documents(s, materials), scope, ends)


def _documents(s: Scene, materials: tuple[Material, ...]) -> tuple[Document, ...]:
    return tuple(Document(material, s.digest()) for material in materials)


def object_to(s: Scene) -> Said | None:
    """Somebody objects, mostly to what is public now."""
    waiting = [key for _, key in s.states.public_register.pending.under()]
    key = SubmissionId(s.fresh(waiting) if waiting and s.chance(900) else s.pick("submission"))
    record = s.states.public_register.submissions.get(key)
    if record is None or (record.stage not in (Stage.PUBLICITY, Stage.OBJECTED) and s.chance(800)):
        return None
    real_name = s.one((True, True, True, False, None))
    return Said(s.pick("party"), register.RaiseObjection(key, real_name, s.one((s.digest(), s.digest(), None))))


def decide_objection(s: Scene) -> Said | None:
    key = ObjectionId(s.pick("public objection"))
    found = s.states.public_register.objections.get(key)
    if found is None or (found.is_upheld is not None and s.chance(900)):
        return None
    registry = s.states.public_register.submissions[found.submission].registry
    return Said(registry, register.DecideObjection(key, s.chance(300), s.digest()))


def about_entry(s: Scene) -> Said | None:
    """The subject of an entry changes, corrects, renews or gives it up; others correct or revoke it."""
    key = EntryId(s.pick("entry"))
    entry = s.states.public_register.entries.get(key)
    if entry is None or (entry.state is not EntryState.ACTIVE and s.chance(800)):
        return None
    bureau = s.one((entry.registry, s.who(Role.DATA_BUREAU)))
    return s.one(
        (
            Said(entry.subject, register.RequestChange(key, _documents(s, s.some(Material)))),
            Said(entry.subject, register.RequestCorrection(key, _documents(s, s.some(Material)))),
            _correction_by_another(s, key),
            Said(entry.subject, _renewal(s, key)),
            Said(entry.subject, register.RequestCancellation(key, s.one(tuple(CancelGround)), s.digest())),
            Said(bureau, register.RevokeEntry(key, s.one(tuple(RevokeGround)), s.digest())),
        )
    )


def _correction_by_another(s: Scene, key: EntryId) -> Said:
    consent, error, interest = (s.one((s.digest(), None)) for _ in range(3))
    documents = _documents(s, s.some(Material))
    return Said(s.pick("party"), register.RequestCorrection(key, documents, consent, error, interest))


def _renewal(s: Scene, key: EntryId) -> register.RequestRenewal:
    entry: Entry = s.states.public_register.entries[key]
    if entry.scope is Scope.OUTSIDE:
        return register.RequestRenewal(key, Scope.OUTSIDE)
    return register.RequestRenewal(key, Scope.IN_OPERATION, entry.valid_to + s.one((30, 200, 1_200)) * DAY_MS)


def renew(s: Scene) -> Said | None:
    """A subject renews in time."""
    for _, key in s.states.public_register.entry_of.under():
        entry = s.states.public_register.entries[key]
        if entry.state is EntryState.ACTIVE and entry.valid_to - s.now < 60 * DAY_MS and s.chance(500):
            return Said(entry.subject, _renewal(s, key))
    return None


HABITS: tuple[tuple[int, Habit], ...] = (
    (4, admit_institution),
    (15, store),
    (60, advance_submission),
    (8, object_to),
    (8, decide_objection),
    (8, about_entry),
    (8, renew),
)
