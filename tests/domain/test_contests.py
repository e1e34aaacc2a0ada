"""A contest is decided by what both sides signed: neither a domain that adds or alters nor a consumer that denies gets its way."""

from __future__ import annotations

import msgspec
import pytest
from town import AIRLINES, INSURER, INSURER_HEX, KEY_COLUMNS, STRANGER, VERIFICATION, Town, rows_of

from mumian.domain import messages as m
from mumian.domain.batches import Recorded, faults_of
from mumian.domain.contests import Contested, Evidence, Finding, Side, judge, seen_in, spans
from mumian.domain.faults import BadCall
from mumian.domain.keys import DomainKeys
from mumian.domain.messages import LocalPort, Voucher
from mumian.domain.metering import Call, CallProof, Meter, Verdict
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import JobId, PartyId
from mumian.rooms.billing.model import Span
from mumian.rooms.cleanroom.plan import MeterBatch, SignedBatch, batch_bytes

replace = msgspec.structs.replace
JOB, AIR = JobId("job-1"), AIRLINES[0]
FIRST_CALL = 100
"""Where the batch is recorded under the agreement: other domains' calls come before."""


def calls_of(count: int) -> tuple[Call, ...]:
    return tuple(tuple(row[name] for name in KEY_COLUMNS) for row in rows_of(AIR)[:count])


class Case:
    """Two messages of three calls each, in one closed batch, with the vouchers that their consumer kept."""

    def __init__(self, town: Town) -> None:
        self.town, self.vouchers = town, list[Voucher]()
        self.side = Side(AIR, town.root.public_hex, INSURER_HEX)
        for start in (0, 3):
            self.vouchers.append(self.asked(calls_of(6)[start : start + 3]))
        shown = town.ask(m.CloseBatch(JOB))
        (self.batch,) = shown.batches
        self.meter = Meter(town.root.folder / "meter" / JOB, JOB, AIR, DomainKeys(bytes(32)), bytes)

    def asked(self, calls: tuple[Call, ...], *, by: object = INSURER) -> Voucher:
        port = LocalPort(self.town.root.handle)
        body = m.VerifyCalls(self.town.ticket(VERIFICATION), calls)
        caller = self.town.caller(by)  # type: ignore[arg-type]
        return caller.ask_kept(port, body, domain=AIR, domain_key=self.town.root.public_hex)[1]

    def proofs(self, *calls: int) -> tuple[CallProof, ...]:
        found = [self.meter.prove(call) for call in calls]
        return tuple(each for each in found if each is not None)

    def evidence(self, *denied: int, **changed: object) -> Evidence:
        given = {"batch": self.batch, "denied": denied, "proofs": self.proofs(*denied), "vouchers": self.vouchers}
        return Evidence(**{**given, "vouchers": tuple(self.vouchers), **changed})  # type: ignore[arg-type]

    @property
    def contested(self) -> Contested:
        return Contested(FIRST_CALL, self.batch.batch.count, self.batch.batch.root)

    def ruled(self, evidence: Evidence) -> list[Finding]:
        return list(judge(self.contested, evidence, self.side).findings.values())


@pytest.fixture
def case(town: Town) -> Case:
    return Case(town)


def test_what_a_consumer_s_own_vouchers_prove_it_denies_in_vain(case: Case) -> None:
    ruling = judge(case.contested, case.evidence(0, 1, 5), case.side)
    assert set(ruling.findings.values()) == {Finding.VOUCHED}
    assert ruling.credited == ()


def test_what_a_consumer_acknowledged_it_denies_in_vain_though_it_shows_no_voucher(case: Case) -> None:
    batch, town = case.batch.batch, case.town
    assert case.meter.acknowledged(0) == b""
    town.ask(m.AcknowledgeBatch(JOB, batch.nth, batch.root))
    said = case.meter.acknowledged(0)
    assert case.ruled(case.evidence(2, 4, vouchers=(), acknowledged=said)) == [Finding.ACKNOWLEDGED] * 2
    forged = town.caller(STRANGER)
    kept = m.seal_request(
        m.Request(AIR, forged.public_hex, "00" * 16, 1, m.AcknowledgeBatch(JOB, batch.nth, batch.root)), STRANGER
    )
    other = m.seal_request(m.Request(AIR, INSURER_HEX, "00" * 16, 1, m.AcknowledgeBatch(JOB, 1, batch.root)), INSURER)
    calls = town.root.calls
    assert calls.acknowledge(JobId("job-9"), 0, batch.root, sender=INSURER_HEX, said=b"{}") is not None
    assert calls.acknowledge(JOB, 0, batch.root, sender=forged.public_hex, said=b"{}") is not None
    assert case.meter.acknowledged(0) == said
    for unfit in (b"", b"{}", said[:-3], kept, other, case.vouchers[0].request):
        assert case.ruled(case.evidence(2, vouchers=(), acknowledged=unfit)) == [Finding.UNSHOWN]


