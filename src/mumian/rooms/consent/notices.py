"""What processors state: how many persons' information they handle, what they tell persons, on which basis they process."""

from __future__ import annotations

from typing import NamedTuple

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.consent.commands import DeclareBasis, EndBasis, PublishNotice, StateScale
from mumian.rooms.consent.events import BasisDeclared, BasisEnded, Event, NoticePublished, ScaleStated
from mumian.rooms.consent.guards import (
    MARK_OF,
    missing_rule,
    needs,
    not_yours,
    refuse_large,
    refuse_names,
    refuse_parties,
    refuse_resources,
)
from mumian.rooms.consent.model import ResourceFacts, State
from mumian.rooms.consent.records import Declaration, Notice, Scale
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import (
    Activity,
    Circumstances,
    Condition,
    InfoKind,
    LegalBasis,
    NoticeId,
    Sensitive,
    Telling,
    Told,
    Untold,
)

ALWAYS_TOLD = (Told.CONTACT, Told.PURPOSES, Told.RETENTION, Told.EXERCISE)  # S7-17
TOLD_OF_SENSITIVE = (Told.NECESSITY, Told.EFFECT)  # S7-30
TOLD_OF_RECIPIENTS = (Told.RECIPIENTS,)  # S7-23


class Row(NamedTuple):
    """A legal basis: the rule that gives it, and its conditions; one of the alternatives must be met whole."""

    rule: str
    alternatives: tuple[tuple[Condition, ...], ...]


C = Condition
BASES = {
    LegalBasis.CONSENT: Row("S7-13-1", ((),)),
    LegalBasis.CONTRACT_HR: Row(
        "S7-13-2", ((C.PERSON_IS_PARTY, C.NECESSARY), (C.LABOUR_RULES, C.COLLECTIVE_CONTRACT, C.NECESSARY))
    ),
    LegalBasis.LEGAL_DUTY: Row("S7-13-3", ((C.STATUTORY_DUTY, C.NECESSARY),)),
    LegalBasis.EMERGENCY: Row("S7-13-4", ((C.PUBLIC_HEALTH_EVENT, C.NECESSARY), (C.LIFE_OR_PROPERTY, C.NECESSARY))),
    LegalBasis.NEWS: Row("S7-13-5", ((C.PUBLIC_INTEREST, C.REASONABLE_SCOPE),)),
    LegalBasis.PUBLIC_INFO: Row("S7-13-6", ((C.LAWFULLY_PUBLIC, C.REASONABLE_SCOPE),)),
    LegalBasis.OTHER_LAW: Row("S7-13-7", ((C.LAW_PROVIDES,),)),
}
"""PIPL 第13条, row by row."""

SPARED = {
    Untold.SECRECY: frozenset({LegalBasis.LEGAL_DUTY, LegalBasis.OTHER_LAW}),
    Untold.EMERGENCY: frozenset({LegalBasis.EMERGENCY}),
}
"""On which bases nobody need be told beforehand, and why (S7-18)."""


def state_scale(command: StateScale, facts: Facts) -> list[Event] | Refused:
    record = Scale(command.persons, command.evidence_digest, facts.now)
    return [ScaleStated(facts.actor, record)]


def publish(state: State, command: PublishNotice, facts: ResourceFacts) -> list[Event] | Refused:
    c = command
    refused = refuse_resources(facts, c.resources) or refuse_parties(facts, c.recipients)
    if refused is not None:
        return refused
    before = state.notices.get(c.supersedes) if c.supersedes is not None else None
    if c.supersedes is not None:
        if before is None:
            return Refused(R.UNKNOWN, {"noun": "notice", "id": c.supersedes})
        if before.processor != facts.actor:
            return not_yours(facts, c.supersedes, before.processor)
        if before.superseded_by is not None:
            return Refused(R.NOTICE_SUPERSEDED, {"notice": c.supersedes, "by": before.superseded_by})
    refused = _refuse_parts(c) or _refuse_untold(c)
    if refused is not None:
        return refused
    refused = _refuse_published(state, c, facts)
    if refused is not None:
        return refused
    notice = NoticeId(new_id("notice", facts.seq))
    version = before.version + 1 if before is not None else 1
    rules: tuple[str, ...] = ("S7-17", *(("S7-14",) if before is not None else ()))
    rules += ("S10-NOTICE",) if c.telling is Telling.PUBLISHED else ()
    return [NoticePublished(notice, _notice(c, facts, version), rules, c.supersedes)]


