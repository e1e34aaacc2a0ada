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
    ScoresRecorded,
    ShareKind,
    State,
    Tally,
    ValuationRecorded,
    Waiver,
    WaiverRecorded,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case Distributed():
            state.distributions[f"{event.product}/{event.sale}"] = Distribution(
                event.version, event.basis, event.gross_fen, event.shares, event.denominator, event.at, event.owed
            )
            _count(state, event)
            _feed_back(state, event)
        case ContributionRecorded() | ScoresRecorded():
            _record(state, event, Contribution(event.points, event.evidence_digest))
        case ValuationRecorded():
            _record(state, event, Contribution(event.points, event.evidence_digest, event.valuation))
            state.debts[event.product] = event.debts
        case WaiverRecorded():
            state.waivers[f"{event.product}/{event.sale}"] = Waiver(event.forgone_fen, event.shares, event.at)
        case DistributionConsented():
            rule = state.rules[event.product]
            waiting = tuple(owner for owner in rule.waiting if owner != event.owner)
            state.rules[event.product] = Rule(rule.version, rule.terms, waiting, None if waiting else event.at)
        case DistributionAgreed():
            in_force_at = None if event.waiting else event.at
            state.rules[event.product] = Rule(event.version, event.terms, event.waiting, in_force_at)
        case _:
            assert_never(event)


def _record(
    state: State, event: ContributionRecorded | ScoresRecorded | ValuationRecorded, found: Contribution
) -> None:
    state.contributions[f"{event.product}/{event.basis}"] = found
    state.latest[event.product] = event.basis


def _count(state: State, event: Distributed) -> None:
    """Add a sale to what the product's sales came to."""
    kept = state.tallies.get(event.product) or Tally()
    back = [share.amount_fen for share in event.shares if share.kind is ShareKind.COST]
    earlier = kept.recovered_fen or (0,) * len(back)
    recovered_fen = tuple(fen + more for fen, more in zip(earlier, back, strict=True))
    state.tallies[event.product] = Tally(kept.gross_fen + event.gross_fen, recovered_fen, event.owed)


def _feed_back(state: State, event: Distributed) -> None:
    for body in state.rules[event.product].terms.public_bodies:
        key = f"{body}/{event.product}"
        kept = state.feedback.get(key) or Feedback()
        state.feedback[key] = Feedback(kept.sales + 1, kept.gross_fen + event.gross_fen)
