"""What holders, domains, bureaus and regulators say of gradings: proposals, signatures, triggers, permissions."""

from __future__ import annotations

from mumian.kernel.ids import ResourceId
from mumian.kernel.levels import CleanRoomForm, Level
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.catalog import model as catalog
from mumian.rooms.catalog.description import SpatialScope
from mumian.rooms.catalog.factors import Depth, Factors, Group, Importance, Precision, Sector
from mumian.rooms.catalog.grading import RISES_TO
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.catalog.vocabulary import Departure, DepartureReason, PermissionEnd, PermissionId
from mumian.rooms.enterprise.views import officer_of

OFFICER = "cdo"
"""The code of every officer of the simulation, but for a few."""

MADE: dict[type, tuple[str, str]] = {
    catalog.GradingProposed: ("proposal", "proposal"),
    catalog.ImportantDataPermitted: ("permission", "permission"),
}


def factors(s: Scene, *, persons: bool) -> Factors:
    """Return factors that agree with the grading, mostly; now and then one is open, or the scale is large."""
    count = s.one((1, 300, 20_000, 999_999, 1_000_000)) if persons else 0
    stated = Factors(
        sector=s.one(tuple(Sector)),
        group=s.one(tuple(Group)),
        region=SpatialScope.CITY,
        precision=s.one(tuple(Precision)),
        persons=count,
        organisations=s.one((0, 0, 1, 9_999, 10_000)),
        depth=s.one(tuple(Depth)),
        coverage_permille=s.one((0, 10, 1_000, None)) if s.chance(200) else 10,
        importance=s.one(tuple(Importance)),
    )
    return Factors() if s.chance(20) else stated


def impacts(s: Scene) -> tuple[Impact, ...]:
    """Return a plausible assessment, general data more often than not; persons always assessed."""
    affected = s.one((Affected.ORGANISATION, Affected.ORGANISATION, Affected.ORGANISATION, *Affected))
    degree = s.one((Degree.SERIOUS, Degree.GENERAL, *Degree))
    risen = tuple(Impact(each, Degree.NONE) for each in RISES_TO if each is not affected) if s.chance(800) else ()
    person = (Impact(Affected.PERSON, Degree.GENERAL),) * (affected is not Affected.PERSON)
    return (Impact(affected, degree), *person, *risen)


def classify(s: Scene, resource: ResourceId) -> catalog.ClassifyResource:
    """Grade a resource: by its proposal if one waits, mostly."""
    waiting = s.states.catalog.proposed.get(resource)
    record = None if waiting is None else s.states.catalog.proposals[waiting]
    reason = s.one((None, *catalog.RegradeReason))
    holder = s.states.catalog.resources[resource].holder
    office = officer_of(s.states.enterprise, holder, s.now)
    code = OFFICER if office is None or s.chance(50) else office[1].code
    if record is None or s.chance(200):
        departure = Departure(s.one(tuple(DepartureReason)), s.digest()) if s.chance(500) else None
        stated = factors(s, persons=True) if s.chance(950) else None
        return catalog.ClassifyResource(resource, impacts(s), True, code, reason, stated, departure=departure)
    persons = bool(record.factors.persons)
    return catalog.ClassifyResource(resource, record.impacts, persons, code, reason, proposal=waiting or "")


def grade(s: Scene) -> Said | None:
    """Grade anew what owes a grading, or anything."""
    owing = [key for key, _ in s.states.catalog.due.under()][:20]
    resource = ResourceId(s.one(owing) if owing and s.chance(700) else s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    return None if record is None else Said(record.holder, classify(s, resource))


def propose(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    return Said(
        record.holder, catalog.ProposeGrading(resource, impacts(s), factors(s, persons=s.chance(800)), s.digest())
    )


def report(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None:
        return None
    actor = s.one((record.holder, s.who(Role.REGULATOR), s.who(Role.EXCHANGE)))
    return Said(actor, catalog.ReportTrigger(resource, s.one(tuple(catalog.RegradeReason)), s.digest()))


def permit(s: Scene) -> Said | None:
    resource = ResourceId(s.pick("resource"))
    record = s.states.catalog.resources.get(resource)
    if record is None or (record.level is not Level.IMPORTANT and s.chance(900)):
        return None
    until = s.now + s.one((1, 30, 400)) * DAY_MS
    command = catalog.PermitImportantData(resource, s.some(CleanRoomForm), until, s.digest())
    return Said(s.one((s.who(Role.REGULATOR), s.who(Role.DATA_BUREAU))), command)


def take_back(s: Scene) -> Said | None:
    key = PermissionId(s.pick("permission"))
    record = s.states.catalog.permissions.get(key)
    if record is None or (record.ended is not None and s.chance(900)):
        return None
    actor = s.one((record.by, s.who(Role.REGULATOR)))
    return Said(actor, catalog.RevokePermission(key, s.one(tuple(PermissionEnd))))


def pretend(s: Scene) -> Said:
    """Say what only the market says."""
    overdue = catalog.DeemRegradeOverdue(ResourceId(s.pick("resource")))
    return Said(s.pick("party"), s.one((overdue, catalog.ExpirePermission(PermissionId(s.pick("permission"))))))


HABITS: tuple[tuple[int, Habit], ...] = (
    (15, grade),
    (12, propose),
    (10, report),
    (20, permit),
    (4, take_back),
    (1, pretend),
)
