"""What is allowed in oversight."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.oversight.model import (
    AdoptRulebook,
    AnnounceHolidays,
    Command,
    Event,
    HolidaysAnnounced,
    MarketOpened,
    OpenMarket,
    RulebookAdopted,
    State,
)
from mumian.rooms.oversight.model import OversightRefusal as R
from mumian.rooms.oversight.views import announced
from mumian.rulebook.calendar import wrong
from mumian.rulebook.rules import VERSIONS, load


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer an oversight command with its events or the first refusal that applies."""
    match command:
        case OpenMarket():
            market = state.market.get("market")
            if market is not None:
                return Refused(R.ALREADY_OPEN, {"origin": market.origin})
            c = command
            if not _is_carried(c.rulebook, c.rulebook_digest):
                return _not_carried(c.rulebook, c.rulebook_digest)
            return [MarketOpened(c.origin, c.name, c.uscc, c.rulebook, c.rulebook_digest, c.key, facts.now)]
        case AdoptRulebook():
            return _adopt(state, command, facts)
        case AnnounceHolidays():
            return _announce(state, command, facts)
        case _:
            assert_never(command)


def _adopt(state: State, command: AdoptRulebook, facts: Facts) -> list[Event] | Refused:
    market = state.market["market"]  # nobody is heard before a market is open
    if not facts.roles & {Role.REGULATOR, Role.EXCHANGE}:
        return Refused(R.NOT_YOURS_TO_CHANGE, {"actor": facts.actor})
    if (market.rulebook, market.rulebook_digest) == (command.rulebook, command.rulebook_digest):
        return Refused(R.SAME_RULEBOOK, {"rulebook": command.rulebook})
    if not _is_carried(command.rulebook, command.rulebook_digest):
        return _not_carried(command.rulebook, command.rulebook_digest)
    if VERSIONS.index(command.rulebook) < VERSIONS.index(market.rulebook):
        return Refused(R.RULEBOOK_OLDER, {"rulebook": command.rulebook, "in_force": market.rulebook})
    return [RulebookAdopted(command.rulebook, command.rulebook_digest)]


def _is_carried(rulebook: str, digest: str) -> bool:
    return rulebook in VERSIONS and load(rulebook).digest() == digest


def _not_carried(rulebook: str, digest: str) -> Refused:
    return Refused(R.RULEBOOK_NOT_CARRIED, {"carried": ", ".join(VERSIONS), "rulebook": rulebook, "digest": digest})


def _announce(state: State, command: AnnounceHolidays, facts: Facts) -> list[Event] | Refused:
    if not facts.roles & {Role.REGULATOR, Role.EXCHANGE}:
        return Refused(R.NOT_YOURS_TO_CHANGE, {"actor": facts.actor})
    year = command.holidays
    why = wrong(year)
    if why:
        return Refused(R.HOLIDAYS_WRONG, {"year": year.year, "why": why})
    if year in announced(state):
        return Refused(R.HOLIDAYS_KNOWN, {"year": year.year})
    return [HolidaysAnnounced(year, command.notice_digest)]
