"""Decision table of the catalog: one line a case."""

from __future__ import annotations

import hashlib
import json
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

import mumian.rulebook
from mumian.kernel.canonical import canonical, canonical_checked
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.table import DictTable
from mumian.kernel.text import length
from mumian.rooms.catalog import views
from mumian.rooms.catalog.decide import decide
from mumian.rooms.catalog.description import (
    DIMENSIONS,
    FIELDS_MAX,
    KEYWORDS_MAX,
    Description,
    FieldEntry,
    FieldType,
    Form,
    Identifier,
    Measure,
    Quality,
    SourceType,
    SpatialScope,
    UpdateFrequency,
)
from mumian.rooms.catalog.evolve import evolve
from mumian.rooms.catalog.factors import Depth, Factors, Group, Importance, Precision, Sector
from mumian.rooms.catalog.industry import SECTIONS, is_industry
from mumian.rooms.catalog.laws import LAWS
from mumian.rooms.catalog.levels import MATRIX, Affected, Degree, Impact, Level, level_by_matrix, rank
from mumian.rooms.catalog.model import (
    DATA_MAX,
    DUTIES_MAX,
    AmendDescription,
    ClassifyResource,
    Command,
    DescribeResource,
    DutyItem,
    Event,
    GradingFacts,
    ListDuties,
    PublishVersion,
    RegradeReason,
    State,
    WithdrawResource,
    nth_key,
)
from mumian.rooms.catalog.model import CatalogRefusal as R

NOW = 1_795_000_000_000
"""2026-11-18: every rule that a grading asks for is in force."""
BUREAU, AIRLINE = PartyId("party-1"), PartyId("party-2")
FLIGHTS, WEATHER, GONE, PATIENTS = (ResourceId(f"resource-{number}") for number in range(1, 5))

FIELDS = (
    FieldEntry("tailnum", FieldType.TEXT, meaning="机尾号", identifier=Identifier.UNIT),
    FieldEntry("dep_delay", FieldType.INTEGER, unit="min", meaning="起飞延误"),
)
DESCRIBED = Description(
    title="2013年纽约航班离港记录",
    summary="一家航空公司从纽约三个机场出发的全部航班。",
    data_kind=DataKind.ENTERPRISE,
    industry="G56",
    source_type=SourceType.SELF_GENERATED,
    spatial_scope=SpatialScope.CITY,
    temporal_from="2013-01-01",
    temporal_to="2013-12-31",
    update_frequency=UpdateFrequency.DAILY,
    form=Form.TABLE,
    domain="UA",
    fields=FIELDS,
    privacy_unit="tailnum",
    keywords=("航班", "延误"),
)
DUTY = DutyItem("WX-1", "气象观测", "自动站系统", ("逐小时气温", "逐小时风速"))
PUBLIC = replace(
    DESCRIBED,
    data_kind=DataKind.PUBLIC,
    source_type=SourceType.GOV_DUTY,
    fields=(),
    privacy_unit="",
    duty_item="WX-1",
    domain="weather",
)
DIGEST = "ab" * 32
QUALITY = Quality(completeness=Measure(999, 1_000), accuracy=Measure(2, 3))
SERIOUS = (Impact(Affected.ORGANISATION, Degree.SERIOUS),)
MILD = (Impact(Affected.ORGANISATION, Degree.GENERAL),)


def by(actor: str, *roles: Role, seq: int = 10, now: int = NOW, officer_signs: bool | None = None) -> GradingFacts:
    return GradingFacts(seq=seq, now=now, actor=PartyId(actor), roles=frozenset(roles), officer_signs=officer_signs)


AIR = by(AIRLINE, Role.SUPPLIER)
BODY = by(BUREAU, Role.PUBLIC_BODY)


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def do(state: State, command: Command, facts: GradingFacts) -> list[Event]:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    return events


