"""An envelope: who says what, under an id of the client's choosing, signed or vouched for by a door."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

from mumian.kernel.canonical import canonical
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refusal, Sentence
from mumian.market.rooms import ROOMS

if TYPE_CHECKING:
    AnyCommand: TypeAlias = Any
    AnyEvent: TypeAlias = Any
else:  # the unions of all rooms' commands and events are built at import, where no type checker can follow
    AnyCommand = reduce(or_, (command for room in ROOMS.values() for command in room.commands))
    AnyEvent = reduce(or_, (event for room in ROOMS.values() for event in room.events))

ClientId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{8,64}(?![\s\S])")]
"""Chosen by the client, unique for ever. Its end is not `$`, which would let a line break through. Ids that grow with time (UUIDv7) keep the store compact."""

ENVELOPE_BYTES_MAX = 1_048_576
"""A larger envelope is turned away at the door."""


BY_KEY = "key"
"""Value of a leaf's `by` when the envelope's signature was verified; otherwise `door:NAME` vouched for the actor."""


BY_CLOCK = "clock"
"""Value of a leaf's `by` when the market's own clock spoke: nothing but `clocks.Tick`."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ed25519 over `signed_bytes`. key: the public key, base64 of 32 bytes. value: base64 of 64 bytes."""

    key: str
    value: str


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: ClientId
    actor: PartyId
    command: AnyCommand
    signature: Signature | None = None


class EnvelopeRefusal(Refusal):
    """What is refused before any room is asked, in order of precedence."""

    ID_REUSED = Sentence(
        "id `{id}` was used in leaf {first_seq} with other content; choose a new id",
        "编号 `{id}` 已在第 {first_seq} 条记录中用于其他内容；请改用新编号",
    )
    MARKET_NOT_OPEN = Sentence(
        "this journal holds no market yet; open it with `oversight.OpenMarket` first",
        "本日志尚未开立市场；请先以 `oversight.OpenMarket` 开立",
    )
    ACTOR_NOT_ADMITTED = Sentence(
        "`{actor}` is not an active party of this market; have the exchange admit or reinstate it",
        "`{actor}` 不是本市场的有效主体；请由交易所准入或恢复",
    )
    SIGNATURE_REQUIRED = Sentence(
        "`{actor}` has registered a key and speaks only by signature; sign the envelope",
        "`{actor}` 已登记密钥，只能以签名方式提交；请签名",
    )
    KEY_NOT_THE_ACTORS = Sentence(
        "key `{key}` is not a key of `{actor}`; sign with one that it has registered",
        "密钥 `{key}` 不属于 `{actor}`；请使用其已登记的密钥",
    )

    @property
    def room(self) -> str:
        return "envelope"


def signed_bytes(origin: str, envelope: Envelope) -> bytes:
    """Return the bytes that the actor signs: actor, command, id and the market's origin, canonical."""
    return canonical({"actor": envelope.actor, "command": envelope.command, "id": envelope.id, "market": origin})


decode_envelope: Any = msgspec.json.Decoder(Envelope).decode
