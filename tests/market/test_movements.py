"""Books read from leaves: they add up, they agree with the ledger's rows, and they see a fen that is not where it was."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from reached_settlement import closed, requested, settled
from stage import Stage
from test_simulator import small

from mumian.journal.log import digest_in, payload_of
from mumian.kernel.ids import OPERATOR, PartyId, TransferId
from mumian.kernel.time import DAY_MS, day_of
from mumian.market.leaf import Leaf, decode_leaf
from mumian.market.movements import Book, beancount_of, book_of, differences, statement_of
from mumian.market.simulator import Simulator
from mumian.rooms.ledger.model import HoldTransfers, Leg, PostPending, Purpose
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement.records import BatchId, BatchLine, PayoutId

SEED = 1


def leaves_of(market: Simulator) -> list[Leaf]:
    found = []
    for entry in market.entries:
        named = digest_in(entry)
        found.append(decode_leaf(payload_of(entry, market.bodies[named.body_sha256] if named else None)))
    return found


@cache
def book() -> Book:
    return book_of(leaves_of(small(SEED)))


def parties() -> list[PartyId]:
    return sorted({owned.owner for owned in book().accounts})


def test_what_the_leaves_posted_is_what_the_rows_show() -> None:
    assert book().movements
    assert list(differences(book(), small(SEED).states.ledger.accounts.under())) == []


def test_a_fen_that_is_not_where_it_was_is_found() -> None:
    key, account = next(iter(small(SEED).states.ledger.accounts.under()))
    rows = dict(small(SEED).states.ledger.accounts.under())
    rows[key] = msgspec.structs.replace(account, credits_posted=account.credits_posted + 1)
    assert len(list(differences(book(), rows.items()))) == 1
    del rows[key]
    assert len(list(differences(book(), rows.items()))) == 1


def test_all_statements_close_with_nothing_made_or_lost() -> None:
    closed = [statement_of(book(), party, since=date.min, until=date.max).closing_fen for party in parties()]
    assert sum(closed) == 0
    assert any(closed)


def test_one_statement_closes_where_the_next_opens() -> None:
    days = [day_of(movement.at) for movement in book().movements]
    middle = days[len(days) // 2]
    for party in parties():
        first = statement_of(book(), party, since=date.min, until=middle)
        second = statement_of(book(), party, since=middle, until=days[-1] + timedelta(days=1))
        whole = statement_of(book(), party, since=date.min, until=date.max)
        assert first.closing_fen == second.opening_fen
        assert second.closing_fen == whole.closing_fen
        assert first.lines + second.lines == whole.lines
        assert second.opening_fen + sum(line.amount_fen for line in second.lines) == second.closing_fen


def test_the_exchange_s_statement_names_the_deal_that_each_movement_was_for() -> None:
    lines = statement_of(book(), OPERATOR, since=date.min, until=date.max).lines
    escrow = [line for line in lines if line.purpose is Purpose.ESCROW]
    assert all(line.why for line in escrow)


def test_a_beancount_file_opens_every_account_once_and_each_entry_is_balanced() -> None:
    text = list(beancount_of(book()))
    opened = [line.split()[2] for line in text if " open " in line]
    assert len(opened) == len(set(opened)) == len(book().accounts)
    sums = Counter[int]()
    entry = 0
    for line in text:
        entry += line == ""
        if posted := re.fullmatch(r"  (\S+)  (-?\d+)\.(\d\d) CNY", line):
            assert posted[1] in opened
            sums[entry] += int(posted[2] + posted[3])
    assert len(sums) == len(book().movements)
    assert not any(sums.values())


def test_a_hold_counts_when_and_as_far_as_it_is_posted() -> None:
    stage = Stage()
    buyer, seller = stage.world.insurer, stage.world.merchant
    cash, other = (stage.states.ledger.by_owner[f"{party}/cash"] for party in (buyer, seller))
    before = book_of(leaves_of(stage.market))
    holding = stage.say(buyer, HoldTransfers((Leg(cash, other, 10, "deal-1"),), stage.now + DAY_MS))
    assert book_of(leaves_of(stage.market)) == before
    stage.say(buyer, PostPending(TransferId(holding.events[0].transfers[0]), 7))
    (moved,) = book_of(leaves_of(stage.market)).movements[len(before.movements) :]
    assert (moved.amount_fen, moved.why, moved.credit.owner) == (7, "deal-1", seller)


def test_a_closed_day_is_what_the_leaves_posted_by_then_and_a_fen_that_it_moved_is_found() -> None:
    s = Stage()
    requested(s)
    closed(s)
    settled(s)
    found = book_of(leaves_of(s.market))
    rows = list(s.states.ledger.accounts.under())
    assert list(differences(found, rows)) == []
    ((seq, day),) = found.days
    first, *others = day.totals
    moved = msgspec.structs.replace(day, totals=(msgspec.structs.replace(first, posted_fen=1), *others))
    (told,) = differences(msgspec.structs.replace(found, days=((seq, moved),)), rows)
    assert "closed with 1 fen of cash" in told


ASKED = settlement.PayoutRequested(PayoutId("payout-1"), OPERATOR, 700, "ac" * 32)
LINE = BatchLine(OPERATOR, "ac" * 32, 700, (PayoutId("payout-1"),))


@pytest.mark.parametrize(
    ("lines", "differs"),
    [
        (((LINE,),), []),
        (((LINE,), (LINE,)), ["line 1 of `batch-2`"]),
        (((replace(LINE, amount_fen=701),),), ["line 1 of `batch-1`"]),
        (((replace(LINE, account_digest="0e" * 32),),), ["line 1 of `batch-1`"]),
        (((replace(LINE, payouts=()),),), ["line 1 of `batch-1`"]),
    ],
)
def test_a_payment_that_nobody_asked_for_or_that_was_made_before_is_seen(lines: Any, differs: list[str]) -> None:
    days = tuple(
        (nth, settlement.DayClosed(date(2026, 9, nth), BatchId(f"batch-{nth}"), (), each))
        for nth, each in enumerate(lines, 1)
    )
    found = differences(Book((), (), days, (ASKED,)), ())
    assert [place.partition(" pays")[0] for place in found] == differs