def _refuse_parts(c: PublishNotice) -> Refused | None:
    refused = (
        refuse_names("resources", c.resources)
        or refuse_names("purposes", c.purposes)
        or refuse_names("manners", c.manners)
        or refuse_names("kinds", c.kinds)
        or refuse_names("recipients", c.recipients, may_be_empty=True)
        or refuse_names("activities", c.activities, may_be_empty=True)
        or refuse_names("items", c.items, may_be_empty=True)
    )
    if refused is not None:
        return refused
    if c.sensitive is None:
        return needs("notice.sensitive")
    return refuse_names("sensitive", c.sensitive, may_be_empty=True) or refuse_unmarked(c.kinds, c.sensitive)


def refuse_unmarked(kinds: tuple[InfoKind, ...], marks: tuple[Sensitive, ...]) -> Refused | None:
    """Return a refusal naming the first kind that is sensitive and not marked so, or None."""
    for kind in kinds:
        if kind in MARK_OF and MARK_OF[kind] not in marks:
            return Refused(R.SENSITIVE_UNMARKED, {"kind": kind.value})
    return None


def _refuse_untold(c: PublishNotice) -> Refused | None:
    """Return what the text of the notice fails to tell, or None."""
    missing = _first_missing(ALWAYS_TOLD, c.items)
    if missing is not None:
        return Refused(R.NOTICE_INCOMPLETE, {"item": missing})
    missing = _first_missing(TOLD_OF_RECIPIENTS, c.items) if c.recipients else None
    if missing is not None:
        return Refused(R.RECIPIENTS_NOT_TOLD, {"recipients": len(c.recipients), "item": missing})
    missing = _first_missing(TOLD_OF_SENSITIVE, c.items) if c.sensitive else None
    return None if missing is None else Refused(R.SENSITIVITY_NOT_TOLD, {"item": missing})


def _first_missing(asked: tuple[Told, ...], items: tuple[Told, ...]) -> str | None:
    return next((item.value for item in asked if item not in items), None)


def _refuse_published(state: State, c: PublishNotice, facts: Facts) -> Refused | None:
    """Return why publishing the rules is not telling enough, or None."""
    if c.telling is not Telling.PUBLISHED:
        return None
    refused = refuse_large(state, facts.actor, rule="S10-NOTICE", rulebook=facts.rulebook, now=facts.now)
    if refused is not None:
        return refused
    outward = (Activity.SENSITIVE, Activity.PROVIDE, Activity.PUBLISH, Activity.EXPORT)
    why = next((each.value for each in outward if each in activities_told(c)), None)
    return None if why is None else Refused(R.TELLING_EACH, {"why": why})


def activities_told(c: PublishNotice) -> tuple[Activity, ...]:
    """Return all activities that a notice tells of: those named, and those that its marks and recipients show."""
    shown = ((Activity.SENSITIVE,) if c.sensitive else ()) + ((Activity.PROVIDE,) if c.recipients else ())
    return tuple(sorted({*c.activities, *shown}))


def _notice(c: PublishNotice, facts: Facts, version: int) -> Notice:
    assert c.sensitive is not None
    return Notice(
        facts.actor, version, c.resources, c.purposes, c.manners, c.kinds, c.sensitive, activities_told(c), c.recipients,
        c.retention_days, c.items, c.text_digest, c.telling, c.minor_rules_digest or "", facts.now,
    )  # fmt: skip


def declare(state: State, command: DeclareBasis, facts: ResourceFacts) -> list[Event] | Refused:
    c = command
    row = BASES[c.basis]
    refused = (
        refuse_resources(facts, (c.resource,))
        or missing_rule(row.rule, rulebook=facts.rulebook, now=facts.now)
        or refuse_names("kinds", c.kinds)
        or _refuse_circumstances(c)
        or _refuse_conditions(c, row)
        or _refuse_notice(state, c, facts)
        or _refuse_change(state, c)
    )
    if refused is not None:
        return refused
    rules: tuple[str, ...] = (row.rule, "S7-17" if c.notice is not None else "S7-18")
    rules += ("S7-28",) if c.circumstances.sensitive else ()
    record = Declaration(
        facts.actor, c.basis, c.kinds, c.circumstances, c.evidence_digest, c.notice, c.untold, rules, facts.now
    )
    return [BasisDeclared(c.resource, c.purpose, record)]


def _refuse_circumstances(c: DeclareBasis) -> Refused | None:
    """Return the question that is left open, or a sensitive kind that is not marked."""
    facts: Circumstances = c.circumstances
    for name in ("sensitive", "automated", "public_images", "major_effect"):
        if getattr(facts, name) is None:
            return needs(f"circumstances.{name}")
    marks = facts.sensitive or ()
    return refuse_names("sensitive", marks, may_be_empty=True) or refuse_unmarked(c.kinds, marks)