def a_state() -> State:
    """An airline's flights (one version, graded general_3), a bureau's weather, a withdrawn resource, personal data."""
    state = empty()
    do(state, DescribeResource(DESCRIBED), by(AIRLINE, Role.SUPPLIER, seq=1))
    do(state, ListDuties((DUTY,)), BODY)
    do(state, DescribeResource(PUBLIC), by(BUREAU, Role.PUBLIC_BODY, seq=2))
    do(state, DescribeResource(DESCRIBED), by(AIRLINE, Role.SUPPLIER, seq=3))
    do(state, WithdrawResource(GONE), AIR)
    personal = replace(DESCRIBED, data_kind=DataKind.PERSONAL)
    do(state, DescribeResource(personal), by(AIRLINE, Role.SUPPLIER, seq=4))
    do(state, PublishVersion(FLIGHTS, DIGEST, 58_665, 4_000_000, QUALITY), AIR)
    do(state, ClassifyResource(FLIGHTS, SERIOUS, persons=False, signed_by="CDO-1"), AIR)
    return state


def described(**changes: object) -> DescribeResource:
    return DescribeResource(replace(DESCRIBED, **changes))


def amended(**changes: object) -> AmendDescription:
    return AmendDescription(FLIGHTS, replace(DESCRIBED, **changes))


def published(digest: str, quality: Quality = QUALITY) -> PublishVersion:
    return PublishVersion(FLIGHTS, digest, 1, 1, quality)


FACTORS = Factors(
    sector=Sector.TRANSPORT,
    group=Group.PERSONS,
    region=SpatialScope.CITY,
    precision=Precision.EXACT,
    persons=999_999,
    organisations=0,
    depth=Depth.OBSERVED,
    coverage_permille=10,
    importance=Importance.ORDINARY,
)


def classified(
    *impacts: Impact,
    persons: bool = False,
    resource: ResourceId = FLIGHTS,
    reason: RegradeReason | None = None,
    factors: Factors | None = None,
    **more: Any,
) -> ClassifyResource:
    stated = factors or (FACTORS if persons else None)
    return ClassifyResource(resource, impacts, persons, "CDO-1", reason, stated, **more)


def field(name: str = "x", **changes: object) -> FieldEntry:
    return replace(FieldEntry(name, FieldType.TEXT), **changes)


def units(*names: str) -> tuple[FieldEntry, ...]:
    return tuple(field(name, identifier=Identifier.UNIT) for name in names)


def duties(count: int) -> tuple[DutyItem, ...]:
    return tuple(replace(DUTY, code=f"D-{number}") for number in range(count))


ENTERPRISE, OWN = DataKind.ENTERPRISE, SourceType.SELF_GENERATED
OTHER_DIGEST = "cd" * 32
ZALGO = "木" + "\u0301" * 43

