"""A grading that a domain proposes from what it measured; what figures cannot show it leaves open, and a person signs."""

from __future__ import annotations

import msgspec

from mumian.domain.declaration import Declaration
from mumian.domain.identifiers import PERSONAL, Identifier
from mumian.domain.profile import UNIQUE_PERMILLE, ColumnProfile, Profile
from mumian.kernel.canonical import digest
from mumian.kernel.ids import ResourceId
from mumian.kernel.levels import Level, rank
from mumian.rooms.catalog.factors import Factors, Group, Precision, unknown
from mumian.rooms.catalog.levels import Affected, Degree, Impact
from mumian.rooms.catalog.model import ProposeGrading

_DEGREE_OF = {
    Level.GENERAL_4: Degree.EXTREME,
    Level.GENERAL_3: Degree.SERIOUS,
    Level.GENERAL_2: Degree.GENERAL,
    Level.GENERAL_1: Degree.NONE,
}
"""Harm to an organisation or a person by the level of general data that it gives (GB/T 43697 annex H)."""


class Draft(msgspec.Struct, frozen=True):
    """What a domain can say of a grading.

    impacts: empty where the declared level is core or important: whom its harm touches no figure shows.
    open_factors: names of the factors that a person has to state. reasons: why each impact was found, for that person.
    """

    impacts: tuple[Impact, ...]
    factors: Factors
    open_factors: tuple[str, ...]
    reasons: tuple[str, ...]


def draft(profile: Profile, declaration: Declaration, *, known: Factors | None = None) -> Draft:
    """Derive a grading from a table's figures and what its holder declared of it.

    known: factors that the holder states; they are kept. Nobody is counted as absent because no identifier was found:
    a count is only given where the column that it is of says whom it counts.
    """
    stated = known or Factors()
    found = _factors(profile, declaration)
    factors = Factors(
        **{
            name: getattr(found, name) if getattr(stated, name) is None else getattr(stated, name)
            for name in Factors.__struct_fields__
        }
    )
    harms = [*_declared(declaration), *_seen(profile)]
    is_open = declaration.sensitivity not in _DEGREE_OF
    return Draft(
        () if is_open else _gravest(harms),
        factors,
        unknown(factors),
        tuple(reason for _, reason in harms)
        if not is_open
        else (f"declared as {declaration.sensitivity.value}: say whom its harm touches",),
    )


def command(resource: ResourceId, profile: Profile, drafted: Draft) -> ProposeGrading:
    """Return the proposal as the holder says it to the market; the profile itself stays in the domain."""
    return ProposeGrading(resource, drafted.impacts, drafted.factors, digest(profile))


def _declared(declaration: Declaration) -> list[tuple[Impact, str]]:
    degree = _DEGREE_OF.get(declaration.sensitivity)
    if degree is None:
        return []
    return [(Impact(Affected.ORGANISATION, degree), f"declared as {declaration.sensitivity.value}")]


def _seen(profile: Profile) -> list[tuple[Impact, str]]:
    """Return the harm that each column gives away by what it holds, and why."""
    found: list[tuple[Impact, str]] = []
    for column in profile.columns:
        holds = column.identifier
        if holds in PERSONAL:
            impact = Impact(Affected.PERSON, _DEGREE_OF[PERSONAL[holds]])
            found.append((impact, f"`{column.name}` holds {holds.value} of persons"))
        elif holds is not None:
            found.append((Impact(Affected.ORGANISATION, Degree.GENERAL), f"`{column.name}` holds {holds.value}"))
        elif column.kind == "text" and column.distinct_permille(profile.rows) >= UNIQUE_PERMILLE:
            found.append((Impact(Affected.ORGANISATION, Degree.GENERAL), f"`{column.name}` tells rows apart"))
    return found


def _gravest(harms: list[tuple[Impact, str]]) -> tuple[Impact, ...]:
    """Return one impact an object, the gravest that was found (就高从严)."""
    order = {degree: rank(level) for level, degree in _DEGREE_OF.items()}
    gravest: dict[Affected, Impact] = {}
    for impact, _ in harms:
        known = gravest.get(impact.object)
        if known is None or order[impact.degree] > order[known.degree]:
            gravest[impact.object] = impact
    return tuple(gravest.values())


def _factors(profile: Profile, declaration: Declaration) -> Factors:
    """Return what figures show of the eight factors; sector, region, depth, coverage and importance they never show."""
    personal = [column for column in profile.columns if column.identifier in PERSONAL]
    companies = [column for column in profile.columns if column.identifier is Identifier.USCC]
    group = Group.PERSONS if personal else Group.ORGANISATIONS if companies else None
    is_exact = bool(declaration.unit or personal or companies)
    return Factors(
        group=group,
        precision=Precision.EXACT if is_exact else None,
        persons=_persons(profile, declaration, personal),
        organisations=max((column.distinct for column in companies), default=None),
    )


def _persons(profile: Profile, declaration: Declaration, personal: list[ColumnProfile]) -> int | None:
    """Return how many persons there are at most, where each is a privacy unit; other identifiers are shared and changed."""
    return profile.units if declaration.unit in {column.name for column in personal} else None
