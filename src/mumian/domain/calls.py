"""Verification under a ticket: each call is answered from a prepared lookup, metered first, and can be proved after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from mumian.domain.keys import DomainKeys
from mumian.domain.messages import CallsAnswered
from mumian.domain.metering import Call, CallProof, Meter
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Version, read, write
from mumian.domain.tickets import Desk
from mumian.domain.verification import VERDICTS, KeyTooWide, Lookup
from mumian.kernel.ids import JobId, PartyId, is_id
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import SignedBatch, SignedTicket, Ticket, VerificationPlan, ticket_digest

LOOKUPS_MAX = 8
"""Prepared lookups kept in memory: 9 bytes a row each."""


class Calls:
    """The verification calls of one domain. folder: of the meters."""

    def __init__(
        self,
        domain: PartyId,
        folder: Path,
        keys: DomainKeys,
        desk: Desk,
        *,
        clock: Callable[[], Instant],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._domain, self._folder, self._keys, self._desk = domain, folder, keys, desk
        self._clock, self._entropy = clock, entropy
        self._lock = Lock()
        self._meters: dict[JobId, Meter] = {}
        self._lookups: dict[tuple[str, VerificationPlan], Lookup] = {}

    def answer(self, signed: SignedTicket, calls: Sequence[Call], *, sender: str) -> CallsAnswered | Refused:
        """Answer calls in their order; all are metered before any is answered, or none is."""
        ticket, plan = signed.ticket, signed.ticket.plan
        kept = self._ticket_of(ticket.job)
        if kept is not None and ticket_digest(kept) != ticket_digest(ticket):
            return Refused(R.JOB_DIFFERS, {"job": ticket.job})
        sources = self._desk.check(signed)
        if isinstance(sources, Refused):
            return sources
        if not isinstance(plan, VerificationPlan):
            return Refused(
                R.PLAN_FAULTY, {"reason": "only a verification is asked call by call; run an aggregate as a job"}
            )
        if sender != ticket.consumer_key:
            return Refused(R.NOT_THE_CONSUMER, {"job": ticket.job, "consumer": ticket.consumer})
        columns, width = ", ".join(plan.key_columns), len(plan.key_columns)
        for nth, call in enumerate(calls):
            if len(call) != width:
                return Refused(R.CALL_MALFORMED, {"columns": columns, "width": width, "call": nth})
        try:
            lookups = [self._lookup(source.version, plan) for source in sources]
        except KeyTooWide:
            return Refused(R.KEY_TOO_WIDE, {"columns": columns})
        codes = [max(places) for places in zip(*(lookup.ask(calls).tolist() for lookup in lookups), strict=True)]
        answers = tuple(map(VERDICTS.__getitem__, codes))
        meter = self._meter(ticket.job, signed)
        first = meter.record(calls, answers, at=self._clock(), calls_max=plan.calls_max)
        if first is None:
            detail: dict[str, str | int] = {"job": ticket.job, "calls_max": plan.calls_max}
            return Refused(R.CALLS_EXHAUSTED, {**detail, "made": meter.made, "asked": len(calls)})
        return CallsAnswered(ticket.job, first, answers)

    def close(self, job: JobId) -> tuple[SignedBatch, ...] | Refused:
        """Close the open batch, if there is one, and return all batches of a job."""
        ticket = self._ticket_of(job)
        if ticket is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        meter = self._meter(job)
        meter.close(ticket_digest=ticket_digest(ticket), at=self._clock())
        return tuple(meter.batches)

    def prove(self, job: JobId, call: int, *, sender: str) -> CallProof | Refused:
        """Return the record of a call with its proof."""
        ticket = self._ticket_of(job)
        if ticket is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        if sender != ticket.consumer_key:
            return Refused(R.NOT_THE_CONSUMER, {"job": job, "consumer": ticket.consumer})
        proof = self._meter(job).prove(call)
        return Refused(R.CALL_UNKNOWN, {"call": call, "job": job}) if proof is None else proof

    def _ticket_of(self, job: JobId) -> Ticket | None:
        path = self._folder / job / "ticket"
        return read(path, SignedTicket).ticket if is_id(job) and path.is_file() else None

    def _meter(self, job: JobId, signed: SignedTicket | None = None) -> Meter:
        with self._lock:
            if job not in self._meters:
                self._meters[job] = Meter(self._folder / job, job, self._domain, self._keys, self._entropy)
                if signed is not None and self._ticket_of(job) is None:
                    write(self._folder / job / "ticket", signed)
            return self._meters[job]

    def _lookup(self, version: Version, plan: VerificationPlan) -> Lookup:
        with self._lock:
            known = self._lookups.get((version.digest, plan))
            if known is None:
                while len(self._lookups) >= LOOKUPS_MAX:
                    self._lookups.pop(next(iter(self._lookups)))
                known = self._lookups[version.digest, plan] = Lookup(version, plan)
            return known
