"""Bodies under their bureau, and the attributes of what they hold: set by the holder, confirmed by the bureau."""

from __future__ import annotations

from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.sharing.events import AttributesConfirmed, AttributesReturned, AttributesSet, BodyEnrolled
from mumian.rooms.sharing.guards import (
    bureau_of,
    needs,
    public_resource,
    refuse_no_body,
    refuse_not_bureau_of,
    refuse_other,
    refuse_rules,
    refuse_state,
    unknown,
)
from mumian.rooms.sharing.limits import started, stopped
from mumian.rooms.sharing.model import (
    ConfirmAttributes,
    EnrolBody,
    Event,
    ReturnAttributes,
    SetAttributes,
    SharingFacts,
    State,
)
from mumian.rooms.sharing.records import Body
from mumian.rooms.sharing.refusals import SharingRefusal as R
from mumian.rooms.sharing.vocabulary import Attribute, Attributes, AttributeState, Level, Limit

RULES = ("GZ2023-02", "MM-ATTRIBUTES")


def enrol(state: State, command: EnrolBody, facts: SharingFacts) -> list[Event] | Refused:
    if Role.DATA_BUREAU not in facts.roles:
        return Refused(R.NOT_A_BUREAU, {"party": facts.actor})
    if not facts.is_body:
        return Refused(R.NOT_A_PUBLIC_BODY, {"party": command.body})
    bureau = bureau_of(state, command.body)
    if facts.bureau_in_office and bureau and bureau != facts.actor:
        return Refused(R.BODY_OF_ANOTHER, {"body": command.body, "bureau": bureau})
    record = Body(command.region, command.level, command.department, facts.actor)
    return [BodyEnrolled(command.body, record)]


def set_attributes(state: State, command: SetAttributes, facts: SharingFacts) -> list[Event] | Refused:
    key = command.resource
    refused = refuse_no_body(facts)
    if refused is not None:
        return refused
    resource = public_resource(facts, key)
    if isinstance(resource, Refused):
        return resource
    bureau = bureau_of(state, facts.actor)
    refused = refuse_other(key, resource.holder, facts) or refuse_rules(facts, *RULES)
    if refused is None and not bureau:
        refused = needs(f"region, level and bureau of `{facts.actor}`: which data bureau is it under?")
    refused = refused or _refuse_attributes(command.attributes)
    if refused is not None:
        return refused
    clocks = (started(Limit.CONFIRM, key, bureau, facts),)
    return [AttributesSet(key, facts.actor, command.attributes, RULES, clocks)]


def _refuse_attributes(attributes: Attributes) -> Refused | None:
    refused = _refuse_attribute("share", attributes.share) or _refuse_attribute("open", attributes.open)
    if refused is None and attributes.as_file and attributes.open.level is not Level.UNCONDITIONAL:
        return Refused(R.FILE_NEEDS_OPEN, {"level": attributes.open.level})
    return refused


def _refuse_attribute(part: str, attribute: Attribute) -> Refused | None:
    """What is not unconditional gives its reason and what that rests on; what is gives none."""
    if attribute.level is Level.UNCONDITIONAL:
        has_reason = attribute.reason is not None or attribute.basis is not None
        return Refused(R.REASON_MISPLACED, {"part": part}) if has_reason else None
    if attribute.reason is None:
        return needs(f"reason of the {part} attribute: why is it `{attribute.level}`?")
    if attribute.basis is None:
        return needs(f"basis of the {part} attribute: which law and article does it rest on?")
    return None


def confirm(state: State, command: ConfirmAttributes, facts: SharingFacts) -> list[Event] | Refused:
    refused = _refuse_deciding(state, command, facts)
    if refused is not None:
        return refused
    proposed = state.attributes[command.resource].proposed
    clocks = (stopped(Limit.CONFIRM, command.resource),)
    return [AttributesConfirmed(command.resource, proposed, facts.actor, RULES[:1], clocks)]


def give_back(state: State, command: ReturnAttributes, facts: SharingFacts) -> list[Event] | Refused:
    refused = _refuse_deciding(state, command, facts)
    if refused is not None:
        return refused
    clocks = (stopped(Limit.CONFIRM, command.resource),)
    return [AttributesReturned(command.resource, command.reason, facts.actor, RULES[:1], clocks)]


def _refuse_deciding(
    state: State, command: ConfirmAttributes | ReturnAttributes, facts: SharingFacts
) -> Refused | None:
    key = command.resource
    record = state.attributes.get(key)
    if record is None:
        return unknown("attributes of resource", key)
    return refuse_not_bureau_of(state, record.holder, key, facts) or refuse_state(
        key, record.state, AttributeState.PROPOSED
    )
