"""What is allowed of rights."""

from __future__ import annotations

from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, RightId, new_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.rights import certificate, granting
from mumian.rooms.rights.chain import is_coded, stop
from mumian.rooms.rights.eligibility import OF_PUBLIC_DATA, Row, nearest_row, row_for
from mumian.rooms.rights.model import (
    AuthorizeOperation,
    CancelPublicResource,
    CancelRight,
    Command,
    EndAuthorization,
    Event,
    FreezeRight,
    GrantRight,
    GrantUnderAuthorization,
    PublicRegistration,
    PublicResourceCancelled,
    PublicResourceRegistered,
    RegisterPublicResource,
    RegisterRight,
    Registration,
    ResourceFacts,
    RevokeGrant,
    RightCancelled,
    RightFrozen,
    RightRegistered,
    RightUnfrozen,
    State,
    UnfreezeRight,
)
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.vocabulary import (
    PUBLIC_SERIAL_MAX,
    PUBLIC_YEARS_MAX,
    SERIAL_MAX,
    VALIDITY_YEARS_MAX,
    PublicId,
    Resource,
    SourceType,
)
from mumian.rulebook.calendar import years_after


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a rights command with its events or the first refusal that applies."""
    match command:
        case GrantRight():
            return granting.grant(state, command, facts)
        case GrantUnderAuthorization():
            return granting.grant_under(state, command, facts)
        case RevokeGrant():
            return granting.revoke(state, command, facts)
        case RegisterRight():
            return _register(state, command, facts)
        case RegisterPublicResource():
            return _register_public(state, command, facts)
        case AuthorizeOperation():
            return granting.authorize(state, command, facts)
        case EndAuthorization():
            return granting.end_authorization(state, command, facts)
        case CancelRight() | FreezeRight() | UnfreezeRight() | CancelPublicResource():
            return _change(state, command, facts)
        case _:
            assert_never(command)


def _examined(facts: ResourceFacts, resource_id: str) -> Resource | Refused:
    """Return the resource that the registry speaks of, or why it cannot be registered at all."""
    if Role.REGISTRY not in facts.roles:
        return Refused(R.ONLY_A_REGISTRY, {"actor": facts.actor})
    resource = facts.resource
    if resource is None:
        return Refused(R.UNKNOWN, {"noun": "resource", "id": resource_id})
    if resource.withdrawn:
        return Refused(R.WITHDRAWN, {"resource": resource_id})
    return resource


def _register(state: State, command: RegisterRight, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ResourceFacts)
    resource = _examined(facts, command.resource)
    if isinstance(resource, Refused):
        return resource
    if not facts.holder_roles:
        return Refused(R.NOT_ADMITTED, {"party": command.holder})
    row = _row(state, command, resource, facts.now)
    if isinstance(row, Refused):
        return row
    known = state.by_holder.get(f"{command.resource}/{command.holder}/{command.right}")
    if known is not None:
        record = state.rights[known]
        if record.ended is None and facts.now < record.valid_to:
            return Refused(R.ALREADY_REGISTERED, {"id": known, "number": record.certificate})
    refused = granting.refuse_empty_term(command.valid_from, command.valid_to, facts.now)
    if refused is not None:
        return refused
    today = day_of(facts.now)
    limit = start_of(years_after(today, VALIDITY_YEARS_MAX)) + DAY_MS
    if command.valid_to > limit:
        return Refused(R.TERM_OVER_FIVE_YEARS, {"valid_to": command.valid_to, "limit": limit})
    prefix = certificate.month_prefix(institution=facts.institution, day=today)
    serial = (state.serials.get(prefix) or 0) + 1
    if serial > SERIAL_MAX:
        return Refused(R.SERIALS_USED_UP, {"serials": SERIAL_MAX, "prefix": prefix})
    record = Registration(
        resource=command.resource,
        right=command.right,
        holder=command.holder,
        certificate=certificate.number(prefix, serial),
        source_type=command.source_type,
        basis=command.basis,
        conditions=command.conditions,
        rules=_rules(row),
        registered_at=facts.now,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    return [RightRegistered(RightId(new_id("right", facts.seq)), record)]


def _rules(row: Row) -> tuple[str, ...]:
    """Return the rules that a registration was decided by: its row, the term, the number, and what R9 presupposes."""
    presupposed = ("S1-15",) if row.source is SourceType.PUBLIC_PRODUCT else ()
    return (row.rule, *presupposed, "S1-26", "S1-A6")


def _row(state: State, command: RegisterRight, resource: Resource, now: Instant) -> Row | Refused:
    """Return the row of S1 第21条 that gives the right, or why none does."""
    source = command.source_type
    if source is SourceType.GOV_DUTY or (resource.kind is DataKind.PUBLIC and source not in OF_PUBLIC_DATA):
        detail: Detail = {"resource": command.resource, "kind": resource.kind, "source_type": source}
        return Refused(R.DUTY_DATA, detail)
    if source is SourceType.ENTRUSTED:
        return Refused(R.ENTRUSTED_DATA, {"resource": command.resource, "holder": command.holder})
    if command.holder == resource.holder and resource.source_type not in (None, source):
        detail = {"source_type": source, "described": resource.source_type or "", "resource": command.resource}
        return Refused(R.SOURCE_DISAGREES, detail)
    row = row_for(source, command.right, command.conditions)
    if row is None:
        nearest, missing = nearest_row(source, command.right, command.conditions)
        detail = {"right": command.right, "source_type": source}
        return Refused(R.CONDITION_MISSING, {**detail, "missing": ",".join(missing), "row": nearest.rule})
    if row.basis and command.basis.kind not in row.basis:
        detail = {"row": row.rule, "needed": ",".join(sorted(row.basis)), "basis": command.basis.kind}
        return Refused(R.BASIS_DOES_NOT_FIT, detail)
    if source is SourceType.PUBLIC_PRODUCT and not is_coded(state, command.resource, now):
        return Refused(R.PRODUCT_NOT_CODED, {"resource": command.resource})
    return row


def _register_public(state: State, command: RegisterPublicResource, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ResourceFacts)
    resource = _examined(facts, command.resource)
    if isinstance(resource, Refused):
        return resource
    known = state.public_of.get(command.resource)
    if known is not None and stop(state.publics[known], facts.now) is None:
        return Refused(R.ALREADY_REGISTERED, {"id": known, "number": state.publics[known].code})
    today = day_of(facts.now)
    valid_to = start_of(years_after(today, PUBLIC_YEARS_MAX)) + DAY_MS
    if command.operation_ends is not None:
        valid_to = min(valid_to, command.operation_ends)
    refused = granting.refuse_empty_term(facts.now, valid_to, facts.now)
    if refused is not None:
        return refused
    prefix = certificate.public_prefix(institution=facts.institution, day=today)
    serial = (state.serials.get(prefix) or 0) + 1
    if serial > PUBLIC_SERIAL_MAX:
        return Refused(R.SERIALS_USED_UP, {"serials": PUBLIC_SERIAL_MAX, "prefix": prefix})
    code = certificate.public_code(prefix, serial)
    record = PublicRegistration(command.resource, code, command.evidence_digest, facts.now, valid_to)
    return [PublicResourceRegistered(PublicId(new_id("public", facts.seq)), record)]


def _change(
    state: State, command: CancelRight | FreezeRight | UnfreezeRight | CancelPublicResource, facts: Facts
) -> list[Event] | Refused:
    """Decide on what changes a registration: it exists, has not ended, and registry or regulator speaks."""
    if Role.REGISTRY not in facts.roles and Role.REGULATOR not in facts.roles:
        return Refused(R.ONLY_REGISTRY_OR_REGULATOR, {"actor": facts.actor})
    if isinstance(command, CancelPublicResource):
        public = state.publics.get(command.registration)
        if public is None:
            return Refused(R.UNKNOWN, {"noun": "public registration", "id": command.registration})
        if public.ended is not None:
            return Refused(R.ENDED, {"id": command.registration, "reason": public.ended})
        return [PublicResourceCancelled(command.registration, command.reason)]
    right = state.rights.get(command.registration)
    if right is None:
        return Refused(R.UNKNOWN, {"noun": "right", "id": command.registration})
    if right.ended is not None:
        return Refused(R.ENDED, {"id": command.registration, "reason": right.ended})
    match command:
        case CancelRight():
            return [RightCancelled(command.registration, command.reason)]
        case FreezeRight() if right.frozen is None:
            return [RightFrozen(command.registration, command.reason, facts.actor)]
        case FreezeRight():
            detail: Detail = {"id": command.registration, "by": right.frozen_by or "", "reason": right.frozen or ""}
            return Refused(R.ALREADY_FROZEN, detail)
        case UnfreezeRight():
            return _unfreeze(command, right.frozen_by, facts)
        case _:
            assert_never(command)


def _unfreeze(command: UnfreezeRight, frozen_by: PartyId | None, facts: Facts) -> list[Event] | Refused:
    if frozen_by is None:
        return Refused(R.NOT_FROZEN, {"id": command.registration})
    if facts.actor != frozen_by and Role.REGULATOR not in facts.roles:
        detail: Detail = {"id": command.registration, "by": frozen_by, "actor": facts.actor}
        return Refused(R.FROZEN_BY_ANOTHER, detail)
    return [RightUnfrozen(command.registration)]
