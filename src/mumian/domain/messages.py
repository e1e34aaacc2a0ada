"""What parties say to a domain and hear from it: canonical bytes, signed both ways, through a port.

A request is signed by its sender's key; who that is follows from the ticket (consumer, root) and not from a name.
A reply is signed by the domain and names the digest of the request that it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mumian.domain.faults import BadReply, BadSignature
from mumian.domain.gate import Answer
from mumian.domain.keys import KeyCard, verify
from mumian.domain.metering import CallProof, CallRecord, Verdict
from mumian.kernel.canonical import Natural, canonical, sha256_hex
from mumian.kernel.ids import JobId, PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import Hex32, SignedBatch, SignedRelease, SignedTicket

MESSAGE_BYTES_MAX = 32 * 1024 * 1024
NONCE_BYTES = 16

_REQUEST, _REPLY = b"mumian/request/v1\n", b"mumian/reply/v1\n"


class _Request(msgspec.Struct, frozen=True, tag=lambda name: f"request.{name}", forbid_unknown_fields=True):
    pass


class ShowCard(_Request, frozen=True):
    """Show your mask key. By anyone."""


class RunPart(_Request, frozen=True):
    """Compute your masked part of a job. By the ticket's root alone. cards: of all the ticket's domains."""

    ticket: SignedTicket
    cards: tuple[KeyCard, ...]


class RunJob(_Request, frozen=True):
    """Run a job as its root and release the answer. By anyone who has the ticket; a second time changes nothing."""

    ticket: SignedTicket


class CollectAnswer(_Request, frozen=True):
    """Hand out the answer of a job that ran. By its consumer alone."""

    job: JobId


class VerifyCalls(_Request, frozen=True):
    """Answer and meter calls. By the ticket's consumer alone."""

    ticket: SignedTicket
    calls: tuple[tuple[str, ...], ...]


class CloseBatch(_Request, frozen=True):
    """Close the open batch of calls and show all batches of a job. By anyone: they hold digests and counts."""

    job: JobId


class ProveCall(_Request, frozen=True):
    """Prove a call. By the ticket's consumer alone."""

    job: JobId
    call: Natural


class ShowRecords(_Request, frozen=True):
    """Show the records of a batch from call `call` on, as many as a message takes. By the ticket's consumer alone."""

    job: JobId
    call: Natural


class AcknowledgeBatch(_Request, frozen=True):
    """Say that the calls of a closed batch were made and answered as its root says. By the ticket's consumer alone.

    The domain keeps the signed request: whoever said so cannot deny a call of the batch later.
    """

    job: JobId
    nth: Natural
    root: Hex32


RequestBody = (
    ShowCard | RunPart | RunJob | CollectAnswer | VerifyCalls | CloseBatch | ProveCall | ShowRecords | AcknowledgeBatch
)


class _Reply(msgspec.Struct, frozen=True, tag=lambda name: f"reply.{name}", forbid_unknown_fields=True):
    pass


class CardShown(_Reply, frozen=True):
    card: KeyCard


class PartMade(_Reply, frozen=True):
    """part: masked values, 8 bytes each, little-endian (base64 in JSON)."""

    job: JobId
    part: bytes


class JobReleased(_Reply, frozen=True):
    release: SignedRelease


class AnswerGiven(_Reply, frozen=True):
    release: SignedRelease
    answer: Answer


class CallsAnswered(_Reply, frozen=True):
    """first: number of the first call in its job; the others follow."""

    job: JobId
    first: Natural
    answers: tuple[Verdict, ...]


class BatchesShown(_Reply, frozen=True):
    batches: tuple[SignedBatch, ...]


class CallProved(_Reply, frozen=True):
    proof: CallProof


class RecordsShown(_Reply, frozen=True):
    """Of one closed batch, in the order of their calls; salts included, since the consumer knows what it asked."""

    records: tuple[CallRecord, ...]


class BatchAcknowledged(_Reply, frozen=True):
    job: JobId
    nth: Natural


class NotDone(_Reply, frozen=True):
    """The domain refuses: full name of the refusal, what it says, and what filled its braces."""

    refusal: str
    en: str
    zh: str
    detail: dict[str, str | int]

    @classmethod
    def of(cls, refused: Refused) -> NotDone:
        return cls(refused.refusal.full_name, refused.say("en"), refused.say("zh"), refused.detail)


