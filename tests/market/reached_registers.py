"""Short ways to refusals of the two registers that a random walk meets seldom or never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec.structs import replace
from test_property_lives import HELD, Agency
from test_registering_public import Town

from mumian.kernel.ids import PartyId
from mumian.kernel.roles import DataKind, Right, Role, SourceType
from mumian.kernel.time import DAY_MS
from mumian.market.registering import EVIDENCE, initial_form
from mumian.market.registering_public import documents
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.property_register import model as words
from mumian.rooms.property_register.forms import Form, ImportForm, InitialForm, TransferForm
from mumian.rooms.property_register.vocabulary import (
    EVIDENCE_ROUNDS_MAX,
    NOTES_MAX,
    Applicant,
    BasisKind,
    CertificateNo,
    Condition,
    Fused,
    Ground,
    Legacy,
    LegacySystem,
    NoteKind,
    Part,
    Restrictions,
)
from mumian.rooms.public_register import model as register
from mumian.rooms.public_register.vocabulary import OBJECTIONS_MAX, Document, EntryId, Material, Scope, SubmissionId

Says = tuple[str, Any]


# data property


def applying(a: Agency, form: Form, *, actor: str = "") -> Says:
    return actor or form.applicants[0].party, words.SubmitApplication(a.registry, form)


def acceptance_said_by_a_firm(a: Agency) -> Says:
    return a.firms[0], words.DeemAccepted(a.submitted(a.form()), date(2026, 9, 24))


def registry_for_itself(a: Agency) -> Says:
    return applying(a, initial_form(a.registry, a.data[0], SourceType.SELF_GENERATED, Right))


def evidence_asked_for_again_and_again(a: Agency) -> Says:
    key = a.accepted(a.form())
    command = words.RequestEvidence(key, (Part.SAMPLE,))
    for _ in range(EVIDENCE_ROUNDS_MAX):
        a.say(a.registry, command)
        a.say(a.firms[0], words.ProvideEvidence(key, (EVIDENCE,)))
    return a.registry, command


def own_application(a: Agency) -> Says:
    key = a.accepted(a.form())
    a.say(a.registry, a.conclude(key))
    return a.firms[0], words.RaiseObjection(key, Ground.OTHER, EVIDENCE)


def notes_too_many(a: Agency) -> Says:
    command = words.MakeNote(a.certified(a.form(waive=True)), (0,), NoteKind.TERMS, EVIDENCE)
    for _ in range(NOTES_MAX):
        a.say(a.registry, command)
    return a.registry, command


def contract_without_its_document(a: Agency) -> Says:
    source = SourceType.CONTRACT_COLLECTED
    data = a.resource(a.firms[0], DataKind.ENTERPRISE, source)
    return applying(a, initial_form(a.firms[0], data, source, Right, basis=BasisKind.COLLECTION))


def right_of_another(a: Agency) -> Says:
    return applying(a, replace(a.form(), claims=a.form(nth=1).claims))


def territory_with_a_hidden_sign(a: Agency) -> Says:
    form = a.form()
    return applying(a, replace(form, content=replace(form.content, restrictions=Restrictions(territory="广\u200b州"))))


def stranger_to_a_fusion(a: Agency) -> Says:
    data = a.resource(a.firms[0], DataKind.ENTERPRISE, SourceType.FUSED)
    without_clause = {Condition.CONTRACT_CLAUSE: False}
    form = initial_form(a.firms[0], data, SourceType.FUSED, [Right.USE], statements=without_clause)
    return applying(a, replace(form, fused=tuple(map(Fused, (a.firms[1], a.objector)))))


def imported_twice(a: Agency) -> Says:
    legacy = Legacy(LegacySystem.SHENZHEN_2023, "A-1", EVIDENCE, EVIDENCE, a.now + 100 * DAY_MS)

    def form(nth: int) -> ImportForm:
        like = a.form(nth=nth)
        return ImportForm(like.applicants, like.content, like.claims, legacy, like.statements, waive_publicity=True)

    first = form(0)
    a.say(a.registry, words.ConcludeReview(a.accepted(first), HELD, first.statements, waive=True))
    return applying(a, form(1))


def transfer(number: CertificateNo, *, by: PartyId, to: PartyId) -> TransferForm:
    return TransferForm((Applicant(by, EVIDENCE),), number, (0,), Applicant(to, EVIDENCE), EVIDENCE, Restrictions())


def transfer_by_a_stranger(a: Agency) -> Says:
    return applying(a, transfer(a.certified(a.form(waive=True)), by=a.firms[1], to=a.objector))


def transfer_to_its_holder(a: Agency) -> Says:
    return applying(a, transfer(a.certified(a.form(waive=True)), by=a.firms[0], to=a.firms[0]))


def objection_to_two_holders(a: Agency) -> Says:
    one, other = a.form(Right.USE, waive=True), a.form(Right.USE, nth=1)
    both: InitialForm = replace(one, applicants=one.applicants + other.applicants, claims=one.claims + other.claims)
    return a.objector, words.ObjectToCertificate(a.certified(both), (0, 1), Ground.OTHER, EVIDENCE)


def another_form_in_supplement(a: Agency) -> Says:
    key = a.submitted(a.form())
    a.say(a.registry, words.ReturnApplication(key, (Part.SAMPLE,)))
    other = initial_form(a.firms[0], a.data[1], SourceType.SELF_GENERATED, (Right.HOLD,))
    return a.firms[0], words.SupplementApplication(key, other)


PROPERTY: dict[str, Callable[[Agency], Says]] = {
    "property_register.FORM_DIFFERS": another_form_in_supplement,
    "property_register.ONLY_THE_MARKET": acceptance_said_by_a_firm,
    "property_register.SELF_REGISTRATION": registry_for_itself,
    "property_register.ROUNDS_USED_UP": evidence_asked_for_again_and_again,
    "property_register.OWN_MATTER": own_application,
    "property_register.TOO_MANY": notes_too_many,
    "property_register.TEXT_HIDDEN": territory_with_a_hidden_sign,
    "property_register.HOLDER_NOT_APPLICANT": right_of_another,
    "property_register.NOT_PARTY_TO_FUSION": stranger_to_a_fusion,
    "property_register.BASIS_DOES_NOT_FIT": contract_without_its_document,
    "property_register.LEGACY_IMPORTED": imported_twice,
    "property_register.NOT_THE_HOLDER": transfer_by_a_stranger,
    "property_register.SEVERAL_HOLDERS": objection_to_two_holders,
    "property_register.TRANSFER_TO_HOLDER": transfer_to_its_holder,
}
PROPERTY_EARLIER: dict[str, Callable[[Agency], Says]] = {
    "property_register.RULE_NOT_IN_FORCE": lambda a: applying(a, a.form()),
}
"""On the day before the national rules of registration were in force."""


# public data


def published(t: Town) -> SubmissionId:
    """Bring a first registration to where it is made public."""
    submission = submitted(t)
    t.say(t.registry, register.Accept(submission))
    t.say(t.registry, register.PassReview(submission, EVIDENCE))
    return submission


def publicity_ended_by_its_holder(t: Town) -> Says:
    return t.holder, register.EndPublicity(published(t))


def renewal_of_a_property_right(t: Town) -> Says:
    return t.holder, register.RequestRenewal(EntryId("SJ4412026090001"))


def change_of_nothing(t: Town) -> Says:
    t.register()
    return t.holder, register.RequestChange(t.entry, documents())


def submitted(t: Town) -> SubmissionId:
    submission = t.begun()
    t.say(t.holder, register.Submit(submission, documents(), Scope.OUTSIDE))
    return submission


def supplement_of_what_was_not_asked_for(t: Town) -> Says:
    submission = submitted(t)
    t.say(t.registry, register.AskSupplement(submission, (Material.SOURCE,)))
    return t.holder, register.Supplement(submission, (Document(Material.DATA, EVIDENCE),))


def objection_said_twice(t: Town) -> Says:
    command = register.RaiseObjection(published(t), True, EVIDENCE)
    t.say(t.bureau, command)
    return t.bureau, command


def objections_too_many(t: Town) -> Says:
    command = register.RaiseObjection(published(t), True, EVIDENCE)
    for _ in range(OBJECTIONS_MAX):
        t.say(t.admit(PartyKind.NATURAL, Role.BUYER), command)
    return t.admit(PartyKind.NATURAL, Role.BUYER), command


PUBLIC: dict[str, Callable[[Town], Says]] = {
    "public_register.ONLY_THE_MARKET": publicity_ended_by_its_holder,
    "public_register.OTHER_REGISTER": renewal_of_a_property_right,
    "public_register.NOTHING_CHANGED": change_of_nothing,
    "public_register.NOTHING_ASKED": lambda t: (t.registry, register.AskSupplement(submitted(t), ())),
    "public_register.NOT_ASKED_FOR": supplement_of_what_was_not_asked_for,
    "public_register.ALREADY_OBJECTED": objection_said_twice,
    "public_register.TOO_MANY_OBJECTIONS": objections_too_many,
}
