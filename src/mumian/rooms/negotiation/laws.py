"""What always holds in negotiation. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.canonical import digest
from mumian.rooms.negotiation.model import State
from mumian.rooms.negotiation.records import NegotiationState, Side


def what_lies_on_a_table_is_what_its_digest_says(state: State) -> Iterator[str]:
    """Terms, round, side and negotiation are those of the digest; an inquiry has neither."""
    for key, table in state.negotiations.under():
        expected = digest(table.tabled) if table.tabled else ""
        if table.digest != expected:
            yield f"`{key}` has other terms than `{table.digest}`"
        elif table.tabled is not None and table.tabled.negotiation != key:
            yield f"on the table of `{key}` lie terms of `{table.tabled.negotiation}`"


def what_is_agreed_was_tabled(state: State) -> Iterator[str]:
    """Nothing is agreed without terms, and terms end the inquiry."""
    for key, table in state.negotiations.under():
        if table.tabled is None and table.state in (NegotiationState.AGREED, NegotiationState.NEGOTIATING):
            yield f"`{key}` is {table.state.value} and has no terms"
        elif table.tabled is not None and table.state is NegotiationState.INQUIRY:
            yield f"`{key}` has terms and is an inquiry"


def nobody_speaks_for_both_sides(state: State) -> Iterator[str]:
    """No broker of a side is a broker of the other, or the other itself; nobody deals with itself."""
    for key, table in state.negotiations.under():
        if table.seller == table.buyer:
            yield f"`{key}` is between `{table.seller}` and itself"
        for side in Side:
            across = {table.of(side.other), *table.brokers_of(side.other)}
            for broker in table.brokers_of(side):
                if broker in across:
                    yield f"`{broker}` speaks for both sides of `{key}`"


def a_response_is_to_a_demand(state: State) -> Iterator[str]:
    """Nobody answers what nobody posted, or a demand of its own."""
    for key, seller in state.responses.under():
        demand = state.demands.get(key.partition("/")[0])
        if demand is None or demand.buyer == seller:
            yield f"`{key}` is `{seller}`'s answer to no demand of another"


def only_agreed_deals_are_flagged(state: State) -> Iterator[str]:
    """A flag is about an agreed negotiation and leads from its seller to its buyer."""
    for key, flag in state.flagged.under():
        table = state.negotiations.get(key)
        if table is None or table.state is not NegotiationState.AGREED:
            yield f"`{key}` is flagged and not agreed"
        elif (flag.relation[0], flag.relation[-1]) != (table.seller, table.buyer):
            yield f"`{key}` is flagged for `{flag.relation[0]}` and `{flag.relation[-1]}`, not its sides"


LAWS = (
    what_lies_on_a_table_is_what_its_digest_says,
    what_is_agreed_was_tabled,
    nobody_speaks_for_both_sides,
    a_response_is_to_a_demand,
    only_agreed_deals_are_flagged,
)
