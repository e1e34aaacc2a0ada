"""What is allowed in the catalog."""

from __future__ import annotations

import re
from typing import assert_never

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId, new_id
from mumian.kernel.limits import Stop
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.rooms.catalog import grading, permission
from mumian.rooms.catalog.description import DIMENSIONS, MEANING_CHARS_MAX, Description, Measure, Quality, SourceType
from mumian.rooms.catalog.holding import held
from mumian.rooms.catalog.model import (
    DATA_MAX,
    DUTIES_MAX,
    AmendDescription,
    ClassifyResource,
    Command,
    DeemRegradeOverdue,
    DescribeResource,
    DescriptionAmended,
    DutiesListed,
    DutyItem,
    Event,
    ExpirePermission,
    ListDuties,
    PermitImportantData,
    ProposeGrading,
    PublishVersion,
    RegradeReason,
    ReportTrigger,
    ResourceDescribed,
    ResourceWithdrawn,
    RevokePermission,
    State,
    VersionPublished,
    WithdrawResource,
)
from mumian.rooms.catalog.refusals import CatalogRefusal as R
from mumian.rooms.catalog.review import examine, refuse_count, refuse_text

_digest_shape = re.compile(r"[0-9a-f]{64}")
_duty_shape = re.compile(r"[A-Za-z0-9.-]{1,32}")

PUBLIC_SOURCES = (SourceType.PUBLIC_PRODUCT, SourceType.UTILITY)
"""Sources of public data in the hands of those who are no public body (S1 第15条二、三)."""


def decide(state: State, command: Command, facts: Facts) -> list[Event] | Refused:
    """Answer a catalog command with its events or the first refusal that applies."""
    match command:
        case PublishVersion():
            return _publish(state, command, facts)
        case DescribeResource():
            return _describe(state, command, facts)
        case AmendDescription():
            return _amend(state, command, facts)
        case ClassifyResource():
            return grading.classify(state, command, facts)
        case ProposeGrading():
            return grading.propose(state, command, facts)
        case ReportTrigger():
            return grading.report(state, command, facts)
        case DeemRegradeOverdue():
            return grading.deem_overdue(state, command, facts)
        case PermitImportantData():
            return permission.permit(state, command, facts)
        case RevokePermission():
            return permission.revoke(state, command, facts)
        case ExpirePermission():
            return permission.expire(state, command, facts)
        case ListDuties():
            return _list_duties(command, facts)
        case WithdrawResource():
            return _withdraw(state, command, facts)
        case _:
            assert_never(command)


def _describe(state: State, command: DescribeResource, facts: Facts) -> list[Event] | Refused:
    description = command.description
    refused = (
        _refuse_origin(description, facts)
        or examine(description)
        or _refuse_duty_item(state, description, holder=facts.actor)
    )
    if refused is not None:
        return refused
    resource = ResourceId(new_id("resource", facts.seq))
    described = ResourceDescribed(resource, facts.actor, description, facts.now)
    is_fused = description.source_type is SourceType.FUSED
    return [described, *(grading.due_again(state, resource, RegradeReason.FUSION, facts) if is_fused else ())]


def _refuse_origin(description: Description, facts: Facts) -> Refused | None:
    """Return why the actor may not hold data of this kind from this source, or None."""
    is_public_body = Role.PUBLIC_BODY in facts.roles
    if not is_public_body and Role.SUPPLIER not in facts.roles:
        return Refused(R.NOT_A_SUPPLIER, {"actor": facts.actor})
    kind, source = description.data_kind, description.source_type
    if source is SourceType.GOV_DUTY:
        if not is_public_body:
            return Refused(R.DUTY_DATA_NEEDS_PUBLIC_BODY, {"actor": facts.actor})
        if kind is not DataKind.PUBLIC:
            return Refused(R.DUTY_DATA_IS_PUBLIC, {"data_kind": kind.value})
    elif kind is DataKind.PUBLIC and not is_public_body and source not in PUBLIC_SOURCES:
        return Refused(R.PUBLIC_DATA_NEEDS_PUBLIC_BODY, {"actor": facts.actor, "source_type": source.value})
    return None


def _refuse_duty_item(state: State, description: Description, *, holder: PartyId) -> Refused | None:
    item = description.duty_item
    if not item or f"{holder}/{item}" in state.duties:
        return None
    return Refused(R.DUTY_ITEM_UNKNOWN, {"holder": holder, "duty_item": item})


