"""Grants and authorisations: what is given onward is never wider than what its giver has."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import GrantId, PartyId, new_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.rights.chain import Chain, chain, is_coded, stop
from mumian.rooms.rights.model import (
    Authorization,
    AuthorizationEnded,
    AuthorizationFacts,
    AuthorizeOperation,
    EndAuthorization,
    Event,
    Grant,
    GranteeFacts,
    GrantRevoked,
    GrantRight,
    GrantUnderAuthorization,
    MerchantFacts,
    OperationAuthorized,
    Registration,
    RevokeGrant,
    RightGranted,
    State,
)
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.scope import excesses
from mumian.rooms.rights.vocabulary import CHAIN_LINKS_MAX, OPERATION_YEARS_MAX, AuthorizationId, Mode
from mumian.rulebook.calendar import years_after


def refuse_empty_term(valid_from: Instant, valid_to: Instant, now: Instant) -> Refused | None:
    """Return why no time is left in a term, or None."""
    if valid_to > valid_from and valid_to > now:
        return None
    return Refused(R.TERM_EMPTY, {"valid_from": valid_from, "valid_to": valid_to, "now": now})


def grant(state: State, command: GrantRight, facts: Facts) -> list[Event] | Refused:
    """Decide on a grant from a registered right or from a grant."""
    assert isinstance(facts, GranteeFacts)
    parent = state.grants.get(command.parent) or state.rights.get(command.parent)
    if parent is None:
        return Refused(R.UNKNOWN, {"noun": "right or grant", "id": command.parent})
    owner = parent.grantee if isinstance(parent, Grant) else parent.holder
    if facts.actor != owner:
        return Refused(R.NOT_YOURS, {"id": command.parent, "owner": owner, "actor": facts.actor})
    if not facts.grantee_roles:
        return Refused(R.NOT_ADMITTED, {"party": command.grantee})
    refused = refuse_empty_term(command.valid_from, command.valid_to, facts.now)
    if refused is not None:
        return refused
    licence = _licence(state, parent, facts.actor)
    record = _record(command, parent, facts.actor, licence)
    above = chain(state, command.parent, facts.now)
    refused = (
        _refuse_chain(above, record)
        or _refuse_wider(parent, record)
        or _refuse_unlicensed(state, record, parent, facts.now)
        or _refuse_circle(above, record)
    )
    return refused or [RightGranted(GrantId(new_id("grant", facts.seq)), record)]


def _record(command: GrantRight, parent: Registration | Grant, grantor: PartyId, licence: str) -> Grant:
    return Grant(
        parent=command.parent,
        resource=parent.resource,
        right=command.right,
        grantor=grantor,
        grantee=command.grantee,
        purposes=command.purposes,
        territory=command.territory,
        fields=command.fields,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        onward=command.onward,
        terms_digest=command.terms_digest,
        depth=parent.depth + 1 if isinstance(parent, Grant) else 1,
        licence=licence,
    )


def _licence(state: State, parent: Registration | Grant, actor: PartyId) -> str:
    """Return the OPERATE right that lets the holder of a registered USE right give use to others, if there is one."""
    if isinstance(parent, Grant) or parent.right is not Right.USE:
        return ""
    return state.by_holder.get(f"{parent.resource}/{actor}/{Right.OPERATE}") or ""


def _refuse_chain(above: Chain, record: Grant) -> Refused | None:
    if above.unbroken:
        return None
    detail: Detail = {"source": record.parent, "broken_at": above.broken_at, "reason": above.reason or ""}
    return Refused(R.CHAIN_BROKEN, detail)


def _refuse_wider(parent: Registration | Grant | Authorization, record: Grant) -> Refused | None:
    """Return why a grant may not be as it is under `parent`, or None."""
    if not record.purposes:
        return Refused(R.PURPOSE_MISSING)
    if record.grantee == record.grantor:
        return Refused(R.GRANT_TO_SELF, {"actor": record.grantor})
    if isinstance(parent, Grant) and not parent.onward:
        return Refused(R.NO_ONWARD, {"parent": record.parent, "grantor": parent.grantor})
    excess = next(excesses(parent, record), None)
    if excess is None:
        return None
    detail: Detail = {"part": excess.part, "asked": excess.asked, "held": excess.held, "parent": record.parent}
    return Refused(R.WIDER_THAN_PARENT, detail)


def _refuse_unlicensed(state: State, record: Grant, parent: Registration | Grant, now: Instant) -> Refused | None:
    """To let others use data is to operate it: a registered USE right alone does not give use away (S1-03)."""
    if isinstance(parent, Grant) or parent.right is not Right.USE:
        return None
    licence = state.rights[record.licence] if record.licence else None
    if licence is not None and stop(licence, now) is None and record.valid_to <= licence.valid_to:
        return None
    return Refused(R.NO_LICENCE, {"actor": record.grantor, "right": record.right, "resource": record.resource})


def _refuse_circle(above: Chain, record: Grant) -> Refused | None:
    for link in above.links:
        if link.holder == record.grantee:
            return Refused(R.CIRCLE, {"grantee": record.grantee, "at": link.id})
    if record.depth > CHAIN_LINKS_MAX:
        detail: Detail = {"parent": record.parent, "links": record.depth - 1, "links_max": CHAIN_LINKS_MAX}
        return Refused(R.CHAIN_TOO_LONG, detail)
    return None


def revoke(state: State, command: RevokeGrant, facts: Facts) -> list[Event] | Refused:
    """Decide on the end of a grant. One record changes, however many grants stand on it."""
    record = state.grants.get(command.grant)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "grant", "id": command.grant})
    if facts.actor != record.grantor and Role.REGISTRY not in facts.roles and Role.REGULATOR not in facts.roles:
        return Refused(R.NOT_YOURS, {"id": command.grant, "owner": record.grantor, "actor": facts.actor})
    if record.ended is not None:
        return Refused(R.ENDED, {"id": command.grant, "reason": record.ended})
    return [GrantRevoked(command.grant, command.reason)]


def authorize(state: State, command: AuthorizeOperation, facts: Facts) -> list[Event] | Refused:
    """Decide on an authorisation of public data (S3)."""
    assert isinstance(facts, AuthorizationFacts)
    if Role.PUBLIC_BODY not in facts.roles:
        return Refused(R.ONLY_A_PUBLIC_BODY, {"actor": facts.actor})
    refused = _refuse_resources(state, command, facts) or _refuse_operator(command, facts)
    if refused is not None:
        return refused
    if (command.mode is Mode.WHOLE) != (not command.scenario):
        return Refused(R.SCENARIO_AND_MODE, {"mode": command.mode, "scenario": command.scenario})
    refused = refuse_empty_term(command.valid_from, command.valid_to, facts.now)
    if refused is not None:
        return refused
    limit = start_of(years_after(day_of(command.valid_from), OPERATION_YEARS_MAX)) + DAY_MS
    if command.valid_to > limit:
        return Refused(R.OPERATION_OVER_FIVE_YEARS, {"valid_to": command.valid_to, "limit": limit})
    record = Authorization(
        body=facts.actor,
        operator=command.operator,
        resources=command.resources,
        mode=command.mode,
        scenario=command.scenario,
        ceiling_fen=command.ceiling_fen,
        decision_record_digest=command.decision_record_digest,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
    )
    return [OperationAuthorized(AuthorizationId(new_id("authorization", facts.seq)), record)]


def _refuse_resources(state: State, command: AuthorizeOperation, facts: AuthorizationFacts) -> Refused | None:
    if not command.resources:
        return Refused(R.NO_RESOURCES)
    known = {resource.resource: resource for resource in facts.resources}
    for name in command.resources:
        resource = known.get(name)
        if resource is None:
            return Refused(R.UNKNOWN, {"noun": "resource", "id": name})
        if resource.withdrawn:
            return Refused(R.WITHDRAWN, {"resource": name})
        if resource.kind is not DataKind.PUBLIC:
            return Refused(R.NOT_PUBLIC_DATA, {"resource": name, "kind": resource.kind})
        if resource.holder != facts.actor:
            detail: Detail = {"resource": name, "holder": resource.holder, "actor": facts.actor}
            return Refused(R.OWNER_CONSENT_MISSING, detail)
        if not is_coded(state, name, facts.now):
            return Refused(R.RESOURCE_NOT_CODED, {"resource": name})
    return None


def _refuse_operator(command: AuthorizeOperation, facts: AuthorizationFacts) -> Refused | None:
    if Role.PUBLIC_DATA_OPERATOR not in facts.operator_roles:
        return Refused(R.NOT_AN_OPERATOR, {"party": command.operator})
    if Role.DATA_MERCHANT in facts.operator_roles:
        return Refused(R.OPERATOR_IS_MERCHANT, {"party": command.operator})
    return None


def end_authorization(state: State, command: EndAuthorization, facts: Facts) -> list[Event] | Refused:
    """Decide on the end of an authorisation; what stands on it is void with it."""
    record = state.authorizations.get(command.authorization)
    if record is None:
        return Refused(R.UNKNOWN, {"noun": "authorization", "id": command.authorization})
    if facts.actor != record.body and Role.REGULATOR not in facts.roles:
        return Refused(R.NOT_YOURS, {"id": command.authorization, "owner": record.body, "actor": facts.actor})
    if record.ended is not None:
        return Refused(R.ENDED, {"id": command.authorization, "reason": record.ended})
    return [AuthorizationEnded(command.authorization, command.reason)]


def grant_under(state: State, command: GrantUnderAuthorization, facts: Facts) -> list[Event] | Refused:
    """Decide on a merchant's use of public data for one scenario (S20: 一场景一申请, 运商分离)."""
    assert isinstance(facts, MerchantFacts)
    parent = state.authorizations.get(command.authorization)
    if parent is None:
        return Refused(R.UNKNOWN, {"noun": "authorization", "id": command.authorization})
    if facts.actor != parent.operator:
        return Refused(R.NOT_YOURS, {"id": command.authorization, "owner": parent.operator, "actor": facts.actor})
    refused = _refuse_merchant(command, facts) or _refuse_scenario(state, command, parent, facts.now)
    if refused is not None:
        return refused
    refused = refuse_empty_term(command.valid_from, command.valid_to, facts.now)
    if refused is not None:
        return refused
    record = Grant(
        parent=command.authorization,
        resource=command.resource,
        right=Right.USE,
        grantor=facts.actor,
        grantee=command.merchant,
        purposes=command.purposes,
        territory=command.territory,
        fields=command.fields,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        onward=False,  # raw public data goes no further (S3-21)
        terms_digest=command.terms_digest,
        depth=1,
        scenario=command.scenario,
    )
    refused = _refuse_chain(chain(state, command.authorization, facts.now), record) or _refuse_wider(parent, record)
    return refused or [RightGranted(GrantId(new_id("grant", facts.seq)), record)]


