"""Why something is allowed or not: the chain it stands on, link by link, each with its rules, their articles and days.

Nothing here decides: a command is rehearsed by the same code that would decide it, a chain is walked as every decision
walks it. What is explained is what is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from mumian.kernel.ids import ProductId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant, day_of
from mumian.market.explained import Explanation, Path, Step, cited
from mumian.market.grounds import grounds
from mumian.market.matters import matter
from mumian.market.reactions.operation import grants_of
from mumian.market.refusals import REFUSALS
from mumian.market.rooms import States
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.rooms.exchange import views as exchange
from mumian.rooms.operation.vocabulary import ScenarioId
from mumian.rooms.rights import views as rights
from mumian.rooms.rights.chain import freezable, stop
from mumian.rooms.rights.records import Authorization, Grant, Registration

GRANTS_SHOWN_MAX = 20
"""Of a consent that carries many grants, so many are drawn."""


def explain_command(states: States, command: Any, outcome: list[Any] | Refused, now: Instant) -> Explanation:
    """Say how a command would be answered now, by which rules, and what the things that it names stand on.

    outcome: as `step.rehearse` found it.
    """
    asked = f"{type(command).__module__.split('.')[-2]}.{type(command).__name__}"
    paths = tuple(path for thing in dict.fromkeys(_named(command)) for path in paths_of(states, thing, now))
    if isinstance(outcome, Refused):
        named: tuple[str, ...] = (outcome.refusal.sentence.rule or "", *_rules_behind(outcome))
        says = (
            f"{outcome.refusal.full_name}: {outcome.say('en')}",
            f"{outcome.refusal.full_name}：{outcome.say('zh')}",
        )
        ruled = tuple(_ruled(states, outcome))
        return Explanation(asked, False, *says, cited(states, named, now), (*ruled, *paths))
    named = tuple(rule for event in outcome for rule in _rules_in(event))
    events = ", ".join(type(event).__name__ for event in outcome)
    says = (f"would be accepted: {events}", f"可以办理：{events}")
    return Explanation(asked, True, *says, cited(states, named, now), paths)


def _ruled(states: States, refused: Refused) -> Iterator[Path]:
    """Yield the analysis rules that a question was held against in vain: of which resource, by their digest."""
    resource, rules = refused.detail.get("resource"), refused.detail.get("rules")
    if refused.refusal is not CleanroomRefusal.RULES_MISSING and rules is None:
        return
    record = states.catalog.resources[resource]
    found = states.cleanroom.rules.get(resource)
    terms = "" if found is None else f"{found.table} {rules}"
    why = refused.refusal.name.lower()
    yield Path(
        str(resource), (Step(str(resource), "analysis", record.holder, terms, "", "", False, why),), str(resource), why
    )


def explain_thing(states: States, thing: str, now: Instant) -> Explanation | None:
    """Say what a thing stands on, by its id; None if there is no such thing, or nothing that it stands on."""
    chains, about = tuple(paths_of(states, thing, now)), matter(states, thing, now)
    paths = (Path(thing, about), *chains) if about else chains
    if not paths:
        return None
    says = _verdict(chains) if chains else (f"`{thing}`: {about[0].terms}", f"`{thing}`：{about[0].terms}")
    return Explanation(thing, None, *says, (), paths)


def _verdict(paths: tuple[Path, ...]) -> tuple[str, str]:
    """Return whether chains hold, in English and Chinese: where the first one breaks, else what beneath one does not hold."""
    broken = next((path for path in paths if path.broken_at), None)
    step = next((step for path in paths for step in path.steps if not step.holds), None)
    if broken is not None:
        return (
            f"breaks at `{broken.broken_at}` ({broken.reason})",
            f"在 `{broken.broken_at}` 处中断（{broken.reason}）",
        )
    if step is not None:
        return (
            f"every chain holds, but `{step.id}` does not ({step.why})",
            f"权利链全部有效，但 `{step.id}` 不成立（{step.why}）",
        )
    return "every chain holds", "权利链全部有效"


def paths_of(states: States, thing: str, now: Instant) -> Iterator[Path]:
    """Yield the chain beneath each source that a thing stands on: a product has several, a grant is its own."""
    for source in _sources(states, thing):
        walked = rights.chain(states.rights, source, now)
        steps = [_step(states, link.id, now) for link in walked.links]
        if walked.resource:
            steps.extend(grounds(states, ResourceId(walked.resource), _purposes(states, thing, source), now))
        yield Path(source, tuple(steps), walked.broken_at, str(walked.reason or ""))


def _sources(states: States, thing: str) -> Iterator[str]:
    """Yield the rights and grants that a thing of any room stands on."""
    noun = thing.partition("-")[0]
    match noun:
        case "right" | "grant" | "authorization" if freezable(states.rights, thing) is not None:
            yield thing
        case "resource":
            yield from (right for right, _ in rights.rights_in(states.rights, ResourceId(thing)))
        case "product":
            yield from exchange.sources_of(states.exchange, ProductId(thing))
        case "listing" | "order":
            record = (states.exchange.listings if noun == "listing" else states.exchange.orders).get(thing)
            yield from exchange.sources_of(states.exchange, record.product) if record else ()
        case "agreement":
            agreement = states.contracts.agreements.get(thing)
            yield from exchange.sources_of(states.exchange, agreement.target) if agreement else ()
        case "licence":
            yield from (grant for _, grant in states.rights.by_licence.under(f"{thing}/"))
        case "operation":
            found = states.rights.by_agreement.get(thing)
            yield from (found,) if found else ()
        case "scenario" if thing in states.operation.applications:
            yield from grants_of(states, ScenarioId(thing))
        case "consent":
            yield from islice(rights.consented(states.rights, thing), GRANTS_SHOWN_MAX)
        case "job":
            job = states.cleanroom.jobs.get(thing)
            yield from (path.rpartition("/")[2] for path in job.paths) if job else ()
        case _:
            yield from (right for _, right in states.rights.by_certificate.under(f"{thing}/"))


def _purposes(states: States, thing: str, source: str) -> tuple[str, ...]:
    """Return the purposes that a thing, or the grant that it stands on, is limited to."""
    job, grant = states.cleanroom.jobs.get(thing), states.rights.grants.get(source)
    if job is not None:
        return (job.purpose,)
    return grant.purposes if grant is not None else ()


def _named(command: Any) -> Iterator[str]:
    """Yield every text in a command that could be an id, in the order of its fields."""
    if isinstance(command, str):
        if "-" in command and command.rpartition("-")[2].replace(".", "").isdigit():
            yield command
    elif isinstance(command, msgspec.Struct):
        for field in command.__struct_fields__:
            yield from _named(getattr(command, field))
    elif isinstance(command, tuple):
        for part in command:
            yield from _named(part)


def _step(states: States, key: str, now: Instant) -> Step:
    record = freezable(states.rights, key)
    assert record is not None  # a chain names only what there is
    why = _why_not(states, record, now)
    since, until = day_of(record.valid_from).isoformat(), day_of(record.valid_to - 1).isoformat()
    rules = cited(states, getattr(record, "rules", _RULES_OF[type(record)]), now)
    return Step(key, _WHAT[type(record)], _holder(record), _terms(record), since, until, not why, why, rules)


_WHAT: dict[type, str] = {Registration: "right", Grant: "grant", Authorization: "authorization"}
_RULES_OF: dict[type, tuple[str, ...]] = {
    Registration: (),
    Grant: ("GZ2023-05",),
    Authorization: ("S3-05", "S3-TERM"),
}
"""Rules that a link of a kind rests on where its record names none."""


def _holder(record: Registration | Grant | Authorization) -> str:
    match record:
        case Registration():
            return record.holder
        case Grant():
            return record.grantee
        case Authorization():
            return record.operator


def _terms(record: Registration | Grant | Authorization) -> str:
    match record:
        case Registration():
            return f"{record.right.value} {record.certificate}"
        case Grant():
            parts = (record.right.value, *record.purposes, *record.territory, *record.fields)
            return " ".join((*parts, "onward" if record.onward else "", record.consent)).strip()
        case Authorization():
            return " ".join((record.mode.value, record.scenario, record.agreement)).strip()


def _why_not(states: States, record: Registration | Grant | Authorization, now: Instant) -> str:
    """Return why a link does not hold by itself, in codes; empty if it does."""
    if record.ended is not None:
        return f"ended: {record.ended.value}"
    if record.freezes:
        return ", ".join(f"frozen: {each.reason.value} by {each.by}" for each in record.freezes)
    if isinstance(record, Grant) and record.consent and record.consent in states.rights.voided:
        return f"consent: {record.consent}"
    return str(stop(record, now) or "")


def _rules_behind(refused: Refused) -> Iterator[str]:
    """Yield the rules of refusals that a refusal names as its reason, as when a job stands against persons' consent."""
    for value in refused.detail.values():
        behind = REFUSALS.get(str(value))
        if behind is not None and behind.sentence.rule:
            yield behind.sentence.rule


def _rules_in(event: Any) -> Iterator[str]:
    """Yield the rules that an event, or the record in it, says it was decided by."""
    yield from getattr(event, "rules", ())
    yield from getattr(getattr(event, "record", None), "rules", ())
