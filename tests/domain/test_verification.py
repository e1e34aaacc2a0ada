"""Calls are answered as the rows say, metered one by one, and each can be proved; a changed record cannot."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import AIRLINES, INSURER_HEX, KEY_COLUMNS, LATE, VERIFICATION, Town, rows_of

from mumian.domain import messages as m
from mumian.domain.faults import BadCall
from mumian.domain.metering import Call, CallProof, CallRecord, Verdict, question_digest, verify_call
from mumian.domain.verification import VERDICTS, Lookup
from mumian.journal.tree import Frontier, leaf_hash
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import JobId
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.plan import Filter, Op, SignedBatch, SignedTicket, VerificationPlan

JOB = JobId("job-1")


def slow(rows: list[dict[str, str]], columns: Sequence[str], predicate: Filter, call: Call) -> Verdict:
    """Look through all rows: one yes is a yes, one no a no. A value outside a text column's public list is not kept."""
    found = set()
    for row in rows:
        if tuple(row[name] for name in columns) != call or "NA" in call or "HKG" in call or row["delay"] == "NA":
            continue
        delay, value = int(row["delay"]), int(predicate.value)
        holds = {"gt": delay > value, "le": delay <= value, "ne": delay != value, "eq": delay == value}
        found.add(Verdict.YES if holds[predicate.op.value] else Verdict.NO)
    return next((verdict for verdict in (Verdict.YES, Verdict.NO) if verdict in found), Verdict.UNKNOWN)


def calls_of(count: int = 240) -> list[Call]:
    return [tuple(row[name] for name in KEY_COLUMNS) for row in rows_of(AIRLINES[0])[:count]]


def answered(town: Town, calls: Sequence[Call], ticket: SignedTicket | None = None) -> m.CallsAnswered:
    answer = town.root.verify_many(ticket or town.ticket(VERIFICATION), calls, sender=INSURER_HEX)
    assert isinstance(answer, m.CallsAnswered), answer
    return answer


def closed(town: Town) -> tuple[SignedBatch, ...]:
    batches = town.root.calls.close(JOB)
    assert not isinstance(batches, Refused)
    return batches


def proved(town: Town, call: int) -> CallProof:
    proof = town.root.calls.prove(JOB, call, sender=INSURER_HEX)
    assert isinstance(proof, CallProof), proof
    return proof


def test_every_row_s_call_is_answered_as_the_row_says(town: Town) -> None:
    plan = msgspec.structs.replace(VERIFICATION, calls_max=1_000)
    calls = [
        *calls_of(),
        ("41", "CAN", "1", "1"),
        ("x", "CAN", "1", "1"),
        ("1", "PEK", "1", "1"),
        ("1", "CAN", "1.0", "1"),
    ]
    answer = answered(town, calls, town.ticket(plan))
    rows = rows_of(AIRLINES[0])
    assert list(answer.answers) == [slow(rows, KEY_COLUMNS, LATE, call) for call in calls]
    assert set(answer.answers) == {Verdict.YES, Verdict.NO, Verdict.UNKNOWN}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations(["tail", "flight", "origin", "month", "day"]).flatmap(
        lambda names: st.integers(1, 5).map(lambda n: tuple(names[:n]))
    ),
    st.sampled_from([Op.GT, Op.LE, Op.NE, Op.EQ]),
    st.integers(-50, 300),
    st.integers(0, 199),
)
def test_any_key_and_any_predicate_agree_with_a_look_through_all_rows(
    town: Town, columns: tuple[str, ...], op: Op, value: int, at: int
) -> None:
    version = town.root.store.current("flights")
    assert version is not None
    predicate = Filter("delay", op, value)
    lookup = Lookup(town.root.store.version("flights", version), VerificationPlan(columns, predicate, 1))
    rows = rows_of(AIRLINES[0])
    calls = [tuple(row[name] for name in columns) for row in rows[at : at + 20]]
    expected = [slow(rows, columns, predicate, call) for call in calls]
    assert [VERDICTS[code] for code in lookup.ask(calls)] == expected


def test_a_record_s_bytes_are_canonical_and_bind_the_call(town: Town) -> None:
    calls = calls_of(3)
    answer = answered(town, calls)
    assert answer.first == 0
    lines = (town.root.folder / "meter" / JOB / "open.jsonl").read_bytes().splitlines()
    for nth, line in enumerate(lines):
        record = msgspec.json.decode(line, type=CallRecord)
        assert canonical(record) == line
        assert (record.call, record.answer, record.at) == (nth, answer.answers[nth], town.clock.now)
        assert record.question == question_digest(bytes.fromhex(record.salt), calls[nth])
    assert len(set(lines)) == 3


