"""What is allowed in negotiation: `demands.py` for demands and brokerages, `tables.py` for negotiations."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.negotiation import demands, tables
from mumian.rooms.negotiation.model import (
    AcceptTerms,
    AnswerDemand,
    AppointBroker,
    BreakOff,
    BrokerFacts,
    CloseDemand,
    Command,
    CounterOffer,
    DismissBroker,
    Event,
    LapseDemand,
    LapseNegotiation,
    OpenNegotiation,
    PostDemand,
    ProductFacts,
    State,
    TableFacts,
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of negotiation with its events or the first refusal that applies."""
    match command:
        case OpenNegotiation():
            assert isinstance(facts, TableFacts)
            return tables.open_(state, command, facts)
        case CounterOffer():
            assert isinstance(facts, TableFacts)
            return tables.counter(state, command, facts)
        case AcceptTerms():
            assert isinstance(facts, TableFacts)
            return tables.accept(state, command, facts)
        case BreakOff():
            return tables.break_off(state, command, facts)
        case LapseNegotiation():
            return tables.lapse(state, command, facts)
        case PostDemand():
            return demands.post(command, facts)
        case AnswerDemand():
            assert isinstance(facts, ProductFacts)
            return demands.answer(state, command, facts)
        case CloseDemand():
            return demands.close(state, command, facts)
        case LapseDemand():
            return demands.lapse(state, command, facts)
        case AppointBroker():
            assert isinstance(facts, BrokerFacts)
            return demands.appoint(command, facts)
        case DismissBroker():
            return demands.dismiss(state, command, facts)
        case _:
            assert_never(command)
