"""What always holds between reviews of answers and the clocks that run for them. `now` is the instant of the last leaf."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.cleanroom.records import ReviewStatus
from mumian.rooms.cleanroom.reviewing import ESCALATED, REVIEW
from mumian.rooms.clocks import views as clocks

_LIMIT_OF = {ReviewStatus.OPEN: REVIEW, ReviewStatus.ESCALATED: ESCALATED}


def no_review_waits_without_a_clock(s: States, _now: Instant) -> Iterator[str]:
    """While a review is undecided just the limit of its stage runs; once it is over, none does."""
    for key, review in s.cleanroom.reviews.under():
        running = [kind for kind in (REVIEW, ESCALATED) if clocks.clock(s.clocks, key, kind) is not None]
        wanted = [_LIMIT_OF[review.status]] if review.status in _LIMIT_OF else []
        if running != wanted:
            yield f"the review of `{key}` is {review.status.value}, its limits are `{', '.join(running) or '-'}`"


LAWS = (no_review_waits_without_a_clock,)
