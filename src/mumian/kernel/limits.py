"""Time limits as events speak of them: which to start, stop, suspend and resume. The room of clocks keeps them.

An event of any room may carry a field `clocks`, a tuple of such changes; the market hands them on in the same step.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeAlias

import msgspec

from mumian.kernel.canonical import Natural
from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant, start_of

HELD_UNTIL: Instant = start_of(date(9999, 12, 31))
"""Until when money is held that a limit of the market's clock lets go: a clock that jumps finds it still there."""


class Unit(StrEnum):
    """What a limit is counted in."""

    WORK_DAYS = "work_days"  # 工作日, with make-up days
    DAYS = "days"  # 自然日
    INSTANT = "instant"  # a given moment, as the end of a term


class Start(msgspec.Struct, frozen=True, tag="start", omit_defaults=True):
    """Start a limit, or start it anew.

    about: id of the thing that it is about, as `application-17`. kind: `room.word`, as `property.acceptance`.
    count: of days, the first not counted (民法典第201条); for `INSTANT` the moment itself, at which it is over.
    rule: id of the rule that sets it, or empty where the market or a contract does.
    owner: who must act before it is over; empty if nobody. since: any moment of the day that it starts on; None: now.
    """

    about: str
    kind: str
    unit: Unit
    count: Natural
    rule: str = ""
    owner: PartyId = PartyId("")
    since: Instant | None = None


class Stop(msgspec.Struct, frozen=True, tag="stop", omit_defaults=True):
    """Stop a limit for good; nothing if there is none. kind: empty for all that are about the thing."""

    about: str
    kind: str = ""


class Suspend(msgspec.Struct, frozen=True, tag="suspend"):
    """Let a running limit stand still; nothing if there is none or it stands still."""

    about: str
    kind: str


class Resume(msgspec.Struct, frozen=True, tag="resume"):
    """Let a suspended limit run again; nothing if there is none or it runs."""

    about: str
    kind: str


ClockChange: TypeAlias = Start | Stop | Suspend | Resume
