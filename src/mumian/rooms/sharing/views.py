"""What can be seen of sharing: the catalogue with its attributes, desks of bureaus and bodies, figures of a body."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.sharing.limits import kind_of
from mumian.rooms.sharing.matching import candidates as candidates
from mumian.rooms.sharing.model import State
from mumian.rooms.sharing.records import AttributeRecord, Body, Defect, Share, Ticket
from mumian.rooms.sharing.vocabulary import (
    Attributes,
    AttributeState,
    DefectState,
    Feedback,
    Level,
    Limit,
    ResultKind,
    ShareState,
    TicketAnswer,
    TicketState,
)


class Task(msgspec.Struct, frozen=True):
    """What waits for a party. limit: kind of the clock that runs for it, to be looked up by `thing`; empty if none does.

    is_overdue: a limit for it passed already.
    """

    thing: str
    task: str
    limit: str
    is_overdue: bool = False


class Figures(msgspec.Struct, frozen=True):
    """How a body answers and reports, counted over all that it had to do with."""

    asked: int = 0  # of it, by others
    granted: int = 0
    refused: int = 0
    in_time: int = 0  # answered by itself
    escalated: int = 0
    requested: int = 0  # by it, of others
    feedback_given: int = 0
    feedback_overdue: int = 0
    defects: int = 0  # reported of its data
    defects_corrected: int = 0
    defects_escalated: int = 0
    tickets: int = 0  # assigned to it
    tickets_delivered: int = 0
    tickets_overdue: int = 0  # that it let pass
    results: int = 0  # fed back to it


def body(state: State, party: PartyId) -> Body | None:
    return state.bodies.get(party)


def attributes_of(state: State, resource: ResourceId) -> Attributes | None:
    """Return the attributes that hold, or None while none are confirmed."""
    record = state.attributes.get(resource)
    return None if record is None else record.confirmed


def may_be_opened_as_a_file(state: State, resource: ResourceId) -> bool:
    """Tell whether the raw data itself may be had as a file by anyone: confirmed so, and open unconditionally."""
    found = attributes_of(state, resource)
    return found is not None and found.as_file and found.open.level is Level.UNCONDITIONAL


def catalogue(state: State) -> Iterator[tuple[ResourceId, AttributeRecord]]:
    """Yield every resource with attributes, confirmed or not."""
    for key, record in state.attributes.under():
        yield ResourceId(key), record


def share(state: State, key: str) -> Share | None:
    return state.shares.get(key)


def ticket(state: State, key: str) -> Ticket | None:
    return state.tickets.get(key)


def defect(state: State, key: str) -> Defect | None:
    return state.defects.get(key)


def is_in_force(state: State, key: str, *, now: int) -> bool:
    """Tell whether a share may be used at `now`."""
    found = state.shares.get(key)
    return found is not None and found.state is ShareState.GRANTED and found.at <= now < found.use_to


def bodies_under(state: State, bureau: PartyId) -> Iterator[PartyId]:
    for _, key in state.by_party.under(f"{bureau}/"):
        if key in state.bodies:
            yield PartyId(key)


def desk_of_bureau(state: State, bureau: PartyId) -> Iterator[Task]:
    """Yield what waits for a data bureau: attributes, rulings, tickets; overdue tickets of others too."""
    for _, key in state.by_party.under(f"{bureau}/"):
        found = state.tickets.get(key)
        if found is not None and found.bureau == bureau:
            yield from _tickets_of_bureau(key, found)
    for each in bodies_under(state, bureau):
        for _, key in state.by_party.under(f"{each}/"):
            yield from _rulings(state, key, each)


def _tickets_of_bureau(key: str, found: Ticket) -> Iterator[Task]:
    if found.state is TicketState.OVERDUE:
        yield Task(key, "assign_or_close", "", is_overdue=True)
    elif found.state is TicketState.SUBMITTED or (found.answer is TicketAnswer.CANNOT and _is_answered(found)):
        yield Task(key, "assign", kind_of(Limit.TICKET_ASSIGN))


def _is_answered(found: Ticket) -> bool:
    return found.state is TicketState.ANSWERED


def _rulings(state: State, key: str, holder: PartyId) -> Iterator[Task]:
    attributes = state.attributes.get(key)
    if attributes is not None and attributes.state is AttributeState.PROPOSED:
        yield Task(key, "confirm", kind_of(Limit.CONFIRM), attributes.is_overdue)
    found = state.shares.get(key)
    if found is not None and found.holder == holder and found.state is ShareState.ESCALATED:
        yield Task(key, "rule", kind_of(Limit.RULING), found.is_ruling_overdue)
    flaw = state.defects.get(key)
    if flaw is not None and flaw.holder == holder and flaw.state is DefectState.ESCALATED:
        yield Task(key, "rule", kind_of(Limit.DEFECT_RULING), flaw.is_ruling_overdue)


def desk_of_body(state: State, party: PartyId) -> Iterator[Task]:
    """Yield what waits for a party: answers, deliveries, corrections, feedback, what was returned to it."""
    for _, key in state.by_party.under(f"{party}/"):
        attributes = state.attributes.get(key)
        if attributes is not None and attributes.state is AttributeState.RETURNED:
            yield Task(key, "set_attributes", "")
        found = state.shares.get(key)
        if found is not None:
            yield from _share_tasks(key, found, party)
        demand = state.tickets.get(key)
        if demand is not None:
            yield from _ticket_tasks(key, demand, party)
        flaw = state.defects.get(key)
        if flaw is not None and flaw.holder == party and flaw.state is DefectState.REPORTED:
            yield Task(key, "correct_or_reject", kind_of(Limit.DEFECT_ANSWER), flaw.is_escalated)


def _share_tasks(key: str, found: Share, party: PartyId) -> Iterator[Task]:
    if found.holder == party and found.state is ShareState.REQUESTED:
        yield Task(key, "answer", kind_of(Limit.ANSWER))
    if found.requester == party and found.feedback in (Feedback.DUE, Feedback.OVERDUE):
        yield Task(key, "report_use", kind_of(Limit.FEEDBACK), found.feedback is Feedback.OVERDUE)


def _ticket_tasks(key: str, found: Ticket, party: PartyId) -> Iterator[Task]:
    if found.holder == party and found.state is TicketState.ASSIGNED:
        yield Task(key, "answer", kind_of(Limit.TICKET_ANSWER))
    if found.holder == party and _is_answered(found) and found.answer is TicketAnswer.WILL_DELIVER:
        yield Task(key, "deliver", kind_of(Limit.TICKET_DELIVERY))
    if found.raiser == party and found.state is TicketState.DELIVERED:
        yield Task(key, "confirm_delivery", kind_of(Limit.TICKET_CONFIRM))


def figures(state: State, party: PartyId) -> Figures:
    """Return how a body answers and reports."""
    keys = [key for _, key in state.by_party.under(f"{party}/")]
    shares = [found for key in keys if (found := state.shares.get(key)) is not None]
    defects = [flaw for key in keys if (flaw := state.defects.get(key)) is not None and flaw.holder == party]
    tickets = [need for key in keys if (need := state.tickets.get(key)) is not None and need.bureau != party]
    of_it, by_it = [s for s in shares if s.holder == party], [s for s in shares if s.requester == party]
    assigned = [need for need in tickets if need.holder == party or _lapses(need, party)]
    return Figures(
        asked=len(of_it),
        granted=sum(found.state in (ShareState.GRANTED, ShareState.ENDED) for found in of_it),
        refused=sum(found.state is ShareState.REFUSED for found in of_it),
        in_time=sum(_is_answer(found) and not found.is_escalated for found in of_it),
        escalated=sum(found.is_escalated for found in of_it),
        requested=len(by_it),
        feedback_given=sum(found.feedback is Feedback.GIVEN for found in by_it),
        feedback_overdue=sum(found.feedback is Feedback.OVERDUE for found in by_it),
        defects=len(defects),
        defects_corrected=sum(flaw.state is DefectState.CORRECTED for flaw in defects),
        defects_escalated=sum(flaw.is_escalated for flaw in defects),
        tickets=len(assigned),
        tickets_delivered=sum(bool(need.resource) and need.holder == party for need in assigned),
        tickets_overdue=sum(_lapses(need, party) for need in tickets),
        results=sum(key in state.results and state.results[key].holder == party for key in keys),
    )


def _is_answer(found: Share) -> bool:
    return found.state in (ShareState.GRANTED, ShareState.REFUSED, ShareState.ENDED)


def _lapses(found: Ticket, party: PartyId) -> int:
    of_a_holder = (Limit.TICKET_ANSWER, Limit.TICKET_DELIVERY)
    return sum(lapse.owner == party and lapse.limit in of_a_holder for lapse in found.lapses)


def results_for(state: State, holder: PartyId) -> Iterator[tuple[str, ResultKind, PartyId]]:
    """Yield what operators fed back to a body: the resource, what it is, who gave it."""
    for _, key in state.by_party.under(f"{holder}/"):
        found = state.results.get(key)
        if found is not None and found.holder == holder:
            yield found.resource, found.kind, found.operator
