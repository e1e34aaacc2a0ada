"""Acts 2 and 3: data is taken in where it lies, described, measured, classified, registered; then rights are granted."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mumian.cli.demo import data, operating, registering
from mumian.cli.demo.cast import Cast
from mumian.cli.demo.stage import OffScript, Stage, evidence
from mumian.domain.declaration import Declaration, PlanKind, Terms
from mumian.domain.intake import Rejected, Taken
from mumian.domain.ruling import drafted
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import DataKind, Right
from mumian.kernel.time import DAY_MS
from mumian.rooms.catalog.description import Description, Form, SourceType, SpatialScope, UpdateFrequency
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.catalog.model import ClassifyResource, DescribeResource, DutyItem, ListDuties, PublishVersion
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.cleanroom.model import OpenBudget, SetAnalysisRules
from mumian.rooms.cleanroom.plan import Filter, Op
from mumian.rooms.rights import model as rights

PURPOSE = "insurance-risk"
BUDGET_RHO_NANO, SHARE_RHO_NANO = 3_000_000_000, 2_000_000_000
"""Privacy budget of an airline's data for all consumers, and for one: rho of 3 and 2."""

LATE = Filter("arr_delay", Op.GT, data.LATE_MINUTES)


class Holding(NamedTuple):
    """A resource in the market with what its domain knows of it."""

    resource: ResourceId
    holder: PartyId
    title: str
    kind: DataKind
    taken: Taken
    certificates: tuple[str, ...]
    query_code: str
    grant: str


def take_in_all(stage: Stage, cast: Cast) -> dict[PartyId, tuple[ResourceId, Taken]]:
    """Act 2: every domain takes in its file, and its holder describes, publishes and classifies it."""
    stage.act(2, "data is taken in where it lies", "数据就地入域、描述、评测、定级")
    found: dict[PartyId, tuple[ResourceId, Taken]] = {}
    flights = data.flights_declaration()
    for nth, (airline, part) in enumerate(cast.airlines.items(), 1):
        title = f"2013年纽约三机场{part.code}航班起降记录"
        found[airline] = _take_in(stage, airline, part.file, title, flights, DataKind.ENTERPRISE)
        stage.tell(
            f"{part.name}: {part.rows:,} rows stay in their domain ({nth} of {len(cast.airlines)})",
            f"{part.name}：{part.rows:,} 行留在本域（{nth}/{len(cast.airlines)}）",
        )
    public = (
        (cast.weather, "weather.csv", "2013年纽约三机场逐时气象观测", data.weather_declaration()),
        (cast.aircraft, "planes.csv", "航空器登记簿", data.planes_declaration()),
    )
    for body, file, title, declaration in public:
        stage.say(body, ListDuties((DutyItem("D-01", "依法履职采集", file.partition(".")[0], (title,)),)))
        found[body] = _take_in(stage, body, data.folder() / file, title, declaration, DataKind.PUBLIC)
    return found


def _take_in(
    stage: Stage, holder: PartyId, file: Path, title: str, declaration: Declaration, kind: DataKind
) -> tuple[ResourceId, Taken]:
    domain = stage.domains[holder]
    taken = domain.add(file, "main", declaration)
    if isinstance(taken, Rejected):
        raise OffScript(taken.refused.say())
    is_public = kind is DataKind.PUBLIC
    description = Description(
        title=title,
        summary=f"{title}，共 {taken.rows:,} 行；原始数据不出域。",
        data_kind=kind,
        industry="G56",
        source_type=SourceType.GOV_DUTY if is_public else SourceType.SELF_GENERATED,
        spatial_scope=SpatialScope.CITY,
        temporal_from="2013-01-01",
        temporal_to="2013-12-31",
        update_frequency=UpdateFrequency.YEARLY,
        form=Form.TABLE,
        domain=domain.folder.name,
        fields=taken.profile.fields(declaration),
        privacy_unit=declaration.unit,
        duty_item="D-01" if is_public else "",
    )
    resource = ResourceId(stage.made(holder, DescribeResource(description), "resource"))
    size_bytes = file.stat().st_size
    quality = taken.profile.quality
    stage.say(holder, PublishVersion(resource, taken.version, taken.rows, size_bytes, quality))
    degree = Degree.NONE if is_public else Degree.SERIOUS
    stage.say(holder, ClassifyResource(resource, (Impact(Affected.ORGANISATION, degree),), False, "cdo"))
    return resource, taken


def grant_all(stage: Stage, cast: Cast, found: dict[PartyId, tuple[ResourceId, Taken]]) -> list[Holding]:
    """Act 3: rights are registered and granted; public data goes through its operator; owners open privacy budgets."""
    stage.act(3, "rights are registered and granted", "权利登记与授权")
    resources = {party: resource for party, (resource, _) in found.items()}
    coming = operating.submit_all(stage, cast, resources)
    registered = registering.register_all(stage, cast, resources)
    holdings = [_grant(stage, cast, airline, registered[airline], *found[airline]) for airline in cast.airlines]
    operated = operating.operate_all(stage, cast, coming)
    declared = {
        cast.weather: (data.weather_declaration(), "weather"),
        cast.aircraft: (data.planes_declaration(), "planes"),
    }
    for body in declared:
        resource, taken = found[body]
        title = "逐时气象观测" if body == cast.weather else "航空器登记簿"
        given = operated[body]
        declaration, table = declared[body]
        rules = _ruled(stage, body, resource, declaration, table)
        stage.domains[body].allow(Terms(resource, "main", (PURPOSE,), (PlanKind.AGGREGATE,), 0, rules=rules))
        holdings.append(Holding(resource, body, title, DataKind.PUBLIC, taken, (), given.code, given.grant))
    return holdings


def _ruled(stage: Stage, holder: PartyId, resource: ResourceId, declaration: Declaration, table: str) -> AnalysisRules:
    """The holder publishes what may be asked of its data, column by column; its domain keeps the same rules."""
    rules = drafted(declaration, table)
    stage.say(holder, SetAnalysisRules(resource, rules))
    return rules


def _grant(
    stage: Stage, cast: Cast, holder: PartyId, registered: registering.Registered, resource: ResourceId, taken: Taken
) -> Holding:
    """The airline lets the merchant use its data in the clean room, opens a privacy budget, and tells its own domain."""
    until = registered.valid_to
    terms = evidence(f"{resource} terms")
    grant = rights.GrantRight(
        registered.use, cast.merchant, Right.USE, (PURPOSE,), ("CN",), (), stage.now, until - DAY_MS, False, terms
    )
    granted = stage.made(holder, grant, "grant")
    stage.say(holder, OpenBudget(resource, "tailnum", BUDGET_RHO_NANO, SHARE_RHO_NANO, until))
    kinds = (PlanKind.AGGREGATE, PlanKind.VERIFICATION)
    rules = _ruled(stage, holder, resource, data.flights_declaration(), "flights")
    stage.domains[holder].allow(Terms(resource, "main", (PURPOSE,), kinds, BUDGET_RHO_NANO, (LATE,), rules=rules))
    title = f"2013年纽约三机场{cast.airlines[holder].code}航班起降记录"
    return Holding(resource, holder, title, DataKind.ENTERPRISE, taken, (registered.certificate,), "", granted)
