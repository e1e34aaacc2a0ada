"""Checks that several decisions share: rules in force, questions to ask, holders, small processors."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant, day_of
from mumian.rooms.consent.model import ResourceFacts, State
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import Activity, InfoKind, Resource, Sensitive
from mumian.rulebook.rules import number_at, rule_at

SEPARATE = {
    Activity.SENSITIVE: "S7-29",
    Activity.PROVIDE: "S7-23",
    Activity.PUBLISH: "S7-25",
    Activity.EXPORT: "S7-39",
    Activity.PUBLIC_IMAGES: "S7-26",
}
"""What a person consents to separately, and the rule that asks for it."""

ASSESSED = frozenset(
    {
        Activity.SENSITIVE,
        Activity.AUTOMATED,
        Activity.ENTRUST,
        Activity.PROVIDE,
        Activity.PUBLISH,
        Activity.EXPORT,
        Activity.MAJOR_EFFECT,
    }
)
"""Whose impact is assessed beforehand (S7-55)."""

MARK_OF = {InfoKind.BIOMETRIC: Sensitive.BIOMETRIC, InfoKind.HEALTH: Sensitive.HEALTH}
"""Kinds that are sensitive whatever their purpose (S7-28)."""


def missing_rule(rule: str, *, rulebook: str, now: Instant) -> Refused | None:
    """Return a refusal if the rule is not in force at `now`."""
    if rule_at(rule, rulebook=rulebook, now=now) is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule, "day": day_of(now).isoformat()})
    return None


def needs(question: str) -> Refused:
    """Return the refusal that asks for a missing fact."""
    return Refused(R.NEEDS_INFO, {"question": question})


def refuse_names(part: str, values: Iterable[str], *, may_be_empty: bool = False) -> Refused | None:
    """Return why the names of one part will not do: there are none, or one is named twice."""
    seen = set[str]()
    for value in values:
        if value in seen:
            return Refused(R.REPEATED, {"part": part, "value": value})
        seen.add(value)
    return None if seen or may_be_empty else Refused(R.EMPTY, {"part": part})


def refuse_resources(facts: ResourceFacts, named: Iterable[ResourceId]) -> Refused | None:
    """Return why the speaker may not process the resources that it names, or None.

    It must hold each, and each must be graded as holding personal information.
    """
    known = {each.resource: each for each in facts.resources}
    for name in named:
        resource = known.get(name)
        if resource is None:
            return Refused(R.UNKNOWN, {"noun": "resource", "id": name})
        if resource.holder != facts.actor:
            detail: dict[str, str | int] = {"resource": name, "holder": resource.holder, "actor": facts.actor}
            return Refused(R.NOT_THE_HOLDER, detail)
        refused = _refuse_standing(resource)
        if refused is not None:
            return refused
    return None


def _refuse_standing(resource: Resource) -> Refused | None:
    if resource.withdrawn:
        return Refused(R.RESOURCE_WITHDRAWN, {"resource": resource.resource})
    if resource.persons is None:
        return needs("resource.persons")
    return None if resource.persons else Refused(R.NO_PERSONAL_INFORMATION, {"resource": resource.resource})


def refuse_parties(facts: ResourceFacts, named: Iterable[PartyId]) -> Refused | None:
    """Return a refusal naming the first party that is not of this market, or None."""
    unknown = next((party for party in named if party not in facts.admitted), None)
    return None if unknown is None else Refused(R.PARTY_UNKNOWN, {"party": unknown})


def refuse_large(state: State, processor: PartyId, *, rule: str, rulebook: str, now: Instant) -> Refused | None:
    """Return why `processor` may not use the simplified form of `rule`, or None if it is a small processor (S10)."""
    if rule_at(rule, rulebook=rulebook, now=now) is None:
        return Refused(R.SIMPLIFIED_NOT_YET, {"day": day_of(now).isoformat()})
    scale = state.scales.get(processor)
    if scale is None:
        return needs("scale.persons")
    below = number_at("S10-SCOPE", "persons_below", rulebook=rulebook, now=now)
    if scale.persons < below:
        return None
    return Refused(R.NOT_SMALL, {"processor": processor, "persons": scale.persons, "persons_below": below})


def over(thing: str, at: Instant) -> Refused:
    return Refused(R.ENDED, {"id": thing, "at": at})


def not_yours(facts: Facts, thing: str, whose: str) -> Refused:
    return Refused(R.NOT_YOURS, {"actor": facts.actor, "id": thing, "whose": whose})
