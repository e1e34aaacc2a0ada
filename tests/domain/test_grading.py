"""What a domain proposes of a grading, and what it leaves open because no figure shows it."""

from __future__ import annotations

import pytest

from mumian.domain.declaration import Declaration, IntegerColumn, TextColumn
from mumian.domain.grading import command, draft
from mumian.domain.identifiers import Identifier
from mumian.domain.profile import ColumnProfile, LevelProposal, Profile
from mumian.kernel.canonical import digest
from mumian.kernel.ids import ResourceId
from mumian.kernel.levels import Level
from mumian.rooms.catalog.description import Quality
from mumian.rooms.catalog.factors import Factors, Group, Precision, Sector
from mumian.rooms.catalog.levels import Affected, Degree, Impact, level_by_matrix

ORGANISATION, PERSON = Affected.ORGANISATION, Affected.PERSON
NEVER_SHOWN = ("sector", "region", "depth", "coverage_permille", "importance")


def a_profile(*columns: tuple[str, Identifier | None, int], rows: int = 1_000, units: int = 0) -> Profile:
    """Return a profile with columns of (name, identifier, distinct values)."""
    found = tuple(ColumnProfile(name, "text", rows, rows, distinct, holds) for name, holds, distinct in columns)
    return Profile(rows, 0, units, found, Quality(), LevelProposal(Level.GENERAL_1, ()))


def declared(level: Level, *, unit: str = "") -> Declaration:
    return Declaration(unit, (TextColumn("id"), IntegerColumn("x", "km", 0, 9)), level)


# columns, declared level, impacts that are proposed
PROPOSED = [
    ((), Level.GENERAL_1, ((ORGANISATION, Degree.NONE),)),
    ((), Level.GENERAL_4, ((ORGANISATION, Degree.EXTREME),)),
    ((("id", Identifier.RESIDENT_ID, 9),), Level.GENERAL_1, ((ORGANISATION, Degree.NONE), (PERSON, Degree.EXTREME))),
    ((("id", Identifier.MOBILE, 9),), Level.GENERAL_2, ((ORGANISATION, Degree.GENERAL), (PERSON, Degree.SERIOUS))),
    ((("id", Identifier.USCC, 9),), Level.GENERAL_1, ((ORGANISATION, Degree.GENERAL),)),
    ((("id", Identifier.USCC, 9),), Level.GENERAL_3, ((ORGANISATION, Degree.SERIOUS),)),
    ((("id", None, 899),), Level.GENERAL_1, ((ORGANISATION, Degree.NONE),)),
    ((("id", None, 900),), Level.GENERAL_1, ((ORGANISATION, Degree.GENERAL),)),
    (
        (("a", Identifier.MOBILE, 9), ("b", Identifier.RESIDENT_ID, 9)),
        Level.GENERAL_1,
        ((ORGANISATION, Degree.NONE), (PERSON, Degree.EXTREME)),
    ),
    ((("id", Identifier.RESIDENT_ID, 9),), Level.IMPORTANT, ()),
    ((), Level.CORE, ()),
]


@pytest.mark.parametrize(("columns", "level", "impacts"), PROPOSED)
def test_harm_is_proposed_from_what_columns_hold_and_what_was_declared(
    columns: tuple[tuple[str, Identifier | None, int], ...], level: Level, impacts: tuple[tuple[Affected, Degree], ...]
) -> None:
    drafted = draft(a_profile(*columns), declared(level))
    assert drafted.impacts == tuple(Impact(*impact) for impact in impacts)
    assert drafted.reasons
    assert not impacts or level_by_matrix(drafted.impacts).value >= level.value


def test_whom_important_data_would_harm_is_left_to_a_person() -> None:
    assert draft(a_profile(), declared(Level.IMPORTANT)).reasons == (
        "declared as important: say whom its harm touches",
    )


# unit, columns, units, what is known
SHOWN = [
    ("", (), 0, Factors()),
    ("id", (("id", None, 9),), 9, Factors(precision=Precision.EXACT)),
    (
        "id",
        (("id", Identifier.RESIDENT_ID, 9),),
        9,
        Factors(group=Group.PERSONS, precision=Precision.EXACT, persons=9),
    ),
    ("x", (("id", Identifier.MOBILE, 9),), 5, Factors(group=Group.PERSONS, precision=Precision.EXACT)),
    (
        "",
        (("id", Identifier.USCC, 7),),
        0,
        Factors(group=Group.ORGANISATIONS, precision=Precision.EXACT, organisations=7),
    ),
]


@pytest.mark.parametrize(("unit", "columns", "units", "known"), SHOWN)
def test_nobody_is_counted_who_was_not_seen_and_nobody_is_said_to_be_absent(
    unit: str, columns: tuple[tuple[str, Identifier | None, int], ...], units: int, known: Factors
) -> None:
    drafted = draft(a_profile(*columns, units=units), declared(Level.GENERAL_2, unit=unit))
    assert drafted.factors == known
    assert set(NEVER_SHOWN) <= set(drafted.open_factors)
    assert ("persons" in drafted.open_factors) is (known.persons is None)


def test_what_the_holder_states_is_kept() -> None:
    stated = Factors(sector=Sector.TRANSPORT, persons=0, coverage_permille=3)
    drafted = draft(a_profile(("id", Identifier.USCC, 7)), declared(Level.GENERAL_2), known=stated)
    assert (drafted.factors.sector, drafted.factors.persons, drafted.factors.organisations) == (Sector.TRANSPORT, 0, 7)
    assert drafted.open_factors == ("region", "depth", "importance")


def test_the_proposal_names_the_profile_by_its_digest() -> None:
    profile = a_profile(("id", Identifier.USCC, 7))
    said = command(ResourceId("resource-1"), profile, draft(profile, declared(Level.GENERAL_2)))
    assert said.profile_digest == digest(profile) != digest(a_profile())
    assert said.impacts == (Impact(ORGANISATION, Degree.GENERAL),)
