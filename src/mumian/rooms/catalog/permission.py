"""The competent authority's written permission to trade important data in clean rooms (S5 五)."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.levels import Level
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.rooms.catalog.holding import present
from mumian.rooms.catalog.model import (
    Event,
    ExpirePermission,
    ImportantDataPermitted,
    Permission,
    PermissionEnded,
    PermitImportantData,
    RevokePermission,
    State,
)
from mumian.rooms.catalog.refusals import CatalogRefusal as R
from mumian.rooms.catalog.vocabulary import PermissionEnd, PermissionId
from mumian.rulebook.rules import rule_at

PERMISSION = "catalog.permission"
"""Kind of the limit at which a permission ends."""

AUTHORITIES = frozenset({Role.DATA_BUREAU, Role.REGULATOR})


def permit(state: State, command: PermitImportantData, facts: Facts) -> list[Event] | Refused:
    if AUTHORITIES.isdisjoint(facts.roles):
        return Refused(R.ONLY_AN_AUTHORITY, {"actor": facts.actor})
    resource = present(state, command.resource)
    if isinstance(resource, Refused):
        return resource
    if resource.level is None:
        return Refused(R.NEVER_GRADED, {"resource": command.resource})
    if resource.level is not Level.IMPORTANT:
        return Refused(R.NOT_IMPORTANT_DATA, {"resource": command.resource, "level": resource.level.value})
    known = state.permitted.get(command.resource)
    if known is not None:
        return Refused(R.ALREADY_PERMITTED, {"resource": command.resource, "permission": known})
    if not command.forms or len(set(command.forms)) < len(command.forms):
        return Refused(R.FORMS_UNCLEAR, {"forms": ", ".join(form.value for form in command.forms) or "-"})
    if command.until <= facts.now:
        return Refused(R.PERMISSION_OVER, {"until": command.until, "now": facts.now})
    if rule_at("S5-5", rulebook=facts.rulebook, now=facts.now) is None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": "S5-5"})
    key = PermissionId(new_id("permission", facts.seq))
    record = Permission(
        command.resource, tuple(sorted(command.forms)), command.until, command.document_digest, facts.actor, facts.now
    )
    term = Start(key, PERMISSION, Unit.INSTANT, command.until, "S5-5", resource.holder)
    return [ImportantDataPermitted(key, record, ("S5-5", "S18-MATRIX"), (term,))]


def revoke(state: State, command: RevokePermission, facts: Facts) -> list[Event] | Refused:
    record = state.permissions.get(command.permission)
    if record is None:
        return Refused(R.PERMISSION_UNKNOWN, {"permission": command.permission})
    if facts.actor != record.by and Role.REGULATOR not in facts.roles:
        return Refused(R.NOT_THE_GIVER, {"permission": command.permission, "by": record.by, "actor": facts.actor})
    if record.ended is not None:
        detail: Detail = {"permission": command.permission, "reason": record.ended.value}
        return Refused(R.PERMISSION_ENDED, detail)
    stop = Stop(command.permission, PERMISSION)
    return [PermissionEnded(command.permission, record.resource, command.reason, (stop,))]


def expire(state: State, command: ExpirePermission, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    record = state.permissions.get(command.permission)
    if record is None or record.ended is not None:
        return []
    return [PermissionEnded(command.permission, record.resource, PermissionEnd.OVER)]
