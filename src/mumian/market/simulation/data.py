"""What holders, registries and operators say of data: catalog and rights."""

from __future__ import annotations

from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.gradings import classify
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.rooms.catalog import description as words
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import SourceType as Origin
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import (
    AuthorizationId,
    Basis,
    BasisKind,
    Condition,
    EndReason,
    FreezeReason,
    Mode,
    PublicId,
    SourceType,
)

UNIT = "tailnum"
PURPOSES = (PURPOSE, "marketing", "research")
SCENARIOS = ("FIN-01", "GOV-02")

OF_SUPPLIERS: tuple[tuple[DataKind, Origin], ...] = (
    (DataKind.ENTERPRISE, Origin.SELF_GENERATED),
    (DataKind.ENTERPRISE, Origin.SELF_GENERATED),
    (DataKind.ENTERPRISE, Origin.SELF_GENERATED),
    (DataKind.ENTERPRISE, Origin.CONTRACT_COLLECTED),
    (DataKind.ENTERPRISE, Origin.WEB_CRAWLED),
    (DataKind.ENTERPRISE, Origin.FUSED),
    (DataKind.ENTERPRISE, Origin.DERIVED),
    (DataKind.ENTERPRISE, Origin.ENTRUSTED),
    (DataKind.PERSONAL, Origin.NATURAL_PERSON),
    (DataKind.PUBLIC, Origin.UTILITY),
    (DataKind.PUBLIC, Origin.PUBLIC_PRODUCT),
)


def description(s: Scene, kind: DataKind, origin: Origin, duty_item: str = "") -> words.Description:
    has_unit = s.chance(800)
    fields = (words.FieldEntry(UNIT, words.FieldType.TEXT, "", "机尾号", words.Identifier.UNIT),) if has_unit else ()
    return words.Description(
        title=f"起降记录{s.rng.randrange(1_000)}",
        summary="航班起降时刻与延误分钟数",
        data_kind=kind,
        industry="G56",
        source_type=origin,
        spatial_scope=words.SpatialScope.CITY,
        temporal_from="2013-01-01",
        temporal_to="2013-12-31",
        update_frequency=words.UpdateFrequency.YEARLY,
        form=words.Form.TABLE,
        domain="domain1",
        fields=(*fields, words.FieldEntry("delay", words.FieldType.INTEGER, "min")),
        privacy_unit=UNIT if has_unit else "",
        keywords=("航班",),
        duty_item=duty_item,
    )


def describe(s: Scene) -> Said:
    if s.chance(250):
        return Said(s.who(Role.PUBLIC_BODY), catalog.DescribeResource(_of_body(s)))
    kind, origin = s.one(OF_SUPPLIERS)
    return Said(s.who(Role.SUPPLIER), catalog.DescribeResource(description(s, kind, origin)))


def _of_body(s: Scene) -> words.Description:
    return description(s, DataKind.PUBLIC, Origin.GOV_DUTY, s.one(("", "", "duty-1", "duty-2")))


def list_duties(s: Scene) -> Said:
    items = tuple(catalog.DutyItem(f"duty-{nth}", "航班调度", "调度系统", ("时刻",)) for nth in (1, 2))
    return Said(s.who(Role.PUBLIC_BODY), catalog.ListDuties(s.some(items)))


def advance_resource(s: Scene) -> Said | None:
    """Say what is next in the life of a resource: a version, a grading, its registration."""
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None or record.is_withdrawn:
        return None
    if not record.versions or s.chance(50):
        quality = words.Quality(completeness=words.Measure(99, 100))
        return Said(record.holder, catalog.PublishVersion(resource, s.digest(), 20_000, 2_000_000, quality))
    if record.level is None or s.chance(50):
        return Said(record.holder, classify(s, resource))
    if s.states.catalog.descriptions[resource].source_type is Origin.GOV_DUTY:
        ends = s.one((None, None, s.after(900)))
        return Said(s.who(Role.REGISTRY), rights.RegisterPublicResource(resource, s.digest(), ends))
    return register_right(s)


