"""Quality by GB/T 36344, identifiers by shape and checksum, a level by GB/T 43697 with its reasons."""

from __future__ import annotations

from pathlib import Path

import pytest
from stdnum.cn import ric, uscc
from town import MARKET, Entropy, write_csv

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.identifiers import Identifier, identifier_of, identify
from mumian.domain.intake import Taken
from mumian.domain.profile import Profile
from mumian.kernel.ids import PartyId
from mumian.rooms.catalog.description import FieldEntry, FieldType, Measure
from mumian.rooms.catalog.description import Identifier as Marked
from mumian.rooms.catalog.levels import Level


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("11010519491231002X", Identifier.RESIDENT_ID),  # the example of GB 11643
        ("110105194912310021", None),  # its checksum is wrong
        ("91110000600037341L", Identifier.USCC),
        ("91110000600037342L", None),
        ("13800138000", Identifier.MOBILE),
        ("+86 13800138000", Identifier.MOBILE),
        ("12800138000", None),
        ("粤A12345", Identifier.PLATE),
        ("粤A·D12345", Identifier.PLATE),
        ("粤Z1234港", Identifier.PLATE),
        ("粤I12345", None),
        ("someone@example.com", Identifier.EMAIL),
        ("someone@example", None),
        ("N10156", None),
        ("2013", None),
    ],
)
def test_an_identifier_is_known_by_its_shape_and_checksum(text: str, identifier: Identifier | None) -> None:
    assert identify(text) is identifier


def test_the_checksums_are_those_of_the_standards() -> None:
    assert ric.is_valid("11010519491231002X")
    assert uscc.is_valid("91110000600037341L")


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        (["13800138000"] * 5 + ["none"] * 5, (Identifier.MOBILE, 5, 10)),
        (["13800138000"] * 4 + ["none"] * 6, (None, 4, 10)),
        ([" 粤A12345 ", "粤A12346"], (Identifier.PLATE, 2, 2)),
        ([], (None, 0, 0)),
    ],
)
def test_a_column_holds_what_half_of_its_values_are(
    sample: list[str], found: tuple[Identifier | None, int, int]
) -> None:
    assert identifier_of(sample) == found


PEOPLE = Declaration(
    unit="id",
    columns=(
        TextColumn("id"),
        TextColumn("firm"),
        TextColumn("city", keys=("广州", "深圳")),
        IntegerColumn("age", "year", 0, 120),
        IntegerColumn("height", "cm", 0, 2_500, decimals=1),
        JoinedColumn("place", ("city", "age"), ("广州-30",)),
    ),
    sensitivity=Level.GENERAL_1,
)
ROWS = [
    {"id": "11010519491231002X", "firm": "91110000600037341L", "city": "广州", "age": "30", "height": "170.5"},
    {"id": "11010519491231002X", "firm": "91110000600037341L", "city": "广州", "age": "30", "height": "170.5"},
    {"id": "NA", "firm": "91110000600037341L", "city": "香港", "age": "300", "height": "NA"},
    {"id": "11010519491231002X", "firm": "x", "city": "NA", "age": "", "height": "260.0"},
]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    folder: Path = tmp_path_factory.mktemp("people")
    Domain.create(folder / "d", PartyId("holder"), str(MARKET.verifier), entropy=Entropy(b"people"))
    taken = Domain.open(folder / "d").add(write_csv(folder / "people.csv", ROWS), "people", PEOPLE)
    assert isinstance(taken, Taken)
    return taken.profile


def test_the_table_is_counted(people: Profile) -> None:
    assert (people.rows, people.units, people.rows_without_unit) == (4, 1, 1)
    figures = {column.name: (column.present, column.fitting, column.distinct) for column in people.columns}
    assert figures == {
        "id": (3, 3, 1),
        "firm": (4, 4, 2),
        "city": (3, 2, 2),
        "age": (3, 2, 2),
        "height": (3, 2, 2),
        "place": (3, 2, 2),
    }


def test_quality_has_the_figures_that_one_table_can_give(people: Profile) -> None:
    quality = people.quality
    assert quality.conformity == Measure(2, 3)
    assert quality.completeness == Measure(16, 20)
    assert quality.accuracy == Measure(4, 6)
    assert quality.consistency == Measure(3, 4)
    assert quality.accessibility == Measure(4, 4)
    assert quality.timeliness is None


def test_the_level_is_the_highest_that_any_reason_gives(people: Profile) -> None:
    assert people.proposal.level is Level.GENERAL_4
    assert people.proposal.reasons == (
        "`id` holds resident-id of persons",
        "`firm` holds uscc",
        "declared as general_1",
    )


def test_the_catalog_gets_a_dictionary_with_units_and_identifiers(people: Profile) -> None:
    assert people.fields(PEOPLE) == (
        FieldEntry("id", FieldType.TEXT, identifier=Marked.UNIT),
        FieldEntry("firm", FieldType.TEXT, identifier=Marked.DIRECT),
        FieldEntry("city", FieldType.TEXT),
        FieldEntry("age", FieldType.INTEGER, unit="year"),
        FieldEntry("height", FieldType.DECIMAL, unit="cm"),
        FieldEntry("place", FieldType.TEXT),
    )


def test_a_table_whose_rows_a_text_tells_apart_is_not_public(tmp_path: Path) -> None:
    Domain.create(tmp_path / "d", PartyId("holder"), str(MARKET.verifier), entropy=Entropy(b"unique"))
    declaration = Declaration("", (TextColumn("code"),), Level.GENERAL_1)
    file = write_csv(tmp_path / "codes.csv", [{"code": f"code {n}"} for n in range(30)])
    taken = Domain.open(tmp_path / "d").add(file, "codes", declaration)
    assert isinstance(taken, Taken)
    assert taken.profile.proposal.level is Level.GENERAL_2
    assert taken.profile.proposal.reasons[0] == "`code` tells 1000‰ of rows apart"


def test_an_empty_table_has_no_quality_but_is_a_table(tmp_path: Path) -> None:
    Domain.create(tmp_path / "d", PartyId("holder"), str(MARKET.verifier), entropy=Entropy(b"empty"))
    (tmp_path / "empty.csv").write_text("id,firm,city,age,height\n")
    taken = Domain.open(tmp_path / "d").add(tmp_path / "empty.csv", "people", PEOPLE)
    assert isinstance(taken, Taken)
    assert taken.rows == 0
    assert taken.profile.quality.completeness is None
