"""What always holds of rights. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.time import DAY_MS, Instant, day_of, start_of
from mumian.rooms.rights.chain import path_of
from mumian.rooms.rights.model import State
from mumian.rooms.rights.records import Authorization, Grant, Registration
from mumian.rooms.rights.scope import excesses
from mumian.rooms.rights.vocabulary import CHAIN_LINKS_MAX, OPERATION_YEARS_MAX, SourceType
from mumian.rulebook.calendar import years_after


def every_grant_has_its_parent(state: State) -> Iterator[str]:
    """What a grant stands on exists, is listed with it, belongs to the grantor, and is nearer to the root."""
    for key, grant in state.grants.under():
        parent = _parent(state, grant)
        if parent is None or state.lineage.get(path_of(state, key)) != key:
            yield f"`{key}` stands on `{grant.parent}`, which is not there or does not lead to it"
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


def one_holder_has_one_right_in_one_resource_once(state: State) -> Iterator[str]:
    """What is in force of a holder's right in a resource is the latest registration of it, and no other."""
    for key, right in state.rights.under():
        latest = state.by_holder.get(f"{right.resource}/{right.holder}/{right.right}")
        if right.ended is None and latest != key and state.rights[latest or key].registered_at < right.valid_to:
            yield f"`{key}` and `{latest}` are the same right of `{right.holder}` in `{right.resource}`"


def certificates_and_applications_lead_to_what_they_brought(state: State) -> Iterator[str]:
    """From a certificate, an agreement, an application, a licence or a consent the way leads to its rights and grants."""
    for key, right in state.rights.under():
        if state.by_certificate.get(f"{right.certificate}/{key}") != key:
            yield f"`{right.certificate}` does not lead to `{key}`"
    for key, authorization in state.authorizations.under():
        if state.by_agreement.get(authorization.agreement) != key:
            yield f"`{authorization.agreement}` does not lead to `{key}`"
    for key, grant in state.grants.under():
        if grant.consent and state.by_consent.get(f"{grant.consent}/{key}") != key:
            yield f"`{grant.consent}` does not lead to `{key}`"
        if grant.under and not grant.scenario and state.by_licence.get(f"{grant.under}/{key}") != key:
            yield f"`{grant.under}` does not lead to `{key}`"


def no_duty_or_entrusted_data_is_property(state: State) -> Iterator[str]:
    """No right is registered in data of public duty, nor in data processed on another's behalf but where a law or the
    contract provides for it (S1-21-R7, R8)."""
    for key, right in state.rights.under():
        is_provided = right.source_type is SourceType.ENTRUSTED and "S1-21-R7" in right.rules
        if right.source_type in (SourceType.GOV_DUTY, SourceType.ENTRUSTED) and not is_provided:
            yield f"`{key}` is registered for `{right.source_type}` data"


def no_operation_exceeds_five_years(state: State) -> Iterator[str]:
    """An authorisation ends within five years of its start (S3-TERM); a right's term is its certificate's."""
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
    one_holder_has_one_right_in_one_resource_once,
    certificates_and_applications_lead_to_what_they_brought,
    every_grant_has_its_parent,
    no_grant_is_wider_than_its_parent,
    no_duty_or_entrusted_data_is_property,
    no_operation_exceeds_five_years,
    authorizations_are_found_by_resource,
)
