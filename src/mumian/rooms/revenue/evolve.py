"""What changes with revenue. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from mumian.rooms.revenue.model import (
    Contribution,
    ContributionRecorded,
    Distributed,
    Distribution,
    DistributionAgreed,
    DistributionConsented,
    Event,
    Feedback,
    Rule,
    State,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case Distributed():
            state.distributions[f"{event.product}/{event.sale}"] = Distribution(
                event.version, event.basis, event.gross_fen, event.shares, event.denominator, event.at
            )
            _feed_back(state, event)
        case ContributionRecorded():
            state.contributions[f"{event.product}/{event.basis}"] = Contribution(event.points, event.evidence_digest)
            state.latest[event.product] = event.basis
        case DistributionConsented():
            rule = state.rules[event.product]
            waiting = tuple(owner for owner in rule.waiting if owner != event.owner)
            state.rules[event.product] = Rule(rule.version, rule.terms, waiting, None if waiting else event.at)
        case DistributionAgreed():
            in_force_at = None if event.waiting else event.at
            state.rules[event.product] = Rule(event.version, event.terms, event.waiting, in_force_at)
        case _:
            assert_never(event)


def _feed_back(state: State, event: Distributed) -> None:
    for body in state.rules[event.product].terms.public_bodies:
        key = f"{body}/{event.product}"
        kept = state.feedback.get(key) or Feedback()
        state.feedback[key] = Feedback(kept.sales + 1, kept.gross_fen + event.gross_fen)
