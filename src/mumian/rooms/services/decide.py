"""What is allowed in the service market: `qualifying.py` for providers, `engaging.py` and `concluding.py` for their work."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.services import concluding, engaging, qualifying
from mumian.rooms.services.model import (
    AcceptEngagement,
    AcceptOpinion,
    ChangeQualification,
    Command,
    ContestOpinion,
    DeclineEngagement,
    DeliverOpinion,
    EndQualification,
    Engage,
    Event,
    GrantQualification,
    MeetLimit,
    RateEngagement,
    RuleOnContest,
    State,
    WithdrawEngagement,
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of the service market with its events or the first refusal that applies."""
    match command:
        case Engage():
            return engaging.engage(state, command, facts)
        case AcceptEngagement():
            return engaging.accept(state, command, facts)
        case DeclineEngagement():
            return engaging.decline(state, command, facts)
        case WithdrawEngagement():
            return engaging.withdraw(state, command, facts)
        case DeliverOpinion():
            return engaging.deliver(state, command, facts)
        case AcceptOpinion():
            return concluding.accept(state, command, facts)
        case ContestOpinion():
            return concluding.contest(state, command, facts)
        case RuleOnContest():
            return concluding.rule(state, command, facts)
        case RateEngagement():
            return concluding.rate(state, command, facts)
        case MeetLimit():
            return concluding.meet(state, command, facts)
        case GrantQualification():
            return qualifying.grant(state, command, facts)
        case ChangeQualification():
            return qualifying.change(state, command, facts)
        case EndQualification():
            return qualifying.end(state, command, facts)
        case _:
            assert_never(command)
