"""What changes in the ledger. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.ids import AccountId, TransferId
from mumian.kernel.table import Table
from mumian.rooms.ledger.model import (
    Account,
    AccountOpened,
    Event,
    Held,
    Leg,
    PendingExpired,
    PendingPosted,
    PendingVoided,
    State,
    TransfersHeld,
    TransfersPosted,
)


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case TransfersPosted():
            _post_all(state.accounts, event.legs)
        case TransfersHeld():
            for transfer, leg in zip(event.transfers, event.legs, strict=True):
                state.held[transfer] = Held(leg, event.expires_at)
                _move(state.accounts, leg, pending=leg.amount_fen, posted=0)
        case PendingPosted():
            _release(state, event.transfer, posted=event.amount_fen)
        case PendingVoided() | PendingExpired():
            _release(state, event.transfer, posted=0)
        case AccountOpened():
            state.accounts[event.account] = Account(event.owner, event.purpose)
            state.by_owner[f"{event.owner}/{event.purpose.value}"] = AccountId(event.account)
        case _:
            assert_never(event)


def _post_all(accounts: Table[Account], legs: tuple[Leg, ...]) -> None:
    """Post every leg, writing each account once: a payout has one payer and many payees."""
    debits: dict[AccountId, int] = {}
    credits: dict[AccountId, int] = {}
    for leg in legs:
        debits[leg.debit] = debits.get(leg.debit, 0) + leg.amount_fen
        credits[leg.credit] = credits.get(leg.credit, 0) + leg.amount_fen
    for key, amount_fen in debits.items():
        a = accounts[key]
        posted = a.debits_posted + amount_fen
        accounts[key] = Account(a.owner, a.purpose, a.debits_pending, posted, a.credits_pending, a.credits_posted)
    for key, amount_fen in credits.items():
        a = accounts[key]
        posted = a.credits_posted + amount_fen
        accounts[key] = Account(a.owner, a.purpose, a.debits_pending, a.debits_posted, a.credits_pending, posted)


def _release(state: State, transfer: TransferId, *, posted: int) -> None:
    leg = state.held[transfer].leg
    del state.held[transfer]
    _move(state.accounts, leg, pending=-leg.amount_fen, posted=posted)


def _move(accounts: Table[Account], leg: Leg, *, pending: int, posted: int) -> None:
    """Add `pending` and `posted` fen to the debit side of one account and the credit side of the other."""
    a = accounts[leg.debit]
    accounts[leg.debit] = Account(
        a.owner, a.purpose, a.debits_pending + pending, a.debits_posted + posted, a.credits_pending, a.credits_posted
    )
    b = accounts[leg.credit]
    accounts[leg.credit] = Account(
        b.owner, b.purpose, b.debits_pending, b.debits_posted, b.credits_pending + pending, b.credits_posted + posted
    )