def test_batches_follow_each_other_and_their_roots_are_over_the_records(town: Town) -> None:
    answered(town, calls_of(5))
    one = closed(town)
    assert closed(town) == one  # nothing is open: nothing new
    answered(town, calls_of(3))
    two = closed(town)
    assert [(b.batch.nth, b.batch.first, b.batch.count) for b in two] == [(0, 0, 5), (1, 5, 3)]
    for number, batch in enumerate(two):
        lines = (town.root.folder / "meter" / JOB / f"{number:06d}.jsonl").read_bytes().splitlines()
        frontier = Frontier()
        frontier.extend([leaf_hash(line) for line in lines])
        assert batch.batch.root == frontier.root().hex()


def test_each_call_can_be_proved_and_no_other_for_it(town: Town) -> None:
    calls = calls_of(7)
    answered(town, calls[:4])
    closed(town)
    answered(town, calls[4:])
    closed(town)
    for nth, call in enumerate(calls):
        proof = proved(town, nth)
        verify_call(proof, call=call, domain_key=town.root.public_hex)
        with pytest.raises(BadCall):
            verify_call(proof, call=("0", *call[1:]), domain_key=town.root.public_hex)
        with pytest.raises(BadCall):
            verify_call(proof, call=call, domain_key=town.domains[AIRLINES[1]].public_hex)


def test_a_changed_proof_proves_nothing(town: Town) -> None:
    call = calls_of(4)[2]
    answered(town, calls_of(4))
    closed(town)
    proof = proved(town, 2)
    replace = msgspec.structs.replace
    flipped = Verdict.NO if proof.record.answer is not Verdict.NO else Verdict.YES
    record, batch = proof.record, proof.batch
    changed = [
        replace(proof, record=replace(record, answer=flipped)),
        replace(proof, record=replace(record, call=1)),
        replace(proof, record=replace(record, call=9)),
        replace(proof, record=replace(record, job=JobId("job-2"))),
        replace(proof, record=replace(record, salt="00" * 16)),
        replace(proof, record=replace(record, salt="xx")),
        replace(proof, proof=proof.proof[:-1]),
        replace(proof, proof=("00" * 32, *proof.proof[1:])),
        replace(proof, proof=("zz", *proof.proof[1:])),
        replace(proof, batch=replace(batch, batch=replace(batch.batch, count=5))),
        replace(proof, batch=replace(batch, batch=replace(batch.batch, root="00" * 32))),
        replace(proof, batch=replace(batch, signature="00" * 64)),
    ]
    for other in changed:
        with pytest.raises(BadCall):
            verify_call(other, call=call, domain_key=town.root.public_hex)
    verify_call(proof, call=call, domain_key=town.root.public_hex)


def test_a_call_is_proved_from_a_signed_message_to_its_consumer(town: Town) -> None:
    calls = calls_of(2)
    town.ask(m.VerifyCalls(town.ticket(VERIFICATION), tuple(calls)))
    assert isinstance(town.ask(m.CloseBatch(JOB)), m.BatchesShown)
    shown = town.ask(m.ProveCall(JOB, 1))
    assert isinstance(shown, m.CallProved)
    verify_call(shown.proof, call=calls[1], domain_key=town.root.public_hex)


def test_a_meter_goes_on_where_it_was_when_its_domain_opens_again(town: Town) -> None:
    answered(town, calls_of(4))
    closed(town)
    answered(town, calls_of(2))
    with (town.root.folder / "meter" / JOB / "open.jsonl").open("ab") as file:
        file.write(b'{"answer":"yes","at":1')  # cut off by a crash before it was answered
    town.reopen(AIRLINES[0])
    assert answered(town, calls_of(1)).first == 6
    assert [(b.batch.first, b.batch.count) for b in closed(town)] == [(0, 4), (4, 3)]
    verify_call(proved(town, 6), call=calls_of(1)[0], domain_key=town.root.public_hex)


def test_a_batch_that_was_signed_before_a_crash_keeps_its_records(town: Town) -> None:
    answered(town, calls_of(4))
    closed(town)
    folder = town.root.folder / "meter" / JOB
    (folder / "000000.jsonl").rename(folder / "open.jsonl")  # the crash came before the records were moved
    town.reopen(AIRLINES[0])
    assert answered(town, calls_of(1)).first == 4
    verify_call(proved(town, 3), call=calls_of(4)[3], domain_key=town.root.public_hex)


def test_calls_from_many_threads_are_numbered_once_each(town: Town) -> None:
    ticket, firsts = town.ticket(VERIFICATION), list[int]()

    def ask() -> None:
        for _ in range(5):
            firsts.append(answered(town, calls_of(2), ticket).first)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(firsts) == list(range(0, 40, 2))
    assert closed(town)[0].batch.count == 40


def test_a_domain_without_a_row_answers_unknown(town: Town) -> None:
    version = town.root.store.current("flights")
    assert version is not None
    lookup = Lookup(town.root.store.version("flights", version), VERIFICATION)
    assert lookup.ask([]).tolist() == []
    assert lookup.ask([("0", "0", "0", "0")]).tolist() == [0]