REFUSALS: list[tuple[Command, GradingFacts, R]] = [
    (described(), by(AIRLINE, Role.BUYER), R.NOT_A_SUPPLIER),
    (described(), by(AIRLINE, Role.DATA_MERCHANT), R.NOT_A_SUPPLIER),
    (described(data_kind=DataKind.PUBLIC, source_type=SourceType.GOV_DUTY), AIR, R.DUTY_DATA_NEEDS_PUBLIC_BODY),
    (described(source_type=SourceType.GOV_DUTY), AIR, R.DUTY_DATA_NEEDS_PUBLIC_BODY),
    (DescribeResource(replace(PUBLIC, data_kind=ENTERPRISE)), BODY, R.DUTY_DATA_IS_PUBLIC),
    (described(data_kind=DataKind.PUBLIC), AIR, R.PUBLIC_DATA_NEEDS_PUBLIC_BODY),
    (described(title=""), AIR, R.TITLE_LENGTH),
    (described(title="　 "), AIR, R.TITLE_LENGTH),
    (described(title="木" * 41), AIR, R.TITLE_LENGTH),
    (described(title="🇨🇳" * 21), AIR, R.TITLE_LENGTH),
    (described(title=ZALGO), AIR, R.TITLE_LENGTH),
    (described(title="航班\u202e记录"), AIR, R.TEXT_HIDDEN),
    (described(title="航班\n记录"), AIR, R.TEXT_HIDDEN),
    (described(title="航班\ud800"), AIR, R.TEXT_HIDDEN),
    (described(summary=""), AIR, R.SUMMARY_LENGTH),
    (described(summary="棉" * 401), AIR, R.SUMMARY_LENGTH),
    (described(summary="a\u200bb"), AIR, R.TEXT_HIDDEN),
    (described(limits=""), AIR, R.TEXT_LENGTH),
    (described(limits="棉" * 401), AIR, R.TEXT_LENGTH),
    (described(keywords=("航",) * (KEYWORDS_MAX + 1)), AIR, R.TOO_MANY),
    (described(keywords=("航" * 21,)), AIR, R.TEXT_LENGTH),
    (described(fields=tuple(field(str(n)) for n in range(FIELDS_MAX + 1)), privacy_unit=""), AIR, R.TOO_MANY),
    (described(fields=(field(""),)), AIR, R.TEXT_LENGTH),
    (described(fields=(field("x" * 65),)), AIR, R.TEXT_LENGTH),
    (described(fields=(field(unit="x" * 33),)), AIR, R.TEXT_LENGTH),
    (described(fields=(field(meaning="义" * 201),)), AIR, R.TEXT_LENGTH),
    (described(fields=(field(meaning="a\nb"),)), AIR, R.TEXT_HIDDEN),
    (described(industry=""), AIR, R.INDUSTRY_UNKNOWN),
    (described(industry="U"), AIR, R.INDUSTRY_UNKNOWN),
    (described(industry="G61"), AIR, R.INDUSTRY_UNKNOWN),
    (described(industry="G5"), AIR, R.INDUSTRY_UNKNOWN),
    (described(industry="G５６"), AIR, R.INDUSTRY_UNKNOWN),
    (described(temporal_from=""), AIR, R.PERIOD_INVALID),
    (described(temporal_from="20130101"), AIR, R.PERIOD_INVALID),
    (described(temporal_from="2013-02-29"), AIR, R.PERIOD_INVALID),
    (described(temporal_to="2013-13-01"), AIR, R.PERIOD_INVALID),
    (described(temporal_to="2012-12-31"), AIR, R.PERIOD_INVALID),
    (described(language=""), AIR, R.LANGUAGE_UNKNOWN),
    (described(language="中文"), AIR, R.LANGUAGE_UNKNOWN),
    (described(domain=""), AIR, R.DOMAIN_MALFORMED),
    (described(domain="../UA"), AIR, R.DOMAIN_MALFORMED),
    (described(domain="U/A"), AIR, R.DOMAIN_MALFORMED),
    (described(domain="a" * 64), AIR, R.DOMAIN_MALFORMED),
    (described(domain="UA\n"), AIR, R.DOMAIN_MALFORMED),
    (described(fields=(*FIELDS, field("dep_delay"))), AIR, R.FIELD_REPEATED),
    (described(privacy_unit=""), AIR, R.PRIVACY_UNIT_MISMATCH),
    (described(privacy_unit="dep_delay"), AIR, R.PRIVACY_UNIT_MISMATCH),
    (described(fields=()), AIR, R.PRIVACY_UNIT_MISMATCH),
    (described(fields=units("tailnum", "pilot")), AIR, R.PRIVACY_UNIT_MISMATCH),
    (described(duty_item="WX-1"), AIR, R.DUTY_ITEM_UNKNOWN),
    (DescribeResource(replace(PUBLIC, duty_item="WX-2")), BODY, R.DUTY_ITEM_UNKNOWN),
    (AmendDescription(ResourceId("resource-9"), DESCRIBED), AIR, R.RESOURCE_UNKNOWN),
    (amended(), BODY, R.NOT_THE_HOLDER),
    (amended(), by("exchange", Role.EXCHANGE), R.NOT_THE_HOLDER),
    (AmendDescription(GONE, DESCRIBED), AIR, R.RESOURCE_WITHDRAWN),
    (amended(data_kind=DataKind.PERSONAL), AIR, R.KIND_OR_SOURCE_CHANGED),
    (amended(source_type=SourceType.DERIVED), AIR, R.KIND_OR_SOURCE_CHANGED),
    (amended(title="木" * 41), AIR, R.TITLE_LENGTH),
    (amended(fields=FIELDS[1:], privacy_unit=""), AIR, R.PRIVACY_UNIT_FIXED),
    (amended(duty_item="WX-1"), AIR, R.DUTY_ITEM_UNKNOWN),
    (PublishVersion(ResourceId("resource-9"), DIGEST, 1, 1, QUALITY), AIR, R.RESOURCE_UNKNOWN),
    (published(OTHER_DIGEST), by("party-3", Role.SUPPLIER), R.NOT_THE_HOLDER),
    (PublishVersion(GONE, DIGEST, 1, 1, QUALITY), AIR, R.RESOURCE_WITHDRAWN),
    (published(OTHER_DIGEST[:-1]), AIR, R.DIGEST_MALFORMED),
    (published(OTHER_DIGEST.upper()), AIR, R.DIGEST_MALFORMED),
    (published(f"{OTHER_DIGEST}\n"), AIR, R.DIGEST_MALFORMED),
    (published(DIGEST), AIR, R.DIGEST_REPEATED),
    *((published(OTHER_DIGEST, Quality(**{name: Measure(4, 3)})), AIR, R.QUALITY_IMPOSSIBLE) for name in DIMENSIONS),
    (classified(), AIR, R.IMPACTS_EMPTY),
    (classified(*SERIOUS, resource=ResourceId("resource-9")), AIR, R.RESOURCE_UNKNOWN),
    (classified(*SERIOUS), BODY, R.NOT_THE_HOLDER),
    (classified(*SERIOUS, resource=GONE), AIR, R.RESOURCE_WITHDRAWN),
    (classified(*SERIOUS, *MILD), AIR, R.IMPACT_REPEATED),
    (classified(*SERIOUS, resource=PATIENTS), AIR, R.PERSONS_DENIED),
    (classified(*SERIOUS, persons=True), AIR, R.PERSONS_NOT_ASSESSED),
    (classified(*MILD), AIR, R.LEVEL_LOWERED),
    (ListDuties((DUTY,)), AIR, R.NOT_A_PUBLIC_BODY),
    (ListDuties(()), BODY, R.DUTIES_EMPTY),
    (ListDuties(duties(DUTIES_MAX + 1)), BODY, R.TOO_MANY),
    (ListDuties((replace(DUTY, data=("x",) * (DATA_MAX + 1)),)), BODY, R.TOO_MANY),
    (ListDuties((replace(DUTY, code=""),)), BODY, R.DUTY_CODE_MALFORMED),
    (ListDuties((replace(DUTY, code="a/b"),)), BODY, R.DUTY_CODE_MALFORMED),
    (ListDuties((replace(DUTY, code="x" * 33),)), BODY, R.DUTY_CODE_MALFORMED),
    (ListDuties((DUTY, DUTY)), BODY, R.DUTY_REPEATED),
    (ListDuties((replace(DUTY, duty=""),)), BODY, R.TEXT_LENGTH),
    (ListDuties((replace(DUTY, system=""),)), BODY, R.TEXT_LENGTH),
    (ListDuties((replace(DUTY, data=("",)),)), BODY, R.TEXT_LENGTH),
    (WithdrawResource(ResourceId("resource-9")), AIR, R.RESOURCE_UNKNOWN),
    (WithdrawResource(FLIGHTS), BODY, R.NOT_THE_HOLDER),
    (WithdrawResource(GONE), AIR, R.RESOURCE_WITHDRAWN),
]


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_the_catalog_refuses_by_name(command: Command, facts: GradingFacts, refusal: R) -> None:
    answer = decide(a_state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


ACCEPTED: list[tuple[Command, GradingFacts]] = [
    (described(), AIR),
    (described(title="木"), AIR),
    (described(title="木" * 40), AIR),
    (described(title="é" * 40), AIR),
    (described(title=unicodedata.normalize("NFD", "é") * 40), AIR),
    (described(title=f"👩\u200d🔬{'木' * 38}"), AIR),
    (described(summary="棉" * 400), AIR),
    (described(summary="一\n二"), AIR),
    (described(limits="棉" * 400), AIR),
    (described(keywords=("航" * 20,) * KEYWORDS_MAX), AIR),
    (described(fields=tuple(field(str(n)) for n in range(FIELDS_MAX)), privacy_unit=""), AIR),
    (described(fields=(field("字" * 64, unit="x" * 32, meaning="义" * 200),), privacy_unit=""), AIR),
    (described(fields=(field(identifier=Identifier.DIRECT),), privacy_unit=""), AIR),
    (described(temporal_to=""), AIR),
    (described(temporal_to="2013-01-01"), AIR),
    (described(language="zh-Hans-CN", domain="a" * 63), AIR),
    (described(data_kind=DataKind.PUBLIC, source_type=SourceType.UTILITY), AIR),
    (described(data_kind=DataKind.PUBLIC, source_type=SourceType.PUBLIC_PRODUCT), AIR),
    (described(data_kind=DataKind.PUBLIC), BODY),
    (described(), BODY),
    (DescribeResource(replace(PUBLIC, duty_item="")), BODY),
    (amended(title="改名", fields=(*FIELDS, field("new"))), AIR),
    (AmendDescription(PATIENTS, replace(DESCRIBED, data_kind=DataKind.PERSONAL, fields=(), privacy_unit="")), AIR),
    (AmendDescription(WEATHER, replace(PUBLIC, duty_item="")), BODY),
    (AmendDescription(WEATHER, PUBLIC), BODY),
    (published(OTHER_DIGEST), AIR),
    (published(OTHER_DIGEST, Quality()), AIR),
    (published(OTHER_DIGEST, Quality(accuracy=Measure(3, 3), timeliness=Measure(0, 3))), AIR),
    (PublishVersion(PATIENTS, DIGEST, 0, 0, QUALITY), AIR),
    (classified(*SERIOUS), AIR),
    (classified(Impact(Affected.ECONOMY, Degree.EXTREME)), AIR),
    (classified(*MILD, reason=RegradeReason.DESENSITISED), AIR),
    (classified(Impact(Affected.PERSON, Degree.SERIOUS), persons=True, resource=PATIENTS), AIR),
    (ListDuties(duties(DUTIES_MAX)), BODY),
    (ListDuties((replace(DUTY, code="x" * 32, duty="责" * 200, data=("x",) * DATA_MAX),)), BODY),
    (ListDuties((replace(DUTY, data=()),)), BODY),
    (WithdrawResource(FLIGHTS), AIR),
    (WithdrawResource(WEATHER), BODY),
]


@pytest.mark.parametrize(("command", "facts"), ACCEPTED)
def test_what_is_allowed_keeps_every_law(command: Command, facts: GradingFacts) -> None:
    state = a_state()
    do(state, command, facts)
    assert [place for law in LAWS for place in law(state)] == []


@pytest.mark.parametrize(("command", "facts"), ACCEPTED)
def test_commands_events_and_records_survive_canonical_bytes(command: Command, facts: GradingFacts) -> None:
    assert msgspec.json.decode(canonical(command), type=Command) == command
    state = a_state()
    events = do(state, command, facts)
    assert msgspec.json.decode(canonical(events), type=list[Event]) == events
    records = [record for table in msgspec.structs.astuple(state) for _, record in table.under()]
    assert all(msgspec.json.decode(canonical(record), type=type(record)) == record for record in records)


@pytest.mark.parametrize("code", ["张三", "", "360426199101010071", "CDO-1\n", "a b"])
def test_who_signs_is_a_code_and_anything_else_is_refused_before_it_can_be_logged(code: str) -> None:
    body = {"type": "catalog.ClassifyResource", "resource": FLIGHTS, "impacts": [], "persons": False}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({**body, "signed_by": code}, Command)
    assert not code or code not in str(caught.value)
    assert msgspec.convert({**body, "signed_by": "CDO-1"}, Command)


def test_a_measure_of_nothing_is_refused_on_decoding() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"met": 0, "of": 0}, Measure)


