"""What every decision of this room asks first: does the thing exist, who acts on it, where does it stand."""

from __future__ import annotations

from enum import StrEnum

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.rooms.sharing.model import SharingFacts, State
from mumian.rooms.sharing.refusals import SharingRefusal as R
from mumian.rooms.sharing.vocabulary import Resource
from mumian.rulebook.rules import missing


def refuse_other(key: str, owner: PartyId, facts: Facts) -> Refused | None:
    if facts.actor == owner:
        return None
    return Refused(R.NOT_YOURS, {"id": key, "owner": owner, "actor": facts.actor})


def refuse_state(key: str, state: StrEnum, *needed: StrEnum) -> Refused | None:
    if state in needed:
        return None
    return Refused(R.WRONG_STATE, {"id": key, "state": state, "needed": ", ".join(needed)})


def refuse_no_body(facts: Facts) -> Refused | None:
    return None if Role.PUBLIC_BODY in facts.roles else Refused(R.NOT_A_PUBLIC_BODY, {"party": facts.actor})


def refuse_rules(facts: Facts, *rules: str) -> Refused | None:
    """Return that one of the rules that the procedure rests on is not in force, or None."""
    rule = missing(facts, *rules)
    return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule}) if rule is not None else None


def unknown(noun: str, key: str) -> Refused:
    return Refused(R.UNKNOWN, {"noun": noun, "id": key})


def needs(question: str) -> Refused:
    return Refused(R.NEEDS_INFO, {"question": question})


def bureau_of(state: State, body: PartyId) -> PartyId:
    """Return the data bureau that a body is under, or nobody."""
    record = state.bodies.get(body)
    return PartyId("") if record is None else record.bureau


def refuse_not_bureau_of(state: State, body: PartyId, key: str, facts: Facts) -> Refused | None:
    """Return why the actor may not decide as the data bureau of a body, or None."""
    if Role.DATA_BUREAU not in facts.roles:
        return Refused(R.NOT_A_BUREAU, {"party": facts.actor})
    return refuse_other(key, bureau_of(state, body), facts)


def refuse_not_ruling(state: State, holder: PartyId, key: str, facts: Facts) -> Refused | None:
    """Return why the actor may not rule on what its holder left unanswered, or None; the holder itself comes too late."""
    bureau = bureau_of(state, holder)
    if facts.actor == holder != bureau:
        return Refused(R.TOO_LATE, {"id": key, "bureau": bureau, "actor": facts.actor})
    return refuse_not_bureau_of(state, holder, key, facts)


def public_resource(facts: SharingFacts, key: str) -> Resource | Refused:
    """Return the resource if it is public data that is offered."""
    resource = facts.resource
    if resource is None:
        return unknown("resource", key)
    if resource.withdrawn:
        return Refused(R.WITHDRAWN, {"resource": key})
    if resource.kind is not DataKind.PUBLIC:
        return Refused(R.NOT_PUBLIC_DATA, {"resource": key, "kind": resource.kind})
    return resource


def refuse_field(key: str, asked: tuple[str, ...], within: tuple[str, ...]) -> Refused | None:
    """Return the first field that lies outside; nothing is outside where no fields are known."""
    for field in asked:
        if within and field not in within:
            return Refused(R.FIELD_OUTSIDE, {"field": field, "thing": key})
    return None
