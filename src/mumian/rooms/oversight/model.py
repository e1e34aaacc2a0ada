"""What can be said in oversight."""

from __future__ import annotations

from typing import Annotated

import msgspec

from mumian.kernel.canonical import END
from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.outcome import Refusal, Sentence
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.rulebook.calendar import Year

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


class AnnounceHolidays(_Command, frozen=True):
    """Enter a year's holidays and make-up days as the State Council announced them. By the regulator or the exchange.

    A year that was announced before is put right; limits that were counted past the announced years are counted anew.
    notice_digest: SHA-256 of the announcement (国务院办公厅关于…年部分节假日安排的通知).
    """

    holidays: Year
    notice_digest: Digest


Command = OpenMarket | AdoptRulebook | AnnounceHolidays


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


class HolidaysAnnounced(_Event, frozen=True):
    holidays: Year
    notice_digest: str


Event = MarketOpened | RulebookAdopted | HolidaysAnnounced


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
    RULEBOOK_NOT_CARRIED = Sentence(
        "this program carries the rulebooks {carried}, not `{rulebook}` with digest `{digest}`; install the program that does",
        "本程序携带的规则库为 {carried}，没有摘要为 `{digest}` 的 `{rulebook}`；请安装携带该版本的程序",
    )
    SAME_RULEBOOK = Sentence(
        "rulebook `{rulebook}` is in force already; nothing to adopt", "规则库 `{rulebook}` 已在施行；无需重复采用"
    )
    RULEBOOK_OLDER = Sentence(
        "rulebook `{rulebook}` is older than `{in_force}`, which is in force; adopt a newer one",
        "规则库 `{rulebook}` 早于现行的 `{in_force}`；请采用更新的版本",
    )
    HOLIDAYS_WRONG = Sentence(
        "the announcement of {year} does not hold: {why}; check it against the State Council's notice",
        "{year} 年放假安排有误：{why}；请核对国务院办公厅通知",
    )
    HOLIDAYS_KNOWN = Sentence(
        "the holidays of {year} are announced just so already; nothing to enter",
        "{year} 年放假安排已按此公布；无需重复录入",
    )


class MarketRecord(msgspec.Struct, frozen=True):
    origin: str
    name: str
    opened_at: Instant
    rulebook: str
    rulebook_digest: str


class Announced(msgspec.Struct, frozen=True):
    """The years announced to this market, by year; they add to those that the package carries, or put them right."""

    years: tuple[Year, ...]


class State(msgspec.Struct):
    """market: one record under the key `market`. calendar: the years announced since, under the key `calendar`."""

    market: Table[MarketRecord]
    calendar: Table[Announced]
