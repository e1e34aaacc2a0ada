"""What always holds of rights. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.rights.model import Authorization, Grant, Registration, State
from mumian.rooms.rights.scope import excesses
from mumian.rooms.rights.vocabulary import CHAIN_LINKS_MAX, OPERATION_YEARS_MAX, VALIDITY_YEARS_MAX, SourceType
from mumian.rulebook.calendar import years_after


def certificate_numbers_run_without_gap(state: State) -> Iterator[str]:
    """In each month and institution the certificates are 1, 2, 3 … up to the last serial given, each once; codes too."""
    given: dict[str, list[int]] = {}
    for _, right in state.rights.under():
        given.setdefault(right.certificate[:-4], []).append(int(right.certificate[-4:]))
    for _, public in state.publics.under():
        given.setdefault(public.code[:-6], []).append(int(public.code[-6:]))
    last = dict(state.serials.under())
    for prefix in sorted(given.keys() | last.keys()):
        serials = sorted(given.get(prefix, []))
        if serials != list(range(1, last.get(prefix, 0) + 1)):
            yield f"`{prefix}` has {len(serials)} numbers, its last serial is {last.get(prefix, 0)}"


def every_grant_has_its_parent(state: State) -> Iterator[str]:
    """What a grant stands on exists, is listed with it, belongs to the grantor, and is nearer to the root."""
    for key, grant in state.grants.under():
        parent = _parent(state, grant)
        if parent is None or f"{grant.parent}/{key}" not in state.children:
            yield f"`{key}` stands on `{grant.parent}`, which is not there"
            continue
        if grant.grantor != _giver(parent):
            yield f"`{key}` was given by `{grant.grantor}` out of what `{_giver(parent)}` has"
        depth = parent.depth + 1 if isinstance(parent, Grant) else 1
        if grant.depth != depth or depth > CHAIN_LINKS_MAX:
            yield f"`{key}` says it is {grant.depth} grants from its root"


def authorizations_are_found_by_resource(state: State) -> Iterator[str]:
    """From each resource the way leads to every authorisation that covers it, and to no other."""
    expected = {f"{each}/{key}" for key, record in state.authorizations.under() for each in record.resources}
    for key in sorted(expected.symmetric_difference(key for key, _ in state.authorized.under())):
        yield f"`authorized` is wrong about `{key}`"


def no_grant_is_wider_than_its_parent(state: State) -> Iterator[str]:
    """In right, resource, purpose, territory, fields, time and onward transfer a grant is within its parent."""
    for key, grant in state.grants.under():
        parent = _parent(state, grant)
        if parent is None:
            continue
        for excess in excesses(parent, grant):
            yield f"`{key}` has the {excess.part} `{excess.asked}`, `{grant.parent}` has `{excess.held}`"
        if isinstance(parent, Grant) and not parent.onward:
            yield f"`{key}` stands on `{grant.parent}`, which may not be granted onward"


def no_duty_or_entrusted_data_is_property(state: State) -> Iterator[str]:
    """No right is registered in data of public duty or in data processed on another's behalf (S1-21-R7, R8)."""
    for key, right in state.rights.under():
        if right.source_type in (SourceType.GOV_DUTY, SourceType.ENTRUSTED):
            yield f"`{key}` is registered for `{right.source_type}` data"


def no_term_exceeds_five_years(state: State) -> Iterator[str]:
    """A right ends within five years of its registration (S1-26), an authorisation of its start (S3-TERM)."""
    for key, right in state.rights.under():
        if right.valid_to > _end(right.registered_at, VALIDITY_YEARS_MAX):
            yield f"`{key}` holds until {right.valid_to}"
    for key, authorization in state.authorizations.under():
        if authorization.valid_to > _end(authorization.valid_from, OPERATION_YEARS_MAX):
            yield f"`{key}` holds until {authorization.valid_to}"


def _end(start: Instant, years: int) -> Instant:
    return start_of(years_after(day_of(start), years)) + DAY_MS


def _parent(state: State, grant: Grant) -> Registration | Grant | Authorization | None:
    return state.grants.get(grant.parent) or state.rights.get(grant.parent) or state.authorizations.get(grant.parent)


def _giver(parent: Registration | Grant | Authorization) -> str:
    match parent:
        case Registration():
            return parent.holder
        case Grant():
            return parent.grantee
        case Authorization():
            return parent.operator


LAWS = (
    certificate_numbers_run_without_gap,
    every_grant_has_its_parent,
    no_grant_is_wider_than_its_parent,
    no_duty_or_entrusted_data_is_property,
    no_term_exceeds_five_years,
    authorizations_are_found_by_resource,
)
