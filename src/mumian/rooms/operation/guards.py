"""Questions that several decisions ask: who speaks, how far a thing has come, what a day, a term or a resource must be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.text import hides_something, length
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.operation.model import State
from mumian.rooms.operation.plan import Accounts
from mumian.rooms.operation.records import Operation, OperationStage, Plan, PlanStage, Scenario, ScenarioStage
from mumian.rooms.operation.refusals import OperationRefusal as R
from mumian.rooms.operation.vocabulary import OperationId, PlanId, ResourceSeen, ScenarioId
from mumian.rulebook.calendar import years_after
from mumian.rulebook.rules import number_at

T = TypeVar("T", bound=str)

YEARS_RULE = "S3-TERM"


def limit(facts: Facts, name: str) -> int:
    """Return one of this market's own limits, in work days."""
    return number_at("MM-OPERATION", name, rulebook=facts.rulebook, now=facts.now)


def ask(question: str) -> Refused:
    return Refused(R.NEEDS_INFO, {"question": question})


def plan_at(state: State, key: PlanId, *stages: PlanStage) -> Plan | Refused:
    """Return the plan if it is at one of `stages`."""
    plan = state.plans.get(key)
    if plan is None:
        return Refused(R.UNKNOWN, {"noun": "plan", "id": key})
    return _at(key, plan.stage, stages) or plan


def operation_at(state: State, key: OperationId, *stages: OperationStage) -> Operation | Refused:
    """Return the agreement if it is at one of `stages`."""
    operation = state.operations.get(key)
    if operation is None:
        return Refused(R.UNKNOWN, {"noun": "operation", "id": key})
    return _at(key, operation.stage, stages) or operation


def scenario_of(state: State, key: ScenarioId) -> Scenario | Refused:
    return state.scenarios.get(key) or Refused(R.UNKNOWN, {"noun": "scenario", "id": key})


def refuse_scenario_stage(key: ScenarioId, scenario: Scenario, *stages: ScenarioStage) -> Refused | None:
    return _at(key, scenario.stage, stages)


def _at(key: str, stage: str, stages: tuple[str, ...]) -> Refused | None:
    if not stages or stage in stages:
        return None
    return Refused(R.WRONG_STAGE, {"id": key, "stage": stage, "needed": ",".join(stages)})


def refuse_stranger(key: str, owner: PartyId, facts: Facts) -> Refused | None:
    if facts.actor == owner:
        return None
    return Refused(R.NOT_YOURS, {"id": key, "owner": owner, "actor": facts.actor})


def refuse_text(field: str, text: str, chars_max: int) -> Refused | None:
    """Return why a public text may not stand, counted as people count, or None."""
    chars = length(text)
    if 1 <= chars <= chars_max and not hides_something(text):
        return None
    return Refused(R.TEXT_UNFIT, {"field": field, "chars": chars, "chars_max": chars_max})


def refuse_day(day: date, facts: Facts, *, after: date | None = None) -> Refused | None:
    """Return why a recorded day cannot be: in the future, or before the day of what must come first; or None."""
    today = day_of(facts.now)
    if day > today:
        return Refused(R.DAY_IN_FUTURE, {"day": day.isoformat(), "today": today.isoformat()})
    if after is not None and day < after:
        return Refused(R.OUT_OF_ORDER, {"day": day.isoformat(), "after": after.isoformat()})
    return None


def refuse_term(valid_from: Instant, valid_to: Instant, facts: Facts) -> Refused | None:
    """Return why a term cannot be: nothing left of it, or too long (S3-TERM); or None."""
    if valid_to <= valid_from or valid_to <= facts.now:
        return Refused(R.TERM_EMPTY, {"valid_from": valid_from, "valid_to": valid_to, "now": facts.now})
    years = number_at(YEARS_RULE, "term_years_max", rulebook=facts.rulebook, now=facts.now)
    end = start_of(years_after(day_of(valid_from), years)) + DAY_MS
    if valid_to > end:
        return Refused(R.TERM_TOO_LONG, {"valid_to": valid_to, "years": years, "limit": end})
    return None


def refuse_outside(
    valid_from: Instant, valid_to: Instant, *, within: str, first: Instant, end: Instant
) -> Refused | None:
    """Return why a term leaves another, or None."""
    if first <= valid_from and valid_to <= end:
        return None
    detail: Detail = {"valid_from": valid_from, "valid_to": valid_to, "within": within, "from": first, "to": end}
    return Refused(R.TERM_OUTSIDE, detail)


def refuse_repeated(names: Iterable[T]) -> Refused | None:
    seen = set[str]()
    for name in names:
        if name in seen:
            return Refused(R.REPEATED, {"id": name})
        seen.add(name)
    return None


def refuse_accounts(accounts: Accounts) -> Refused | None:
    if accounts.separate is None:
        return ask("accounts.separate: are the accounts of this operation kept apart?")
    return None if accounts.separate else Refused(R.ACCOUNTS_NOT_SEPARATE)


def operable(name: ResourceId, seen: tuple[ResourceSeen, ...]) -> ResourceSeen | Refused:
    """Return a resource that can be operated at all: it is known, offered, and public."""
    resource = next((each for each in seen if each.resource == name), None)
    if resource is None:
        return Refused(R.UNKNOWN, {"noun": "resource", "id": name})
    if resource.is_withdrawn:
        return Refused(R.WITHDRAWN, {"resource": name})
    if resource.kind is not DataKind.PUBLIC:
        return Refused(R.NOT_PUBLIC_DATA, {"resource": name, "kind": resource.kind})
    return resource


def refuse_operator(party: PartyId, roles: frozenset[Role], *, is_legal: bool) -> Refused | None:
    """Return why a party cannot operate public data, or None (S3-02, S3-06)."""
    if Role.PUBLIC_DATA_OPERATOR not in roles:
        return Refused(R.NOT_AN_OPERATOR, {"party": party})
    if Role.DATA_MERCHANT in roles:
        return Refused(R.OPERATOR_IS_MERCHANT, {"party": party})
    return None if is_legal else Refused(R.NOT_A_LEGAL_PERSON, {"party": party})


def refuse_merchant(
    operator: PartyId, merchant: PartyId, roles: frozenset[Role], relation: tuple[PartyId, ...]
) -> Refused | None:
    """Return why a merchant may not develop what this operator operates, or None (S3-06, S20-SEPARATION)."""
    if merchant == operator or relation:
        path = " - ".join(relation or (operator,))
        return Refused(R.OPERATOR_RELATED, {"operator": operator, "merchant": merchant, "path": path})
    return None if Role.DATA_MERCHANT in roles else Refused(R.NOT_A_MERCHANT, {"party": merchant})
