"""Verification under a ticket: each call is answered from a prepared lookup, metered first, and can be proved after.

In this order: the ticket, the owner's terms, the rate, the answers, whether the calls look like probing, the record, the
reply. Where one of them says no, no call of the message is answered, and none is charged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock

import msgspec
import numpy as np

from mumian.domain.contests import Claim, Shown
from mumian.domain.declaration import Probing
from mumian.domain.figures import Counted, Figures
from mumian.domain.keys import DomainKeys
from mumian.domain.lookups import Lookups, Prepared
from mumian.domain.messages import CallsAnswered
from mumian.domain.metering import Call, CallProof, CallRecord, Meter
from mumian.domain.packing import TooWide
from mumian.domain.plans import Source
from mumian.domain.predicates import refuse_unanswerable
from mumian.domain.probing import Pattern, Watch, Watches
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.reports import JOBS_SHOWN_MAX, Report, Reports
from mumian.domain.store import read, write
from mumian.domain.tickets import Desk
from mumian.domain.verification import UNKNOWN, VERDICTS, Truths, Verdicts
from mumian.journal.note import Verifier
from mumian.kernel.ids import JobId, PartyId, is_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import SignedBatch, SignedTicket, Ticket, VerificationPlan, ticket_digest

TICKETS_KEPT_MAX = 1_000

RECORDS_A_MESSAGE = 10_000
"""Records of one reply: some three megabytes."""


class Calls:
    """The verification calls of one domain. folder: the domain's. market: whose lists of consents are believed."""

    def __init__(
        self,
        domain: PartyId,
        folder: Path,
        keys: DomainKeys,
        desk: Desk,
        *,
        market: Verifier,
        clock: Callable[[], Instant],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._domain, self._folder, self._keys, self._desk = domain, folder / "meter", keys, desk
        self._clock, self._entropy = clock, entropy
        self._lock = Lock()
        self._meters: dict[JobId, Meter] = {}
        self._tickets: dict[JobId, tuple[Ticket, str]] = {}
        self._lookups = Lookups(folder, market)
        self._watches = Watches(folder / "watches", keys.salt("watches", size=32), clock)
        self._reports = Reports(folder / "reports")
        self.figures = Figures(folder / "figures.bin")

    def answer(self, signed: SignedTicket, calls: Sequence[Call], *, sender: str) -> CallsAnswered | Refused:
        """Answer calls in their order; all are metered before any is answered, or none is."""
        answered = self._answer(signed, calls, sender)
        if isinstance(answered, Refused):
            self.figures.count(Counted.MESSAGES_REFUSED)
        return answered

    def _answer(self, signed: SignedTicket, calls: Sequence[Call], sender: str) -> CallsAnswered | Refused:
        ticket, plan = signed.ticket, signed.ticket.plan
        kept = self._ticket_of(ticket.job)
        if kept is not None and kept[0] != ticket:
            return Refused(R.JOB_DIFFERS, {"job": ticket.job})
        sources = self._desk.check(signed)
        if isinstance(sources, Refused):
            return sources
        if not isinstance(plan, VerificationPlan):
            return Refused(
                R.PLAN_FAULTY, {"reason": "only a verification is asked call by call; run an aggregate as a job"}
            )
        refused = _refuse_calls(ticket, plan, sources, calls, sender) or self._refuse_pace(sources, ticket, len(calls))
        if refused is not None:
            return refused
        now = self._clock()
        try:
            prepared = [self._lookups.prepare(source, ticket, plan, now=now) for source in sources]
        except TooWide:
            return Refused(R.KEY_TOO_WIDE, {"columns": ", ".join(plan.key_columns)})
        return self._told(signed, plan, calls, list(zip(sources, prepared, strict=True)), now)

    def _told(
        self,
        signed: SignedTicket,
        plan: VerificationPlan,
        calls: Sequence[Call],
        asked: list[tuple[Source, Prepared]],
        now: Instant,
    ) -> CallsAnswered | Refused:
        ticket, withheld = signed.ticket, np.zeros(len(calls), np.bool_)
        codes = np.zeros(len(calls), np.uint8)
        meter = self._meter(ticket.job, signed)
        spent: Detail = {"job": ticket.job, "calls_max": plan.calls_max, "asked": len(calls)}
        if meter.made + len(calls) > plan.calls_max:
            return Refused(R.CALLS_EXHAUSTED, {**spent, "made": meter.made})
        watched = {source.asked.resource for source in _once_each([source for source, _ in asked])}
        for source, prepared in asked:
            places = prepared.lookup.places(calls)
            own = prepared.view.codes[places]
            if source.asked.resource in watched:
                refused = self._refuse_probing(source, prepared, signed, calls, own != UNKNOWN, now)
                if refused is not None:
                    return refused
            codes, withheld = np.maximum(codes, own), withheld | prepared.view.withheld[places]
        answers = tuple(map(VERDICTS.__getitem__, codes.tolist()))
        first = meter.record(calls, answers, at=now, calls_max=plan.calls_max)
        if first is None:
            return Refused(R.CALLS_EXHAUSTED, {**spent, "made": meter.made})
        self._count(codes, withheld)
        return CallsAnswered(ticket.job, first, answers)

    def _count(self, codes: Verdicts, withheld: Truths) -> None:
        self.figures.count(Counted.CALLS, len(codes))
        self.figures.count(Counted.UNKNOWN, int(np.count_nonzero(codes == UNKNOWN)))
        self.figures.count(Counted.WITHOUT_CONSENT, int(np.count_nonzero(withheld & (codes == UNKNOWN))))

    def _refuse_pace(self, sources: Sequence[Source], ticket: Ticket, calls: int) -> Refused | None:
        """Return that the consumer is stopped, or too fast; the calls are taken from its bucket if not."""
        for source in _once_each(sources):
            watch, now = self._watches.of(source.terms.name, ticket.consumer), self._clock()
            stopped = self._stop_of(source, ticket.consumer, watch)
            if stopped is not None:
                self.figures.count(Counted.STOPPED)
                return stopped
            a_minute = source.terms.calls_per_minute_max
            at = watch.admit(calls, now=now, a_minute=a_minute)
            if at is not None:
                self.figures.count(Counted.RATE_EXCEEDED)
                detail: Detail = {"consumer": ticket.consumer, "resource": source.asked.resource, "asked": calls}
                return Refused(R.RATE_EXCEEDED, {**detail, "a_minute": a_minute, "at": at})
        return None

    def _stop_of(self, source: Source, consumer: PartyId, watch: Watch) -> Refused | None:
        """Return that a consumer is stopped. Once the holder has lifted the stop, its calls are watched anew."""
        report = self._reports.last(source.terms.name, consumer)
        if report is None:
            return None
        if report.lifted_at is None:
            return _stopped(source, report)
        with watch.lock:
            if watch.since <= report.at:
                watch.reset(now=max(report.at + 1, self._clock()))
        return None

    def _refuse_probing(
        self,
        source: Source,
        prepared: Prepared,
        signed: SignedTicket,
        calls: Sequence[Call],
        answered: Truths,
        now: Instant,
    ) -> Refused | None:
        """Look at calls with what would be answered; stop the consumer if they look like probing."""
        ticket, plan = signed.ticket, signed.ticket.plan
        assert isinstance(plan, VerificationPlan)
        limits: Probing = source.terms.probing
        if not prepared.is_current:  # nobody is told of, so that keys which are not there say nothing of the caller
            limits = msgspec.structs.replace(limits, answered_permille_min=0)
        watch = self._watches.of(source.terms.name, ticket.consumer)
        with watch.lock:  # of two messages at once the second finds the stop of the first
            stopped = self._stop_of(source, ticket.consumer, watch)
            if stopped is not None:
                return stopped
            pattern = watch.take(plan, source.version.manifest.declaration, calls, answered, limits)
            return None if pattern is None else _stopped(source, self._report(source, ticket, watch, pattern, now))

    def _report(self, source: Source, ticket: Ticket, watch: Watch, pattern: Pattern, now: Instant) -> Report:
        self.figures.count(Counted.SUSPECTED)
        jobs = sorted(self._jobs_of(ticket.consumer), key=lambda job: (len(job), job))[-JOBS_SHOWN_MAX:]
        where = source.terms.name, (source.asked.resource,)
        return self._reports.file(
            Report(0, now, ticket.consumer, *where, pattern, watch.seen(), ticket.job, tuple(jobs))
        )

    def _jobs_of(self, consumer: PartyId) -> Iterator[JobId]:
        for path in self._folder.glob("*/ticket"):
            if read(path, SignedTicket).ticket.consumer == consumer:
                yield JobId(path.parent.name)

    def close(self, job: JobId) -> tuple[SignedBatch, ...] | Refused:
        """Close the open batch, if there is one, and return all batches of a job."""
        kept = self._ticket_of(job)
        if kept is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        meter = self._meter(job)
        meter.close(ticket_digest=kept[1], at=self._clock())
        return tuple(meter.batches)

    def prove(self, job: JobId, call: int, *, sender: str) -> CallProof | Refused:
        """Return the record of a call with its proof."""
        kept = self._ticket_of(job)
        if kept is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        if sender != kept[0].consumer_key:
            return Refused(R.NOT_THE_CONSUMER, {"job": job, "consumer": kept[0].consumer})
        proof = self._meter(job).prove(call)
        return Refused(R.CALL_UNKNOWN, {"call": call, "job": job}) if proof is None else proof

    def records(self, job: JobId, call: int, *, sender: str) -> tuple[CallRecord, ...] | Refused:
        """Return the records of a closed batch from a call on, `RECORDS_A_MESSAGE` at most."""
        kept = self._ticket_of(job)
        if kept is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        if sender != kept[0].consumer_key:
            return Refused(R.NOT_THE_CONSUMER, {"job": job, "consumer": kept[0].consumer})
        found = self._meter(job).records(call, RECORDS_A_MESSAGE)
        return found or Refused(R.CALL_UNKNOWN, {"call": call, "job": job})

    def acknowledge(self, job: JobId, nth: int, root: str, *, sender: str, said: bytes) -> Refused | None:
        """Keep a consumer's signed word `said` that a closed batch is as it saw the calls."""
        kept = self._ticket_of(job)
        if kept is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        if sender != kept[0].consumer_key:
            return Refused(R.NOT_THE_CONSUMER, {"job": job, "consumer": kept[0].consumer})
        if not self._meter(job).acknowledge(nth, root, said):
            return Refused(R.BATCH_DIFFERS, {"nth": nth, "job": job, "root": root})
        return None

    def shown(self, claim: Claim) -> Shown | None:
        """Return what this domain has on a batch that a consumer claims against; None if it has no such batch."""
        told = claim.batch.batch
        if self._ticket_of(told.job) is None:
            return None
        meter = self._meter(told.job)
        if told.nth >= len(meter.batches):
            return None
        proofs = (meter.prove(call) for call in claim.denied)
        found = tuple(proof for proof in proofs if proof is not None)
        return Shown(meter.batches[told.nth], found, meter.acknowledged(told.nth))

    def _ticket_of(self, job: JobId) -> tuple[Ticket, str] | None:
        """Return the ticket under which a job's calls were made, with its digest."""
        known = self._tickets.get(job)
        path = self._folder / job / "ticket"
        if known is None and is_id(job) and path.is_file():
            ticket = read(path, SignedTicket).ticket
            if len(self._tickets) >= TICKETS_KEPT_MAX:
                self._tickets.clear()
            known = self._tickets[job] = ticket, ticket_digest(ticket)
        return known

    def _meter(self, job: JobId, signed: SignedTicket | None = None) -> Meter:
        with self._lock:
            if job not in self._meters:
                self._meters[job] = Meter(self._folder / job, job, self._domain, self._keys, self._entropy)
                if signed is not None and self._ticket_of(job) is None:
                    write(self._folder / job / "ticket", signed)
            return self._meters[job]


def _refuse_calls(
    ticket: Ticket, plan: VerificationPlan, sources: Sequence[Source], calls: Sequence[Call], sender: str
) -> Refused | None:
    if sender != ticket.consumer_key:
        return Refused(R.NOT_THE_CONSUMER, {"job": ticket.job, "consumer": ticket.consumer})
    for source in sources:
        refused = refuse_unanswerable(source.version.manifest.declaration, source.asked.resource, plan)
        if refused is not None:
            return refused
    width = len(plan.key_columns)
    for nth, call in enumerate(calls):
        if len(call) != width:
            columns = ", ".join(plan.key_columns)
            return Refused(R.CALL_MALFORMED, {"columns": columns, "width": width, "call": nth})
    return None


def _once_each(sources: Sequence[Source]) -> list[Source]:
    """Return one source of each holding."""
    return list({source.terms.name: source for source in reversed(sources)}.values())


def _stopped(source: Source, report: Report) -> Refused:
    """Return the same words to whoever is stopped, whatever was asked last."""
    detail: Detail = {"consumer": report.consumer, "resource": source.asked.resource, "since": report.at}
    return Refused(R.PROBING_SUSPECTED, detail)
