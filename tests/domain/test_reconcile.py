"""A consumer's own meter against a domain's batches: whatever was altered is found, by roots and call by call."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from mumian.domain.faults import BadCall
from mumian.domain.itemised import HEAD, Items, digest_of
from mumian.domain.keys import DomainKeys
from mumian.domain.metering import Call, CallRecord, Meter, Verdict
from mumian.domain.reconcile import Difference, Kind, OwnCall, OwnMeter, compared
from mumian.journal.tree import Frontier, leaf_hash
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import JobId, PartyId
from mumian.methods.tariff import Tier
from mumian.rooms.cleanroom.plan import SignedBatch, batch_bytes

JOB, DOMAIN = JobId("job-1"), PartyId("party-9")
KEYS, OTHER = DomainKeys(bytes(32)), DomainKeys(bytes([1]) * 32)
KEY = KEYS.identity.public_key().public_bytes_raw().hex()
CALLS: list[Call] = [(str(nth), "JFK") for nth in range(7)]
ANSWERS = [Verdict.YES, Verdict.NO, Verdict.UNKNOWN, Verdict.YES, Verdict.NO, Verdict.YES, Verdict.NO]
replace = msgspec.structs.replace


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    """Seven calls in batches of four and three."""
    made = Meter(tmp_path / "meter", JOB, DOMAIN, KEYS, os.urandom)
    for low, high in ((0, 4), (4, 7)):
        made.record(CALLS[low:high], ANSWERS[low:high], at=1_790_000_000_000 + low, calls_max=10)
        made.close(ticket_digest="00" * 32, at=1)
    return made


@pytest.fixture
def own(tmp_path: Path) -> OwnMeter:
    made = OwnMeter(tmp_path / "own.jsonl")
    made.record(DOMAIN, JOB, 0, CALLS[:5], ANSWERS[:5])
    made.record(DOMAIN, JobId("job-2"), 0, CALLS[:1], ANSWERS[1:2])
    made.record(DOMAIN, JOB, 5, CALLS[5:], ANSWERS[5:])
    return made


def signed(batch: SignedBatch, records: list[CallRecord], keys: DomainKeys = KEYS) -> SignedBatch:
    """Sign a batch of other records, as a domain that cheats would."""
    edge = Frontier()
    edge.extend([leaf_hash(canonical(record)) for record in records])
    other = replace(batch.batch, root=edge.root().hex(), count=len(records))
    return SignedBatch(other, keys.sign(batch_bytes(other)))


def test_two_meters_of_the_same_calls_have_the_same_roots(meter: Meter, own: OwnMeter) -> None:
    for batch in meter.batches:
        records = meter.records(batch.batch.first, 100)
        found = compared(batch, records, own.calls(DOMAIN, JOB), domain_key=KEY)
        assert (found.own_root, found.differences) == (batch.batch.root, ())


@pytest.mark.parametrize(
    ("altered", "kind"),
    [
        (lambda record: replace(record, answer=Verdict.BAND_3), Kind.ANSWER),
        (lambda record: replace(record, question="00" * 32), Kind.QUESTION),
    ],
)
def test_a_record_that_was_altered_before_it_was_signed_is_found(
    meter: Meter, own: OwnMeter, altered: object, kind: Kind
) -> None:
    records = list(meter.records(0, 4))
    records[2] = altered(records[2])  # type: ignore[operator]
    batch = signed(meter.batches[0], records)
    found = compared(batch, records, own.calls(DOMAIN, JOB), domain_key=KEY)
    assert found.differences == (Difference(2, kind),)
    assert found.own_root not in ("", batch.batch.root)


def test_calls_that_a_domain_made_up_are_found_and_the_root_without_them_is_ones_own(
    meter: Meter, own: OwnMeter
) -> None:
    records = [*meter.records(4, 3), replace(meter.records(4, 1)[0], call=7)]
    batch = signed(meter.batches[1], records)
    found = compared(batch, records, own.calls(DOMAIN, JOB), domain_key=KEY)
    assert found.differences == (Difference(7, Kind.ADDED),)
    assert found.own_root == meter.batches[1].batch.root
    none = compared(batch, records, {}, domain_key=KEY)
    assert (none.own_root, len(none.differences)) == ("", 4)


def test_calls_in_another_order_are_found(meter: Meter, own: OwnMeter) -> None:
    one, two, *others = meter.records(0, 4)
    records = [replace(two, call=0), replace(one, call=1), *others]
    batch = signed(meter.batches[0], records)
    found = compared(batch, records, own.calls(DOMAIN, JOB), domain_key=KEY)
    assert [each.call for each in found.differences] == [0, 1]


def test_records_that_were_not_signed_a_strangers_key_and_a_gap_are_no_batch(meter: Meter) -> None:
    records, batch = list(meter.records(0, 4)), meter.batches[0]
    odd = [
        (batch, records[:3]),
        (batch, [*records[:3], replace(records[3], answer=Verdict.NO)]),
        (batch, [records[1], records[0], *records[2:]]),
        (batch, [replace(record, job=JobId("job-2")) for record in records]),
        (signed(batch, records, OTHER), records),
        (replace(batch, batch=replace(batch.batch, count=3)), records[:3]),
    ]
    for each, shown in odd:
        with pytest.raises(BadCall):
            compared(each, shown, {}, domain_key=KEY)


def test_a_meter_with_an_odd_line_or_a_call_twice_is_none(own: OwnMeter, tmp_path: Path) -> None:
    own.record(DOMAIN, JOB, 3, CALLS[:1], ANSWERS[:1])
    with pytest.raises(BadCall, match="call 3 of `job-1` stands there twice"):
        own.calls(DOMAIN, JOB)
    (tmp_path / "odd.jsonl").write_text("{}\n")
    with pytest.raises(BadCall, match="line 1"):
        OwnMeter(tmp_path / "odd.jsonl").calls(DOMAIN, JOB)


def test_records_are_shown_of_one_batch_at_a_time(meter: Meter) -> None:
    assert [record.call for record in meter.records(2, 100)] == [2, 3]
    assert [record.call for record in meter.records(4, 2)] == [4, 5]
    assert meter.records(7, 1) == ()


def test_items_are_rated_by_the_place_of_the_call_and_stand_under_the_signed_root(meter: Meter) -> None:
    tiers = (Tier(11, 30), Tier(13, 20), Tier(99, 3))
    for piece in (1, 2, 4):
        items = Items(first_call=10, tiers=tiers)
        records = meter.lines(0)
        lines = b"".join(items.lines(records[at : at + piece]) for at in range(0, 4, piece))
        rows = [line.split(b",") for line in lines.splitlines()]
        assert [int(row[0]) for row in rows] == [10, 11, 12, 13]
        assert [int(row[4]) for row in rows] == [30, 20, 20, 3]
        assert [row[2].decode() for row in rows] == [answer.value for answer in ANSWERS[:4]]
        assert [row[3].decode() for row in rows] == [leaf_hash(record).hex() for record in records]
        assert {row[1] for row in rows} == {b"1790000000000"}
        whole = items.whole()
        assert (whole.calls, whole.charge_fen, whole.root) == (4, 73, meter.batches[0].batch.root)
    assert len(HEAD.split(b",")) == 5
    with pytest.raises(ValueError, match="add a tier"):
        Items(first_call=98, tiers=tiers).lines(meter.lines(0))


def test_a_digest_of_pieces_is_that_of_the_whole() -> None:
    assert digest_of(iter([b"a", b"bc"])) == digest_of(iter([b"abc"]))


def test_an_own_call_is_plain(own: OwnMeter) -> None:
    first = own.calls(DOMAIN, JOB)[0]
    assert first == OwnCall(DOMAIN, JOB, 0, CALLS[0], Verdict.YES)