@pytest.mark.parametrize(
    ("text", "chars"),
    [
        ("", 0),
        (" 　\n", 0),
        ("木棉", 2),
        ("a 木", 3),
        ("e\u0301", 1),
        ("𠮷野", 2),
        ("👍\ufe0f", 1),
        ("木" + "\u0301" * 3, 1),
        ("木" + "\u0301" * 4, 2),
        ("👩\u200d🔬", 2),
    ],
)
def test_length_is_counted_as_people_count(text: str, chars: int) -> None:
    assert length(text) == chars


def test_industries_are_the_97_divisions_in_20_sections() -> None:
    codes = [f"{section}{division:02d}" for section in "ABCDEFGHIJKLMNOPQRST" for division in range(100)]
    known = [code for code in codes if is_industry(code)]
    assert [int(code[1:]) for code in known] == list(range(1, 98))
    assert all(is_industry(section) for section in SECTIONS)
    assert "".join(SECTIONS) == "ABCDEFGHIJKLMNOPQRST"


# 国家安全, 经济运行, 社会秩序, 公共利益, 组织权益, 个人权益 down; 特别严重, 严重, 一般, 无 across (domain-rules §5.1, §5.2)
PRINTED_MATRIX = """
national_security  core      core      important general_1
economy            core      important general_4 general_1
social_order       core      important general_4 general_1
public_interest    core      important general_4 general_1
organisation       general_4 general_3 general_2 general_1
person             general_4 general_3 general_2 general_1
"""
CELLS = [
    (Affected(row.split()[0]), degree, Level(level))
    for row in PRINTED_MATRIX.strip().splitlines()
    for degree, level in zip(Degree, row.split()[1:], strict=True)
]


