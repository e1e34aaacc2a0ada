"""What can be said in oversight."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import END
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.outcome import Refusal, Sentence
from mumian.kernel.table import Table
from mumian.kernel.time import Instant

Origin = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9./-]{1,126}" + END)]
"""Name of a journal: a schema-less URL, as in C2SP's tlog-checkpoint."""


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"oversight.{name}", forbid_unknown_fields=True):
    pass


class OpenMarket(_Command, frozen=True):
    """Open the market, once: before it nobody else is heard. By the exchange that runs it.

    name, uscc: of the exchange as a company. key: its Ed25519 public key (base64), or None on a trial market.
    """

    origin: Origin
    name: str
    uscc: str
    rulebook: str
    rulebook_digest: Digest
    key: str | None = None


class AdoptRulebook(_Command, frozen=True):
    """Decide by another version of the rulebook from the next command on. By the regulator or the exchange."""

    rulebook: str
    rulebook_digest: Digest


Command = OpenMarket | AdoptRulebook


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"oversight.{name}"):
    pass


class MarketOpened(_Event, frozen=True):
    origin: str
    name: str
    uscc: str
    rulebook: str
    rulebook_digest: str
    key: str | None
    opened_at: Instant


class RulebookAdopted(_Event, frozen=True):
    rulebook: str
    rulebook_digest: str


Event = MarketOpened | RulebookAdopted


class OversightRefusal(Refusal):
    """In order of precedence."""

    ALREADY_OPEN = Sentence(
        "this journal holds the market `{origin}` already; start another journal",
        "本日志已开立市场 `{origin}`；请另建日志",
    )
    NOT_YOURS_TO_CHANGE = Sentence(
        "`{actor}` is neither the regulator nor the exchange; ask one of them to adopt the rulebook",
        "`{actor}` 既非监管机构也非交易所；请由其采用规则库版本",
    )
    SAME_RULEBOOK = Sentence(
        "rulebook `{rulebook}` is in force already; nothing to adopt", "规则库 `{rulebook}` 已在施行；无需重复采用"
    )


class MarketRecord(msgspec.Struct, frozen=True):
    origin: str
    name: str
    opened_at: Instant
    rulebook: str
    rulebook_digest: str


class State(msgspec.Struct):
    """market: one record under the key `market`."""

    market: Table[MarketRecord]
