"""Tickets of supply and demand (供需对接): raised, assigned, answered, delivered, closed; overdue in between."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.text import hides_something, length
from mumian.rooms.sharing.events import TicketAnswered, TicketAssigned, TicketClosed, TicketDelivered, TicketRaised
from mumian.rooms.sharing.guards import (
    needs,
    public_resource,
    refuse_other,
    refuse_rules,
    refuse_state,
    unknown,
)
from mumian.rooms.sharing.limits import started
from mumian.rooms.sharing.matching import candidates
from mumian.rooms.sharing.model import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    DeliverTicket,
    Event,
    RaiseTicket,
    SharingFacts,
    State,
)
from mumian.rooms.sharing.records import Ticket
from mumian.rooms.sharing.refusals import SharingRefusal as R
from mumian.rooms.sharing.shares import confirmed
from mumian.rooms.sharing.vocabulary import (
    KEYWORD_CHARS_MAX,
    TITLE_CHARS_MAX,
    Level,
    Limit,
    TicketAnswer,
    TicketId,
    TicketResult,
    TicketState,
    Way,
)

RULES = ("GZ2023-02", "MM-TICKET")


def raise_ticket(command: RaiseTicket, facts: SharingFacts) -> list[Event] | Refused:
    if not facts.is_bureau:
        return Refused(R.NOT_A_BUREAU, {"party": command.bureau})
    if facts.is_person:
        return Refused(R.ONLY_ORGANISATIONS, {"actor": facts.actor})
    refused = refuse_rules(facts, *RULES) or _refuse_text("title", command.title, TITLE_CHARS_MAX)
    for keyword in command.keywords:
        refused = refused or _refuse_text("keywords", keyword, KEYWORD_CHARS_MAX)
    if refused is not None:
        return refused
    key = TicketId(new_id("ticket", facts.seq))
    c = command
    record = Ticket(
        facts.actor, c.bureau, c.title, c.industry, c.keywords, c.purpose, c.need_digest, facts.now
    )  # fmt: skip
    clocks = (started(Limit.TICKET_ASSIGN, key, command.bureau, facts),)
    return [TicketRaised(key, record, RULES, clocks)]


def _refuse_text(part: str, text: str, chars_max: int) -> Refused | None:
    chars = length(text)
    if 1 <= chars <= chars_max and not hides_something(text):
        return None
    return Refused(R.TEXT_UNFIT, {"part": part, "chars": chars, "chars_max": chars_max})


def assign(state: State, command: AssignTicket, facts: SharingFacts) -> list[Event] | Refused:
    """List what of the holder's catalog fits; what cannot be delivered or is overdue may be assigned anew."""
    key = command.ticket
    record = state.tickets.get(key)
    if record is None:
        return unknown("ticket", key)
    refused = _refuse_not_its_bureau(record, key, facts)
    is_declined = record.state is TicketState.ANSWERED and record.answer is TicketAnswer.CANNOT
    if refused is None and not is_declined:
        refused = refuse_state(key, record.state, TicketState.SUBMITTED, TicketState.OVERDUE)
    if refused is None and not facts.is_body:
        refused = Refused(R.NOT_A_PUBLIC_BODY, {"party": command.holder})
    refused = refused or refuse_rules(facts, *RULES)
    if refused is not None:
        return refused
    found = candidates(facts.cards, industry=record.industry, keywords=record.keywords)
    clocks = (Stop(key), started(Limit.TICKET_ANSWER, key, command.holder, facts))
    return [TicketAssigned(key, command.holder, found, RULES, clocks)]


def _refuse_not_its_bureau(record: Ticket, key: str, facts: Facts) -> Refused | None:
    if Role.DATA_BUREAU not in facts.roles:
        return Refused(R.NOT_A_BUREAU, {"party": facts.actor})
    return refuse_other(key, record.bureau, facts)


