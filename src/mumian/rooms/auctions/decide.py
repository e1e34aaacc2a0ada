"""What is allowed in an auction: `opening.py`, `bidding.py`, `closing.py`."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.rooms.auctions import bidding, closing, opening
from mumian.rooms.auctions.model import (
    CloseAuction,
    Command,
    CommitBid,
    Event,
    OpenAuction,
    PlaceBid,
    RevealBid,
    State,
    WithdrawAuction,
)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command of an auction with its events or the first refusal that applies."""
    match command:
        case PlaceBid():
            return bidding.place(state, command, facts)
        case CommitBid():
            return bidding.commit(state, command, facts)
        case RevealBid():
            return bidding.reveal(state, command, facts)
        case OpenAuction():
            return opening.open_(state, command, facts)
        case WithdrawAuction():
            return opening.withdraw(state, command, facts)
        case CloseAuction():
            return closing.close(state, command, facts)
        case _:
            assert_never(command)
