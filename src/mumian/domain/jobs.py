"""How a job runs: every domain adds up its own rows under a mask, the root merges, adds noise once, gates, releases.

The privacy unit lies within one domain (an aircraft as one airline flies it), so each bounds contributions by itself.
The root learns the exact sum of the other domains, which of one other alone is its part, of two or more nobody's. The
consumer gets the noisy answer, the market its digest.

jobs/JOB.json            what was released: the same job again gets the same answer
answers/QUESTION.json    noisy cells by plan and versions: the same question again gets the same noise
charges/QUESTION.json    privacy loss that a question cost each resource here, written before it runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock

import msgspec
import numpy as np

from mumian.domain.faults import BadSignature, DomainFault, Unreachable
from mumian.domain.gate import Answer, Cells, add_noise, refuse_answer
from mumian.domain.keys import DomainKeys, KeyCard, verify
from mumian.domain.messages import Caller, CardShown, DomainPort, NotDone, PartMade, RunPart, ShowCard
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Version, read, write
from mumian.domain.tickets import Desk, Source
from mumian.engines.clustered import BoundedPass, Integers, SumMayOverflow
from mumian.kernel.canonical import Natural, canonical, digest
from mumian.kernel.ids import JobId, PartyId, ResourceId, is_id
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.methods.dp import Noise
from mumian.methods.secure_sum import mask, masked, merge, pair_secret
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Release,
    SignedRelease,
    SignedTicket,
    Ticket,
    cells,
    plan_digest,
    release_bytes,
    ticket_digest,
)


class Charge(msgspec.Struct, frozen=True):
    """rho_nano: by resource of this domain, what the question cost, in 10^-9."""

    job: JobId
    rho_nano: dict[str, Natural]


class JobRecord(msgspec.Struct, frozen=True):
    ticket_digest: str
    consumer: PartyId
    consumer_key: str
    release: SignedRelease
    answer: Answer


def question_of(ticket: Ticket) -> str:
    """Return the digest of what is asked of which data: who asks, and when, makes it no other question."""
    return digest([plan_digest(ticket.plan), sorted([s.resource, s.version_digest] for s in ticket.sources)])


def total_of(plan: AggregatePlan, version: Version, *, parts: int) -> Integers:
    """Return the exact, bounded values of one version: the groups of the first measure, then of the next.

    A version without privacy units adds zeros. parts: versions that are added up in all.
    Raises: SumMayOverflow.
    """
    bounded = BoundedPass(version.table)
    if not version.manifest.declaration.unit:
        return np.zeros(cells(plan), np.int64)
    for key in plan.group_by:
        bounded.group_by(key.column, key.values)
    for where in plan.where:
        if isinstance(where.value, int):
            bounded.keep_number(where.column, where.op.value, where.value)
        else:
            bounded.keep_text(where.column, where.value, equal=where.op.value == "eq")
    bounded.bound(l0=plan.l0, linf_rows=plan.linf_rows)
    values = [
        bounded.count(measure.column)
        if isinstance(measure, Count)
        else bounded.total(measure.column, lower=measure.lower, upper=measure.upper, parts=parts)
        for measure in plan.measures
    ]
    return np.concatenate(values)


class Jobs:
    """The jobs of one domain. peers: ways to other domains, for those that this one is root of."""

    def __init__(
        self,
        domain: PartyId,
        folder: Path,
        keys: DomainKeys,
        desk: Desk,
        *,
        peers: Mapping[PartyId, DomainPort],
        caller: Caller,
        noise: Noise,
        clock: Callable[[], Instant],
    ) -> None:
        self._domain, self._folder, self._keys, self._desk = domain, folder, keys, desk
        self._peers, self._caller, self._noise, self._clock = peers, caller, noise, clock
        for name in ("jobs", "answers", "charges"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lock = Lock()  # over charges; never held while another domain is asked
        self._running = [Lock() for _ in range(256)]  # by the first byte of the question's digest
        self._cards: dict[str, KeyCard] = {}
        self._secrets: dict[tuple[str, KeyCard], bytes] = {}
        self._spent: dict[str, int] = {}
        self._charged: set[str] = set()
        for path in (folder / "charges").glob("*.json"):
            self._book(path.stem, read(path, Charge))

    def spent_nano(self, resource: ResourceId) -> int:
        """Return the privacy loss of all questions to `resource`, in 10^-9."""
        return self._spent.get(resource, 0)

    def part(self, signed: SignedTicket, cards: Sequence[KeyCard], *, sender: str) -> PartMade | Refused:
        """Return this domain's masked part, for the root alone: alone it says nothing, and nobody else needs it."""
        ticket = signed.ticket
        sources = self._desk.check(signed)
        if isinstance(sources, Refused):
            return sources
        if sender not in {source.domain_key for source in ticket.sources if source.domain == ticket.root}:
            return Refused(R.NOT_THE_ROOT, {"job": ticket.job, "root": ticket.root})
        made = self._make_part(ticket, sources, cards)
        return made if isinstance(made, Refused) else PartMade(ticket.job, made)

    def run(self, signed: SignedTicket) -> SignedRelease | Refused:
        """Run a job as its root. A job that ran before gives what it gave, whatever changed since."""
        ticket = signed.ticket
        question = question_of(ticket)
        with self._running[
            int(question[:2], 16)
        ]:  # one at a time: a second noise on the same sums would halve the first
            record = self.record(ticket.job)
            if record is not None:
                if record.ticket_digest != ticket_digest(ticket):
                    return Refused(R.JOB_DIFFERS, {"job": ticket.job})
                return record.release
            return self._run_first(signed, question)

    def record(self, job: JobId) -> JobRecord | None:
        """Return what was released under `job`, or None."""
        path = self._folder / "jobs" / f"{job}.json"
        return read(path, JobRecord) if is_id(job) and path.is_file() else None

    def _run_first(self, signed: SignedTicket, question: str) -> SignedRelease | Refused:
        ticket, plan = signed.ticket, signed.ticket.plan
        sources = self._desk.check(signed)
        if isinstance(sources, Refused):
            return sources
        if ticket.root != self._domain:
            return Refused(R.NOT_THE_ROOT, {"job": ticket.job, "root": ticket.root})
        if not isinstance(plan, AggregatePlan):
            return _not_an_aggregate()
        totals = self._gather(signed, plan, sources)
        if isinstance(totals, Refused):
            return totals
        path = self._folder / "answers" / f"{question}.json"
        released = read(path, Cells) if path.is_file() else add_noise(plan, totals, self._noise)
        salt = self._keys.salt("answer", ticket.job).hex()
        columns = tuple(key.column for key in plan.group_by)
        answer = Answer(ticket.job, ticket_digest(ticket), columns, plan.measures, released, salt)
        refused = refuse_answer(plan, answer)
        if refused is not None:
            return refused
        write(path, released)
        return self._release(ticket, plan, answer)

    def _release(self, ticket: Ticket, plan: AggregatePlan, answer: Answer) -> SignedRelease:
        release = Release(
            job=ticket.job,
            domain=self._domain,
            ticket_digest=answer.ticket_digest,
            plan_digest=plan_digest(plan),
            digest=digest(answer),
            rows=len(answer.cells.rows),
            size_bytes=len(canonical(answer)),
            rho_nano=plan.rho_nano,
            released_at=self._clock(),
        )
        signed = SignedRelease(release, self._keys.sign(release_bytes(release)))
        record = JobRecord(answer.ticket_digest, ticket.consumer, ticket.consumer_key, signed, answer)
        write(self._folder / "jobs" / f"{ticket.job}.json", record)
        return signed

    def _gather(self, signed: SignedTicket, plan: AggregatePlan, sources: list[Source]) -> Integers | Refused:
        """Return the merged exact values: every domain of the ticket gives its part, or there is no answer."""
        ticket = signed.ticket
        domains = {source.domain: source.domain_key for source in ticket.sources}
        cards = self._fetch_cards(ticket.job, domains)
        if isinstance(cards, Refused):
            return cards
        parts: dict[str, bytes] = {}
        for peer, key in domains.items():
            own = peer == self._domain
            made = self._make_part(ticket, sources, cards) if own else self._ask_part(signed, cards, peer, key)
            if isinstance(made, Refused):
                return made
            parts[peer] = made
        try:
            return merge(parts, parties=domains, length=cells(plan))
        except ValueError as e:
            return Refused(R.PEER_FAILED, {"peer": "-", "job": ticket.job, "reason": str(e)})

    def _fetch_cards(self, job: JobId, domains: Mapping[PartyId, str]) -> list[KeyCard] | Refused:
        cards = []
        for peer, key in domains.items():
            card = self._keys.card(self._domain) if peer == self._domain else self._cards.get(key)
            if card is None:
                try:
                    shown = self._caller.ask(self._port(peer), ShowCard(), domain=peer, domain_key=key)
                except DomainFault as e:
                    return Refused(R.PEER_FAILED, {"peer": peer, "job": job, "reason": str(e)})
                if not isinstance(shown, CardShown):
                    return Refused(R.CARD_BAD, {"peer": peer})
                card = self._cards[key] = shown.card
            cards.append(card)
        return cards

    def _port(self, peer: PartyId) -> DomainPort:
        if peer not in self._peers:
            raise Unreachable(f"no way to domain `{peer}` is known here; connect it")
        return self._peers[peer]

    def _ask_part(self, signed: SignedTicket, cards: Sequence[KeyCard], peer: PartyId, key: str) -> bytes | Refused:
        job = signed.ticket.job
        try:
            made = self._caller.ask(self._port(peer), RunPart(signed, tuple(cards)), domain=peer, domain_key=key)
        except DomainFault as e:
            return Refused(R.PEER_FAILED, {"peer": peer, "job": job, "reason": str(e)})
        if isinstance(made, PartMade) and made.job == job:
            return made.part
        reason = made.en if isinstance(made, NotDone) else "another reply"
        return Refused(R.PEER_FAILED, {"peer": peer, "job": job, "reason": reason})

    def _make_part(self, ticket: Ticket, sources: list[Source], cards: Sequence[KeyCard]) -> bytes | Refused:
        plan = ticket.plan
        if not isinstance(plan, AggregatePlan):
            return _not_an_aggregate()
        secrets = self._secrets_with(ticket, cards)
        if isinstance(secrets, Refused):
            return secrets
        refused = self._charge(ticket, plan, sources)
        if refused is not None:
            return refused
        try:
            own = [total_of(plan, source.version, parts=len(ticket.sources)) for source in sources]
        except SumMayOverflow as e:
            return Refused(R.SUM_MAY_OVERFLOW, {"reason": str(e)})
        context = ticket_digest(ticket).encode()
        own_mask = mask(self._domain, secrets, context=context, length=cells(plan))
        return masked(own[0] if len(own) == 1 else np.sum(own, axis=0), own_mask)

    def _secrets_with(self, ticket: Ticket, cards: Sequence[KeyCard]) -> dict[str, bytes] | Refused:
        """Return the secret shared with every other domain of the ticket, each by a card that its own key signed."""
        by_domain = {card.domain: card for card in cards}
        secrets: dict[str, bytes] = {}
        for peer, key in {s.domain: s.domain_key for s in ticket.sources if s.domain != self._domain}.items():
            card = by_domain.get(peer)
            try:
                if card is None:
                    raise BadSignature(peer)
                if (key, card) not in self._secrets:
                    verify(key, card.signature, card.signed_bytes)
                    self._secrets[key, card] = pair_secret(self._keys.mask, bytes.fromhex(card.mask_key))
                secrets[peer] = self._secrets[key, card]
            except (BadSignature, ValueError):
                return Refused(R.CARD_BAD, {"peer": peer})
        return secrets

    def _charge(self, ticket: Ticket, plan: AggregatePlan, sources: Sequence[Source]) -> Refused | None:
        """Book the question's privacy loss before anything runs; a question that was paid for costs nothing again."""
        question = question_of(ticket)
        with self._lock:
            if question in self._charged:
                return None
            costs: dict[str, int] = {s.asked.resource: plan.rho_nano for s in sources if s.has_units}
            for source in sources:
                resource, cost = source.asked.resource, costs.get(source.asked.resource, 0)
                detail: dict[str, str | int] = {"resource": resource, "cost_nano": cost}
                if source.asked.rho_nano < cost:
                    return Refused(R.RHO_NOT_CHARGED, {**detail, "charged_nano": source.asked.rho_nano})
                left = source.terms.rho_nano_max - self.spent_nano(resource)
                if cost > left:
                    return Refused(R.RHO_OVER_TERMS, {**detail, "left_nano": left})
            charge = Charge(ticket.job, costs)
            write(self._folder / "charges" / f"{question}.json", charge)
            self._book(question, charge)
            return None

    def _book(self, question: str, charge: Charge) -> None:
        self._charged.add(question)
        for resource, rho_nano in charge.rho_nano.items():
            self._spent[resource] = self._spent.get(resource, 0) + rho_nano


def _not_an_aggregate() -> Refused:
    return Refused(R.PLAN_FAULTY, {"reason": "only an aggregate is merged; make calls of a verification"})
