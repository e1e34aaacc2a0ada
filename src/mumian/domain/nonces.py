"""A signed message is heard once: its time must be near, and its nonce new within that time."""

from __future__ import annotations

from collections import deque
from threading import Lock

from mumian.domain.refusals import DomainRefusal as R
from mumian.kernel.outcome import Refused
from mumian.kernel.time import Instant

SKEW_MS = 300_000
"""How far a message's time may be from the domain's clock, either way."""


class Nonces:
    """The nonces of the last minutes, in memory. since: when the domain began to listen.

    What was heard before a restart is forgotten, so messages from before it are refused as well.
    """

    def __init__(self, *, since: Instant) -> None:
        self._since = since
        self._lock = Lock()
        self._seen: set[tuple[str, str]] = set()
        self._order: deque[tuple[Instant, tuple[str, str]]] = deque()

    def refuse(self, sender: str, nonce: str, *, at: Instant, now: Instant) -> Refused | None:
        """Return why the message is not heard, or None and remember it."""
        if abs(now - at) > SKEW_MS or at < self._since:
            return Refused(R.MESSAGE_STALE, {"at": at, "now": now, "since": self._since})
        with self._lock:
            while self._order and self._order[0][0] < now - 2 * SKEW_MS:
                self._seen.discard(self._order.popleft()[1])
            if (sender, nonce) in self._seen:
                return Refused(R.MESSAGE_REPLAYED, {"nonce": nonce})
            self._seen.add((sender, nonce))
            self._order.append((now, (sender, nonce)))
            return None
