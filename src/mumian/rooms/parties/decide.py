"""What is allowed among parties."""

from __future__ import annotations

import re
from typing import assert_never

from mumian.kernel.facts import Facts
from mumian.kernel.ids import OPERATOR, PartyId, new_id
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.parties.model import (
    GROUP_MAX,
    KEYS_MAX,
    NAME_CHARS_MAX,
    SHARE_BP_MAX,
    AdmitOperator,
    AdmitParty,
    AssignRoles,
    Authority,
    Command,
    EndRelation,
    Event,
    ExitParty,
    KeyRegistered,
    KeyRevoked,
    PartiesRelated,
    Party,
    PartyAdmitted,
    PartyExited,
    PartyKind,
    PartyReinstated,
    PartySuspended,
    RegisterKey,
    ReinstateParty,
    RelateParties,
    Relation,
    RelationEnded,
    RevokeKey,
    RolesAssigned,
    Standing,
    State,
    SuspendParty,
)
from mumian.rooms.parties.numbers import is_commitment, is_public_key, is_uscc
from mumian.rooms.parties.refusals import PartiesRefusal as R
from mumian.rooms.parties.relations import reach

# control characters, marks that turn the writing direction, invisible ones, lone surrogates: a name must show what it is
_hidden = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")

_ranks = {Authority.PARTY: 0, Authority.EXCHANGE: 1, Authority.REGULATOR: 2}

ORGANISATIONS_ONLY = (Role.PUBLIC_DATA_OPERATOR, Role.REGISTRY)
"""Roles that a natural person cannot have: 运营机构 is a legal person (S3), 登记机构 has paid-in capital (S1 第7条)."""

PUBLIC_BODIES_ONLY = (Role.PUBLIC_BODY, Role.REGULATOR, Role.DATA_BUREAU)


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a command about parties with its events or the first refusal that applies."""
    match command:
        case AdmitParty():
            return _admit(state, command, facts)
        case RegisterKey():
            return _register_key(state, command, facts)
        case RevokeKey():
            return _revoke_key(state, command, facts)
        case RelateParties():
            return _relate(state, command, facts)
        case EndRelation():
            return _end_relation(state, command, facts)
        case SuspendParty():
            return _suspend(state, command, facts)
        case ReinstateParty():
            return _reinstate(state, command, facts)
        case ExitParty():
            return _exit(state, command, facts)
        case AssignRoles():
            return _assign(state, command, facts)
        case AdmitOperator():
            return _admit_operator(state, command, facts)
        case _:
            assert_never(command)


def _admit_operator(state: State, command: AdmitOperator, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    if OPERATOR in state.parties:
        return Refused(R.OPERATOR_ADMITTED, {"party": OPERATOR})
    refused = _refuse_organisation(state, command.name, command.uscc)
    if refused is not None:
        return refused
    admitted = PartyAdmitted(
        OPERATOR, PartyKind.LEGAL, command.name, command.uscc, "", roles=(Role.EXCHANGE,), at=facts.now
    )
    return _with_key(state, admitted, command.key)


def _admit(state: State, command: AdmitParty, facts: Facts) -> list[Event] | Refused:
    if Role.EXCHANGE not in facts.roles:
        return Refused(R.ONLY_THE_EXCHANGE, {"actor": facts.actor})
    refused = _refuse_identity(state, command) or _refuse_roles(command.kind, command.roles)
    if refused is not None:
        return refused
    admitted = PartyAdmitted(
        PartyId(new_id("party", facts.seq)),
        command.kind,
        command.name,
        command.uscc or "",
        command.identity_commitment or "",
        roles=_in_order(command.roles),
        at=facts.now,
    )
    return _with_key(state, admitted, command.key)


def _with_key(state: State, admitted: PartyAdmitted, key: str | None) -> list[Event] | Refused:
    if key is None:
        return [admitted]
    return _refuse_key(state, key) or [admitted, KeyRegistered(admitted.party, key)]


def _refuse_identity(state: State, command: AdmitParty) -> Refused | None:
    """Return why the applicant is not identified, or None. A person's name and number never come this far."""
    commitment = command.identity_commitment or ""
    if command.kind is not PartyKind.NATURAL:
        if commitment:
            return Refused(R.COMMITMENT_MISPLACED, {"kind": command.kind.value})
        return _refuse_organisation(state, command.name, command.uscc or "")
    if not is_commitment(commitment):
        return Refused(R.COMMITMENT_MISSING, {"chars": len(commitment)})
    holder = state.by_commitment.get(commitment)
    return None if holder is None else Refused(R.COMMITMENT_TAKEN, {"party": holder})