def _refuse_conditions(c: DeclareBasis, row: Row) -> Refused | None:
    refused = refuse_names("conditions", (each.condition for each in c.conditions), may_be_empty=True)
    if refused is not None:
        return refused
    needed = (Condition.SENSITIVE_NECESSITY,) if c.circumstances.sensitive else ()
    alternatives = sorted((((*each, *needed)) for each in row.alternatives), key=lambda each: -_met(c, each))
    answers = [_weighed(c, each) for each in alternatives]
    if None in answers:
        return None
    asking = next((each for each in answers if each is not None and each.refusal is R.NEEDS_INFO), None)
    return asking or answers[0]


def _met(c: DeclareBasis, conditions: tuple[Condition, ...]) -> int:
    """Return how many of the conditions are stated as met: the question is about the alternative that comes nearest."""
    return sum(1 for each in c.conditions if each.is_met and each.condition in conditions)


def _weighed(c: DeclareBasis, conditions: tuple[Condition, ...]) -> Refused | None:
    """Return None if all conditions are met, the first that is not met, or else the first that is not stated."""
    stated = {each.condition: each.is_met for each in c.conditions}
    unmet = next((each for each in conditions if stated.get(each) is False), None)
    if unmet is not None:
        return Refused(R.CONDITION_UNMET, {"basis": c.basis.value, "condition": unmet.value})
    open_ = next((each for each in conditions if each not in stated), None)
    return None if open_ is None else needs(f"conditions.{open_.value}")


def _refuse_notice(state: State, c: DeclareBasis, facts: Facts) -> Refused | None:
    """Return why the processing is not told as it must be, or None."""
    if c.notice is None:
        if c.untold is None:
            return needs("notice")
        if c.basis not in SPARED[c.untold]:
            return Refused(R.MUST_BE_TOLD, {"basis": c.basis.value, "untold": c.untold.value})
        return None
    notice = state.notices.get(c.notice)
    if notice is None:
        return Refused(R.UNKNOWN, {"noun": "notice", "id": c.notice})
    if notice.processor != facts.actor:
        return not_yours(facts, c.notice, notice.processor)
    if notice.superseded_by is not None:
        return Refused(R.NOTICE_SUPERSEDED, {"notice": c.notice, "by": notice.superseded_by})
    return refuse_outside(
        c.notice,
        ("resources", (c.resource,), notice.resources),
        ("purposes", (c.purpose,), notice.purposes),
        ("kinds", c.kinds, notice.kinds),
        ("sensitive", c.circumstances.sensitive or (), notice.sensitive),
    )


def refuse_outside(notice: str, *parts: tuple[str, tuple[str, ...], tuple[str, ...]]) -> Refused | None:
    """Return a refusal naming the first thing asked that the notice does not tell, or None. parts: (name, asked, told)."""
    for part, asked, told in parts:
        for each in asked:
            if each not in told:
                return Refused(R.OUTSIDE_NOTICE, {"part": part, "asked": str(each), "notice": notice})
    return None


def _refuse_change(state: State, c: DeclareBasis) -> Refused | None:
    """Nobody leaves the basis of consent while persons who withdrew are not out: it would undo what they said."""
    before = state.declarations.get(f"{c.resource}/{c.purpose}")
    if before is None or before.basis is c.basis or before.basis is not LegalBasis.CONSENT:
        return None
    return refuse_pending(state, c.resource)


def refuse_pending(state: State, resource: str) -> Refused | None:
    """Return a refusal while persons who must be out of a resource are not confirmed to be out."""
    exclusion = state.exclusions.get(resource)
    if exclusion is None or exclusion.confirmed == exclusion.withdrawn:
        return None
    detail: dict[str, str | int] = {
        "resource": resource,
        "withdrawn": exclusion.withdrawn,
        "confirmed": exclusion.confirmed,
    }
    return Refused(R.WITHDRAWALS_PENDING, detail)


def end_basis(state: State, command: EndBasis, facts: Facts) -> list[Event] | Refused:
    record = state.declarations.get(f"{command.resource}/{command.purpose}")
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "basis", "id": f"{command.resource}/{command.purpose}"})
    if facts.actor != record.processor and Role.REGULATOR not in facts.roles:
        return not_yours(facts, f"{command.resource}/{command.purpose}", record.processor)
    if record.basis is LegalBasis.CONSENT:
        refused = refuse_pending(state, command.resource)
        if refused is not None and Role.REGULATOR not in facts.roles:
            return refused
    return [BasisEnded(command.resource, command.purpose)]