def amend(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record, old = s.states.catalog.resources.get(resource), s.states.catalog.descriptions.get(resource)
    if record is None or old is None:
        return None
    new = description(s, old.data_kind, old.source_type, old.duty_item)
    return Said(record.holder, catalog.AmendDescription(resource, new))


def withdraw(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    return None if record is None else Said(record.holder, catalog.WithdrawResource(resource))


def register_right(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record, described = s.states.catalog.resources.get(resource), s.states.catalog.descriptions.get(resource)
    if record is None or described is None:
        return None
    taken = s.states.rights.by_holder
    free = [right for right in Right if f"{resource}/{record.holder}/{right}" not in taken]
    right = s.one(free or tuple(Right))
    basis = Basis(s.one((BasisKind.CONTRACT, BasisKind.CONTRACT, *BasisKind)), s.digest())
    conditions = tuple(Condition) if s.chance(800) else s.some(Condition)
    until = s.now + s.one((30, 400, 1_800, 1_800, 1_900)) * DAY_MS
    source = SourceType(described.source_type.value)
    holder = record.holder if s.chance(900) else PartyId(s.pick("party"))
    command = rights.RegisterRight(resource, right, holder, source, basis, conditions, s.now, until)
    return Said(s.who(Role.REGISTRY), command)


def change_right(s: Scene) -> Said:
    actor = s.one((s.who(Role.REGISTRY), s.who(Role.REGULATOR)))
    right, frozen = RightId(s.pick("right")), RightId(s.pick("frozen"))
    return s.one(
        (
            Said(actor, rights.CancelRight(right, s.one(tuple(EndReason)))),
            Said(actor, rights.FreezeRight(right, s.one(tuple(FreezeReason)))),
            Said(actor, rights.UnfreezeRight(frozen)),
            Said(actor, rights.UnfreezeRight(frozen)),
            Said(actor, rights.CancelPublicResource(PublicId(s.pick("public")), s.one(tuple(EndReason)))),
        )
    )


def grant(s: Scene) -> Said | None:
    """Grant a registered right, or what was granted, onward."""
    parent = s.pick("right") if s.chance(700) else s.pick("grant")
    given = s.states.rights.grants.get(parent)
    record = given or s.states.rights.rights.get(parent)
    if record is None:
        return None
    owner = record.holder if given is None else given.grantee
    purposes = (PURPOSE, *s.some(PURPOSES[1:])) if given is None else given.purposes
    territory = s.one(((), ("CN",), ("CN-44",))) if given is None else given.territory
    until = record.valid_to - s.rng.randrange(10) * DAY_MS
    command = rights.GrantRight(
        parent, PartyId(s.who(Role.DATA_MERCHANT)), record.right, purposes, territory, (), max(s.now, record.valid_from),
        max(until, 0), s.chance(400), s.digest(),
    )  # fmt: skip
    return Said(owner, command)


def revoke(s: Scene) -> Said | None:
    key = GrantId(s.pick("grant"))
    record = s.states.rights.grants.get(key)
    if record is None:
        return None
    actor = s.one((record.grantor, record.grantor, s.who(Role.REGISTRY)))
    return Said(actor, rights.RevokeGrant(key, s.one(tuple(EndReason))))


def authorize(s: Scene) -> Said | None:
    public = s.states.rights.publics.get(s.pick("public"))
    resource = s.states.catalog.resources.get(public.resource) if public else None
    if public is None or resource is None:
        return None
    mode = s.one(tuple(Mode))
    scenario = "" if mode is Mode.WHOLE else s.one(SCENARIOS)
    ceiling_fen = s.one((None, 100, 60_000))
    command = rights.AuthorizeOperation(
        PartyId(s.who(Role.PUBLIC_DATA_OPERATOR)), (public.resource,), mode, scenario, ceiling_fen, s.now,
        s.now + s.one((200, 1_800)) * DAY_MS, s.digest(),
    )  # fmt: skip
    return Said(resource.holder, command)


def end_authorization(s: Scene) -> Said | None:
    key = AuthorizationId(s.pick("authorization"))
    record = s.states.rights.authorizations.get(key)
    actor = None if record is None else s.one((record.body, s.who(Role.REGULATOR)))
    return None if actor is None else Said(actor, rights.EndAuthorization(key, s.one(tuple(EndReason))))


def grant_under(s: Scene) -> Said | None:
    key = AuthorizationId(s.pick("authorization"))
    record = s.states.rights.authorizations.get(key)
    if record is None:
        return None
    command = rights.GrantUnderAuthorization(
        key, PartyId(s.who(Role.DATA_MERCHANT)), record.resources[0], record.scenario or s.one(SCENARIOS),
        (PURPOSE,), (), (), max(s.now, record.valid_from), record.valid_to, s.digest(),
    )  # fmt: skip
    return Said(record.operator, command)


HABITS: tuple[tuple[int, Habit], ...] = (
    (20, describe),
    (4, list_duties),
    (70, advance_resource),
    (5, amend),
    (1, withdraw),
    (20, register_right),
    (6, change_right),
    (40, grant),
    (5, revoke),
    (8, authorize),
    (2, end_authorization),
    (10, grant_under),
)