def _refuse_organisation(state: State, name: str, uscc: str) -> Refused | None:
    if not 1 <= len(name) <= NAME_CHARS_MAX or name.isspace() or _hidden.search(name):
        return Refused(R.NAME_UNFIT, {"chars": len(name), "chars_max": NAME_CHARS_MAX})
    if not is_uscc(uscc):
        return Refused(R.USCC_INVALID, {"uscc": uscc})
    holder = state.by_uscc.get(uscc)
    return None if holder is None else Refused(R.USCC_TAKEN, {"uscc": uscc, "party": holder})


def _refuse_roles(kind: PartyKind, roles: tuple[Role, ...]) -> Refused | None:
    """Return why a party of this kind may not have these roles, or None."""
    if not roles:
        return Refused(R.ROLES_EMPTY)
    if Role.EXCHANGE in roles:
        return Refused(R.EXCHANGE_IS_ONE, {"operator": OPERATOR})
    for role in roles:
        if role in PUBLIC_BODIES_ONLY and kind is not PartyKind.PUBLIC_BODY:
            return Refused(R.ROLE_NEEDS_PUBLIC_BODY, {"role": role.value, "kind": kind.value})
    for role in roles:
        if role in ORGANISATIONS_ONLY and kind is PartyKind.NATURAL:
            return Refused(R.ROLE_NEEDS_ORGANISATION, {"role": role.value, "kind": kind.value})
    if Role.PUBLIC_DATA_OPERATOR in roles and Role.DATA_MERCHANT in roles:
        return Refused(R.OPERATOR_IS_NO_MERCHANT)
    return None


