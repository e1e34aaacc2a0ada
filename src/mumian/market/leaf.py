"""A leaf of the journal: one command with its facts and its outcome, events or refusal."""

from __future__ import annotations

from typing import Any

import msgspec

from mumian.kernel.canonical import INT53_MAX, canonical
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.time import Instant
from mumian.market.envelope import AnyCommand, AnyEvent, Envelope, Signature


class Leaf(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """seq: number in the journal. at: instant, never before the leaf before. by: `key` or `door:NAME`.

    Exactly one of `events` and `refused` is there. `detail` belongs to `refused`.
    """

    seq: int
    at: Instant
    id: str
    actor: PartyId
    by: str
    command: AnyCommand
    signature: Signature | None = None
    events: tuple[AnyEvent, ...] = ()
    refused: str = ""
    detail: Detail = {}

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.id, self.actor, self.command, self.signature)


def leaf_of(envelope: Envelope, outcome: list[Any] | Refused, *, seq: int, at: Instant, by: str) -> Leaf:
    """Return the leaf that records `outcome`."""
    if isinstance(outcome, Refused):
        name, detail = outcome.refusal.full_name, told(outcome.detail)
        return Leaf(seq, at, envelope.id, envelope.actor, by, envelope.command, envelope.signature, (), name, detail)
    return Leaf(seq, at, envelope.id, envelope.actor, by, envelope.command, envelope.signature, tuple(outcome))


def told(detail: Detail) -> Detail:
    """Return what a refusal tells with every number within 53 bits: of two that a command may carry, the sum need not be."""
    return {
        name: value if isinstance(value, str) else max(-INT53_MAX, min(INT53_MAX, value))
        for name, value in detail.items()
    }


def leaf_bytes(leaf: Leaf) -> bytes:
    """Return the canonical bytes of a leaf: what the journal hashes."""
    return canonical(leaf)


decode_leaf: Any = msgspec.json.Decoder(Leaf).decode


class Heard(msgspec.Struct, frozen=True):
    """What a leaf says went in, without what came out: enough to decide it again."""

    seq: int
    at: Instant
    id: str
    actor: PartyId
    by: str
    command: AnyCommand
    signature: Signature | None = None

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.id, self.actor, self.command, self.signature)


decode_heard: Any = msgspec.json.Decoder(Heard).decode