def answer(state: State, command: AnswerTicket, facts: SharingFacts) -> list[Event] | Refused:
    key = command.ticket
    record = _assigned(state, key, facts, TicketState.ASSIGNED)
    if isinstance(record, Refused):
        return record
    will = command.answer is TicketAnswer.WILL_DELIVER
    if not will and command.reason is None:
        return needs("reason: why can the data not be delivered?")
    if will and command.reason is not None:
        return Refused(R.REASON_MISPLACED, {"part": "answer"})
    refused = refuse_rules(facts, *RULES)
    if refused is not None:
        return refused
    limit = Limit.TICKET_DELIVERY if will else Limit.TICKET_ASSIGN
    clocks = (Stop(key), started(limit, key, facts.actor if will else record.bureau, facts))
    return [TicketAnswered(key, command.answer, command.reason, RULES, clocks)]


def _assigned(state: State, key: str, facts: Facts, needed: TicketState) -> Ticket | Refused:
    """Return a ticket that was assigned to the actor and stands where it must."""
    record = state.tickets.get(key)
    if record is None:
        return unknown("ticket", key)
    return refuse_other(key, record.holder, facts) or refuse_state(key, record.state, needed) or record


def deliver(state: State, command: DeliverTicket, facts: SharingFacts) -> list[Event] | Refused:
    key = command.ticket
    record = _assigned(state, key, facts, TicketState.ANSWERED)
    if isinstance(record, Refused):
        return record
    if record.answer is not TicketAnswer.WILL_DELIVER:
        return Refused(R.WRONG_STATE, {"id": key, "state": TicketAnswer.CANNOT, "needed": TicketAnswer.WILL_DELIVER})
    resource = public_resource(facts, command.resource)
    if isinstance(resource, Refused):
        return resource
    refused = (
        refuse_other(command.resource, resource.holder, facts)
        or _refuse_way(state, command, record)
        or refuse_rules(facts, *RULES)
    )
    if refused is not None:
        return refused
    clocks = (Stop(key), started(Limit.TICKET_CONFIRM, key, record.raiser, facts))
    return [TicketDelivered(key, command.resource, command.way, RULES, clocks)]


def _refuse_way(state: State, command: DeliverTicket, record: Ticket) -> Refused | None:
    """Return why the raiser cannot have the data that way, or None. Shares are for enrolled public bodies."""
    if command.way is Way.OPERATION:
        return None
    attributes = confirmed(state, command.resource)
    if attributes is None:
        return Refused(R.NOT_CONFIRMED, {"resource": command.resource})
    level = attributes.share.level if command.way is Way.SHARE else attributes.open.level
    if level is not Level.NONE and (command.way is Way.OPEN or record.raiser in state.bodies):
        return None
    detail: Detail = {"resource": command.resource, "way": command.way, "raiser": record.raiser, "level": level}
    return Refused(R.WAY_DOES_NOT_FIT, detail)


def close(state: State, command: CloseTicket, facts: SharingFacts) -> list[Event] | Refused:
    """The raiser withdraws at any time and judges what was delivered; the bureau closes what has no source."""
    key = command.ticket
    record = state.tickets.get(key)
    if record is None:
        return unknown("ticket", key)
    open_states = tuple(each for each in TicketState if each is not TicketState.CLOSED)
    match command.result:
        case TicketResult.SATISFIED | TicketResult.NOT_SATISFIED:
            delivered = (TicketState.DELIVERED, *((TicketState.OVERDUE,) if record.resource else ()))
            refused = refuse_other(key, record.raiser, facts) or refuse_state(key, record.state, *delivered)
        case TicketResult.WITHDRAWN:
            refused = refuse_other(key, record.raiser, facts) or refuse_state(key, record.state, *open_states)
        case TicketResult.NO_SOURCE:
            refused = _refuse_not_its_bureau(record, key, facts) or refuse_state(key, record.state, *open_states)
    return refused or [TicketClosed(key, command.result, facts.actor, RULES[:1], (Stop(key),))]
