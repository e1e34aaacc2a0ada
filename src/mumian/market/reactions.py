"""What must happen in another room when something happens in this one. Written here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mumian.kernel.time import Instant
from mumian.market.rooms import States

React = Callable[[States, Any, Instant], Iterable[Any]]

REACTIONS: dict[type, React] = {}