def _in_order(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(sorted(set(roles)))


def _present(state: State, party: PartyId) -> Party | Refused:
    """Return the party's record if it is in the market, suspended or not."""
    record = state.parties.get(party)
    if record is None:
        return Refused(R.PARTY_UNKNOWN, {"party": party})
    if record.standing is Standing.EXITED:
        return Refused(R.PARTY_EXITED, {"party": party})
    return record


def _refuse_over_regulator(party: PartyId, record: Party, facts: Facts) -> Refused | None:
    """Nobody but a regulator decides on a regulator: the exchange must not be able to disarm its own supervision."""
    if Role.REGULATOR in record.roles and Role.REGULATOR not in facts.roles and facts.actor != party:
        return Refused(R.REGULATOR_STAYS, {"party": party, "actor": facts.actor})
    return None


def _represented(state: State, party: PartyId, facts: Facts) -> Party | Refused:
    """Return the record of a party for which the actor may act: itself, or any as the exchange."""
    if facts.actor != party and Role.EXCHANGE not in facts.roles:
        return Refused(R.ONLY_ITSELF_OR_THE_EXCHANGE, {"actor": facts.actor, "party": party})
    record = _present(state, party)
    if isinstance(record, Refused):
        return record
    return _refuse_over_regulator(party, record, facts) or record


def _register_key(state: State, command: RegisterKey, facts: Facts) -> list[Event] | Refused:
    record = _represented(state, command.party, facts)
    if isinstance(record, Refused):
        return record
    refused = _refuse_key(state, command.key)
    if refused is not None:
        return refused
    if len(record.keys) >= KEYS_MAX:
        return Refused(R.KEYS_TOO_MANY, {"party": command.party, "keys": len(record.keys), "keys_max": KEYS_MAX})
    return [KeyRegistered(command.party, command.key)]


def _refuse_key(state: State, key: str) -> Refused | None:
    if not is_public_key(key):
        return Refused(R.KEY_MALFORMED, {"chars": len(key)})
    known = state.keys.get(key)
    if known is None:
        return None
    return (
        Refused(R.KEY_TAKEN, {"key": key, "party": known.party})
        if known.is_live
        else Refused(R.KEY_REVOKED, {"key": key})
    )


def _revoke_key(state: State, command: RevokeKey, facts: Facts) -> list[Event] | Refused:
    record = _represented(state, command.party, facts)
    if isinstance(record, Refused):
        return record
    if command.key not in record.keys:
        return Refused(R.KEY_UNKNOWN, {"party": command.party, "key": command.key})
    if len(record.keys) == 1:
        return Refused(R.LAST_KEY, {"party": command.party, "key": command.key})
    return [KeyRevoked(command.party, command.key)]


def _authority(facts: Facts) -> Authority:
    if Role.REGULATOR in facts.roles:
        return Authority.REGULATOR
    return Authority.EXCHANGE if Role.EXCHANGE in facts.roles else Authority.PARTY


def _refuse_relating(state: State, command: RelateParties | EndRelation, facts: Facts) -> Refused | None:
    """Return why the actor may not speak of this relation, or None."""
    ends = {"party": command.party, "other": command.other}
    if _authority(facts) is Authority.PARTY and facts.actor not in (command.party, command.other):
        return Refused(R.ONLY_ENDS_OR_AUTHORITIES, {"actor": facts.actor, **ends})
    for party in (command.party, command.other):
        if party not in state.parties:
            return Refused(R.PARTY_UNKNOWN, {"party": party})
    recorded = state.links.get(f"{command.party}/{command.other}/{command.relation.value}")
    if recorded is not None and _ranks[recorded.by] > _ranks[_authority(facts)]:
        return Refused(R.RELATION_OF_AUTHORITY, {"actor": facts.actor, "by": recorded.by.value, **ends})
    return None


def _relate(state: State, command: RelateParties, facts: Facts) -> list[Event] | Refused:
    refused = _refuse_relating(state, command, facts)
    if refused is not None:
        return refused
    party, other, relation, share_bp = command.party, command.other, command.relation, command.share_bp
    if party == other:
        return Refused(R.RELATED_TO_ITSELF, {"party": party})
    min_bp = 1 if relation is Relation.HOLDS_SHARES else 0
    if not min_bp <= share_bp <= SHARE_BP_MAX:
        detail: dict[str, str | int] = {"share_bp": share_bp, "relation": relation.value}
        return Refused(R.SHARE_OUT_OF_RANGE, {**detail, "min_bp": min_bp, "max_bp": SHARE_BP_MAX})
    by = _authority(facts)
    recorded = state.links.get(f"{party}/{other}/{relation.value}")
    if recorded is not None and recorded.share_bp == share_bp and recorded.by is by:
        detail = {"party": party, "other": other, "relation": relation.value, "share_bp": share_bp}
        return Refused(R.RELATION_EXISTS, detail)
    group = reach(state, party, control_bp=0).keys() | reach(state, other, control_bp=0).keys()
    if len(group) > GROUP_MAX:
        detail = {"party": party, "other": other, "parties": len(group), "parties_max": GROUP_MAX}
        return Refused(R.GROUP_TOO_LARGE, detail)
    return [PartiesRelated(party, other, relation, share_bp, by)]


def _end_relation(state: State, command: EndRelation, facts: Facts) -> list[Event] | Refused:
    refused = _refuse_relating(state, command, facts)
    if refused is not None:
        return refused
    party, other, relation = command.party, command.other, command.relation
    if f"{party}/{other}/{relation.value}" not in state.links:
        return Refused(R.RELATION_UNKNOWN, {"party": party, "other": other, "relation": relation.value})
    return [RelationEnded(party, other, relation)]


def _under_authority(state: State, party: PartyId, facts: Facts) -> Party | Refused:
    """Return the record of a party that the actor may suspend or reinstate."""
    if _authority(facts) is Authority.PARTY:
        return Refused(R.ONLY_AUTHORITIES, {"actor": facts.actor, "party": party})
    record = _present(state, party)
    if isinstance(record, Refused):
        return record
    if party == OPERATOR:
        return Refused(R.OPERATOR_STAYS, {"party": party})
    return _refuse_over_regulator(party, record, facts) or record


def _suspend(state: State, command: SuspendParty, facts: Facts) -> list[Event] | Refused:
    record = _under_authority(state, command.party, facts)
    if isinstance(record, Refused):
        return record
    if record.standing is Standing.SUSPENDED:
        return Refused(R.ALREADY_SUSPENDED, {"party": command.party})
    return [PartySuspended(command.party, command.reason, _authority(facts))]


def _reinstate(state: State, command: ReinstateParty, facts: Facts) -> list[Event] | Refused:
    record = _under_authority(state, command.party, facts)
    if isinstance(record, Refused):
        return record
    if record.suspension is None:
        return Refused(R.NOT_SUSPENDED, {"party": command.party})
    if _ranks[record.suspension.by] > _ranks[_authority(facts)]:
        return Refused(R.SUSPENDED_BY_REGULATOR, {"party": command.party, "actor": facts.actor})
    return [PartyReinstated(command.party)]


def _exit(state: State, command: ExitParty, facts: Facts) -> list[Event] | Refused:
    record = _represented(state, command.party, facts)
    if isinstance(record, Refused):
        return record
    if command.party == OPERATOR:
        return Refused(R.OPERATOR_STAYS, {"party": command.party})
    return [PartyExited(command.party)]


def _assign(state: State, command: AssignRoles, facts: Facts) -> list[Event] | Refused:
    if Role.EXCHANGE not in facts.roles:
        return Refused(R.ONLY_THE_EXCHANGE, {"actor": facts.actor})
    record = _present(state, command.party)
    if isinstance(record, Refused):
        return record
    if command.party == OPERATOR:
        return Refused(R.OPERATOR_STAYS, {"party": command.party})
    refused = _refuse_over_regulator(command.party, record, facts) or _refuse_roles(record.kind, command.roles)
    return refused or [RolesAssigned(command.party, _in_order(command.roles))]
