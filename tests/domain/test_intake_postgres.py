"""A table of a PostgreSQL server is taken in like a file: one state of it, by name to the letter, and its address kept out."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from town import MARKET, Entropy, as_filed

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.intake import Rejected, Taken, take_in
from mumian.domain.keys import DomainKeys
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Version
from mumian.engines.duck import SourceColumn, Unreadable
from mumian.engines.kernels import MISSING
from mumian.engines.postgres_source import PostgresTable, copy_out
from mumian.kernel.ids import PartyId
from mumian.rooms.catalog.levels import Level

RIDES = Declaration(
    "rider",
    (
        TextColumn("rider"),
        TextColumn("Line", keys=("12", "44")),
        IntegerColumn("stops", "stop", 0, 99),
        IntegerColumn("fare", "fen", 0, 9_999, decimals=2),
    ),
    Level.GENERAL_2,
)
CREATE: LiteralString = """
    CREATE SCHEMA "City Data";
    CREATE TABLE "City Data"."Rides" (rider text, "Line" text, stops int, fare numeric(8, 2), seen timestamptz);
    INSERT INTO "City Data"."Rides" VALUES
        ('ann', '12', 3, 2.50, now()), ('bob', '44', NULL, 1, now()), (NULL, '12', 1, 1, now()),
        ('ann', '7', 9, NULL, now()), (E'two\\nlines, "quoted"', '12', 0, 0.01, now());
"""
TABLE = "City Data.Rides"


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A database of its own for each test, with a table in it."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE city")
    address = postgres_url.replace("/postgres?", "/city?")
    run(address, CREATE)
    yield address
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP DATABASE city WITH (FORCE)")


@pytest.fixture
def domain(tmp_path: Path) -> Domain:
    Domain.create(tmp_path / "d", PartyId("holder"), str(MARKET.verifier), entropy=Entropy(b"holder"))
    return Domain.open(tmp_path / "d")


def run(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(statement)


def add(domain: Domain, source: Path | PostgresTable, declaration: Declaration = RIDES, **how: Any) -> Taken | Rejected:
    keys = DomainKeys.load(domain.folder / "identity.key")
    return take_in(domain.store, keys, source, "rides", declaration, **how)


def kept(domain: Domain, answer: Taken | Rejected) -> Version:
    assert isinstance(answer, Taken), answer
    return domain.store.version("rides", answer.version)


def no(answer: Taken | Rejected) -> str:
    assert isinstance(answer, Rejected), answer
    assert answer.refused.refusal is R.TABLE_UNREADABLE
    return answer.refused.say()


def test_a_table_is_taken_in_by_its_quoted_names_and_its_other_columns_stay_out(domain: Domain, url: str) -> None:
    version = kept(domain, add(domain, PostgresTable(url, TABLE)))
    assert version.table.rows == 5
    assert version.table.offsets.tolist() == [0, 2, 3, 4]
    assert as_filed(domain, version, version.table.codes["Line"]).tolist() == [0, -1, 1, 0, 0]
    assert as_filed(domain, version, version.table.numbers["stops"]).tolist() == [3, 9, MISSING, 0, 1]
    assert as_filed(domain, version, version.table.numbers["fare"]).tolist() == [250, MISSING, 100, 1, 100]
    assert version.dictionaries["rider"].code_of('two\nlines, "quoted"') == 2


def test_a_table_and_a_file_that_say_the_same_give_the_same_arrays(domain: Domain, url: str, tmp_path: Path) -> None:
    file = tmp_path / "rides.csv"
    rows = ("ann,12,3,2.50", "bob,44,NA,1", "NA,12,1,1", "ann,7,9,", '"two\nlines, ""quoted""",12,0,0.01')
    file.write_text("\n".join(["rider,Line,stops,fare", *rows, ""]))
    from_table, from_file = kept(domain, add(domain, PostgresTable(url, TABLE))), kept(domain, add(domain, file))
    assert from_table.manifest.arrays == from_file.manifest.arrays
    assert domain.store.profile("rides", from_table.digest) == domain.store.profile("rides", from_file.digest)


def test_the_same_state_is_the_same_version_whatever_way_its_rows_came_about(domain: Domain, url: str) -> None:
    keyed = Declaration(
        "rider",
        (*RIDES.columns, JoinedColumn("trip", ("rider", "stops"), ("ann-3",))),
        Level.GENERAL_2,
        key=("trip", "Line"),
    )
    first = kept(domain, add(domain, PostgresTable(url, TABLE), keyed))
    run(url, """UPDATE "City Data"."Rides" SET seen = now() WHERE stops = 3""")  # the row moves to the end of the table
    again = kept(domain, add(domain, PostgresTable(url, TABLE), keyed))
    assert again.digest == first.digest
    unkeyed = kept(domain, add(domain, PostgresTable(url, TABLE)))
    assert as_filed(domain, unkeyed, unkeyed.table.numbers["stops"]).tolist()[:2] == [9, 3]
    assert as_filed(domain, first, first.table.numbers["stops"]).tolist()[:2] == [3, 9]


