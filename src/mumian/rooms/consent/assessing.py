"""Assessments of impact on persons (个人信息保护影响评估): recorded before the processing, kept for years."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import ResourceId, new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.consent.commands import DeletePipia, RecordPipia
from mumian.rooms.consent.events import Event, PipiaDeleted, PipiaRecorded
from mumian.rooms.consent.guards import (
    missing_rule,
    not_yours,
    over,
    refuse_large,
    refuse_names,
    refuse_resources,
)
from mumian.rooms.consent.model import ResourceFacts, State
from mumian.rooms.consent.records import Pipia
from mumian.rooms.consent.refusals import ConsentRefusal as R
from mumian.rooms.consent.vocabulary import Activity, Conclusion, Content, PipiaForm, PipiaId
from mumian.rulebook.calendar import years_after
from mumian.rulebook.rules import number_at


def record(state: State, command: RecordPipia, facts: ResourceFacts) -> list[Event] | Refused:
    c = command
    refused = (
        refuse_resources(facts, (c.resource,))
        or missing_rule("S7-56", rulebook=facts.rulebook, now=facts.now)
        or refuse_names("activities", c.activities)
        or refuse_names("findings", (each.content for each in c.findings), may_be_empty=True)
        or _refuse_form(state, c, facts)
    )
    if refused is not None:
        return refused
    years = number_at("S7-56", "retention_years_min", rulebook=facts.rulebook, now=facts.now)
    keep_until = start_of(years_after(day_of(facts.now), years)) + DAY_MS
    rules = ("S7-55", "S7-56", *(("S10-PIPIA",) if c.form is PipiaForm.SIMPLIFIED else ()))
    pipia = PipiaId(new_id("pipia", facts.seq))
    kept = Pipia(
        facts.actor, c.resource, c.activities, c.form, c.findings, c.conclusion, c.signed_by, c.report_digest, rules,
        facts.now, keep_until,
    )  # fmt: skip
    return [PipiaRecorded(pipia, kept)]


def _refuse_form(state: State, c: RecordPipia, facts: Facts) -> Refused | None:
    """Return what a full assessment lacks, or why the simplified form is not for this processor."""
    if c.form is PipiaForm.SIMPLIFIED:
        return refuse_large(state, facts.actor, rule="S10-PIPIA", rulebook=facts.rulebook, now=facts.now)
    found = {each.content for each in c.findings}
    missing = next((each for each in Content if each not in found), None)
    return None if missing is None else Refused(R.CONTENT_MISSING, {"content": missing.value})


def delete(state: State, command: DeletePipia, facts: Facts) -> list[Event] | Refused:
    kept = state.pipias.get(command.pipia)
    if kept is None:
        return Refused(R.UNKNOWN, {"noun": "pipia", "id": command.pipia})
    if facts.actor != kept.processor:
        return not_yours(facts, command.pipia, kept.processor)
    if kept.deleted_at is not None:
        return over(command.pipia, kept.deleted_at)
    if facts.now < kept.keep_until:
        day = day_of(kept.keep_until - 1).isoformat()
        return Refused(R.STILL_KEPT, {"pipia": command.pipia, "day": day})
    return [PipiaDeleted(command.pipia, facts.now)]


def refuse_unassessed(
    state: State, resource: ResourceId, activity: Activity, *, rulebook: str, now: Instant
) -> Refused | None:
    """Return why an activity with a resource is not covered by an assessment, or None."""
    pipia = state.assessed.get(f"{resource}/{activity}")
    kept = state.pipias[pipia] if pipia is not None else None
    if pipia is None or kept is None or kept.deleted_at is not None:
        return Refused(R.PIPIA_MISSING, {"activity": activity.value, "resource": resource})
    if kept.conclusion is Conclusion.NOT_ACCEPTABLE:
        return Refused(R.PIPIA_ADVERSE, {"pipia": pipia, "activity": activity.value, "resource": resource})
    if kept.form is PipiaForm.SIMPLIFIED:  # who has grown since assesses in full
        return refuse_large(state, kept.processor, rule="S10-PIPIA", rulebook=rulebook, now=now)
    return None
