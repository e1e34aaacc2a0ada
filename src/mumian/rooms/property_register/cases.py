"""An application as whoever speaks finds it: it exists, it is theirs to act on, and it stands where the word fits."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register.limits import files_until
from mumian.rooms.property_register.model import Event, State
from mumian.rooms.property_register.records import Application, Objection
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import (
    UNDECIDED,
    ApplicationId,
    Ground,
    ObjectionId,
    ObjectionState,
    Phase,
    Stage,
)


def found(state: State, key: ApplicationId) -> Application | Refused:
    return state.applications.get(key) or Refused(R.UNKNOWN, {"noun": "application", "id": key})


def of_registry(state: State, key: ApplicationId, facts: Facts, *stages: Stage) -> Application | Refused:
    """Return an application that the actor, its registry, may act on now."""
    record = found(state, key)
    if isinstance(record, Refused):
        return record
    if facts.actor != record.registry or Role.REGISTRY not in facts.roles:
        return Refused(R.NOT_THE_REGISTRY, {"id": key, "registry": record.registry, "actor": facts.actor})
    return refuse_stage(key, record, stages) or record


def for_decision(state: State, key: ApplicationId, facts: Facts, *stages: Stage) -> Application | Refused:
    """Return an application that the actor may decide: its registry, and once the limit passed also a regulator."""
    record = state.applications.get(key)
    if record is None or record.phase is not Phase.OVERDUE or Role.REGULATOR not in facts.roles:
        return of_registry(state, key, facts, *stages)
    return refuse_stage(key, record, stages) or record


def of_applicant(state: State, key: ApplicationId, facts: Facts, *stages: Stage) -> Application | Refused:
    """Return an application that the actor, one of its applicants, may act on now."""
    record = found(state, key)
    if isinstance(record, Refused):
        return record
    if facts.actor not in {each.party for each in state.forms[key].applicants}:
        return Refused(R.NOT_AN_APPLICANT, {"actor": facts.actor, "id": key})
    return refuse_stage(key, record, stages) or record


def of_market(state: State, key: ApplicationId, facts: Facts, *stages: Stage) -> Application | Refused | None:
    """Return an application about which a limit is over, or None if nothing is left to do: then it is no fault."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    record = state.applications.get(key)
    return record if record is not None and record.stage in stages else None


def refuse_stage(key: ApplicationId, record: Application, stages: tuple[Stage, ...]) -> Refused | None:
    if record.stage in stages:
        return None
    return Refused(R.WRONG_STAGE, {"id": key, "stage": record.stage, "needed": ",".join(stages)})


def rejected(
    state: State,
    key: ApplicationId,
    grounds: tuple[Ground, ...],
    rules: tuple[str, ...],
    facts: Facts,
    *,
    cause: str = "",
    besides: ObjectionId | None = None,
) -> list[Event]:
    """Return the refusal of an application (不予登记). What was objected to it has nothing left to be about.

    besides: the objection that brought it about, which is decided.
    """
    until = files_until(facts)
    end = said.ApplicationRejected(key, grounds, cause, facts.now, until, (*rules, "S1-10"), (Stop(key),))
    return [*moot(state, key, besides=besides), end]


def moot(
    state: State, about: str, *, lines: frozenset[int] | None = None, besides: ObjectionId | None = None
) -> list[Event]:
    """Return the end of every undecided objection to something that is gone: all of it, or these lines and no others."""
    gone = [
        key
        for key, objection in undecided(state, about)
        if key != besides and (lines is None or lines.issuperset(objection.lines))
    ]
    return [
        said.ObjectionClosed(key, ObjectionState.MOOT, "", onward=False, rules=("S1-29",), clocks=(Stop(key),))
        for key in gone
    ]


def undecided(state: State, about: str) -> list[tuple[ObjectionId, Objection]]:
    """Return the objections to an application or a certificate that nobody has decided yet, the oldest first."""
    keys = [key for _, key in state.objections_to.under(f"{about}/")]
    return [(key, state.objections[key]) for key in keys if state.objections[key].state in UNDECIDED]