@pytest.mark.parametrize(("affected", "degree", "level"), CELLS)
def test_a_cell_of_the_matrix_is_graded_as_printed(affected: Affected, degree: Degree, level: Level) -> None:
    state = a_state()
    impacts = (Impact(affected, degree),)
    do(state, classified(*impacts, persons=affected is Affected.PERSON, reason=RegradeReason.CONTENT), AIR)
    assert views.level_of(state, FLIGHTS) is level
    assert [place for law in LAWS for place in law(state)] == []


def test_the_matrix_has_24_cells_and_agrees_with_the_rulebook() -> None:
    assert len(CELLS) == len(MATRIX) == 24
    rules = tomllib.loads((Path(mumian.rulebook.__path__[0]) / "data" / "s18.toml").read_text("utf-8"))["rules"]
    matrix = next(rule for rule in rules if rule["id"] == "S18-MATRIX")["parameters"]
    annex = next(rule for rule in rules if rule["id"] == "S18-H")["parameters"]["levels_by_degree"]["value"]
    for affected in Affected:
        for number, degree in enumerate(matrix["degrees"]["value"]):
            level = MATRIX[affected, Degree(degree)]
            assert level.value.split("_")[0] == matrix[affected.value]["value"][number]
            if affected in (Affected.ORGANISATION, Affected.PERSON):
                assert level.value == f"general_{annex[number]}"


