"""What can be seen of the parties."""

from __future__ import annotations

from functools import lru_cache

from mumian.kernel.ids import PartyId
from mumian.kernel.roles import Role
from mumian.rooms.parties.model import ANYBODY, Authority, Link, Party, Standing, State
from mumian.rooms.parties.relations import CONTROL_BP, other_end, reach

_NO_ROLES: frozenset[Role] = frozenset()


@lru_cache(maxsize=1024)  # a market knows few sets of roles
def _as_set(roles: tuple[Role, ...]) -> frozenset[Role]:
    return frozenset(roles)


def party(state: State, party: PartyId) -> Party | None:
    """Return the party's record."""
    return state.parties.get(party)


def roles_of(state: State, party: PartyId) -> frozenset[Role]:
    """Return the roles in force: empty unless the party is admitted and active. One read."""
    record = state.parties.get(party)
    if record is None or record.standing is not Standing.ACTIVE:
        return _NO_ROLES
    return _as_set(record.roles)


def standing(state: State, party: PartyId) -> Standing | None:
    """Return how the party stands, or None if it was never admitted."""
    record = state.parties.get(party)
    return None if record is None else record.standing


def keys_of(state: State, party: PartyId) -> tuple[str, ...]:
    """Return the party's live keys, oldest first."""
    record = state.parties.get(party)
    return () if record is None else record.keys


def has_key(state: State, party: PartyId) -> bool:
    """Tell whether the party has a live key, so that it must sign. One read. It never turns false before the exit."""
    record = state.parties.get(party)
    return record is not None and bool(record.keys)


def party_of_key(state: State, key: str) -> PartyId | None:
    """Return whose live key it is, or None for one that is unknown or revoked."""
    known = state.keys.get(key)
    return known.party if known is not None and known.is_live else None


def related(state: State, party: PartyId, *, control_bp: int = CONTROL_BP) -> frozenset[PartyId]:
    """Return the party's related parties (关联方), itself excluded, of any standing; empty for an unknown party.

    control_bp: share from which a holding relates, 0 to 10,000 basis points.
    Cost: the size of the group, at most `GROUP_MAX` parties; it is symmetric: a in related(b) if b in related(a).
    """
    if party not in state.parties:
        return frozenset()
    return frozenset(reach(state, party, control_bp=control_bp)) - {party}


def relation_path(
    state: State,
    party: PartyId,
    other: PartyId,
    *,
    control_bp: int = CONTROL_BP,
    by: frozenset[Authority] = ANYBODY,
) -> tuple[Link, ...]:
    """Return a shortest chain of relations from `party` to `other`, to show why; empty if they are not related.

    by: whose word counts.
    """
    if party not in state.parties:
        return ()
    reached = reach(state, party, control_bp=control_bp, by=by)
    steps: list[Link] = []
    here = other
    while (link := reached.get(here)) is not None:
        steps.append(link)
        here = other_end(link, here)
    return tuple(reversed(steps))
