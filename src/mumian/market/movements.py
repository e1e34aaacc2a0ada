"""What moved in the ledger, read from leaves alone: statements of a party, a day's balance, books for another program.

Nothing here is believed from rows: every movement is what the journal says was posted, with the leaf that says it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from mumian.kernel.ids import AccountId, PartyId
from mumian.kernel.money import yuan
from mumian.kernel.time import Instant, day_of
from mumian.market.leaf import Leaf
from mumian.rooms.ledger import model as ledger
from mumian.rooms.settlement import model as settlement


class Owned(msgspec.Struct, frozen=True):
    """Whose an account is, what for, and since when."""

    account: AccountId
    owner: PartyId
    purpose: ledger.Purpose
    opened_at: Instant

    @property
    def name(self) -> str:
        return f"{self.owner}/{self.purpose.value}"


class Movement(msgspec.Struct, frozen=True):
    """`amount_fen` posted from `debit` to `credit` by leaf `seq`. why: the deal that it was for, or the command's name."""

    seq: int
    at: Instant
    debit: Owned
    credit: Owned
    amount_fen: int
    why: str


class Book(msgspec.Struct, frozen=True):
    """Every account in the order of opening, every movement in the order of leaves, every closed day with its leaf, every
    payout that was asked for.
    """

    accounts: tuple[Owned, ...]
    movements: tuple[Movement, ...]
    days: tuple[tuple[int, settlement.DayClosed], ...] = ()
    payouts: tuple[settlement.PayoutRequested, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """One line of a statement: what came in (positive) or went out of one account, and what it held after it."""

    seq: int
    at: Instant
    purpose: ledger.Purpose
    other: str
    why: str
    amount_fen: int
    balance_fen: int


class Statement(msgspec.Struct, frozen=True):
    """Of one party: the balance of all its accounts before, each movement, the balance after."""

    party: PartyId
    opening_fen: int
    lines: tuple[Line, ...]
    closing_fen: int


def book_of(leaves: Iterable[Leaf]) -> Book:
    """Return what `leaves`, all of a journal from its first, posted. A hold counts when and as far as it is posted."""
    accounts: dict[str, Owned] = {}
    held: dict[str, ledger.Leg] = {}
    movements: list[Movement] = []
    days: list[tuple[int, settlement.DayClosed]] = []
    payouts: list[settlement.PayoutRequested] = []
    for leaf in leaves:
        for event in leaf.events:
            if isinstance(event, settlement.DayClosed):
                days.append((leaf.seq, event))
            elif isinstance(event, settlement.PayoutRequested):
                payouts.append(event)
            elif isinstance(event, ledger.AccountOpened):
                accounts[event.account] = Owned(event.account, event.owner, event.purpose, leaf.at)
            elif isinstance(event, ledger.TransfersHeld):
                held.update(zip(event.transfers, event.legs, strict=True))
            elif isinstance(event, ledger.PendingVoided | ledger.PendingExpired):
                del held[event.transfer]
            else:
                movements += (_movement(leaf, accounts, leg) for leg in _posted(event, held))
    return Book(tuple(accounts.values()), tuple(movements), tuple(days), tuple(payouts))


def _posted(event: object, held: dict[str, ledger.Leg]) -> tuple[ledger.Leg, ...]:
    """Return the legs that an event posts, each with the amount that went through."""
    if isinstance(event, ledger.TransfersPosted):
        return event.legs
    if isinstance(event, ledger.PendingPosted):
        return (msgspec.structs.replace(held.pop(event.transfer), amount_fen=event.amount_fen),)
    return ()


def _movement(leaf: Leaf, accounts: dict[str, Owned], leg: ledger.Leg) -> Movement:
    why = leg.memo or type(leaf.command).__name__
    return Movement(leaf.seq, leaf.at, accounts[leg.debit], accounts[leg.credit], leg.amount_fen, why)


def statement_of(book: Book, party: PartyId, *, since: date, until: date) -> Statement:
    """Return the statement of `party` for the days from `since` to before `until`, in Guangzhou."""
    held = Counter[str]()
    opening_fen = 0
    lines: list[Line] = []
    for movement in book.movements:
        day = day_of(movement.at)
        if day >= until:
            break
        for own, other, amount_fen in _sides(movement):
            if own.owner != party:
                continue
            held[own.account] += amount_fen
            if day < since:
                opening_fen += amount_fen
                continue
            balance_fen = held[own.account]
            lines.append(
                Line(movement.seq, movement.at, own.purpose, other.name, movement.why, amount_fen, balance_fen)
            )
    return Statement(party, opening_fen, tuple(lines), held.total())


def _sides(movement: Movement) -> tuple[tuple[Owned, Owned, int], tuple[Owned, Owned, int]]:
    """Return both sides as (account, the other account, signed amount)."""
    debit, credit, amount_fen = movement.debit, movement.credit, movement.amount_fen
    return (debit, credit, -amount_fen), (credit, debit, amount_fen)


def balances_of(movements: Sequence[Movement]) -> dict[AccountId, int]:
    """Return what each account that moved holds, in fen; the bank, the mirror of money outside, holds less than nothing."""
    held = Counter[AccountId]()
    for movement in movements:
        held[movement.debit.account] -= movement.amount_fen
        held[movement.credit.account] += movement.amount_fen
    return dict(held)


def differences(book: Book, accounts: Iterable[tuple[str, ledger.Account]]) -> Iterator[str]:
    """Reconcile the rows of the ledger and every closed day with what the leaves posted (日终对账): yield where they differ."""
    posted = balances_of(book.movements)
    yield from _day_differences(book)
    yield from _batch_differences(book)
    seen: set[str] = set()
    for key, account in accounts:
        seen.add(key)
        posted_fen = posted.get(AccountId(key), 0)
        if account.balance_fen != posted_fen:
            yield f"`{key}` shows {account.balance_fen} fen, leaves add up to {posted_fen}"
    for each in book.accounts:
        if each.account not in seen:
            yield f"`{each.account}` of `{each.name}` was opened and is not there"


def _day_differences(book: Book) -> Iterator[str]:
    """Yield where a closed day's totals are not what was posted before its leaf, purpose by purpose."""
    held = Counter[str]()
    moving = iter(book.movements)
    movement = next(moving, None)
    for seq, closed in book.days:
        while movement is not None and movement.seq < seq:
            held[movement.debit.purpose.value] -= movement.amount_fen
            held[movement.credit.purpose.value] += movement.amount_fen
            movement = next(moving, None)
        for total in closed.totals:
            fen = held[total.purpose]
            if total.posted_fen != fen:
                yield f"{closed.day} closed with {total.posted_fen} fen of {total.purpose}, leaves add up to {fen}"


def _batch_differences(book: Book) -> Iterator[str]:
    """Yield where a line of a batch is not what its party asked to be paid to that account, or pays a payout again."""
    asked = {event.payout: event for event in book.payouts}
    for _, closed in book.days:
        for nth, line in enumerate(closed.lines, 1):
            found = [asked.pop(key, None) for key in line.payouts]
            sides = {(each.party, each.account_digest) for each in found if each is not None}
            asked_fen = sum(each.amount_fen for each in found if each is not None)
            if None in found or sides != {(line.party, line.account_digest)} or asked_fen != line.amount_fen:
                yield f"line {nth} of `{closed.batch}` pays `{line.party}` {line.amount_fen} fen, it asked for {asked_fen} once"


def beancount_of(book: Book) -> Iterator[str]:
    """Yield the lines of a beancount file: the party's cash is what the market owes it, the bank is what it has.

    Signs are beancount's: a credit is negative. Source: beancount.github.io/docs/beancount_language_syntax.html.
    """
    yield 'option "title" "Mumian"'
    yield 'option "operating_currency" "CNY"'
    for owned in book.accounts:
        yield f"{day_of(owned.opened_at).isoformat()} open {_account(owned)} CNY"
    for movement in book.movements:
        yield ""
        yield f'{day_of(movement.at).isoformat()} * "{movement.why}" "leaf {movement.seq}"'
        yield f"  {_account(movement.debit)}  {_plain(movement.amount_fen)} CNY"
        yield f"  {_account(movement.credit)}  {_plain(-movement.amount_fen)} CNY"


def _account(owned: Owned) -> str:
    root = "Assets" if owned.purpose is ledger.Purpose.BANK else "Liabilities"
    return f"{root}:{owned.owner.capitalize()}:{owned.purpose.value.capitalize()}"


def _plain(amount_fen: int) -> str:
    """Return yuan as beancount reads them: without marks of thousands."""
    return yuan(amount_fen).replace(",", "")
