"""What always holds of sharing."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.rooms.sharing.model import State
from mumian.rooms.sharing.shares import asked_key
from mumian.rooms.sharing.vocabulary import (
    LIVE,
    Attribute,
    EndCause,
    Feedback,
    Level,
    ShareState,
    TicketResult,
    TicketState,
)


def what_is_not_unconditional_has_its_reason_and_basis(state: State) -> Iterator[str]:
    """Every limit on sharing or opening says why and by which law; no unconditional attribute does."""
    for key, record in state.attributes.under():
        for attributes in (record.proposed, record.confirmed):
            if attributes is not None and not (_is_grounded(attributes.share) and _is_grounded(attributes.open)):
                yield f"`{key}` is limited without a reason, or has a reason without a limit"


def _is_grounded(attribute: Attribute) -> bool:
    has_both = attribute.reason is not None and attribute.basis is not None
    has_none = attribute.reason is None and attribute.basis is None
    return has_none if attribute.level is Level.UNCONDITIONAL else has_both


def raw_data_is_a_file_only_if_it_is_open_to_all(state: State) -> Iterator[str]:
    """No raw public data leaves as a file that is not opened unconditionally (domain-rules §0.5)."""
    for key, record in state.attributes.under():
        for attributes in (record.proposed, record.confirmed):
            if attributes is not None and attributes.as_file and attributes.open.level is not Level.UNCONDITIONAL:
                yield f"`{key}` would be a file, it is open `{attributes.open.level}`"


def what_is_asked_for_is_found_by_who_asks(state: State) -> Iterator[str]:
    """The index names just the shares that are asked for or granted: one for each requester, resource and purpose."""
    live = [(key, share) for key, share in state.shares.under() if share.state in LIVE]
    expected = {asked_key(share.requester, share.resource, share.purpose): key for key, share in live}
    found = dict(state.asked.under())
    if expected != found or len(expected) != len(live):
        yield f"{len(live)} shares are asked for or granted, the index has {len(found)}"


def every_party_finds_what_it_has_to_do_with(state: State) -> Iterator[str]:
    """The index by party leads to each thing from each party to it, and a bureau to its bodies."""
    expected = {f"{body.bureau}/{key}" for key, body in state.bodies.under()}
    expected |= {f"{record.holder}/{key}" for key, record in state.attributes.under()}
    for key, share in state.shares.under():
        expected |= {f"{share.requester}/{key}", f"{share.holder}/{key}"}
    for key, defect in state.defects.under():
        expected |= {f"{defect.reporter}/{key}", f"{defect.holder}/{key}"}
    for key, result in state.results.under():
        expected |= {f"{result.operator}/{key}", f"{result.holder}/{key}"}
    tickets = dict(state.tickets.under())
    for key, ticket in tickets.items():
        expected |= {f"{party}/{key}" for party in (ticket.raiser, ticket.bureau, ticket.holder) if party}
    found = {key for key, _ in state.by_party.under()}
    for key in sorted(expected - found):
        yield f"`{key}` is not found"
    for key in sorted(found - expected):
        if key.partition("/")[2] not in tickets:  # a body that a ticket was taken from still sees it
            yield f"`{key}` leads to nothing of that party"


def no_share_is_more_than_was_asked_for(state: State) -> Iterator[str]:
    """A share goes to another body, and its fields are among those asked for."""
    for key, share in state.shares.under():
        if share.requester == share.holder:
            yield f"`{key}` is shared by `{share.holder}` with itself"
        if share.fields and not set(share.granted) <= set(share.fields):
            yield f"`{key}` gives more fields than were asked for"


def an_answer_says_what_it_was(state: State) -> Iterator[str]:
    """A refusal has its reason, an end its cause, a share its feedback; nothing else has."""
    for key, share in state.shares.under():
        was_granted = share.state in (ShareState.GRANTED, ShareState.ENDED)
        if (share.state is ShareState.REFUSED) is not (share.refusal is not None):
            yield f"`{key}` is `{share.state}`, its reason `{share.refusal}`"
        if (share.state is ShareState.ENDED) is not (share.ended is not None):
            yield f"`{key}` is `{share.state}`, its cause `{share.ended}`"
        if was_granted is (share.feedback is Feedback.NOT_DUE):
            yield f"`{key}` is `{share.state}`, its feedback `{share.feedback}`"
        if share.ended is EndCause.PERIOD_OVER and key in state.asked:
            yield f"`{key}` is over and still asked for"


def a_ticket_stands_where_its_holder_brought_it(state: State) -> Iterator[str]:
    """What is assigned has a holder, what is delivered a resource, what is closed a result."""
    for key, ticket in state.tickets.under():
        has_holder = ticket.state in (TicketState.ASSIGNED, TicketState.ANSWERED, TicketState.DELIVERED)
        if has_holder and not ticket.holder:
            yield f"`{key}` is `{ticket.state}`, assigned to nobody"
        if ticket.state is TicketState.DELIVERED and not ticket.resource:
            yield f"`{key}` is delivered without a resource"
        if ticket.result is TicketResult.SATISFIED and not ticket.resource:
            yield f"`{key}` satisfies without a resource"
        if (ticket.state is TicketState.CLOSED) is not (ticket.result is not None):
            yield f"`{key}` is `{ticket.state}`, its result `{ticket.result}`"


LAWS = (
    what_is_not_unconditional_has_its_reason_and_basis,
    raw_data_is_a_file_only_if_it_is_open_to_all,
    what_is_asked_for_is_found_by_who_asks,
    every_party_finds_what_it_has_to_do_with,
    no_share_is_more_than_was_asked_for,
    an_answer_says_what_it_was,
    a_ticket_stands_where_its_holder_brought_it,
)