ReplyBody = (
    CardShown
    | PartMade
    | JobReleased
    | AnswerGiven
    | CallsAnswered
    | BatchesShown
    | CallProved
    | RecordsShown
    | BatchAcknowledged
    | NotDone
)


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """to: the domain. sender: Ed25519 public key, hex. nonce: 16 random bytes, hex, never used again."""

    to: PartyId
    sender: Hex32
    nonce: str
    at: Instant
    body: RequestBody


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """request: SHA-256 of the bytes that are answered, hex."""

    domain: PartyId
    request: Hex32
    at: Instant
    body: ReplyBody


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    message: msgspec.Raw
    signature: str


_signed_decoder = msgspec.json.Decoder(_Signed)
_request_decoder = msgspec.json.Decoder(Request)
_reply_decoder = msgspec.json.Decoder(Reply)


def seal_request(request: Request, key: Ed25519PrivateKey) -> bytes:
    """Return the bytes of a signed request."""
    message = canonical(request)
    return canonical(_Signed(msgspec.Raw(message), key.sign(_REQUEST + message).hex()))


def seal_reply(reply: Reply, key: Ed25519PrivateKey) -> bytes:
    """Return the bytes of a signed reply."""
    message = canonical(reply)
    return canonical(_Signed(msgspec.Raw(message), key.sign(_REPLY + message).hex()))


def open_request(data: bytes) -> Request:
    """Read a request and check its signature.

    Raises: ValueError: the bytes are too many, not canonical, or of no known kind; BadSignature.
    """
    if len(data) > MESSAGE_BYTES_MAX:
        raise ValueError(f"{len(data)} bytes exceed {MESSAGE_BYTES_MAX}")
    signed = _signed_decoder.decode(data)
    message = bytes(signed.message)
    request = _request_decoder.decode(message)
    if canonical(request) != message or canonical(signed) != data:
        raise ValueError("the bytes are not canonical")
    verify(request.sender, signed.signature, _REQUEST + message)
    return request


def open_reply(data: bytes, *, request: bytes, domain: PartyId, domain_key: str) -> ReplyBody:
    """Read the reply to `request` of the domain with this key (Ed25519, hex).

    Raises: BadReply: it is not that.
    """
    try:
        signed = _signed_decoder.decode(data)
        message = bytes(signed.message)
        verify(domain_key, signed.signature, _REPLY + message)
        reply = _reply_decoder.decode(message)
        if canonical(signed) != data:
            raise BadSignature("the bytes are not canonical")
    except (ValueError, BadSignature) as e:  # decoding errors are ValueErrors
        raise BadReply(f"`{domain}` gave no signed reply: {e}") from e
    if reply.domain != domain or reply.request != sha256_hex(request):
        raise BadReply(f"the reply is of `{reply.domain}` to `{reply.request}`, not of `{domain}` to this request")
    return reply.body


class Voucher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed request and the signed reply to it: what was asked and answered, provable to others (base64 in JSON)."""

    request: bytes
    reply: bytes


class DomainPort(Protocol):
    """A way to a domain: bytes there, bytes back."""

    def send(self, data: bytes) -> bytes:
        """Return the domain's reply. Raises Unreachable."""
        ...


class LocalPort:
    """A domain in this process."""

    def __init__(self, handle: Callable[[bytes], bytes]) -> None:
        self._handle = handle

    def send(self, data: bytes) -> bytes:
        return self._handle(data)


class Caller:
    """One who speaks to domains: signs what it asks, checks what it hears."""

    def __init__(
        self, key: Ed25519PrivateKey, *, clock: Callable[[], Instant], entropy: Callable[[int], bytes]
    ) -> None:
        self._key, self._clock, self._entropy = key, clock, entropy
        self.public_hex = key.public_key().public_bytes_raw().hex()

    def ask(self, port: DomainPort, body: RequestBody, *, domain: PartyId, domain_key: str) -> ReplyBody:
        """Ask a domain; its no is an answer (`NotDone`).

        Raises: BadReply, Unreachable.
        """
        return self.ask_kept(port, body, domain=domain, domain_key=domain_key)[0]

    def ask_kept(
        self, port: DomainPort, body: RequestBody, *, domain: PartyId, domain_key: str
    ) -> tuple[ReplyBody, Voucher]:
        """Ask a domain, and return what both sides signed as well. Raises: as `ask`."""
        nonce = self._entropy(NONCE_BYTES).hex()
        data = seal_request(Request(domain, self.public_hex, nonce, self._clock(), body), self._key)
        reply = port.send(data)
        return open_reply(reply, request=data, domain=domain, domain_key=domain_key), Voucher(data, reply)