def test_a_call_that_a_domain_added_is_credited_because_nobody_shows_that_it_was_asked(case: Case) -> None:
    domain = case.meter
    keys = DomainKeys.load(case.town.root.folder / "identity.key")
    padded = Meter(case.town.home / "padded", JOB, AIR, keys, lambda size: bytes(size))
    padded.record([*calls_of(6), ("1", "CAN", "1", "1")], [Verdict.NO] * 7, at=1, calls_max=9)
    signed = padded.close(ticket_digest="00" * 32, at=1)
    assert signed is not None
    proof = padded.prove(6)
    assert proof is not None
    evidence = Evidence(signed, (6,), (proof,), tuple(case.vouchers))
    ruling = judge(Contested(FIRST_CALL, 7, signed.batch.root), evidence, case.side)
    assert (ruling.findings, ruling.credited) == ({6: Finding.UNSHOWN}, (Span(FIRST_CALL + 6, 1),))
    assert domain.prove(6) is None


def test_an_answer_or_a_question_that_a_domain_altered_is_credited_by_its_own_reply(case: Case) -> None:
    keys = DomainKeys.load(case.town.root.folder / "identity.key")
    told = seen_in(case.vouchers[0], case.side)[1]
    bent = Meter(case.town.home / "bent", JOB, AIR, keys, lambda size: bytes(size))
    answers = [told[nth].answer for nth in range(3)]
    answers[1] = Verdict.BAND_3
    bent.record([told[0].asked, told[1].asked, ("1", "CAN", "1", "1")], answers, at=1, calls_max=9)
    signed = bent.close(ticket_digest="00" * 32, at=1)
    assert signed is not None
    proofs = tuple(proof for nth in range(3) if (proof := bent.prove(nth)) is not None)
    contested = Contested(0, 3, signed.batch.root)
    ruling = judge(contested, Evidence(signed, (0, 1, 2), proofs, tuple(case.vouchers)), case.side)
    assert list(ruling.findings.values()) == [Finding.VOUCHED, Finding.CONTRADICTED, Finding.CONTRADICTED]
    assert ruling.credited == (Span(1, 2),)


def bent_proofs(case: Case) -> list[tuple[CallProof, ...]]:
    (proof,), (other,) = case.proofs(1), case.proofs(2)
    record = proof.record
    return [
        (),
        (other,),
        (replace(proof, record=replace(record, answer=Verdict.BAND_3)),),
        (replace(proof, record=replace(record, job=JobId("job-2"))),),
        (replace(proof, record=replace(record, salt="xx")),),
        (replace(other, record=replace(other.record, call=1)),),
        (replace(proof, proof=proof.proof[:-1]),),
        (replace(proof, proof=("zz", *proof.proof[1:])),),
    ]


def test_a_call_without_a_proof_under_the_recorded_root_is_credited(case: Case) -> None:
    for proofs in bent_proofs(case):
        assert case.ruled(case.evidence(1, proofs=proofs)) == [Finding.UNPROVED]


def other_batches(case: Case) -> list[SignedBatch]:
    batch, strange = case.batch.batch, DomainKeys(b"\x09" * 32)
    fewer, elsewhere = replace(batch, count=5), replace(batch, domain=PartyId("airline-b"))
    keys = DomainKeys.load(case.town.root.folder / "identity.key")
    return [
        SignedBatch(batch, strange.sign(batch_bytes(batch))),
        SignedBatch(batch, "xx"),
        SignedBatch(fewer, keys.sign(batch_bytes(fewer))),
        SignedBatch(elsewhere, keys.sign(batch_bytes(elsewhere))),
    ]