def test_the_highest_of_the_impacts_decides() -> None:
    low, high = Impact(Affected.PERSON, Degree.GENERAL), Impact(Affected.SOCIAL_ORDER, Degree.SERIOUS)
    assert level_by_matrix((low, high)) is level_by_matrix((high, low)) is Level.IMPORTANT
    assert level_by_matrix(()) is Level.GENERAL_1
    ranked = ["general_1", "general_2", "general_3", "general_4", "important", "core"]
    assert [level.value for level in sorted(Level, key=rank)] == ranked


def test_versions_count_up_and_keep_the_dictionary_of_their_time() -> None:
    state = a_state()
    do(state, amended(fields=(*FIELDS, field("new"))), AIR)
    do(state, published(OTHER_DIGEST), AIR)
    first, second = views.versions_of(state, FLIGHTS)
    assert views.latest_version(state, FLIGHTS) == second
    assert (first.digest, second.digest) == (DIGEST, OTHER_DIGEST)
    plain = json.dumps(msgspec.to_builtins(FIELDS), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert first.dictionary_digest == hashlib.sha256(plain.encode()).hexdigest() != second.dictionary_digest
    assert state.resources[FLIGHTS].versions == 2


def test_a_rate_is_rounded_down() -> None:
    assert [Measure(met, 3).permille for met in range(4)] == [0, 333, 666, 1_000]
    assert Measure(999_999, 1_000_000).permille == 999


def test_every_grading_is_kept() -> None:
    state = a_state()
    do(state, classified(*MILD, reason=RegradeReason.SCALE), AIR)
    assert [grading.level for grading in views.gradings_of(state, FLIGHTS)] == [Level.GENERAL_3, Level.GENERAL_2]
    assert views.level_of(state, FLIGHTS) is Level.GENERAL_2


def test_what_is_unknown_or_bare_is_seen_as_nothing() -> None:
    state = a_state()
    nowhere = ResourceId("resource-9")
    seen = (views.resource, views.description, views.latest_version, views.level_of, views.dcat)
    assert [view(state, nowhere) for view in seen] == [None] * 5
    assert views.latest_version(state, WEATHER) is None
    assert views.level_of(state, WEATHER) is None


def test_resources_are_found_by_their_holder() -> None:
    state = a_state()
    assert list(views.resources_of(state, AIRLINE)) == [FLIGHTS, GONE, PATIENTS]
    assert list(views.resources_of(state, PartyId("party"))) == []
    assert views.description(state, FLIGHTS) == DESCRIBED


def test_the_duty_inventory_names_duty_system_data_and_resources() -> None:
    state = a_state()
    other = replace(DUTY, code="WX-10")
    do(state, ListDuties((other, replace(DUTY, duty="气象观测与预报"))), BODY)
    lines = list(views.duty_inventory(state, BUREAU))
    assert [(line.item.code, line.item.duty, line.resources) for line in lines] == [
        ("WX-1", "气象观测与预报", (WEATHER,)),
        ("WX-10", "气象观测", ()),
    ]
    do(state, AmendDescription(WEATHER, replace(PUBLIC, duty_item="WX-10")), BODY)
    assert [line.resources for line in views.duty_inventory(state, BUREAU)] == [(), (WEATHER,)]
    do(state, WithdrawResource(WEATHER), BODY)
    assert [line.resources for line in views.duty_inventory(state, BUREAU)] == [(), ()]


def test_a_resource_reads_as_a_dcat_dataset() -> None:
    document = views.dcat(a_state(), FLIGHTS)
    assert document is not None
    canonical_checked(document)  # no float anywhere
    assert document["@type"] == "dcat:Dataset"
    assert document["@id"] == "mumian:resource-1"
    assert document["dct:title"] == {"@value": "2013年纽约航班离港记录", "@language": "zh"}
    assert document["dct:publisher"] == {"@id": "mumian:party-2"}
    assert document["dct:temporal"] == {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": {"@value": "2013-01-01", "@type": "xsd:date"},
        "dcat:endDate": {"@value": "2013-12-31", "@type": "xsd:date"},
    }
    assert document["dct:accessRights"] == {"@id": "mumian:level/general_3"}
    assert document["dcat:version"] == "1"
    assert document["dqv:hasQualityMeasurement"] == [
        {
            "@type": "dqv:QualityMeasurement",
            "dqv:isMeasurementOf": {"@id": f"mumian:gbt36344/{dimension}"},
            "dqv:value": {"@value": rate, "@type": "xsd:decimal"},
        }
        for dimension, rate in (("completeness", "0.999"), ("accuracy", "0.666"))
    ]
    assert document["dct:conformsTo"] == {
        "@type": "csvw:Schema",
        "csvw:column": [
            {
                "@type": "csvw:Column",
                "csvw:name": "tailnum",
                "csvw:datatype": "string",
                "dct:description": "机尾号",
                "mumian:identifier": "unit",
            },
            {
                "@type": "csvw:Column",
                "csvw:name": "dep_delay",
                "csvw:datatype": "integer",
                "dct:description": "起飞延误",
                "mumian:unit": "min",
            },
        ],
    }
    prefixes = document["@context"]
    assert isinstance(prefixes, dict)
    assert all(":" not in key or key.split(":")[0] in prefixes for key in document)


def test_a_bare_resource_reads_as_a_dataset_without_distribution() -> None:
    state = a_state()
    do(state, AmendDescription(WEATHER, replace(PUBLIC, temporal_to="")), BODY)
    document = views.dcat(state, WEATHER)
    assert document is not None
    absent = {"dcat:version", "dcat:distribution", "dct:accessRights", "dct:conformsTo", "dqv:hasQualityMeasurement"}
    assert not absent & document.keys()
    assert "dcat:endDate" not in str(document["dct:temporal"])


def _grade(state: State, level: Level, *, nth: int = 1) -> None:
    key = nth_key(FLIGHTS, nth)
    state.gradings[key] = replace(state.gradings[nth_key(FLIGHTS, 1)], level=level)


SPOILED: list[tuple[int, Callable[[State], object]]] = [
    (0, lambda s: s.versions.__delitem__(nth_key(FLIGHTS, 1))),
    (0, lambda s: s.versions.__setitem__(nth_key(FLIGHTS, 3), s.versions[nth_key(FLIGHTS, 1)])),
    (0, lambda s: s.versions.__setitem__(nth_key(ResourceId("resource-9"), 1), s.versions[nth_key(FLIGHTS, 1)])),
    (1, lambda s: s.versions.__setitem__(nth_key(FLIGHTS, 2), s.versions[nth_key(FLIGHTS, 1)])),
    (1, lambda s: s.digests.__setitem__(f"{FLIGHTS}/{OTHER_DIGEST}", 1)),
    (2, lambda s: _grade(s, Level.GENERAL_4)),
    (3, lambda s: s.resources.__setitem__(FLIGHTS, replace(s.resources[FLIGHTS], level=Level.GENERAL_1))),
    (3, lambda s: s.resources.__setitem__(FLIGHTS, replace(s.resources[FLIGHTS], persons=True))),
    (3, lambda s: s.resources.__setitem__(WEATHER, replace(s.resources[WEATHER], level=Level.GENERAL_1))),
    (3, lambda s: _grade(s, Level.GENERAL_3, nth=2)),
    (4, lambda s: _grade(s, Level.GENERAL_2, nth=2)),
    (8, lambda s: s.descriptions.__setitem__(FLIGHTS, replace(DESCRIBED, title="木" * 41))),
    (8, lambda s: s.descriptions.__setitem__(FLIGHTS, replace(DESCRIBED, privacy_unit="pilot"))),
    (8, lambda s: s.descriptions.__delitem__(FLIGHTS)),
    (9, lambda s: s.by_holder.__delitem__(f"{AIRLINE}/{FLIGHTS}")),
    (9, lambda s: s.by_holder.__setitem__(f"{BUREAU}/{FLIGHTS}", FLIGHTS)),
    (9, lambda s: s.by_duty.__delitem__(f"{BUREAU}/WX-1/{WEATHER}")),
    (9, lambda s: s.by_duty.__setitem__(f"{BUREAU}/WX-1/{FLIGHTS}", FLIGHTS)),
    (9, lambda s: s.duties.__delitem__(f"{BUREAU}/WX-1")),
]


@pytest.mark.parametrize(("law", "spoil"), SPOILED)
def test_each_law_sees_the_defect_that_it_is_for(law: int, spoil: Callable[[State], object]) -> None:
    state = a_state()
    assert list(LAWS[law](state)) == []
    spoil(state)
    assert list(LAWS[law](state))
