"""Grants and authorisations: what is given onward is never wider than what its giver has."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import GrantId, PartyId, free_id
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Right, Role
from mumian.kernel.time import Instant
from mumian.rooms.rights.chain import Chain, chain, stop
from mumian.rooms.rights.model import (
    Event,
    GranteeFacts,
    GrantRevoked,
    GrantRight,
    GrantUnderAuthorization,
    GrantUnderLicence,
    RevokeGrant,
    RightGranted,
    State,
)
from mumian.rooms.rights.records import Authorization, Grant, Registration
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.scope import excesses
from mumian.rooms.rights.vocabulary import CHAIN_LINKS_MAX, ConsentSeen


def refuse_empty_term(valid_from: Instant, valid_to: Instant, now: Instant) -> Refused | None:
    """Return why no time is left in a term, or None."""
    if valid_to > valid_from and valid_to > now:
        return None
    return Refused(R.TERM_EMPTY, {"valid_from": valid_from, "valid_to": valid_to, "now": now})


def grant(state: State, command: GrantRight, facts: Facts) -> list[Event] | Refused:
    """Decide on a grant from a registered right or from a grant."""
    assert isinstance(facts, GranteeFacts)
    parent = _parent(state, command.parent)
    if isinstance(parent, Refused):
        return parent
    owner = _owner(parent)
    if facts.actor != owner and not facts.acts_for:
        return Refused(R.NOT_YOURS, {"id": command.parent, "owner": owner, "actor": facts.actor})
    refused = _refuse_consent(command, facts.consent, owner, facts.now) if command.consent else None
    record = _record(command, parent, owner, _licence(state, parent, owner), consent=command.consent)
    return refused or _granted(state, record, facts)


def grant_under_licence(state: State, command: GrantUnderLicence, facts: Facts) -> list[Event] | Refused:
    """Decide on what two companies agreed: the grantor's word is the signed licence."""
    assert isinstance(facts, GranteeFacts)
    parent = _parent(state, command.parent)
    if isinstance(parent, Refused):
        return parent
    owner = _owner(parent)
    if command.grantor != owner:
        return Refused(R.NOT_YOURS, {"id": command.parent, "owner": owner, "actor": command.grantor})
    record = _record(command, parent, owner, _licence(state, parent, owner), under=command.licence)
    return _granted(state, record, facts)


def _parent(state: State, parent: str) -> Registration | Grant | Refused:
    found = state.grants.get(parent) or state.rights.get(parent)
    return found or Refused(R.UNKNOWN, {"noun": "right or grant", "id": parent})


def _owner(parent: Registration | Grant) -> PartyId:
    return parent.grantee if isinstance(parent, Grant) else parent.holder


def _granted(state: State, record: Grant, facts: GranteeFacts) -> list[Event] | Refused:
    """Return the grant if it may stand as it is recorded."""
    if not facts.grantee_roles:
        return Refused(R.NOT_ADMITTED, {"party": record.grantee})
    refused = refuse_empty_term(record.valid_from, record.valid_to, facts.now)
    if refused is not None:
        return refused
    parent = _parent(state, record.parent)
    assert not isinstance(parent, Refused)
    above = chain(state, record.parent, facts.now)
    refused = (
        _refuse_chain(above, record)
        or _refuse_wider(parent, record)
        or _refuse_unlicensed(state, record, parent, facts.now)
        or _refuse_circle(above, record)
    )
    return refused or [RightGranted(_new_grant(state, facts.seq), record)]


def _new_grant(state: State, seq: int) -> GrantId:
    """Return the next grant id of a leaf: a licence can bring several in one step."""
    return GrantId(free_id(state.grants, "grant", seq))


def _record(
    command: GrantRight | GrantUnderLicence,
    parent: Registration | Grant,
    grantor: PartyId,
    licence: str,
    *,
    consent: str = "",
    under: str = "",
) -> Grant:
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
        consent=consent,
        under=under,
    )


def _refuse_consent(command: GrantRight, seen: ConsentSeen | None, owner: PartyId, now: Instant) -> Refused | None:
    """Return why a grant may not rest on the consent that it names, or None (PIPL 第13、23条)."""
    detail: Detail = {"consent": command.consent}
    if seen is None:
        return Refused(R.UNKNOWN, {"noun": "consent", "id": command.consent})
    if not seen.in_force or now >= seen.valid_to:
        return Refused(R.CONSENT_NOT_IN_FORCE, detail)
    if seen.processor != owner:
        return Refused(R.CONSENT_OF_ANOTHER, {**detail, "processor": seen.processor, "grantor": owner})
    beyond = [purpose for purpose in command.purposes if purpose not in seen.purposes]
    if beyond:
        return Refused(R.BEYOND_CONSENT, {**detail, "part": "purpose", "asked": beyond[0]})
    if seen.recipients and command.grantee not in seen.recipients:
        return Refused(R.BEYOND_CONSENT, {**detail, "part": "recipient", "asked": command.grantee})
    if command.valid_to > seen.valid_to:
        return Refused(R.BEYOND_CONSENT, {**detail, "part": "term", "asked": command.valid_to})
    return None


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
    may_end = facts.is_market or facts.actor == record.grantor or facts.roles & {Role.REGISTRY, Role.REGULATOR}
    if not may_end:
        return Refused(R.NOT_YOURS, {"id": command.grant, "owner": record.grantor, "actor": facts.actor})
    if record.ended is not None and facts.is_market:
        return []
    if record.ended is not None:
        return Refused(R.ENDED, {"id": command.grant, "reason": record.ended})
    return [GrantRevoked(command.grant, command.reason)]


def grant_under_authorization(state: State, command: GrantUnderAuthorization, facts: Facts) -> list[Event] | Refused:
    """Enter a merchant's use of public data for one scenario: who may, the room of operation has decided."""
    parent = state.authorizations.get(command.authorization)
    if parent is None:
        return Refused(R.UNKNOWN, {"noun": "authorization", "id": command.authorization})
    record = Grant(
        parent=command.authorization,
        resource=command.resource,
        right=Right.USE,
        grantor=parent.operator,
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
        under=command.application,
    )
    refused = (
        refuse_empty_term(command.valid_from, command.valid_to, facts.now)
        or _refuse_chain(chain(state, command.authorization, facts.now), record)
        or _refuse_wider(parent, record)
    )
    return refused or [RightGranted(_new_grant(state, facts.seq), record)]
