"""Tickets: the market's signed word to domains that a job is approved and its budget charged.

Everything in a ticket is in the journal already; signing it again gives the same bytes.
"""

from __future__ import annotations

import base64

from mumian.journal.note import Signer
from mumian.kernel.ids import JobId, PartyId
from mumian.market.rooms import States
from mumian.market.sequencer import Sequencer
from mumian.rooms.cleanroom.model import TICKET_MS, RequestJob
from mumian.rooms.cleanroom.plan import SignedTicket, SourceTicket, Ticket, ticket_bytes
from mumian.rooms.cleanroom.records import Job, Source
from mumian.rooms.parties import views as parties


class NoTicket(Exception):  # noqa: N818  # what is the matter, told to people
    """There is no such job, or a party to it has no key to be addressed by."""


def ticket_of(market: Sequencer, job: JobId, signer: Signer, origin: str) -> SignedTicket:
    """Return the signed ticket of a job that the market has issued.

    The keys in it are those that consumer and holders have registered first: a holder's domain speaks with that key.
    Raises: NoTicket.
    """
    seq = int(job.removeprefix("job-")) if job.removeprefix("job-").isdigit() else -1
    record = market.ask(lambda states: states.cleanroom.jobs.get(job))
    if record is None:
        raise NoTicket(f"there is no job `{job}`; ask for one with `cleanroom.RequestJob`")
    command: RequestJob = market.ask(lambda _: market.leaf(seq)).command
    ticket = market.ask(lambda states: _ticket(states, job, record, command, origin, seq))
    signature = signer.sign(ticket_bytes(ticket).decode())
    return SignedTicket(ticket, signature.signature.hex())


def _ticket(states: States, job: JobId, record: Job, command: RequestJob, origin: str, seq: int) -> Ticket:
    return Ticket(
        job=job,
        market=origin,
        consumer=record.consumer,
        consumer_key=key_hex(states, record.consumer),
        agreement=record.agreement,
        product=record.product,
        purpose=record.purpose,
        plan=command.plan,
        sources=tuple(_source(states, source) for source in record.sources),
        root=record.root,
        issued_at=record.issued_at,
        expires_at=record.issued_at + TICKET_MS,  # a review lets the job wait longer, its ticket stays the same bytes
        seq=seq,
        group=record.group,
        template=command.template,
        arguments=command.arguments,
        reviewers=record.reviewers,
    )


def _source(states: States, source: Source) -> SourceTicket:
    return SourceTicket(
        source.resource,
        source.domain,
        key_hex(states, source.domain),
        source.version_digest,
        source.rho_nano,
        source.delta_femto,
    )


def key_hex(states: States, party: PartyId) -> str:
    """Return the key that `party` is addressed by: the first that it registered, Ed25519, hex.

    Raises: NoTicket: it has none.
    """
    keys = parties.keys_of(states.parties, party)
    if not keys:
        raise NoTicket(f"`{party}` has registered no key; register one with `parties.RegisterKey`")
    return base64.b64decode(keys[0]).hex()
