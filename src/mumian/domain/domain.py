"""One domain: its folder, its key, what it takes in, what it answers.

HOME/domains/NAME/
    domain.json       its name and the market that it trusts
    identity.key      its secret, mode 0600
    terms/            the owner's own copy of what may be done with each resource
    resources/        what it holds (see `store`)
    jobs/ answers/ charges/ meter/
    persons/ consents/ watches/ reports/ figures.bin    of verification (see `consents`, `probing`, `reports`, `figures`)
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, assert_never

import msgspec

from mumian.domain import messages as m
from mumian.domain.answering import Engine
from mumian.domain.calls import Calls
from mumian.domain.declaration import Declaration, Terms
from mumian.domain.faults import BadSignature
from mumian.domain.gate import Sampler
from mumian.domain.intake import Progress, Rejected, Taken, sweep, take_in
from mumian.domain.jobs import Jobs
from mumian.domain.keys import SEED_BYTES, DomainKeys
from mumian.domain.metering import Call
from mumian.domain.nonces import Nonces
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Store, read, write
from mumian.domain.tickets import Desk
from mumian.journal.note import Verifier
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import SignedRelease, SignedTicket

Clock = Callable[[], Instant]
Entropy = Callable[[int], bytes]
"""Bytes wanted → as many random ones."""

SAMPLER = Sampler()


def system_clock() -> Instant:
    """Return now, ms since 1970."""
    return time.time_ns() // 1_000_000


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """market_vkey: verifier key of the market whose tickets are honoured, pinned when the domain is made."""

    name: PartyId
    market_vkey: str


class Domain:
    """A domain that is open. Safe to be asked from several threads.

    sampler: of the noise that is added to sums before they leave; anything but the default is for tests.
    engine: where questions are added up; None: in this process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        sampler: Sampler = SAMPLER,
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
        engine: Engine | None = None,
    ) -> None:
        config = read(folder / "domain.json", Config)
        self.folder, self.name = folder, config.name
        self.market = Verifier.parse(config.market_vkey)
        self._keys = DomainKeys.load(folder / "identity.key")
        self._clock = clock
        self.public_hex = self._keys.public_hex
        self.store = Store(folder / "resources", self._keys)
        sweep(self.store)
        stored = (read(path, Terms) for path in sorted((folder / "terms").glob("*.json")))
        self.terms: dict[ResourceId, Terms] = {terms.resource: terms for terms in stored}
        self.peers: dict[PartyId, m.DomainPort] = {}
        desk = Desk(self.name, self.public_hex, self.market, self.store, self.terms, clock)
        caller = m.Caller(self._keys.identity, clock=clock, entropy=entropy)
        self.jobs = Jobs(
            self.name,
            folder,
            self._keys,
            desk,
            peers=self.peers,
            caller=caller,
            sampler=sampler,
            clock=clock,
            engine=engine,
        )
        self.calls = Calls(self.name, folder, self._keys, desk, market=self.market, clock=clock, entropy=entropy)
        self._nonces = Nonces(since=clock())

    @classmethod
    def create(cls, folder: Path, name: PartyId, market_vkey: str, *, entropy: Entropy = os.urandom) -> None:
        """Make a domain's folder, with a new secret, that trusts one market.

        Raises: FileExistsError: there is one already; BadNote: `market_vkey` is no verifier key.
        """
        Verifier.parse(market_vkey)
        folder.mkdir(parents=True, exist_ok=True)
        DomainKeys.create(folder / "identity.key", entropy(SEED_BYTES))
        (folder / "resources").mkdir(exist_ok=True)
        (folder / "terms").mkdir(exist_ok=True)
        write(folder / "domain.json", Config(name, market_vkey))

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        sampler: Sampler = SAMPLER,
        clock: Clock = system_clock,
        entropy: Entropy = os.urandom,
        engine: Engine | None = None,
    ) -> Domain:
        """Open a domain that was made. Raises FileNotFoundError: it was not, or its key is missing."""
        return cls(folder, sampler=sampler, clock=clock, entropy=entropy, engine=engine)

    def add(
        self,
        file: Path,
        name: str,
        declaration: Declaration,
        *,
        accept_broken: bool = False,
        without: Sequence[str] = (),
        progress: Progress = lambda *_: None,
    ) -> Taken | Rejected:
        """Take in a file as the newest version of holding `name` (see `intake.take_in`)."""
        how: dict[str, Any] = {"accept_broken": accept_broken, "without": without, "progress": progress}
        return take_in(self.store, self._keys, file, name, declaration, **how)

    def allow(self, terms: Terms) -> None:
        """Put the owner's terms for a resource in place of earlier ones; they hold from the next message on."""
        write(self.folder / "terms" / f"{terms.resource}.json", terms)
        self.terms[terms.resource] = terms

    def connect(self, peer: PartyId, port: m.DomainPort) -> None:
        """Name a way to another domain, for jobs that this one is root of."""
        self.peers[peer] = port

    def run(self, signed: SignedTicket) -> SignedRelease | Refused:
        """Run a job as its root, from within."""
        return self.jobs.run(signed)

    def verify_many(self, signed: SignedTicket, calls: Sequence[Call], *, sender: str) -> m.CallsAnswered | Refused:
        """Answer and meter calls of `sender` (Ed25519 key, hex), from within."""
        return self.calls.answer(signed, calls, sender=sender)

    def handle(self, data: bytes) -> bytes:
        """Answer a signed request with a signed reply; a no is a reply too."""
        began_ns = time.perf_counter_ns()
        answer = self._answer(data)
        body = m.NotDone.of(answer) if isinstance(answer, Refused) else answer
        reply = m.Reply(self.name, sha256_hex(data), self._clock(), body)
        sealed = m.seal_reply(reply, self._keys.identity)
        if isinstance(answer, m.CallsAnswered):
            self.calls.figures.took(time.perf_counter_ns() - began_ns)
        return sealed

    def _answer(self, data: bytes) -> m.ReplyBody | Refused:
        try:
            request = m.open_request(data)
        except BadSignature as e:
            return Refused(R.MESSAGE_SIGNATURE_BAD, {"reason": str(e)})
        except ValueError as e:  # msgspec's decoding errors are among them
            return Refused(R.MESSAGE_MALFORMED, {"reason": str(e)})
        if request.to != self.name:
            return Refused(R.MESSAGE_FOR_ANOTHER, {"to": request.to, "domain": self.name})
        refused = self._nonces.refuse(request.sender, request.nonce, at=request.at, now=self._clock())
        return refused or self._do(request.body, request.sender, data)

    def _do(self, body: m.RequestBody, sender: str, data: bytes) -> m.ReplyBody | Refused:
        match body:
            case m.VerifyCalls():
                return self.calls.answer(body.ticket, body.calls, sender=sender)
            case m.RunPart():
                return self.jobs.part(body.ticket, body.cards, sender=sender)
            case m.RunJob():
                released = self.jobs.run(body.ticket)
                return released if isinstance(released, Refused) else m.JobReleased(released)
            case m.CollectAnswer():
                return self._collect(body.job, sender)
            case m.CloseBatch():
                batches = self.calls.close(body.job)
                return batches if isinstance(batches, Refused) else m.BatchesShown(batches)
            case m.ShowRecords():
                shown = self.calls.records(body.job, body.call, sender=sender)
                return shown if isinstance(shown, Refused) else m.RecordsShown(shown)
            case m.ProveCall():
                proof = self.calls.prove(body.job, body.call, sender=sender)
                return proof if isinstance(proof, Refused) else m.CallProved(proof)
            case m.AcknowledgeBatch():
                refused = self.calls.acknowledge(body.job, body.nth, body.root, sender=sender, said=data)
                return refused or m.BatchAcknowledged(body.job, body.nth)
            case m.ShowCard():
                return m.CardShown(self._keys.card(self.name))
            case _:
                assert_never(body)

    def _collect(self, job: JobId, sender: str) -> m.AnswerGiven | Refused:
        record = self.jobs.collect(job, sender=sender)
        return record if isinstance(record, Refused) else m.AnswerGiven(record.release, record.answer)
