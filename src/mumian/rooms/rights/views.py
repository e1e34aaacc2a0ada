"""What can be seen of rights."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Right
from mumian.kernel.time import Instant
from mumian.rooms.rights.chain import Break, Chain, Link, chain, is_coded, path_of
from mumian.rooms.rights.model import State
from mumian.rooms.rights.records import Grant, Registration
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.scope import covers

__all__ = [
    "Break",
    "Chain",
    "Link",
    "ceiling_fen",
    "chain",
    "downstream",
    "is_coded",
    "licensed",
    "operated",
    "path_of",
    "permits",
    "query_code",
    "rights_in",
]


def permits(
    state: State,
    *,
    source: str,
    holder: PartyId,
    right: Right,
    purpose: str,
    territory: str,
    now: Instant,
    fields: tuple[str, ...] = (),
) -> Chain | Refused:
    """Answer whether `holder` may exercise `right` by `source`, a RightId or GrantId, for `purpose` in `territory`.

    fields: those that the use reads; empty before a plan names them, then they are not compared.
    Returns: the unbroken chain, source first. What the source permits all above it permit: no grant is wider than its
    parent (a law), so only the source's own scope is compared.
    Refuses: UNKNOWN, NOT_THE_HOLDER, RIGHT_OUTSIDE, CHAIN_BROKEN naming the link, PURPOSE_OUTSIDE, TERRITORY_OUTSIDE,
    FIELD_OUTSIDE.
    """
    walked = chain(state, source, now)
    if not walked.links or walked.links[0].right is None:
        return Refused(R.UNKNOWN, {"noun": "right or grant", "id": source})
    head = walked.links[0]
    if head.holder != holder:
        return Refused(R.NOT_THE_HOLDER, {"source": source, "holder": head.holder, "party": holder})
    if head.right is not right:
        return Refused(R.RIGHT_OUTSIDE, {"source": source, "held": head.right or "", "right": right})
    if not walked.unbroken:
        detail: Detail = {"source": source, "broken_at": walked.broken_at, "reason": walked.reason or ""}
        return Refused(R.CHAIN_BROKEN, detail)
    grant = state.grants.get(source)
    if grant is None:
        return walked
    return _outside(source, grant, purpose=purpose, territory=territory, fields=fields) or walked


def _outside(source: str, grant: Grant, *, purpose: str, territory: str, fields: tuple[str, ...]) -> Refused | None:
    if purpose not in grant.purposes:
        return Refused(R.PURPOSE_OUTSIDE, {"source": source, "held": ",".join(grant.purposes), "purpose": purpose})
    if not covers(grant.territory, territory):
        detail: Detail = {"source": source, "held": ",".join(grant.territory), "territory": territory}
        return Refused(R.TERRITORY_OUTSIDE, detail)
    if fields and grant.fields:
        for field in fields:
            if field not in grant.fields:
                return Refused(R.FIELD_OUTSIDE, {"source": source, "held": ",".join(grant.fields), "field": field})
    return None


def downstream(state: State, source: str) -> Iterator[GrantId]:
    """Yield every grant that stands on `source`, a RightId, GrantId or AuthorizationId: one scan, whatever their depth."""
    for _, grant in state.lineage.under(f"{path_of(state, source)}/"):
        yield grant


def granted_from(state: State, source: str) -> Iterator[GrantId]:
    """Yield the grants that were given directly from `source`."""
    depth = path_of(state, source).count("/") + 1
    for path, grant in state.lineage.under(f"{path_of(state, source)}/"):
        if path.count("/") == depth:
            yield grant


def licensed(state: State, operate: RightId) -> Iterator[GrantId]:
    """Yield every grant of use that a registered OPERATE right lets its holder give, without what stands on it."""
    record = state.rights[operate]
    use = state.by_holder.get(f"{record.resource}/{record.holder}/{Right.USE}")
    if use is None or record.right is not Right.OPERATE:
        return
    for grant in granted_from(state, use):
        if state.grants[grant].licence == operate:
            yield grant


def consented(state: State, consent: str) -> Iterator[GrantId]:
    """Yield every grant that rests on a person's consent, without what stands on it."""
    for _, grant in state.by_consent.under(f"{consent}/"):
        yield grant


def operated(state: State, resource: str) -> Iterator[GrantId]:
    """Yield every grant of a resource that stands on an authorised operation of public data."""
    for _, authorization in state.authorized.under(f"{resource}/"):
        for grant in downstream(state, authorization):
            if state.grants[grant].resource == resource:
                yield grant


def rights_in(state: State, resource: ResourceId) -> Iterator[tuple[RightId, Registration]]:
    """Yield the latest registration of every holder's every right in a resource."""
    for _, right in state.by_holder.under(f"{resource}/"):
        yield right, state.rights[right]


def ceiling_fen(state: State, source: str) -> int | None:
    """Return the guided price per unit that the root of `source` sets; None if it sets none or there is no such root."""
    while (grant := state.grants.get(source)) is not None:
        source = grant.parent
    authorization = state.authorizations.get(source)
    return None if authorization is None else authorization.ceiling_fen


def query_code(state: State, resource: ResourceId, now: Instant) -> str | None:
    """Return the query code of the public data resource registration in force, or None."""
    registration = state.public_of.get(resource)
    return state.publics[registration].code if registration is not None and is_coded(state, resource, now) else None