def _amend(state: State, command: AmendDescription, facts: Facts) -> list[Event] | Refused:
    record = held(state, command.resource, facts)
    if isinstance(record, Refused):
        return record
    old, new = state.descriptions[command.resource], command.description
    if (new.data_kind, new.source_type) != (old.data_kind, old.source_type):
        detail: dict[str, str | int] = {"resource": command.resource, "data_kind": old.data_kind.value}
        return Refused(R.KIND_OR_SOURCE_CHANGED, {**detail, "source_type": old.source_type.value})
    refused = examine(new)
    if refused is not None:
        return refused
    if record.versions and new.privacy_unit != old.privacy_unit:
        return Refused(R.PRIVACY_UNIT_FIXED, {"resource": command.resource, "privacy_unit": old.privacy_unit})
    refused = _refuse_duty_item(state, new, holder=record.holder)
    return refused or [DescriptionAmended(command.resource, new, facts.now)]


def _publish(state: State, command: PublishVersion, facts: Facts) -> list[Event] | Refused:
    record = held(state, command.resource, facts)
    if isinstance(record, Refused):
        return record
    if _digest_shape.fullmatch(command.digest) is None:
        return Refused(R.DIGEST_MALFORMED, {"chars": len(command.digest)})
    published = state.digests.get(f"{command.resource}/{command.digest}")
    if published is not None:
        return Refused(R.DIGEST_REPEATED, {"resource": command.resource, "version": published})
    refused = _refuse_quality(command.quality)
    if refused is not None:
        return refused
    version = VersionPublished(
        command.resource,
        record.versions + 1,
        command.digest,
        command.rows,
        command.size_bytes,
        command.quality,
        dictionary_digest=digest(state.descriptions[command.resource].fields),
        at=facts.now,
    )
    return [version, *grading.grown(state, command.resource, command.rows, facts)]


def _refuse_quality(quality: Quality) -> Refused | None:
    for dimension in DIMENSIONS:
        measure: Measure | None = getattr(quality, dimension)
        if measure is not None and measure.met > measure.of:
            return Refused(R.QUALITY_IMPOSSIBLE, {"dimension": dimension, "met": measure.met, "of": measure.of})
    return None


def _withdraw(state: State, command: WithdrawResource, facts: Facts) -> list[Event] | Refused:
    """A resource that is gone owes no grading and needs no permission."""
    record = held(state, command.resource, facts)
    if isinstance(record, Refused):
        return record
    permitted = state.permitted.get(command.resource)
    stops = [Stop(command.resource, grading.REGRADE)] if command.resource in state.due else []
    stops += [Stop(permitted, permission.PERMISSION)] if permitted is not None else []
    return [ResourceWithdrawn(command.resource, tuple(stops))]


def _list_duties(command: ListDuties, facts: Facts) -> list[Event] | Refused:
    if Role.PUBLIC_BODY not in facts.roles:
        return Refused(R.NOT_A_PUBLIC_BODY, {"actor": facts.actor})
    if not command.items:
        return Refused(R.DUTIES_EMPTY)
    too_many = refuse_count("items", len(command.items), count_max=DUTIES_MAX)
    if too_many is not None:
        return too_many
    listed: set[str] = set()
    for item in command.items:
        if _duty_shape.fullmatch(item.code) is None:
            return Refused(R.DUTY_CODE_MALFORMED, {"code": item.code})
        if item.code in listed:
            return Refused(R.DUTY_REPEATED, {"code": item.code})
        listed.add(item.code)
        refused = _refuse_duty(item)
        if refused is not None:
            return refused
    return [DutiesListed(facts.actor, command.items)]


def _refuse_duty(item: DutyItem) -> Refused | None:
    refused = (
        refuse_text("items.duty", item.duty, chars_max=MEANING_CHARS_MAX)
        or refuse_text("items.system", item.system, chars_max=MEANING_CHARS_MAX)
        or refuse_count("items.data", len(item.data), count_max=DATA_MAX)
    )
    if refused is not None:
        return refused
    for name in item.data:
        refused = refuse_text("items.data", name, chars_max=MEANING_CHARS_MAX)
        if refused is not None:
            return refused
    return None
