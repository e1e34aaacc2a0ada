"""How a job runs: every domain adds up its own rows under a mask, the root merges, adds noise once, gates, releases.

The privacy unit lies within one domain (an aircraft as one airline flies it), so each bounds contributions by itself.
The root learns the exact sum of the other domains, which of one other alone is its part, of two or more nobody's. The
consumer gets the noisy answer, the market its digest. Keys that are found in the data, and exact answers, are had within
one domain.

jobs/JOB.json            what was released: the same job again gets the same answer
jobs/JOB.reviewed        that those who look at an answer have let it out; before, nobody gets it
answers/QUESTION.json    noisy cells by plan and versions: the same question again gets the same noise
charges/QUESTION.json    privacy loss that a question cost each holding here, written before it runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock

import msgspec

from mumian.domain.answering import Engine, LocalEngine, found, main_sources, part_of, read_sources
from mumian.domain.charges import Charges
from mumian.domain.exact_answers import ExactAnswers
from mumian.domain.faults import BadSignature, DomainFault, Unreachable
from mumian.domain.gate import Answer, Cells, Sampler, add_noise, refuse_answer
from mumian.domain.keys import DomainKeys, KeyCard, verify
from mumian.domain.messages import Caller, CardShown, DomainPort, NotDone, PartMade, RunPart, ShowCard
from mumian.domain.plans import Source
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import read, write
from mumian.domain.tickets import Desk
from mumian.engines.clustered import Integers
from mumian.kernel.canonical import canonical, digest
from mumian.kernel.ids import JobId, PartyId, is_id
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.methods.secure_sum import mask, masked, merge, pair_secret
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Mode,
    Release,
    SignedRelease,
    SignedTicket,
    Ticket,
    cells,
    has_found_keys,
    plan_digest,
    release_bytes,
    ticket_digest,
)


class JobRecord(msgspec.Struct, frozen=True):
    ticket_digest: str
    consumer: PartyId
    consumer_key: str
    release: SignedRelease
    answer: Answer
    reviewers: tuple[PartyId, ...] = ()


def question_of(ticket: Ticket) -> str:
    """Return the digest of what is asked of which data: who asks, and when, makes it no other question."""
    return digest([plan_digest(ticket.plan), sorted([s.resource, s.version_digest] for s in ticket.sources)])


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
        sampler: Sampler,
        clock: Callable[[], Instant],
        engine: Engine | None = None,
    ) -> None:
        self._domain, self._folder, self._keys, self._desk = domain, folder, keys, desk
        self._peers, self._caller, self._sampler, self._clock = peers, caller, sampler, clock
        self.engine: Engine = engine or LocalEngine()
        for name in ("jobs", "answers"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.charges = Charges(folder / "charges")
        self._exact = ExactAnswers(folder / "exact", keys)
        self._running = [Lock() for _ in range(256)]  # by the first byte of the question's digest
        self._cards: dict[str, KeyCard] = {}
        self._secrets: dict[tuple[str, KeyCard], bytes] = {}

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

    def collect(self, job: JobId, *, sender: str) -> JobRecord | Refused:
        """Return what the consumer of a job may have of it, if it may by now."""
        record = self.record(job)
        if record is None:
            return Refused(R.JOB_UNKNOWN, {"job": job})
        if sender != record.consumer_key:
            return Refused(R.NOT_THE_CONSUMER, {"job": job, "consumer": record.consumer})
        if record.reviewers and not self._reviewed(job).is_file():
            return Refused(R.HELD_FOR_REVIEW, {"job": job, "reviewers": ", ".join(record.reviewers)})
        return record

    def let_out(self, job: JobId, digest: str) -> None:
        """Hand out from now on what was reviewed: by the domain's owner, once the market has recorded the release.

        Raises: KeyError: no such answer, or another than was reviewed.
        """
        record = self.record(job)
        if record is None or record.release.release.digest != digest:
            raise KeyError(job)
        write(self._reviewed(job), digest)

    def _reviewed(self, job: JobId) -> Path:
        return self._folder / "jobs" / f"{job}.reviewed"

    def _run_first(self, signed: SignedTicket, question: str) -> SignedRelease | Refused:
        ticket, plan = signed.ticket, signed.ticket.plan
        sources = self._desk.check(signed)
        if isinstance(sources, Refused):
            return sources
        if ticket.root != self._domain:
            return Refused(R.NOT_THE_ROOT, {"job": ticket.job, "root": ticket.root})
        if not isinstance(plan, AggregatePlan):
            return _not_an_aggregate()
        released = self._cells(signed, plan, sources, question)
        if isinstance(released, Refused):
            return released
        answer = self._answer(ticket, plan, released, sources)
        refused = refuse_answer(plan, answer)
        if refused is not None:
            return refused
        own = any(source.terms.rules is not None and source.terms.rules.review for source in sources)
        return self._release(ticket, plan, answer, ticket.reviewers or ((self._domain,) if own else ()))

    def _cells(
        self, signed: SignedTicket, plan: AggregatePlan, sources: list[Source], question: str
    ) -> Cells | Refused:
        """Return what may be released: exact under thresholds, or the noisy cells of a question, drawn once for ever."""
        if plan.mode is Mode.EXACT:
            alone = self._alone(signed.ticket, plan, sources, "exact answers")
            return alone or self._exact.cells(signed.ticket, plan, sources)
        path = self._folder / "answers" / f"{question}.json"
        if has_found_keys(plan):
            made = self._alone(signed.ticket, plan, sources, "keys found in the data") or self._found(
                signed.ticket, plan, sources, path
            )
        else:
            totals = self._gather(signed, plan, sources)
            if isinstance(totals, Refused):
                return totals
            made = read(path, Cells) if path.is_file() else add_noise(plan, totals, self._sampler)
        if not isinstance(made, Refused):
            write(path, made)
        return made

    def _alone(self, ticket: Ticket, plan: AggregatePlan, sources: list[Source], what: str) -> Refused | None:
        """Return why what can only be had within one domain cannot be had, or None."""
        domains = {source.domain for source in ticket.sources}
        if len(domains) > 1 or len(main_sources(plan, sources)) != 1:
            return Refused(R.WITHIN_ONE_DOMAIN, {"what": what, "domains": len(domains)})
        return None

    def _found(self, ticket: Ticket, plan: AggregatePlan, sources: list[Source], path: Path) -> Cells | Refused:
        """Return the cells of a plan that groups by what the data have: keys that too few units have stay inside."""
        refused = self._charge(ticket, plan, sources)
        if refused is not None:
            return refused
        if path.is_file():
            return read(path, Cells)
        totals = part_of(plan, sources, self.engine, parts=1)
        if isinstance(totals, Refused):
            return totals
        present, keys = found(plan, totals, sources)
        return add_noise(plan, present, self._sampler, keys=keys)

    def _answer(self, ticket: Ticket, plan: AggregatePlan, cells: Cells, sources: Sequence[Source]) -> Answer:
        rules = (source.terms.rules for source in sources)
        return Answer(
            job=ticket.job,
            ticket_digest=ticket_digest(ticket),
            columns=tuple(key.column for key in plan.group_by),
            measures=plan.measures,
            cells=cells,
            salt=self._keys.salt("answer", ticket.job).hex(),
            plan_digest=plan_digest(plan),
            rho_nano=plan.rho_nano,
            delta_femto=plan.delta_femto,
            rules=tuple(dict.fromkeys(digest(each) for each in rules if each is not None)),
            seq=ticket.seq,
        )

    def _release(
        self, ticket: Ticket, plan: AggregatePlan, answer: Answer, reviewers: tuple[PartyId, ...]
    ) -> SignedRelease:
        release = Release(
            job=ticket.job,
            domain=self._domain,
            ticket_digest=answer.ticket_digest,
            plan_digest=answer.plan_digest,
            digest=digest(answer),
            rows=len(answer.cells.rows),
            size_bytes=len(canonical(answer)),
            rho_nano=plan.rho_nano,
            released_at=self._clock(),
        )
        signed = SignedRelease(release, self._keys.sign(release_bytes(release)))
        record = JobRecord(answer.ticket_digest, ticket.consumer, ticket.consumer_key, signed, answer, reviewers)
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
        own = part_of(plan, sources, self.engine, parts=len(ticket.sources))
        if isinstance(own, Refused):
            return own
        context = ticket_digest(ticket).encode()
        return masked(own, mask(self._domain, secrets, context=context, length=cells(plan)))

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
        """Book the question's loss before anything runs; a question that was paid for costs nothing again."""
        read_here = read_sources(plan, sources)
        loss = {"rho_nano": plan.rho_nano, "delta_femto": plan.delta_femto}
        return self.charges.charge(question_of(ticket), ticket.job, read_here, **loss)


def _not_an_aggregate() -> Refused:
    return Refused(R.PLAN_FAULTY, {"reason": "only an aggregate is merged; make calls of a verification"})
