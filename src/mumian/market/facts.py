"""What a room must know of other rooms, gathered in one place before it decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.market.rooms import States

Gather = Callable[[States, Any, int, Instant, PartyId], Facts]

GATHER: dict[type, Gather] = {}