def test_a_batch_of_another_key_or_count_proves_nothing(case: Case) -> None:
    for batch in other_batches(case):
        assert case.ruled(case.evidence(1, batch=batch)) == [Finding.UNPROVED]
    moved = Contested(FIRST_CALL, 6, sha256_hex(b"another root"))
    assert judge(moved, case.evidence(1), case.side).credited == (Span(FIRST_CALL + 1, 1),)


def test_vouchers_that_were_bent_are_of_others_or_of_other_calls_say_nothing(case: Case, town: Town) -> None:
    first, second = case.vouchers
    stranger = case.asked(calls_of(3), by=STRANGER)
    closed = town.caller().ask_kept(
        LocalPort(town.root.handle), m.CloseBatch(JOB), domain=AIR, domain_key=town.root.public_hex
    )[1]
    bent = [
        Voucher(first.request, second.reply),
        Voucher(first.request, first.reply[:-4]),
        Voucher(b"{}", first.reply),
        stranger,
        closed,
    ]
    for voucher in bent:
        with pytest.raises(BadCall):
            seen_in(voucher, case.side)
    assert case.ruled(case.evidence(1, vouchers=tuple(bent))) == [Finding.UNSHOWN]
    assert case.ruled(case.evidence(1, vouchers=(*bent, first))) == [Finding.VOUCHED]


@pytest.mark.parametrize("denied", [(6,), (1, 1), (2, 1)])
def test_denied_calls_are_of_the_batch_each_once_in_order(case: Case, denied: tuple[int, ...]) -> None:
    with pytest.raises(BadCall, match="the denied calls are not"):
        judge(case.contested, case.evidence(*denied), case.side)


def test_the_same_evidence_has_the_same_digest_and_other_evidence_another(case: Case) -> None:
    one, two = (judge(case.contested, case.evidence(*denied), case.side) for denied in ((1,), (1, 2)))
    assert one.proofs_digest == judge(case.contested, case.evidence(1), case.side).proofs_digest != two.proofs_digest
    assert spans([]) == ()
    assert spans([3, 4, 7]) == (Span(3, 2), Span(7, 1))


KEYS = DomainKeys(b"\x01" * 32)


def signed(nth: int, first: int, count: int, key: DomainKeys = KEYS, job: str = "job-1") -> SignedBatch:
    root = sha256_hex(f"{nth}/{job}".encode())
    batch = MeterBatch(JobId(job), PartyId("air"), "00" * 32, nth, first, count, root, 1)
    return SignedBatch(batch, key.sign(batch_bytes(batch)))


ONE, TWO = signed(0, 0, 20), signed(1, 20, 5)
WRONG: list[tuple[str, list[SignedBatch], list[SignedBatch], str]] = [
    ("sound", [ONE, TWO], [TWO, ONE], ""),
    ("signed by another", [ONE], [signed(0, 0, 20, DomainKeys(b"\x02" * 32))], "is not signed by the key of `air`"),
    ("not shown", [ONE, TWO], [ONE], "`air` shows none of 5 calls"),
    ("inflated", [signed(0, 0, 30)], [ONE], "`air` shows none of 30 calls"),
    ("replayed", [ONE, ONE], [ONE], "begins at call 0 of `job-1`, which `air` charged before"),
    ("charged again", [ONE, signed(1, 19, 6)], [ONE, signed(1, 19, 6)], "begins at call 19 of `job-1`"),
    ("out of order", [TWO, ONE], [ONE, TWO], "begins at call 0 of `job-1`, which `air` charged before"),
    ("of another agreement", [signed(0, 0, 20, job="job-2")], [signed(0, 0, 20, job="job-2")], "does not ask `air`"),
]


@pytest.mark.parametrize(
    ("recorded", "shown", "sentence"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_recorded_batches_are_what_their_domain_signed_each_call_once(
    recorded: list[SignedBatch], shown: list[SignedBatch], sentence: str
) -> None:
    first_call, rows = 0, []
    for each in recorded:
        rows.append(Recorded(each.batch.domain, each.batch.root, first_call, each.batch.count))
        first_call += each.batch.count
    air = PartyId("air")
    found = list(faults_of(rows, shown, keys={air: KEYS.public_hex}, jobs={JobId("job-1"): (air,)}))
    assert len(found) == bool(sentence)
    assert sentence in "".join(found)
