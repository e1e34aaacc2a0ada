"""What can be seen of the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import AccountId, PartyId
from mumian.rooms.ledger.model import Account, Purpose, State


def account_of(state: State, owner: PartyId, purpose: Purpose) -> AccountId | None:
    """Return the account that `owner` has for `purpose`."""
    return state.by_owner.get(f"{owner}/{purpose.value}")


def cash_fen(state: State, owner: PartyId) -> int:
    """Return what `owner` can spend now, in fen; 0 without a cash account."""
    account = account_of(state, owner, Purpose.CASH)
    return 0 if account is None else state.accounts[account].available_fen


def accounts_of(state: State, owner: PartyId) -> Iterator[tuple[str, Account]]:
    """Yield every account of `owner`."""
    for _, account in state.by_owner.under(f"{owner}/"):
        yield account, state.accounts[account]
