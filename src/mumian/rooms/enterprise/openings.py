"""What is allowed of openings: a leading company's list, small firms' requests, answers within a limit."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.text import hides_something, length
from mumian.rooms.enterprise.events import (
    AnswerOverdue,
    EnquiryAnswered,
    Event,
    OpeningClosed,
    OpeningPublished,
    OpeningRequested,
)
from mumian.rooms.enterprise.model import (
    CONDITIONS_CHARS_MAX,
    TITLE_CHARS_MAX,
    AnswerEnquiry,
    CloseOpening,
    CompanyFacts,
    DeemAnswerOverdue,
    ExpireOpening,
    OpeningFacts,
    PublishOpening,
    RequestOpening,
    State,
)
from mumian.rooms.enterprise.records import Enquiry, Firm, Opening
from mumian.rooms.enterprise.refusals import EnterpriseRefusal as R
from mumian.rooms.enterprise.vocabulary import SHELTERED, EnquiryId, OpeningId, Weight
from mumian.rulebook.rules import number_at, rule_at

RULE, LIMIT = "GZ2023-03-LEAD", "MM-OPENING"
OPENING, ANSWER = "enterprise.opening", "enterprise.answer"
"""Kinds of the limits at which an opening closes by itself, and within which a request is answered."""


def publish(state: State, command: PublishOpening, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, OpeningFacts)
    firm = state.firms.get(facts.actor)
    if firm is None:
        return Refused(R.NEEDS_INFO, {"question": "firm.weight", "party": facts.actor})
    if firm.weight is Weight.NONE:
        return Refused(R.NOT_A_LEADER, {"actor": facts.actor})
    refused = _refuse_subject(state, command, facts) or _refuse_listing(command, facts)
    if refused is not None:
        return refused
    key = OpeningId(new_id("opening", facts.seq))
    record = Opening(
        facts.actor,
        command.subject,
        command.title,
        command.conditions,
        command.conditions_digest,
        command.for_whom,
        command.until,
        facts.now,
    )
    until = Start(key, OPENING, Unit.INSTANT, command.until, RULE, facts.actor)
    return [OpeningPublished(key, record, (RULE,), (until,))]


def _refuse_subject(state: State, command: PublishOpening, facts: OpeningFacts) -> Refused | None:
    if facts.owner is None:
        return Refused(R.SUBJECT_UNKNOWN, {"subject": command.subject})
    if facts.owner != facts.actor:
        return Refused(R.NOT_YOURS, {"id": command.subject, "owner": facts.owner, "actor": facts.actor})
    known = state.open_subjects.get(command.subject)
    return None if known is None else Refused(R.SUBJECT_OPEN, {"subject": command.subject, "opening": known})


def _refuse_listing(command: PublishOpening, facts: Facts) -> Refused | None:
    for_whom = command.for_whom
    if not for_whom or len(set(for_whom)) < len(for_whom) or not set(for_whom) <= set(SHELTERED):
        return Refused(R.AUDIENCE_UNCLEAR, {"for_whom": ", ".join(size.value for size in for_whom) or "-"})
    refused = _refuse_text("title", command.title, TITLE_CHARS_MAX) or _refuse_text(
        "conditions", command.conditions, CONDITIONS_CHARS_MAX
    )
    if refused is not None:
        return refused
    if command.until <= facts.now:
        return Refused(R.OPENING_OVER, {"until": command.until, "now": facts.now})
    if rule_at(RULE, rulebook=facts.rulebook, now=facts.now) is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": RULE})
    return None


def _refuse_text(part: str, text: str, chars_max: int) -> Refused | None:
    chars = length(text)
    if not 1 <= chars <= chars_max:
        return Refused(R.TEXT_LENGTH, {"part": part, "chars": chars, "chars_max": chars_max})
    if hides_something(text, lines=part == "conditions"):
        return Refused(R.TEXT_HIDDEN, {"part": part})
    return None


def close(state: State, command: CloseOpening, facts: Facts) -> list[Event] | Refused:
    opening = state.openings.get(command.opening)
    if opening is None:
        return Refused(R.UNKNOWN, {"noun": "opening", "id": command.opening})
    if opening.publisher != facts.actor:
        return Refused(R.NOT_YOURS, {"id": command.opening, "owner": opening.publisher, "actor": facts.actor})
    if opening.is_closed:
        return Refused(R.OPENING_CLOSED, {"opening": command.opening})
    return [OpeningClosed(command.opening, (Stop(command.opening, OPENING),))]


def expire(state: State, command: ExpireOpening, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    opening = state.openings.get(command.opening)
    return [] if opening is None or opening.is_closed else [OpeningClosed(command.opening)]


def request(state: State, command: RequestOpening, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, CompanyFacts)
    if not facts.is_organisation:
        return Refused(R.NOT_AN_ORGANISATION, {"actor": facts.actor})
    opening = state.openings.get(command.opening)
    if opening is None:
        return Refused(R.UNKNOWN, {"noun": "opening", "id": command.opening})
    firm = state.firms.get(facts.actor)
    if firm is None:
        return Refused(R.NEEDS_INFO, {"question": "firm.size", "party": facts.actor})
    refused = _refuse_asking(state, command, opening, firm, facts)
    if refused is not None:
        return refused
    if rule_at(LIMIT, rulebook=facts.rulebook, now=facts.now) is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": LIMIT})
    days = number_at(LIMIT, "answer_work_days", rulebook=facts.rulebook, now=facts.now)
    key = EnquiryId(new_id("enquiry", facts.seq))
    answer = Start(key, ANSWER, Unit.WORK_DAYS, days, LIMIT, opening.publisher)
    record = Enquiry(command.opening, facts.actor, command.purpose, facts.now)
    return [OpeningRequested(key, record, (RULE, LIMIT), (answer,))]


def _refuse_asking(state: State, command: RequestOpening, opening: Opening, firm: Firm, facts: Facts) -> Refused | None:
    """Return why a firm may not ask for what was opened, or None."""
    if opening.is_closed:
        return Refused(R.OPENING_CLOSED, {"opening": command.opening})
    if firm.size not in opening.for_whom or firm.weight is not Weight.NONE:
        sizes = ", ".join(size.value for size in opening.for_whom)
        detail: Detail = {"opening": command.opening, "for_whom": sizes, "actor": facts.actor}
        return Refused(R.NOT_FOR_YOU, {**detail, "size": firm.size.value, "weight": firm.weight.value})
    waits = state.waiting.get(f"{command.opening}/{facts.actor}")
    if waits is not None:
        return Refused(R.ENQUIRY_WAITS, {"actor": facts.actor, "opening": command.opening, "enquiry": waits})
    return None


def answer(state: State, command: AnswerEnquiry, facts: Facts) -> list[Event] | Refused:
    enquiry = state.enquiries.get(command.enquiry)
    if enquiry is None:
        return Refused(R.UNKNOWN, {"noun": "enquiry", "id": command.enquiry})
    publisher = state.openings[enquiry.opening].publisher
    if publisher != facts.actor:
        return Refused(R.NOT_YOURS, {"id": command.enquiry, "owner": publisher, "actor": facts.actor})
    if enquiry.granted is not None:
        return Refused(R.ENQUIRY_ANSWERED, {"enquiry": command.enquiry})
    if command.granted is (command.decline is not None):
        return Refused(R.DECLINE_UNEXPLAINED)
    if command.licence and not _fits(state, command.licence, {publisher, enquiry.firm}):
        detail: Detail = {"licence": command.licence, "publisher": publisher}
        return Refused(R.LICENCE_DOES_NOT_FIT, {**detail, "firm": enquiry.firm})
    in_time = not enquiry.is_overdue
    clocks = (Stop(command.enquiry, ANSWER),) if in_time else ()
    answered = (command.granted, command.decline, command.licence, in_time)
    return [EnquiryAnswered(command.enquiry, publisher, *answered, clocks)]


def _fits(state: State, key: str, sides: set[str]) -> bool:
    licence = state.licences.get(key)
    return licence is not None and {licence.first, licence.second} == sides


def deem_overdue(state: State, command: DeemAnswerOverdue, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    enquiry = state.enquiries.get(command.enquiry)
    if enquiry is None or enquiry.granted is not None or enquiry.is_overdue:
        return []
    return [AnswerOverdue(command.enquiry, state.openings[enquiry.opening].publisher, (LIMIT,))]