def _refuse_merchant(command: GrantUnderAuthorization, facts: MerchantFacts) -> Refused | None:
    if not facts.merchant_roles:
        return Refused(R.NOT_ADMITTED, {"party": command.merchant})
    if facts.relation or command.merchant == facts.actor:
        detail: Detail = {"operator": facts.actor, "merchant": command.merchant}
        return Refused(R.OPERATOR_RELATED, {**detail, "path": " - ".join(facts.relation or (facts.actor,))})
    if Role.DATA_MERCHANT not in facts.merchant_roles:
        return Refused(R.NOT_A_MERCHANT, {"party": command.merchant})
    return None


def _refuse_scenario(
    state: State, command: GrantUnderAuthorization, parent: Authorization, now: Instant
) -> Refused | None:
    if command.resource not in parent.resources:
        detail: Detail = {"resource": command.resource, "authorization": command.authorization}
        return Refused(R.RESOURCE_OUTSIDE, detail)
    if parent.mode is Mode.SCENARIO and command.scenario != parent.scenario:
        detail = {"authorization": command.authorization, "authorized": parent.scenario}
        return Refused(R.SCENARIO_OUTSIDE, {**detail, "scenario": command.scenario})
    key = f"{command.authorization}/{command.merchant}/{command.scenario}/{command.resource}"
    taken = state.scenarios.get(key)
    if taken is not None and state.grants[taken].ended is None and now < state.grants[taken].valid_to:
        detail = {"merchant": command.merchant, "grant": taken, "scenario": command.scenario}
        return Refused(R.SCENARIO_TAKEN, {**detail, "resource": command.resource})
    return None
