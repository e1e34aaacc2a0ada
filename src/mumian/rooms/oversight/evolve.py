"""What changes in oversight. The only writer of its state."""

from __future__ import annotations

from typing import assert_never

import msgspec

from mumian.rooms.oversight.model import Event, MarketOpened, MarketRecord, RulebookAdopted, State


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case MarketOpened():
            state.market["market"] = MarketRecord(
                event.origin, event.name, event.opened_at, event.rulebook, event.rulebook_digest
            )
        case RulebookAdopted():
            state.market["market"] = msgspec.structs.replace(
                state.market["market"], rulebook=event.rulebook, rulebook_digest=event.rulebook_digest
            )
        case _:
            assert_never(event)
