"""What always holds among parties. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import OPERATOR
from mumian.kernel.roles import Role
from mumian.rooms.parties.model import KEYS_MAX, PartyKind, Standing, State


def each_identity_belongs_to_one_party(state: State) -> Iterator[str]:
    """A USCC or commitment names one party in the market, the one that carries it; one who left gives it free."""
    for key, party in state.parties.under():
        if party.standing is Standing.EXITED:
            continue
        if party.uscc and state.by_uscc.get(party.uscc) != key:
            yield f"`{key}` carries USCC `{party.uscc}`, which is recorded for `{state.by_uscc.get(party.uscc)}`"
        if party.identity_commitment and state.by_commitment.get(party.identity_commitment) != key:
            yield f"`{key}` carries a commitment that is recorded for `{state.by_commitment.get(party.identity_commitment)}`"
    for uscc, key in state.by_uscc.under():
        owner = state.parties.get(key)
        if owner is None or owner.uscc != uscc or owner.standing is Standing.EXITED:
            yield f"USCC `{uscc}` is recorded for `{key}`, which does not carry it"


def each_key_belongs_to_one_party(state: State) -> Iterator[str]:
    """A live key is carried by its party and no other; a revoked one by none; nobody carries more than the bound."""
    carried: dict[str, str] = {}
    for name, party in state.parties.under():
        if len(party.keys) > KEYS_MAX:
            yield f"`{name}` carries {len(party.keys)} keys of at most {KEYS_MAX}"
        for key in party.keys:
            known = state.keys.get(key)
            if key in carried or known is None or not known.is_live or known.party != name:
                yield f"`{name}` carries key `{key}`, which is not its own live key"
            carried[key] = name
    for key, known in state.keys.under():
        if known.is_live and key not in carried:
            yield f"key `{key}` is live, but `{known.party}` does not carry it"


def no_operator_is_a_merchant(state: State) -> Iterator[str]:
    """A public data operator does not develop products (运商分离, S3 第6条)."""
    for key, party in state.parties.under():
        if Role.PUBLIC_DATA_OPERATOR in party.roles and Role.DATA_MERCHANT in party.roles:
            yield f"`{key}` is public data operator and data merchant"


def roles_fit_their_parties(state: State) -> Iterator[str]:
    """The exchange is one; public bodies and regulators are public bodies; everybody has a role."""
    for key, party in state.parties.under():
        if not party.roles or (Role.EXCHANGE in party.roles) != (key == OPERATOR):
            yield f"`{key}` has the roles {[role.value for role in party.roles]}"
        is_public = Role.PUBLIC_BODY in party.roles or Role.REGULATOR in party.roles
        if is_public and party.kind is not PartyKind.PUBLIC_BODY:
            yield f"`{key}` has a public body's role and is `{party.kind.value}`"


def no_person_is_named(state: State) -> Iterator[str]:
    """Of a natural person the market knows a commitment and nothing else; organisations are named."""
    for key, party in state.parties.under():
        is_person = party.kind is PartyKind.NATURAL
        if is_person and (party.name or party.uscc):
            yield f"`{key}` is a natural person with a name or a number"
        if is_person == (not party.identity_commitment) or is_person == bool(party.uscc):
            yield f"`{key}` is `{party.kind.value}` and not identified as such"


def suspended_parties_keep_their_record(state: State) -> Iterator[str]:
    """Who is suspended has a recorded reason, and who has one is suspended; the exchange never is."""
    for key, party in state.parties.under():
        if (party.standing is Standing.SUSPENDED) != (party.suspension is not None):
            yield f"`{key}` is {party.standing.value} with the suspension {party.suspension}"
        if key == OPERATOR and party.standing is not Standing.ACTIVE:
            yield f"`{key}` is {party.standing.value}"


def relations_are_seen_from_both_ends(state: State) -> Iterator[str]:
    """A relation joins two known parties and is found from either."""
    for key, link in state.links.under():
        if link.party == link.other or link.party not in state.parties or link.other not in state.parties:
            yield f"`{key}` does not join two parties"
        if state.links_to.get(f"{link.other}/{link.party}/{link.relation.value}") != key:
            yield f"`{key}` is not seen from `{link.other}`"
    for end, key in state.links_to.under():
        if key not in state.links:
            yield f"`{end}` points to `{key}`, which is not recorded"


LAWS = (
    each_identity_belongs_to_one_party,
    each_key_belongs_to_one_party,
    no_operator_is_a_merchant,
    roles_fit_their_parties,
    no_person_is_named,
    suspended_parties_keep_their_record,
    relations_are_seen_from_both_ends,
)
