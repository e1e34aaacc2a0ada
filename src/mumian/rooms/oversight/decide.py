"""What is allowed in oversight."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.oversight.model import AdoptRulebook, Command, Event, MarketOpened, OpenMarket, RulebookAdopted, State
from mumian.rooms.oversight.model import OversightRefusal as R


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer an oversight command with its events or the first refusal that applies."""
    match command:
        case OpenMarket():
            market = state.market.get("market")
            if market is not None:
                return Refused(R.ALREADY_OPEN, {"origin": market.origin})
            c = command
            return [MarketOpened(c.origin, c.name, c.uscc, c.rulebook, c.rulebook_digest, c.key, facts.now)]
        case AdoptRulebook():
            return _adopt(state, command, facts)
        case _:
            assert_never(command)


def _adopt(state: State, command: AdoptRulebook, facts: Facts) -> list[Event] | Refused:
    market = state.market["market"]  # nobody is heard before a market is open
    if not facts.roles & {Role.REGULATOR, Role.EXCHANGE}:
        return Refused(R.NOT_YOURS_TO_CHANGE, {"actor": facts.actor})
    if (market.rulebook, market.rulebook_digest) == (command.rulebook, command.rulebook_digest):
        return Refused(R.SAME_RULEBOOK, {"rulebook": command.rulebook})
    return [RulebookAdopted(command.rulebook, command.rulebook_digest)]
