"""What holders say of data: the catalog, grants, freezes, standing policies."""

from __future__ import annotations

from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.gradings import classify
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.market.trial import PURPOSE
from mumian.policy.model import Constraint, Policy, PolicyType, Rule
from mumian.rooms.catalog import description as words
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import SourceType as Origin
from mumian.rooms.contracts import model as contracts
from mumian.rooms.contracts import views as contract_views
from mumian.rooms.contracts.model import PolicyId
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.chain import freezable
from mumian.rooms.rights.vocabulary import AuthorizationId, EndReason, FreezeReason

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
    return None


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


def freeze(s: Scene) -> Said:
    """Freeze a right, a grant or an authorisation, or lift a freeze."""
    actor = s.one((s.who(Role.REGISTRY), s.who(Role.REGULATOR)))
    thing, reason = s.pick(s.one(("right", "grant", "authorization"))), s.one(tuple(FreezeReason))
    frozen = s.pick("frozen")
    record = freezable(s.states.rights, frozen)
    lying = record.freezes[0].reason if record is not None and record.freezes else reason
    lift = Said(actor, rights.Unfreeze(frozen, lying))
    return s.one((Said(actor, rights.Freeze(thing, reason)), lift, lift, lift))


def enter(s: Scene) -> Said:
    """Try to enter what only the market enters."""
    return s.one(
        (
            Said(s.who(Role.REGISTRY), rights.EndRight(RightId(s.pick("right")), EndReason.GIVEN_UP)),
            Said(s.pick("party"), rights.WithdrawConsent(f"consent-{s.rng.randrange(99)}")),
            Said(
                s.who(Role.REGULATOR),
                rights.EndAuthorization(AuthorizationId(s.pick("authorization")), EndReason.STATUTE),
            ),
        )
    )


def attach_policy(s: Scene) -> Said | None:
    """Set a standing policy on a resource: mostly one that permits what is done with it."""
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    action, purpose = s.one(("use", "use", "aggregate", "verify")), Constraint("purpose", "isAnyOf", (PURPOSE,))
    rule = Rule("r", action, resource, constraints=(purpose,) * s.chance(700))
    forbids = Rule("n", "sell", resource) if s.chance(900) else Rule("n", "aggregate", resource)
    kind = PolicyType.SET if s.chance(900) else PolicyType.OFFER
    return Said(record.holder, contracts.AttachPolicy(resource, Policy("standing", kind, (rule,), (forbids,))))


def detach_policy(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("policed"))
    standing = contract_views.policies_of(s.states.contracts, resource)
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    policy = s.one(standing)[0] if standing and s.chance(900) else PolicyId(s.pick("policy"))
    return Said(record.holder, contracts.DetachPolicy(resource, policy))


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


MADE: dict[type, tuple[str, str]] = {
    contracts.PolicyAttached: ("resource", "policed"),
}

HABITS: tuple[tuple[int, Habit], ...] = (
    (20, describe),
    (4, list_duties),
    (70, advance_resource),
    (5, amend),
    (1, withdraw),
    (6, freeze),
    (1, enter),
    (40, grant),
    (5, revoke),
    (6, attach_policy),
    (5, detach_policy),
)
