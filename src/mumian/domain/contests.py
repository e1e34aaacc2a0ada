"""A contested batch decided by what both sides signed, call by call; nothing that only one side says counts.

    the domain shows     its signed batch, an inclusion proof of each denied call, the consumer's acknowledgement if there is one
    the consumer shows   vouchers: its signed requests with the domain's signed replies

That a call was made and answered so is for the domain to show: by the acknowledgement of the batch, or by a voucher,
whoever has it. Source: RFC 9162 §2.1.3 for the proofs; who must show what is this project's choice (decision 0031).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from mumian.domain.batches import is_signed
from mumian.domain.faults import BadCall, BadReply, BadSignature
from mumian.domain.messages import (
    AcknowledgeBatch,
    CallsAnswered,
    VerifyCalls,
    Voucher,
    open_reply,
    open_request,
)
from mumian.domain.metering import Call, CallProof, Verdict, question_digest
from mumian.journal.faults import BadProof
from mumian.journal.tree import leaf_hash, verify_inclusion
from mumian.kernel.canonical import Digest, Natural, Positive, canonical, digest
from mumian.kernel.ids import JobId, PartyId
from mumian.rooms.billing.model import Span
from mumian.rooms.cleanroom.plan import SignedBatch


class Side(msgspec.Struct, frozen=True):
    """Whose signatures count. Keys: Ed25519, hex, as the journal has them."""

    domain: PartyId
    domain_key: str
    consumer_key: str


class Contested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch as the journal has it: calls from `first_call` on under the agreement, and the root that was recorded."""

    first_call: Natural
    calls: Positive
    root: Digest


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a consumer says of a batch. own_root: by its own meter. denied: numbers of calls in the job, in order."""

    batch: SignedBatch
    own_root: Digest
    denied: tuple[Natural, ...]


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the domain shows of a batch that is claimed against: proofs of denied calls, the signed request that acknowledged it."""

    batch: SignedBatch
    proofs: tuple[CallProof, ...]
    acknowledged: bytes = b""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """denied: numbers of calls in the job that the consumer denies, in order. acknowledged: the signed request, or empty."""

    batch: SignedBatch
    denied: tuple[Natural, ...]
    proofs: tuple[CallProof, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    acknowledged: bytes = b""


class Finding(StrEnum):
    """Why a denied call stands, or is credited."""

    ACKNOWLEDGED = "acknowledged"
    VOUCHED = "vouched"
    UNPROVED = "unproved"  # the domain does not show that it recorded the call under the recorded root
    CONTRADICTED = "contradicted"  # the domain signed another answer, or to another question, than it recorded
    UNSHOWN = "unshown"  # nobody shows that the consumer asked


def evidence_of(claim: Claim, shown: Shown | None, vouchers: Sequence[Voucher]) -> Evidence:
    """Return what both sides bring on one batch; where the domain shows nothing, nothing is proved."""
    if shown is None:
        return Evidence(claim.batch, claim.denied, (), tuple(vouchers))
    return Evidence(shown.batch, claim.denied, shown.proofs, tuple(vouchers), shown.acknowledged)


STANDS = frozenset({Finding.ACKNOWLEDGED, Finding.VOUCHED})


class Ruling(msgspec.Struct, frozen=True):
    """findings: by number of the call in its job. credited: under the agreement, what `SettleContest` takes.

    proofs_digest: SHA-256 of the evidence, for whoever looks at it again.
    """

    findings: dict[int, Finding]
    credited: tuple[Span, ...]
    proofs_digest: str


class Seen(msgspec.Struct, frozen=True):
    """One call out of a voucher: what was asked and what the domain answered."""

    asked: Call
    answer: Verdict


def seen_in(voucher: Voucher, side: Side) -> tuple[JobId, dict[int, Seen]]:
    """Return the calls of a voucher by their number in the job.

    Raises: BadCall: one of both sides did not sign it, or it is not of calls.
    """
    try:
        request = open_request(voucher.request)
        reply = open_reply(voucher.reply, request=voucher.request, domain=side.domain, domain_key=side.domain_key)
    except (ValueError, BadSignature, BadReply) as e:
        raise BadCall(f"a voucher does not hold: {e}") from e
    asked = request.body
    if request.sender != side.consumer_key or request.to != side.domain:
        raise BadCall(
            f"a voucher is of `{request.sender[:16]}` to `{request.to}`, not of the consumer to `{side.domain}`"
        )
    if not isinstance(asked, VerifyCalls) or not isinstance(reply, CallsAnswered):
        raise BadCall("a voucher is not of verification calls")
    if asked.ticket.ticket.job != reply.job or len(asked.calls) != len(reply.answers):
        raise BadCall(
            f"a voucher asks {len(asked.calls)} calls of `{asked.ticket.ticket.job}`, other calls are answered"
        )
    rows = zip(asked.calls, reply.answers, strict=True)
    return reply.job, {reply.first + nth: Seen(call, answer) for nth, (call, answer) in enumerate(rows)}


def judge(contested: Contested, evidence: Evidence, side: Side) -> Ruling:
    """Decide each denied call of a batch.

    Raises: BadCall: a denied call is not in the batch, or named twice or out of order.
    """
    batch, denied = evidence.batch.batch, evidence.denied
    if list(denied) != sorted(set(denied)) or any(
        not batch.first <= call < batch.first + contested.calls for call in denied
    ):
        raise BadCall(f"the denied calls are not {contested.calls} at most from {batch.first} on, each once, in order")
    findings = dict(zip(denied, _found(contested, evidence, side), strict=True))
    out = [call - batch.first + contested.first_call for call, why in findings.items() if why not in STANDS]
    return Ruling(findings, spans(out), digest(evidence))


def _found(contested: Contested, evidence: Evidence, side: Side) -> list[Finding]:
    if not _is_recorded(contested, evidence.batch, side):
        return [Finding.UNPROVED] * len(evidence.denied)
    if _is_acknowledged(evidence, side):
        return [Finding.ACKNOWLEDGED] * len(evidence.denied)
    seen = _seen(evidence.vouchers, evidence.batch.batch.job, side)
    proofs = {proof.record.call: proof for proof in evidence.proofs}
    return [_of_call(proofs.get(call), seen.get(call), evidence.batch) for call in evidence.denied]


def _is_recorded(contested: Contested, signed: SignedBatch, side: Side) -> bool:
    """Tell whether the domain signed the batch that the journal has."""
    batch = signed.batch
    if (batch.root, batch.count, batch.domain) != (contested.root, contested.calls, side.domain):
        return False
    return is_signed(signed, side.domain_key)


def _is_acknowledged(evidence: Evidence, side: Side) -> bool:
    """Tell whether the consumer signed that this batch is as it saw the calls."""
    batch = evidence.batch.batch
    try:
        said = open_request(evidence.acknowledged)
    except (ValueError, BadSignature):
        return False
    wanted = AcknowledgeBatch(batch.job, batch.nth, batch.root)
    return (said.sender, said.to, said.body) == (side.consumer_key, side.domain, wanted)


def _seen(vouchers: Sequence[Voucher], job: JobId, side: Side) -> Mapping[int, Seen]:
    """Return what vouchers that hold say of a job's calls; the others say nothing."""
    found: dict[int, Seen] = {}
    for voucher in vouchers:
        try:
            of, calls = seen_in(voucher, side)
        except BadCall:
            continue
        if of == job:
            found.update(calls)
    return found


def _of_call(proof: CallProof | None, seen: Seen | None, signed: SignedBatch) -> Finding:
    batch = signed.batch
    if proof is None or proof.record.job != batch.job:
        return Finding.UNPROVED
    record = proof.record
    try:
        nodes = [bytes.fromhex(node) for node in proof.proof]
        leaf, root = leaf_hash(canonical(record)), bytes.fromhex(batch.root)
        verify_inclusion(index=record.call - batch.first, size=batch.count, leaf=leaf, proof=nodes, root=root)
        salt = bytes.fromhex(record.salt)
    except (BadProof, ValueError):
        return Finding.UNPROVED
    if seen is None:
        return Finding.UNSHOWN
    is_same = record.question == question_digest(salt, seen.asked) and record.answer is seen.answer
    return Finding.VOUCHED if is_same else Finding.CONTRADICTED


def spans(calls: Iterable[int]) -> tuple[Span, ...]:
    """Return rising numbers as runs: 3, 4, 7 is two calls from 3 on and one from 7 on."""
    found: list[Span] = []
    for call in calls:
        if found and found[-1].end == call:
            found[-1] = Span(found[-1].first_call, found[-1].calls + 1)
        else:
            found.append(Span(call, 1))
    return tuple(found)
