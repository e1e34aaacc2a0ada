"""What always holds between engagements and the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import Instant
from mumian.market.reactions.money import hold_of
from mumian.market.rooms import States
from mumian.rooms.services.vocabulary import OPEN


def the_fee_of_an_engagement_is_held_exactly_while_it_is_open(s: States, _now: Instant) -> Iterator[str]:
    """What a service costs is held from the request on, until it is paid or let go."""
    for key, record in s.services.engagements.under():
        held = s.ledger.held.get(hold_of(key))
        held_fen = 0 if held is None or held.leg.memo != key else held.leg.amount_fen
        owed_fen = record.fee_fen if record.state in OPEN else 0
        if held_fen != owed_fen:
            yield f"`{key}` is {record.state.value}, {held_fen} of {owed_fen} fen are held"


LAWS = (the_fee_of_an_engagement_is_held_exactly_while_it_is_open,)
