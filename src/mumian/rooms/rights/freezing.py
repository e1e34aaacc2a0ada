"""Freezes: seizure, control, dispute and objection stop just the thing that they concern, and what stands on it."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.rights.chain import Freezable, freezable
from mumian.rooms.rights.model import Event, Freeze, RightsFrozen, RightsUnfrozen, State, Unfreeze
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.vocabulary import FreezeReason, Frozen


def freeze(state: State, command: Freeze, facts: Facts) -> list[Event] | Refused:
    """Decide on a freeze (S1 第23条). The market's own changes nothing where nothing is left to change."""
    record = _thing(state, command.thing, facts)
    if isinstance(record, Refused):
        return [] if facts.is_market and record.refusal is R.ENDED else record
    lying = _lying(record, command.reason)
    if lying is None:
        return [RightsFrozen(command.thing, command.reason, facts.actor)]
    if facts.is_market:
        return []
    return Refused(R.ALREADY_FROZEN, {"id": command.thing, "by": lying.by, "reason": lying.reason})


def unfreeze(state: State, command: Unfreeze, facts: Facts) -> list[Event] | Refused:
    """Decide on lifting a freeze: by who froze, or a regulator."""
    record = _thing(state, command.thing, facts)
    if isinstance(record, Refused):
        return [] if facts.is_market and record.refusal is R.ENDED else record
    lying = _lying(record, command.reason)
    if lying is None:
        return [] if facts.is_market else Refused(R.NOT_FROZEN, {"id": command.thing, "reason": command.reason})
    if facts.actor != lying.by and Role.REGULATOR not in facts.roles:
        return Refused(R.FROZEN_BY_ANOTHER, {"id": command.thing, "by": lying.by, "actor": facts.actor})
    return [RightsUnfrozen(command.thing, command.reason)]


def _thing(state: State, thing: str, facts: Facts) -> Freezable | Refused:
    """Return what would stand still, or why the actor may not touch it."""
    if not facts.is_market and Role.REGISTRY not in facts.roles and Role.REGULATOR not in facts.roles:
        return Refused(R.ONLY_REGISTRY_OR_REGULATOR, {"actor": facts.actor})
    record = freezable(state, thing)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "right, grant or authorization", "id": thing})
    if record.ended is not None:
        return Refused(R.ENDED, {"id": thing, "reason": record.ended})
    return record


def _lying(record: Freezable, reason: FreezeReason) -> Frozen | None:
    return next((each for each in record.freezes if each.reason is reason), None)