def test_a_broken_row_of_a_table_is_told_by_its_number(domain: Domain, url: str) -> None:
    run(url, """ALTER TABLE "City Data"."Rides" ALTER stops TYPE text; UPDATE "City Data"."Rides" SET stops = 'x'""")
    answer = add(domain, PostgresTable(url, TABLE))
    assert isinstance(answer, Rejected)
    assert answer.refused.refusal is R.LINES_BROKEN
    assert answer.refused.detail == {"file": TABLE, "rows": 5, "broken": 5}
    assert [line.line for line in answer.lines] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("rides", "there is no such table or view in this database"),
        ("City Data.rides", "there is no such table or view"),
        ("city data.Rides", "there is no such table or view"),
        ('City Data"."Rides', "there is no such table or view"),
        ("pg_class; DROP TABLE x", "there is no such table or view"),
        ("", "must be named `name` or `schema.name`"),
        ("city.City Data.Rides", "must be named `name` or `schema.name`"),
        ("public.blocked", "have SELECT on it granted"),
        ("public.narrow", "no column `Line, stops, fare`; the table has `rider`"),
        ("public.failing", "the server refused with SQLSTATE 22012"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_and_leaves_nothing(
    domain: Domain, url: str, table: str, said: str
) -> None:
    run(
        url,
        """
        CREATE TABLE blocked AS TABLE "City Data"."Rides"; CREATE TABLE narrow (rider text);
        CREATE VIEW failing AS SELECT rider, "Line", 1 / (stops - 3) AS stops, fare FROM "City Data"."Rides";
        DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON narrow, failing TO reader;
        GRANT USAGE ON SCHEMA "City Data" TO reader;
        """,
    )
    assert said in no(add(domain, PostgresTable(url.replace("mumian@", "reader@"), table)))
    assert list(domain.store.folder.rglob("*")) == []
    run(url, "DROP OWNED BY reader; DROP ROLE reader")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:s3cret@127.0.0.1:1/db",
        "postgresql://u:s3cret@/db?host=/nowhere",
        "postgresql://u:s3cret@pass@host/db",
        "postgresql://u:s3cret@127.0.0.1:port/db",
        "password=s3cret host",
        "host=127.0.0.1 port=1 password='s3cret",
        "s3cret",
    ],
)
def test_an_address_is_in_no_refusal_no_representation_and_no_trace(
    domain: Domain, tmp_path: Path, address: str
) -> None:
    source = PostgresTable(address, "rides")
    said = no(add(domain, source))
    assert "check the address, the user, the password" in said
    with pytest.raises(Unreadable) as raised:
        copy_out(source, [SourceColumn("rider")], [], tmp_path / "out.csv")
    shown = "".join(traceback.format_exception(raised.value, chain=True))
    assert "s3cret" not in said + repr(source) + str(source) + shown


def test_an_address_is_in_nothing_that_is_kept(domain: Domain, url: str) -> None:
    address = url + "&application_name=s3cret"
    folder = domain.store.folder / "rides" / kept(domain, add(domain, PostgresTable(address, TABLE))).digest
    assert not any(b"s3cret" in path.read_bytes() or b"mumian-pg-" in path.read_bytes() for path in folder.iterdir())


def test_a_view_that_would_write_is_refused(domain: Domain, url: str) -> None:
    run(
        url,
        """
        CREATE TABLE heard (n int);
        CREATE FUNCTION hear() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO heard VALUES (1) RETURNING n';
        CREATE VIEW listening AS SELECT rider, "Line", hear() AS stops, fare FROM "City Data"."Rides";
        """,
    )
    assert "SQLSTATE 25006" in no(add(domain, PostgresTable(url, "listening")))


def test_what_another_has_not_committed_is_not_taken_in(domain: Domain, url: str) -> None:
    with psycopg.connect(url) as writer:
        writer.execute('DELETE FROM "City Data"."Rides"')
        assert kept(domain, add(domain, PostgresTable(url, TABLE))).table.rows == 5
        writer.commit()
    assert kept(domain, add(domain, PostgresTable(url, TABLE))).table.rows == 0
