"""Walking through keys and narrowing a value are stopped and reported; honest work in bulk is not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import (
    ABOVE,
    BANK,
    BY_ACCOUNT,
    BY_RESIDENT,
    FIRST_ACCOUNT,
    IN_BANDS,
    OTHER_BANK,
    PERSONS,
    ROWS,
    SECOND,
    STRANGER_HEX,
    Registry,
    limited,
)
from town import STRANGER, T0

from mumian.domain import messages as m
from mumian.domain.declaration import Declaration, Probing, TextColumn
from mumian.domain.metering import Call
from mumian.domain.probing import Pattern, Watch
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.reports import Report, all_in, lift
from mumian.kernel.outcome import Refused
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.plan import Filter, Op, VerificationPlan

replace = msgspec.structs.replace
KNOWN = [(row["resident"],) for row in ROWS if row["income"] != "NA"]
Calls = Callable[[], Iterator[Call]]


def stopped(answer: object) -> bool:
    return isinstance(answer, Refused) and answer.refusal is R.PROBING_SUSPECTED


def reports(registry: Registry) -> list[Report]:
    return all_in(registry.home / "reports")


# -- walks: each one is a way of going through keys; all are stopped long before they are through


def residents_in_order() -> Iterator[Call]:
    return ((f"110101{number:09d}",) for number in range(5_000_000, 5_020_000))


def residents_at_random() -> Iterator[Call]:
    rng = random.Random(1)
    return ((f"110101{rng.randrange(10**9):09d}",) for _ in range(20_000))


def accounts_in_order() -> Iterator[Call]:
    return ((str(number),) for number in range(FIRST_ACCOUNT, FIRST_ACCOUNT + PERSONS))


def accounts_backwards() -> Iterator[Call]:
    return ((str(number),) for number in range(FIRST_ACCOUNT + PERSONS, FIRST_ACCOUNT, -1))


def accounts_shuffled_by_block() -> Iterator[Call]:
    rng = random.Random(2)
    for block in range(FIRST_ACCOUNT, FIRST_ACCOUNT + PERSONS, 100):
        yield from ((str(block + number),) for number in rng.sample(range(100), 100))


def accounts_from_two_ends() -> Iterator[Call]:
    for nth in range(PERSONS // 2):
        yield (str(FIRST_ACCOUNT + nth),)
        yield (str(FIRST_ACCOUNT + PERSONS - nth),)


def accounts_each_twice() -> Iterator[Call]:
    for call in accounts_in_order():
        yield from (call, call)


def accounts_spelt_in_many_ways() -> Iterator[Call]:
    for nth, (account,) in enumerate(accounts_in_order()):
        yield ((account, f"0{account}", f" {account}", f"00{account} ")[nth % 4],)


def residents_under_cover_of_a_known_one() -> Iterator[Call]:
    for call in residents_at_random():
        yield from (call, KNOWN[0], (KNOWN[0][0],), KNOWN[1])


WALKS = {
    "ids in order": (BY_RESIDENT, residents_in_order, 1_000),
    "ids at random": (BY_RESIDENT, residents_at_random, 1_001),
    "a known id asked again and again in between": (BY_RESIDENT, residents_under_cover_of_a_known_one, 4_100),
    "accounts in order": (BY_ACCOUNT, accounts_in_order, 80),
    "accounts backwards": (BY_ACCOUNT, accounts_backwards, 100),
    "accounts shuffled": (BY_ACCOUNT, accounts_shuffled_by_block, 100),
    "accounts from both ends": (BY_ACCOUNT, accounts_from_two_ends, 200),
    "accounts each twice": (BY_ACCOUNT, accounts_each_twice, 160),
    "accounts in many spellings": (BY_ACCOUNT, accounts_spelt_in_many_ways, 80),
}


@pytest.mark.parametrize(("plan", "walk", "calls_max"), WALKS.values(), ids=WALKS)
@pytest.mark.parametrize("a_message", [1, 37, 20_000])
def test_who_walks_through_keys_is_stopped(
    registry: Registry, plan: VerificationPlan, walk: Calls, calls_max: int, a_message: int
) -> None:
    calls, ticket, answered = list(walk()), registry.ticket(plan), 0
    for start in range(0, len(calls), a_message):
        answer = registry.ask(calls[start : start + a_message], ticket)
        if isinstance(answer, Refused):
            break
        answered += len(answer.answers)
    assert stopped(answer)
    assert answered <= calls_max
    assert stopped(registry.ask(KNOWN[:1], registry.ticket(job="job-2")))  # in another job too


def test_a_walk_in_order_is_seen_as_such_where_neighbours_are_not_counted(registry: Registry) -> None:
    registry.allow(probing=limited(neighbours_max=0))
    calls, ticket = list(accounts_in_order()), registry.ticket(BY_ACCOUNT)
    assert not stopped(registry.ask(calls[:400], ticket))
    assert stopped(registry.ask(calls[400:401], ticket))
    assert reports(registry)[0].pattern is Pattern.RUN


def test_an_order_of_columns_hides_no_walk(registry: Registry) -> None:
    plan = replace(BY_ACCOUNT, key_columns=("city", "account"))
    calls = [("Beijing", account) for (account,) in accounts_in_order()]
    assert stopped(registry.ask(calls, registry.ticket(plan)))


# -- a value narrowed


def test_a_value_is_not_found_by_thresholds_in_job_after_job(registry: Registry) -> None:
    for nth, above in enumerate(ABOVE):
        answer = registry.ask(KNOWN[:1], registry.ticket(replace(BY_RESIDENT, predicate=above), job=f"job-{nth}"))
        assert stopped(answer) == (nth >= 3)
    report = reports(registry)[0]
    assert (report.pattern, report.jobs) == (Pattern.VALUE, ("job-0", "job-1", "job-2", "job-3"))


def test_a_value_is_not_found_by_another_resource_of_the_same_holding_or_by_bands(registry: Registry) -> None:
    registry.allow(SECOND)
    plans = [replace(BY_RESIDENT, predicate=above) for above in ABOVE[:3]]
    tickets = [registry.ticket(plan, job=f"job-{nth}") for nth, plan in enumerate(plans[:2])]
    tickets.append(registry.ticket(plans[2], job="job-2", resource=SECOND))
    for ticket in tickets:
        assert not stopped(registry.ask(KNOWN[:1], ticket))
    assert stopped(registry.ask(KNOWN[:1], registry.ticket(IN_BANDS, job="job-3", resource=SECOND)))


def test_a_value_is_not_found_by_the_same_key_in_another_order_or_spelling(registry: Registry) -> None:
    row = next(row for row in ROWS if row["income"] != "NA")
    orders = [("account", "resident"), ("resident", "account")]
    for nth, above in enumerate(ABOVE[:4]):
        plan = replace(BY_RESIDENT, key_columns=orders[nth % 2], predicate=above)
        spelt = dict(row, account="0" * nth + row["account"])
        answer = registry.ask(
            [tuple(spelt[name] for name in plan.key_columns)], registry.ticket(plan, job=f"job-{nth}")
        )
        assert stopped(answer) == (nth == 3)


def test_a_value_is_not_found_with_many_other_calls_in_between(registry: Registry) -> None:
    registry.allow(probing=limited(neighbours_max=0, run_max=0))
    for nth, above in enumerate(ABOVE[:4]):
        plan = replace(BY_RESIDENT, predicate=above)
        victim = registry.ask(KNOWN[:1], registry.ticket(plan, job=f"job-{nth}"))
        assert stopped(victim) == (nth == 3)
        registry.ask(KNOWN[1:], registry.ticket(BY_RESIDENT, job=f"job-{10 + nth}"))


def test_the_same_question_may_be_asked_again(registry: Registry) -> None:
    for nth in range(20):
        assert not stopped(registry.ask(KNOWN[:50], registry.ticket(job=f"job-{nth}")))


# -- honest work


def test_all_persons_in_any_order_of_a_sparse_key_are_honest_work(registry: Registry) -> None:
    calls = list(KNOWN)
    random.Random(3).shuffle(calls)
    assert not stopped(registry.ask(calls))
    assert not stopped(registry.ask(sorted(calls)))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(40, 1000))
def test_honest_calls_of_100000_keys_are_never_stopped(seed: int, there_permille: int) -> None:
    """Keys as flights have them: number, month, day, origin; as many of them there as an honest caller can know."""
    rng = np.random.default_rng(seed)
    declared = Declaration("", (TextColumn("x"),), Level.GENERAL_2)
    with TemporaryDirectory() as folder:
        watch = Watch(Path(folder, "watch.bin"), b"secret", now=1)
        plan = VerificationPlan(("flight", "month", "day", "origin"), Filter("delay", Op.GT, 60), 1_000_000)
        flights, origins = rng.integers(1, 9_999, 800), ("EWR", "JFK", "LGA")
        drawn = np.stack([rng.choice(flights, 100_000), rng.integers(1, 13, 100_000), rng.integers(1, 29, 100_000)], 1)
        calls = [(str(a), str(b), str(c), origins[a % 3]) for a, b, c in drawn.tolist()]
        there = rng.integers(0, 1000, len(calls)) < there_permille
        for start in range(0, len(calls), 2_000):
            part = slice(start, start + 2_000)
            assert watch.take(plan, declared, calls[part], there[part], Probing()) is None


# -- what being stopped tells


def test_a_stop_says_the_same_whatever_is_asked(registry: Registry) -> None:
    registry.ask(residents_in_order())
    first = registry.ask(KNOWN[:1])
    for calls in ([("110101999999999",)], KNOWN[5:9], list(residents_in_order())):
        assert registry.ask(calls) == first


def test_nothing_of_a_message_that_is_stopped_is_answered_metered_or_charged(registry: Registry) -> None:
    answered = registry.ask(KNOWN[:3])
    assert isinstance(answered, m.CallsAnswered)
    registry.ask(residents_in_order())
    lines = (registry.home / "meter" / "job-1" / "open.jsonl").read_bytes().splitlines()
    assert len(lines) == 3


def test_a_report_holds_no_key_and_no_value(registry: Registry) -> None:
    registry.ask(residents_in_order())
    (report,) = reports(registry)
    text = (registry.home / "reports" / "000000.json").read_text()
    assert (report.consumer, report.pattern, report.at, report.lifted_at) == (BANK, Pattern.NEIGHBOURS, T0, None)
    assert "110101" not in text
    assert "income" not in text
    for path in (registry.home / "watches").rglob("*.bin"):
        assert b"110101" not in path.read_bytes()


def test_a_stop_outlives_a_restart_until_the_holder_lifts_it(registry: Registry) -> None:
    registry.ask(residents_in_order())
    registry.reopen()
    assert stopped(registry.ask(KNOWN[:1]))
    registry.clock.now += 1_000
    assert lift(registry.home / "reports", holding="persons", consumer=BANK, at=registry.clock.now) == 1
    assert not stopped(registry.ask(KNOWN[:1]))
    assert not stopped(registry.ask(KNOWN))  # counted anew: what was seen before is not held against it again
    assert reports(registry)[0].lifted_at == registry.clock.now
    assert stopped(registry.ask(residents_in_order()))
    assert len(reports(registry)) == 2


def test_a_restart_forgets_no_step_of_a_walk(registry: Registry) -> None:
    for nth, call in enumerate(accounts_shuffled_by_block()):
        if nth % 16 == 0:
            registry.reopen()
        if stopped(registry.ask([call], registry.ticket(BY_ACCOUNT))):
            break
    assert nth < 100


def test_another_consumer_goes_on(registry: Registry) -> None:
    registry.ask(residents_in_order())
    other = registry.ticket(job="job-2", consumer=OTHER_BANK, consumer_key=STRANGER_HEX)
    assert isinstance(registry.ask(KNOWN[:1], other, sender=STRANGER_HEX), m.CallsAnswered)


def test_the_owner_may_look_less_closely(registry: Registry) -> None:
    registry.allow(probing=limited(answered_permille_min=0, neighbours_max=0, run_max=0, questions_max=0))
    for walk in (residents_in_order, residents_at_random):
        assert not stopped(registry.ask(walk()))


# -- how fast


def test_calls_of_a_minute_may_come_at_once_and_then_as_they_flow(registry: Registry) -> None:
    registry.allow(calls_per_minute_max=60)
    assert isinstance(registry.ask(KNOWN[:60]), m.CallsAnswered)
    refused = registry.ask(KNOWN[:5])
    assert isinstance(refused, Refused)
    assert (refused.refusal, refused.detail["at"]) == (R.RATE_EXCEEDED, T0 + 5_000)
    registry.clock.now = T0 + 4_999
    assert isinstance(registry.ask(KNOWN[:5]), Refused)
    registry.clock.now = T0 + 5_000
    assert isinstance(registry.ask(KNOWN[:5]), m.CallsAnswered)


def test_neither_a_restart_nor_another_job_resource_or_connection_resets_the_rate(registry: Registry) -> None:
    registry.allow(calls_per_minute_max=60)
    registry.allow(SECOND, calls_per_minute_max=60)
    registry.ask(KNOWN[:60])
    registry.reopen()
    for ticket in (registry.ticket(), registry.ticket(job="job-2"), registry.ticket(job="job-3", resource=SECOND)):
        answer = registry.ask(KNOWN[:1], ticket)
        assert isinstance(answer, Refused)
        assert answer.refusal is R.RATE_EXCEEDED


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 500), st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 120)), max_size=40))
def test_a_bucket_lets_through_what_the_slow_sum_lets_through(a_minute: int, asked: list[tuple[int, int]]) -> None:
    """The oracle counts in fractions of a call, from the first call on."""
    with TemporaryDirectory() as folder:
        watch, now, left, last = Watch(Path(folder, "watch.bin"), b"", now=1), 1_000, Fraction(a_minute), 1_000
        for wait, calls in asked:
            now += wait
            left, last = min(Fraction(a_minute), left + Fraction((now - last) * a_minute, 60_000)), now
            at = watch.admit(calls, now=now, a_minute=a_minute)
            assert (at is None) == (calls <= left)
            if at is None:
                left -= calls
            else:
                missing = min(Fraction(calls), Fraction(a_minute)) - left
                assert at == now - (-missing * 60_000 // a_minute)


def test_many_connections_get_no_more_calls_than_one(registry: Registry) -> None:
    registry.allow(calls_per_minute_max=100)
    ticket, answered = registry.ticket(), list[int]()

    def ask(own: int) -> None:
        for nth in range(40):
            answer = registry.heard(registry.message(KNOWN[own * 40 + nth], ticket, nonce=own * 1_000 + nth))
            answered.extend([1] if isinstance(answer, m.CallsAnswered) else [])

    threads = [Thread(target=ask, args=(own,)) for own in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == 100


def test_many_connections_get_no_more_calls_than_the_ticket_covers(registry: Registry) -> None:
    ticket, answered = registry.ticket(replace(BY_RESIDENT, calls_max=50)), list[m.ReplyBody]()

    def ask(own: int) -> None:
        for nth in range(20):
            answered.append(registry.heard(registry.message(KNOWN[nth], ticket, nonce=own * 1_000 + nth)))

    threads = [Thread(target=ask, args=(own,)) for own in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    firsts = sorted(each.first for each in answered if isinstance(each, m.CallsAnswered))
    assert firsts == list(range(50))


def test_a_walk_by_many_connections_is_stopped_once_for_all(registry: Registry) -> None:
    calls, ticket, answered = list(accounts_in_order()), registry.ticket(BY_ACCOUNT), list[int]()

    def ask(own: int) -> None:
        for nth in range(own, 400, 4):
            answer = registry.heard(registry.message(calls[nth], ticket, nonce=nth))
            answered.extend([1] if isinstance(answer, m.CallsAnswered) else [])

    threads = [Thread(target=ask, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) <= 4 * 80
    assert len(reports(registry)) == 1


def test_a_replayed_message_is_neither_answered_nor_counted(registry: Registry) -> None:
    registry.allow(calls_per_minute_max=2)
    message = registry.message(KNOWN[0], registry.ticket(), nonce=1)
    assert isinstance(registry.heard(message), m.CallsAnswered)
    again = registry.heard(message)
    assert isinstance(again, m.NotDone)
    assert again.refusal == "domain.MESSAGE_REPLAYED"
    assert isinstance(registry.heard(registry.message(KNOWN[0], registry.ticket(), nonce=2)), m.CallsAnswered)


def test_nobody_spends_anothers_rate_or_gets_it_stopped(registry: Registry) -> None:
    registry.allow(calls_per_minute_max=1)
    ticket = registry.ticket()
    told = registry.heard(registry.message(KNOWN[0], ticket, nonce=1, key=STRANGER))
    assert isinstance(told, m.NotDone)
    assert told.refusal == "domain.NOT_THE_CONSUMER"
    assert isinstance(registry.heard(registry.message(KNOWN[0], ticket, nonce=2)), m.CallsAnswered)


def test_figures_count_what_became_of_calls(registry: Registry) -> None:
    registry.allow(calls_per_minute_max=20_100)
    registry.ask([*KNOWN[:7], ("110101999999999",)])
    registry.heard(registry.message(KNOWN[0], registry.ticket(), nonce=1))
    registry.ask(residents_in_order())
    registry.ask(KNOWN[:1])
    figures = registry.domain.calls.figures.shown()
    assert (figures.calls, figures.unknown, figures.suspected, figures.stopped) == (9, 1, 1, 1)
    assert (figures.messages_refused, figures.messages) == (2, 1)
    assert 0 < figures.p50_us <= figures.p99_us
    registry.reopen()
    assert registry.domain.calls.figures.shown() == figures
