"""What always holds in the ledger. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.rooms.ledger.model import Purpose, State


def debits_equal_credits(state: State) -> Iterator[str]:
    """No fen is made or lost: over all accounts, debits and credits agree, posted and pending alike."""
    totals = Counter[str]()
    for _, account in state.accounts.under():
        totals["pending"] += account.debits_pending - account.credits_pending
        totals["posted"] += account.debits_posted - account.credits_posted
    for side, difference_fen in totals.items():
        if difference_fen:
            yield f"{side} debits exceed credits by {difference_fen} fen"


def nobody_is_overdrawn(state: State) -> Iterator[str]:
    """Only the bank account, the mirror of money outside, is below zero."""
    for key, account in state.accounts.under():
        if account.purpose is not Purpose.BANK and account.available_fen < 0:
            yield f"`{key}` has {account.available_fen} fen free"


def pending_is_the_sum_of_holds(state: State) -> Iterator[str]:
    """What accounts show as pending is what the held transfers add up to."""
    debits, credits = Counter[str](), Counter[str]()
    for _, held in state.held.under():
        debits[held.leg.debit] += held.leg.amount_fen
        credits[held.leg.credit] += held.leg.amount_fen
    for key, account in state.accounts.under():
        if account.debits_pending != debits[key] or account.credits_pending != credits[key]:
            yield f"`{key}` shows {account.debits_pending}/{account.credits_pending} pending, holds add up to {debits[key]}/{credits[key]}"


LAWS = (debits_equal_credits, nobody_is_overdrawn, pending_is_the_sum_of_holds)
