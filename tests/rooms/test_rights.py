"""Decision tables of rights: the rows of S1 第21条, the edges of terms and serials, and every refusal, one line a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind, Right, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, GUANGZHOU, Instant, day_of
from mumian.rooms.rights import views
from mumian.rooms.rights.certificate import is_number
from mumian.rooms.rights.chain import Break
from mumian.rooms.rights.decide import decide
from mumian.rooms.rights.eligibility import ROWS
from mumian.rooms.rights.evolve import evolve
from mumian.rooms.rights.laws import LAWS
from mumian.rooms.rights.model import (
    AuthorizationFacts,
    AuthorizeOperation,
    CancelPublicResource,
    CancelRight,
    Command,
    EndAuthorization,
    Event,
    FreezeRight,
    Grant,
    GranteeFacts,
    GrantRevoked,
    GrantRight,
    GrantUnderAuthorization,
    MerchantFacts,
    PublicResourceRegistered,
    RegisterPublicResource,
    RegisterRight,
    Registration,
    ResourceFacts,
    RevokeGrant,
    RightRegistered,
    State,
    UnfreezeRight,
)
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.vocabulary import (
    CHAIN_LINKS_MAX,
    OPERATION_YEARS_MAX,
    PUBLIC_SERIAL_MAX,
    PUBLIC_YEARS_MAX,
    SERIAL_MAX,
    VALIDITY_YEARS_MAX,
    AuthorizationId,
    Basis,
    BasisKind,
    Condition,
    EndReason,
    FreezeReason,
    Mode,
    PublicId,
    Resource,
    SourceType,
)
from mumian.rulebook.rules import load

D = "d" * 64
S, C, K = SourceType, Condition, BasisKind


def at(*moment: int) -> Instant:
    """Return the instant of a Guangzhou wall clock."""
    year, month, day, hour, minute, *_ = (*moment, 0, 0)
    return int(datetime(year, month, day, hour, minute, tzinfo=GUANGZHOU).timestamp() * 1000)


NOW, YEAR = at(2026, 11, 23, 10), 365 * DAY_MS
LATER = NOW + YEAR
FIVE_YEARS = at(2031, 11, 24)
"""The end of the day that corresponds to NOW's five years on."""

ROLES = {
    "air": {Role.SUPPLIER},
    "rail": {Role.SUPPLIER},
    "bureau": {Role.PUBLIC_BODY},
    "office": {Role.PUBLIC_BODY},
    "operator": {Role.PUBLIC_DATA_OPERATOR},
    "both": {Role.PUBLIC_DATA_OPERATOR, Role.DATA_MERCHANT},
    "merchant": {Role.DATA_MERCHANT},
    "insurer": {Role.BUYER},
    "registry": {Role.REGISTRY},
    "archive": {Role.REGISTRY},
    "regulator": {Role.REGULATOR},
}


def roles(party: str) -> frozenset[Role]:
    return frozenset(ROLES.get(party, ()))


FLIGHTS, WEATHER, PRODUCT, GONE, TRAINS, BOOKED = (ResourceId(f"resource-{n}") for n in range(1, 7))
CATALOG = {
    FLIGHTS: Resource(FLIGHTS, PartyId("air"), DataKind.ENTERPRISE),
    WEATHER: Resource(WEATHER, PartyId("bureau"), DataKind.PUBLIC),
    PRODUCT: Resource(PRODUCT, PartyId("merchant"), DataKind.PUBLIC),
    GONE: Resource(GONE, PartyId("air"), DataKind.ENTERPRISE, withdrawn=True),
    TRAINS: Resource(TRAINS, PartyId("rail"), DataKind.ENTERPRISE),
    BOOKED: Resource(BOOKED, PartyId("rail"), DataKind.ENTERPRISE, source_type=S.SELF_GENERATED),
}


def facts_for(command: Command, actor: str, *, now: Instant = NOW, seq: int = 90, **more: Any) -> Facts:
    """Gather the facts as the market would."""
    base: dict[str, Any] = {"seq": seq, "now": now, "actor": PartyId(actor), "roles": roles(actor), **more}
    match command:
        case RegisterRight():
            return ResourceFacts(**base, resource=CATALOG.get(command.resource), holder_roles=roles(command.holder))
        case RegisterPublicResource():
            return ResourceFacts(**base, resource=CATALOG.get(command.resource))
        case GrantRight():
            return GranteeFacts(**base, grantee_roles=roles(command.grantee))
        case AuthorizeOperation():
            known = tuple(CATALOG[name] for name in command.resources if name in CATALOG)
            return AuthorizationFacts(**base, operator_roles=roles(command.operator), resources=known)
        case GrantUnderAuthorization():
            return MerchantFacts(**base, merchant_roles=roles(command.merchant))
        case _:
            return Facts(**base)


def register(**changes: Any) -> RegisterRight:
    """Ask for the right to use the trains of rail."""
    command = RegisterRight(
        TRAINS, Right.USE, PartyId("rail"), S.SELF_GENERATED, Basis(K.COLLECTION, D), (), NOW, LATER
    )
    return replace(command, **changes)


def grant(**changes: Any) -> GrantRight:
    """Give on what the merchant has: `insurance-risk` in CN-44 for two fields."""
    command = GrantRight(
        "grant-20", PartyId("insurer"), Right.USE, ("insurance-risk",), ("CN-44",), ("delay",), NOW, LATER, False, D
    )
    return replace(command, **changes)


def authorize(**changes: Any) -> AuthorizeOperation:
    command = AuthorizeOperation(PartyId("operator"), (WEATHER,), Mode.WHOLE, "", 500, NOW, LATER, D)
    return replace(command, **changes)


def under(**changes: Any) -> GrantUnderAuthorization:
    command = GrantUnderAuthorization(
        AuthorizationId("authorization-30"),
        PartyId("merchant"),
        WEATHER,
        "crop-insurance",
        ("insurance-risk",),
        (),
        (),
        NOW,
        LATER,
        D,
    )
    return replace(command, **changes)


def answer(state: State, command: Command, actor: str, **more: Any) -> list[Event] | Refused:
    return decide(state, command, facts_for(command, actor, **more))


def do(state: State, command: Command, actor: str, **more: Any) -> list[Event]:
    events = answer(state, command, actor, **more)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    return events


def an_empty_state() -> State:
    return State(*(DictTable[Any]() for _ in State.__struct_fields__))


def a_state() -> State:
    """The air line has all three rights in flights; the merchant may use them and give two fields onward.

    Weather is coded and given to the operator, who lets the merchant use it for `delay-insurance`.
    """
    state = an_empty_state()
    air, merchant = PartyId("air"), PartyId("merchant")
    for seq, right in enumerate(Right, 10):
        do(state, register(resource=FLIGHTS, holder=air, right=right, valid_to=FIVE_YEARS), "registry", seq=seq)
    first = grant(parent="right-11", grantee=merchant, territory=("CN",), fields=("delay", "route"), onward=True)
    do(state, replace(first, purposes=("insurance-risk", "research")), "air", seq=20)
    do(state, RegisterPublicResource(WEATHER, D), "registry", seq=25)
    do(state, authorize(mode=Mode.SCENARIO, scenario="delay-insurance"), "bureau", seq=29)
    do(state, authorize(), "bureau", seq=30)
    do(state, under(scenario="delay-insurance"), "operator", seq=31)
    return state


def broken_laws(state: State) -> list[str]:
    return [place for law in LAWS for place in law(state)]


RIGHT, GRANT, AUTHORIZATION = RightId("right-11"), GrantId("grant-20"), AuthorizationId("authorization-30")
CRAWLED = (C.LAWFUL_CRAWL, C.DATA_PRODUCT, C.NO_SUBSTITUTION)
DERIVED = (C.SUBSTANTIAL_CHANGE, C.VALUE_RAISED, C.USE_OF_SOURCE)
HOLD_USE, NONE, ALL = "hold use", "", "hold use operate"

ELIGIBILITY: list[tuple[SourceType, tuple[Condition, ...], BasisKind, str, str]] = [
    (S.SELF_GENERATED, (), K.COLLECTION, ALL, "S1-21-R1"),
    (S.CONTRACT_COLLECTED, (), K.CONTRACT, ALL, "S1-21-R2"),
    (S.CONTRACT_COLLECTED, (), K.COLLECTION, NONE, ""),
    (S.NATURAL_PERSON, (), K.COLLECTION, ALL, "S1-21-R3"),
    (S.WEB_CRAWLED, (), K.COLLECTION, NONE, ""),
    (S.WEB_CRAWLED, (C.LAWFUL_CRAWL,), K.COLLECTION, HOLD_USE, "S1-21-R4a"),
    (S.WEB_CRAWLED, (C.LAWFUL_CRAWL, C.DATA_PRODUCT), K.COLLECTION, HOLD_USE, "S1-21-R4a"),
    (S.WEB_CRAWLED, (C.LAWFUL_CRAWL, C.NO_SUBSTITUTION), K.COLLECTION, HOLD_USE, "S1-21-R4a"),
    (S.WEB_CRAWLED, (C.DATA_PRODUCT, C.NO_SUBSTITUTION), K.COLLECTION, NONE, ""),
    (S.WEB_CRAWLED, CRAWLED, K.COLLECTION, ALL, "S1-21-R4b"),
    (S.FUSED, (C.CONTRACT_CLAUSE,), K.CONTRACT, ALL, "S1-21-R5a"),
    (S.FUSED, (C.CONTRACT_CLAUSE,), K.LAW, NONE, ""),
    (S.FUSED, (), K.CONTRACT, HOLD_USE, "S1-21-R5b"),
    (S.FUSED, (C.ALL_PARTIES_CONSENT,), K.CONTRACT, ALL, "S1-21-R5b"),
    (S.DERIVED, DERIVED, K.DERIVED, ALL, "S1-21-R6"),
    (S.DERIVED, DERIVED[:2], K.DERIVED, NONE, ""),
    (S.DERIVED, DERIVED[1:], K.DERIVED, NONE, ""),
    (S.DERIVED, (C.SUBSTANTIAL_CHANGE, C.USE_OF_SOURCE), K.DERIVED, NONE, ""),
    (S.ENTRUSTED, tuple(C), K.CONTRACT, NONE, ""),
    (S.GOV_DUTY, tuple(C), K.LAW, NONE, ""),
    (S.UTILITY, (), K.COLLECTION, ALL, "S1-21-R10"),
]


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize(("source", "conditions", "basis", "given", "row"), ELIGIBILITY)
def test_the_table_of_article_21_decides_which_right_is_registered(
    source: SourceType, conditions: tuple[Condition, ...], basis: BasisKind, given: str, row: str, right: Right
) -> None:
    command = register(source_type=source, conditions=conditions, basis=Basis(basis, D), right=right)
    events = answer(an_empty_state(), command, "registry")
    if right.value in given.split():
        assert isinstance(events, list)
        assert isinstance(events[0], RightRegistered)
        assert events[0].record.rules == (row, "S1-26", "S1-A6")
    else:
        assert isinstance(events, Refused)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("source", SourceType)
def test_public_data_is_property_only_as_coded_product_or_of_a_utility(source: SourceType, right: Right) -> None:
    conditions = tuple(Condition)
    command = register(
        resource=WEATHER, holder=PartyId("bureau"), source_type=source, conditions=conditions, right=right
    )
    events = answer(a_state(), replace(command, basis=Basis(K.CONTRACT, D)), "registry")
    assert isinstance(events, list) is (source in {S.PUBLIC_PRODUCT, S.UTILITY})


@pytest.mark.parametrize("right", Right)
def test_a_product_of_public_data_is_registered_once_it_is_coded(right: Right) -> None:
    state = an_empty_state()
    command = register(resource=PRODUCT, holder=PartyId("merchant"), source_type=S.PUBLIC_PRODUCT, right=right)
    refused = answer(state, command, "registry")
    assert isinstance(refused, Refused)
    assert refused.refusal is R.PRODUCT_NOT_CODED
    do(state, RegisterPublicResource(PRODUCT, D), "registry", seq=5)
    (event,) = do(state, command, "registry", seq=6)
    assert isinstance(event, RightRegistered)
    assert event.record.rules == ("S1-21-R9", "S1-15", "S1-26", "S1-A6")


def test_every_row_of_article_21_is_in_the_rulebook_and_gives_what_it_says() -> None:
    book = load()
    for row in ROWS:
        assert book.rule(row.rule, day_of(NOW)).parameters["source_type"].value == row.source.value
    for row in ROWS:
        rights = {Right(name) for name in book.parameter(row.rule, "rights", day_of(NOW))}  # type: ignore[union-attr]
        assert row.rights <= rights or row.requires == {C.ALL_PARTIES_CONSENT}
    assert {row.source for row in ROWS} == set(SourceType)


def test_every_rule_that_a_refusal_cites_is_in_force() -> None:
    in_force = {rule.id for rule in load().on(day_of(NOW))}
    assert {refusal.sentence.rule for refusal in R} - {None} <= in_force


def test_bounds_in_code_are_those_of_the_rulebook() -> None:
    book, day = load(), day_of(NOW)
    assert book.parameter("S1-26", "validity_years_max", day) == VALIDITY_YEARS_MAX
    assert book.parameter("S3-TERM", "term_years_max", day) == OPERATION_YEARS_MAX
    assert book.parameter("S2-TERM", "validity_years_max", day) == PUBLIC_YEARS_MAX
    assert book.parameter("S1-A6", "serial_max", day) == SERIAL_MAX
    assert book.parameter("S2-CODE", "serial_max", day) == PUBLIC_SERIAL_MAX
    assert book.parameter("S1-23", "freeze_reasons", day) == tuple(FreezeReason)
    assert book.parameter("S3-09", "modes", day) == tuple(Mode)


@pytest.mark.parametrize(
    ("now", "valid_to", "registered"),
    [
        (NOW, FIVE_YEARS, True),
        (NOW, FIVE_YEARS + 1, False),
        (NOW, FIVE_YEARS + DAY_MS, False),
        (at(2028, 2, 29, 23, 59), at(2033, 3, 1), True),
        (at(2028, 2, 29, 23, 59), at(2033, 3, 1) + 1, False),
    ],
)
def test_a_registration_holds_five_years_and_not_a_moment_longer(
    now: Instant, valid_to: Instant, registered: bool
) -> None:
    events = answer(an_empty_state(), register(valid_from=now, valid_to=valid_to), "registry", now=now)
    assert isinstance(events, list) is registered


@pytest.mark.parametrize(
    ("start", "valid_to", "authorized"),
    [(NOW, FIVE_YEARS, True), (NOW, FIVE_YEARS + 1, False), (at(2027, 1, 1), at(2032, 1, 2), True)],
)
def test_an_authorisation_lasts_five_years_from_its_start(start: Instant, valid_to: Instant, authorized: bool) -> None:
    events = answer(a_state(), authorize(valid_from=start, valid_to=valid_to), "bureau")
    assert isinstance(events, list) is authorized


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (at(2026, 11, 30, 23, 59), "202611"),
        (at(2026, 12, 1, 0, 0), "202612"),  # still 30 November in UTC
        (at(2026, 12, 1, 8, 0), "202612"),
        (at(2027, 1, 1, 0, 0), "202701"),
    ],
)
def test_the_month_of_a_certificate_turns_in_guangzhou(now: Instant, month: str) -> None:
    (event,) = do(an_empty_state(), register(valid_from=now), "registry", now=now)
    assert isinstance(event, RightRegistered)
    assert event.record.certificate == f"SJ441{month}0001"
    assert is_number(event.record.certificate)


def test_serials_run_on_within_the_month_and_begin_anew_in_the_next() -> None:
    state, moments = an_empty_state(), [NOW, NOW, at(2026, 12, 1), NOW + 1]
    for seq, (now, right) in enumerate(zip(moments[:3], Right, strict=True)):
        do(state, register(right=right), "registry", now=now, seq=seq)
    do(state, register(holder=PartyId("air")), "registry", now=at(2026, 12, 2), seq=9)
    given = [right.certificate for _, right in state.rights.under()]
    assert given == ["SJ4412026110001", "SJ4412026110002", "SJ4412026120001", "SJ4412026120002"]
    assert broken_laws(state) == []


def test_each_institution_has_serials_of_its_own() -> None:
    state = an_empty_state()
    do(state, register(), "registry", seq=1)
    (event,) = do(state, register(holder=PartyId("air")), "archive", seq=2, institution="447")
    assert isinstance(event, RightRegistered)
    assert event.record.certificate == "SJ4472026110001"


@pytest.mark.parametrize(("last", "registered"), [(SERIAL_MAX - 1, True), (SERIAL_MAX, False)])
def test_the_last_certificate_of_a_month_is_9999(last: int, registered: bool) -> None:
    state = an_empty_state()
    state.serials["SJ441202611"] = last
    events = answer(state, register(), "registry")
    assert isinstance(events, list) is registered
    if isinstance(events, list):
        assert isinstance(events[0], RightRegistered)
        assert events[0].record.certificate == "SJ4412026119999"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("SJ4412026110001", True),
        ("SJ4412026110000", False),
        ("SJ4412026130001", False),
        ("SJ441202611001", False),
        ("SJ44120261100010", False),
        ("SJ44120261１0001", False),
    ],
)
def test_a_certificate_number_has_fifteen_characters_of_one_form(text: str, is_one: bool) -> None:
    assert is_number(text) is is_one


@pytest.mark.parametrize(
    ("ends", "valid_to"), [(None, at(2029, 11, 24)), (at(2027, 6, 1), at(2027, 6, 1)), (FIVE_YEARS, at(2029, 11, 24))]
)
def test_a_public_resource_is_coded_for_three_years_or_its_operation(ends: Instant | None, valid_to: Instant) -> None:
    (event,) = do(an_empty_state(), RegisterPublicResource(WEATHER, D, ends), "registry")
    assert isinstance(event, PublicResourceRegistered)
    assert event.record.valid_to == valid_to
    assert event.record.code == "GGSJ44202611000001"


def test_the_same_right_has_several_holders_none_excluding_another() -> None:
    state = a_state()
    do(state, register(resource=FLIGHTS), "registry", seq=60)
    assert [right.holder for _, right in views.rights_in(state, FLIGHTS) if right.right is Right.USE] == ["air", "rail"]


def test_what_has_ended_or_run_out_is_registered_and_granted_anew() -> None:
    state = a_state()
    again = register(resource=FLIGHTS, holder=PartyId("air"))
    do(state, replace(again, valid_from=FIVE_YEARS, valid_to=FIVE_YEARS + 1), "registry", now=FIVE_YEARS, seq=50)
    do(state, CancelRight(RightId("right-50"), EndReason.DATA_LOST), "registry", seq=51)
    do(state, again, "registry", seq=52)
    do(state, RevokeGrant(GrantId("grant-31"), EndReason.GIVEN_UP), "operator", seq=53)
    do(state, under(authorization=AuthorizationId("authorization-29"), scenario="delay-insurance"), "operator", seq=54)
    assert state.by_holder["resource-1/air/use"] == "right-52"
    assert broken_laws(state) == []


def with_frozen(state: State) -> State:
    do(state, FreezeRight(RIGHT, FreezeReason.JUDICIAL_SEIZURE), "registry", seq=70)
    return state


def with_ended(state: State) -> State:
    do(state, CancelRight(RightId("right-10"), EndReason.GIVEN_UP), "registry", seq=70)
    do(state, RevokeGrant(GrantId("grant-31"), EndReason.TERMS_BROKEN), "operator", seq=71)
    do(state, EndAuthorization(AUTHORIZATION, EndReason.STATUTE), "bureau", seq=72)
    do(state, CancelPublicResource(PublicId("public-25"), EndReason.DATA_LOST), "regulator", seq=73)
    return state


def without_operate(state: State) -> State:
    do(state, CancelRight(RightId("right-12"), EndReason.GIVEN_UP), "registry", seq=70)
    return state


def with_long_chain(state: State) -> State:
    state.grants[GRANT] = replace(state.grants[GRANT], depth=CHAIN_LINKS_MAX)
    return state


def with_serials(state: State) -> State:
    state.serials["SJ441202611"] = SERIAL_MAX
    state.serials["GGSJ44202611"] = PUBLIC_SERIAL_MAX
    return state


def with_onward(state: State) -> State:
    """The insurer has a grant of the merchant's that it may not give on."""
    do(state, grant(), "merchant", seq=70)
    return state


def with_short_operate(state: State) -> State:
    """The right to operate ends a moment before the grant would."""
    state.rights["right-12"] = replace(state.rights["right-12"], valid_to=LATER - 1)
    return state


NO_SUCH = "right-99"
OPERATE = RightId("right-12")
REFUSALS: list[tuple[Command, str, R]] = [
    (register(), "rail", R.ONLY_A_REGISTRY),
    (RegisterPublicResource(WEATHER, D), "bureau", R.ONLY_A_REGISTRY),
    (CancelRight(RIGHT, EndReason.GIVEN_UP), "air", R.ONLY_REGISTRY_OR_REGULATOR),
    (CancelPublicResource(PublicId("public-25"), EndReason.GIVEN_UP), "bureau", R.ONLY_REGISTRY_OR_REGULATOR),
    (authorize(), "air", R.ONLY_A_PUBLIC_BODY),
    (authorize(resources=()), "bureau", R.NO_RESOURCES),
    (register(resource=ResourceId("resource-99")), "registry", R.UNKNOWN),
    (authorize(resources=(ResourceId("resource-99"),)), "bureau", R.UNKNOWN),
    (CancelRight(RightId(NO_SUCH), EndReason.GIVEN_UP), "registry", R.UNKNOWN),
    (CancelPublicResource(PublicId("public-99"), EndReason.GIVEN_UP), "registry", R.UNKNOWN),
    (grant(parent=NO_SUCH), "merchant", R.UNKNOWN),
    (grant(parent=AUTHORIZATION), "operator", R.UNKNOWN),
    (RevokeGrant(GrantId("grant-99"), EndReason.GIVEN_UP), "air", R.UNKNOWN),
    (EndAuthorization(AuthorizationId("authorization-99"), EndReason.STATUTE), "bureau", R.UNKNOWN),
    (under(authorization=AuthorizationId("authorization-99")), "operator", R.UNKNOWN),
    (grant(), "air", R.NOT_YOURS),
    (grant(parent=RIGHT), "merchant", R.NOT_YOURS),
    (RevokeGrant(GRANT, EndReason.GIVEN_UP), "merchant", R.NOT_YOURS),
    (EndAuthorization(AUTHORIZATION, EndReason.STATUTE), "operator", R.NOT_YOURS),
    (under(), "merchant", R.NOT_YOURS),
    (register(resource=GONE), "registry", R.WITHDRAWN),
    (register(holder=PartyId("nobody")), "registry", R.NOT_ADMITTED),
    (grant(grantee=PartyId("nobody")), "merchant", R.NOT_ADMITTED),
    (under(merchant=PartyId("nobody")), "operator", R.NOT_ADMITTED),
    (register(source_type=S.GOV_DUTY), "registry", R.DUTY_DATA),
    (register(resource=WEATHER, holder=PartyId("bureau")), "registry", R.DUTY_DATA),
    (register(source_type=S.ENTRUSTED), "registry", R.ENTRUSTED_DATA),
    (register(resource=BOOKED, source_type=S.UTILITY), "registry", R.SOURCE_DISAGREES),
    (register(source_type=S.WEB_CRAWLED), "registry", R.CONDITION_MISSING),
    (register(source_type=S.CONTRACT_COLLECTED), "registry", R.BASIS_DOES_NOT_FIT),
    (register(resource=PRODUCT, source_type=S.PUBLIC_PRODUCT), "registry", R.PRODUCT_NOT_CODED),
    (register(resource=FLIGHTS, holder=PartyId("air")), "registry", R.ALREADY_REGISTERED),
    (RegisterPublicResource(WEATHER, D), "registry", R.ALREADY_REGISTERED),
    (authorize(resources=(FLIGHTS,)), "bureau", R.NOT_PUBLIC_DATA),
    (authorize(), "office", R.OWNER_CONSENT_MISSING),
    (authorize(operator=PartyId("merchant")), "bureau", R.NOT_AN_OPERATOR),
    (authorize(operator=PartyId("both")), "bureau", R.OPERATOR_IS_MERCHANT),
    (authorize(mode=Mode.SCENARIO), "bureau", R.SCENARIO_AND_MODE),
    (authorize(scenario="delay-insurance"), "bureau", R.SCENARIO_AND_MODE),
    (under(merchant=PartyId("operator")), "operator", R.OPERATOR_RELATED),
    (under(merchant=PartyId("insurer")), "operator", R.NOT_A_MERCHANT),
    (under(resource=FLIGHTS), "operator", R.RESOURCE_OUTSIDE),
    (under(authorization=AuthorizationId("authorization-29")), "operator", R.SCENARIO_OUTSIDE),
    (under(scenario="delay-insurance"), "operator", R.SCENARIO_TAKEN),
    (register(valid_to=NOW), "registry", R.TERM_EMPTY),
    (register(valid_from=LATER), "registry", R.TERM_EMPTY),
    (grant(valid_from=LATER), "merchant", R.TERM_EMPTY),
    (under(valid_to=NOW), "operator", R.TERM_EMPTY),
    (authorize(valid_to=NOW), "bureau", R.TERM_EMPTY),
    (RegisterPublicResource(TRAINS, D, NOW), "registry", R.TERM_EMPTY),
    (register(valid_to=FIVE_YEARS + 1), "registry", R.TERM_OVER_FIVE_YEARS),
    (authorize(valid_to=FIVE_YEARS + 1), "bureau", R.OPERATION_OVER_FIVE_YEARS),
    (UnfreezeRight(RIGHT), "registry", R.NOT_FROZEN),
    (grant(purposes=()), "merchant", R.PURPOSE_MISSING),
    (under(purposes=()), "operator", R.PURPOSE_MISSING),
    (grant(grantee=PartyId("merchant")), "merchant", R.GRANT_TO_SELF),
    (grant(parent="grant-31"), "merchant", R.NO_ONWARD),
    (grant(right=Right.OPERATE), "merchant", R.WIDER_THAN_PARENT),
    (grant(purposes=("insurance-risk", "marketing")), "merchant", R.WIDER_THAN_PARENT),
    (grant(territory=()), "merchant", R.WIDER_THAN_PARENT),
    (grant(territory=("CNX",)), "merchant", R.WIDER_THAN_PARENT),
    (grant(fields=()), "merchant", R.WIDER_THAN_PARENT),
    (grant(fields=("delay", "tail")), "merchant", R.WIDER_THAN_PARENT),
    (grant(valid_from=NOW - 1), "merchant", R.WIDER_THAN_PARENT),
    (grant(valid_to=LATER + 1), "merchant", R.WIDER_THAN_PARENT),
    (under(valid_to=LATER + 1), "operator", R.WIDER_THAN_PARENT),
    (grant(grantee=PartyId("air")), "merchant", R.CIRCLE),
]
"""On `a_state`."""

REFUSALS_ELSEWHERE: list[tuple[Any, Command, str, R]] = [
    (with_ended, CancelRight(RightId("right-10"), EndReason.GIVEN_UP), "registry", R.ENDED),
    (with_ended, FreezeRight(RightId("right-10"), FreezeReason.STATUTE), "regulator", R.ENDED),
    (with_ended, RevokeGrant(GrantId("grant-31"), EndReason.GIVEN_UP), "operator", R.ENDED),
    (with_ended, EndAuthorization(AUTHORIZATION, EndReason.STATUTE), "regulator", R.ENDED),
    (with_ended, CancelPublicResource(PublicId("public-25"), EndReason.STATUTE), "registry", R.ENDED),
    (with_ended, authorize(), "bureau", R.RESOURCE_NOT_CODED),
    (with_ended, under(), "operator", R.CHAIN_BROKEN),
    (with_frozen, grant(), "merchant", R.CHAIN_BROKEN),
    (with_frozen, FreezeRight(RIGHT, FreezeReason.STATUTE), "regulator", R.ALREADY_FROZEN),
    (with_frozen, UnfreezeRight(RIGHT), "archive", R.FROZEN_BY_ANOTHER),
    (with_serials, register(), "registry", R.SERIALS_USED_UP),
    (with_serials, RegisterPublicResource(TRAINS, D), "registry", R.SERIALS_USED_UP),
    (without_operate, grant(parent=RIGHT, fields=()), "air", R.NO_LICENCE),
    (with_short_operate, grant(parent=RIGHT, fields=()), "air", R.NO_LICENCE),
    (with_onward, grant(parent="grant-70", grantee=PartyId("rail")), "insurer", R.NO_ONWARD),
    (with_long_chain, grant(), "merchant", R.CHAIN_TOO_LONG),
]

PERMITS: list[tuple[dict[str, Any], R | None]] = [
    ({}, None),
    ({"territory": "CN-44"}, None),
    ({"source": "right-11", "holder": "air", "purpose": "anything"}, None),
    ({"source": "grant-31", "territory": "GB"}, None),
    ({"source": NO_SUCH}, R.UNKNOWN),
    ({"source": "authorization-30", "holder": "operator"}, R.UNKNOWN),
    ({"holder": "insurer"}, R.NOT_THE_HOLDER),
    ({"right": Right.OPERATE}, R.RIGHT_OUTSIDE),
    ({"now": LATER}, R.CHAIN_BROKEN),
    ({"now": NOW - 1}, R.CHAIN_BROKEN),
    ({"purpose": "marketing"}, R.PURPOSE_OUTSIDE),
    ({"territory": "HK"}, R.TERRITORY_OUTSIDE),
    ({"territory": ""}, R.TERRITORY_OUTSIDE),
    ({"fields": ("delay",)}, None),
    ({"fields": ("delay", "tail")}, R.FIELD_OUTSIDE),
    ({"source": "grant-31", "fields": ("tail",)}, None),
]


@pytest.mark.parametrize(("command", "actor", "refusal"), REFUSALS)
def test_rights_refuse_by_name(command: Command, actor: str, refusal: R) -> None:
    refused = answer(a_state(), command, actor)
    assert isinstance(refused, Refused)
    assert refused.refusal is refusal
    assert "{" not in refused.say("en") + refused.say("zh")


@pytest.mark.parametrize(("change", "command", "actor", "refusal"), REFUSALS_ELSEWHERE)
def test_rights_refuse_by_name_after_a_change(change: Any, command: Command, actor: str, refusal: R) -> None:
    refused = answer(change(a_state()), command, actor)
    assert isinstance(refused, Refused)
    assert refused.refusal is refusal
    assert "{" not in refused.say("en") + refused.say("zh")


@pytest.mark.parametrize(("asked", "refusal"), PERMITS)
def test_a_use_is_permitted_or_the_failing_part_is_named(asked: dict[str, Any], refusal: R | None) -> None:
    usual = {"source": GRANT, "holder": "merchant", "right": Right.USE, "purpose": "insurance-risk", "territory": "CN"}
    said = views.permits(a_state(), **{**usual, "now": NOW, **asked})
    if refusal is None:
        assert isinstance(said, views.Chain)
        assert said.unbroken
    else:
        assert isinstance(said, Refused)
        assert said.refusal is refusal
        assert "{" not in said.say("en") + said.say("zh")


def test_every_refusal_of_rights_has_a_case() -> None:
    reached = {case[-1] for case in (*REFUSALS, *REFUSALS_ELSEWHERE, *PERMITS)}
    assert reached - {None} == set(R)


@pytest.mark.parametrize(
    ("command", "actor"),
    [
        (grant(), "merchant"),
        (grant(parent=RIGHT, fields=(), territory=(), purposes=("marketing",), valid_to=FIVE_YEARS), "air"),
        (grant(parent=OPERATE, right=Right.OPERATE), "air"),
        (grant(parent="right-10", right=Right.HOLD), "air"),
        (under(), "operator"),
        (under(scenario="delay-insurance", merchant=PartyId("both")), "operator"),
        (RevokeGrant(GRANT, EndReason.TERMS_BROKEN), "air"),
        (RevokeGrant(GRANT, EndReason.UNLAWFUL_USE), "regulator"),
        (RevokeGrant(GRANT, EndReason.STATUTE), "archive"),
        (FreezeRight(RIGHT, FreezeReason.OWNERSHIP_DISPUTE), "regulator"),
        (CancelRight(RIGHT, EndReason.FALSE_MATERIAL), "regulator"),
        (EndAuthorization(AUTHORIZATION, EndReason.UNLAWFUL_USE), "regulator"),
        (authorize(mode=Mode.SECTOR, scenario="transport", ceiling_fen=None), "bureau"),
        (register(), "registry"),
        (register(resource=BOOKED), "registry"),
        (register(resource=BOOKED, holder=PartyId("air"), source_type=S.NATURAL_PERSON), "registry"),
    ],
)
def test_what_is_allowed_leaves_every_law_holding(command: Command, actor: str) -> None:
    state = a_state()
    do(state, command, actor)
    assert broken_laws(state) == []


def test_an_operator_does_not_admit_a_merchant_it_is_related_to_and_the_path_is_named() -> None:
    command = under()
    path = (PartyId("operator"), PartyId("parent-co"), PartyId("merchant"))
    facts = replace(facts_for(command, "operator"), relation=path)
    refused = decide(a_state(), command, facts)
    assert isinstance(refused, Refused)
    assert refused.refusal is R.OPERATOR_RELATED
    assert "operator - parent-co - merchant" in refused.say()


def test_a_freeze_is_lifted_by_who_set_it_or_by_a_regulator() -> None:
    for actor in ("registry", "regulator"):
        state = with_frozen(a_state())
        do(state, UnfreezeRight(RIGHT), actor)
        assert views.chain(state, GRANT, NOW).unbroken


BREAKS: list[tuple[Command, str, str, Break]] = [
    (FreezeRight(RIGHT, FreezeReason.STATUTE), "regulator", "right-11", Break.FROZEN),
    (CancelRight(RIGHT, EndReason.GIVEN_UP), "registry", "right-11", Break.ENDED),
    (CancelRight(OPERATE, EndReason.GIVEN_UP), "registry", "right-12", Break.ENDED),
    (RevokeGrant(GRANT, EndReason.GIVEN_UP), "air", "grant-20", Break.ENDED),
]


@pytest.mark.parametrize(("command", "actor", "broken_at", "reason"), BREAKS)
def test_one_change_at_the_root_breaks_every_chain_below(
    command: Command, actor: str, broken_at: str, reason: Break
) -> None:
    state = with_onward(a_state())
    do(state, command, actor)
    walked = views.chain(state, "grant-70", NOW)
    assert (walked.unbroken, walked.broken_at, walked.reason) == (False, broken_at, reason)
    assert [link.id for link in walked.links] == ["grant-70", "grant-20", "right-11"]


@pytest.mark.parametrize(
    ("command", "actor", "broken_at", "reason"),
    [
        (EndAuthorization(AUTHORIZATION, EndReason.STATUTE), "bureau", "authorization-30", Break.ENDED),
        (CancelPublicResource(PublicId("public-25"), EndReason.STATUTE), "registry", "public-25", Break.NOT_CODED),
    ],
)
def test_a_chain_of_public_data_ends_in_authorisation_and_code(
    command: Command, actor: str, broken_at: str, reason: Break
) -> None:
    state = a_state()
    assert views.chain(state, "grant-31", NOW).unbroken
    do(state, command, actor)
    walked = views.chain(state, "grant-31", NOW)
    assert (walked.broken_at, walked.reason) == (broken_at, reason)


def test_a_revocation_is_one_record_and_the_report_names_what_falls_with_it() -> None:
    state = with_onward(a_state())
    assert list(views.downstream(state, RIGHT)) == ["grant-20", "grant-70"]
    assert do(state, RevokeGrant(GRANT, EndReason.GIVEN_UP), "air") == [GrantRevoked(GRANT, EndReason.GIVEN_UP)]
    assert list(views.downstream(state, GRANT)) == ["grant-70"]


def test_a_chain_that_begins_nowhere_is_unknown() -> None:
    walked = views.chain(a_state(), "grant-99", NOW)
    assert (walked.links, walked.broken_at, walked.reason) == ((), "grant-99", Break.UNKNOWN)


def test_public_data_carries_its_ceiling_and_its_code() -> None:
    state = a_state()
    assert views.ceiling_fen(state, "grant-31") == 500
    assert views.ceiling_fen(state, GRANT) is None
    assert views.query_code(state, WEATHER, NOW) == "GGSJ44202611000001"
    assert views.query_code(state, WEATHER, NOW + 4 * YEAR) is None


def test_a_certificate_prints_both_vocabularies_and_its_last_day() -> None:
    said = views.certificate(a_state(), RIGHT, NOW)
    assert said is not None
    assert (said["gz2023"], said["national2026"]) == ("数据加工使用权", "数据使用权")
    assert (said["valid_to"], said["in_force"]) == ("2031-11-23", "in_force")
    assert views.certificate(a_state(), RightId(NO_SUCH), NOW) is None


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = a_state()
    state.rights["right-10"] = replace(state.rights["right-10"], certificate="SJ4412026110007", source_type=S.GOV_DUTY)
    state.rights["right-11"] = replace(state.rights["right-11"], valid_from=FIVE_YEARS, valid_to=FIVE_YEARS + 1)
    state.grants["grant-20"] = replace(state.grants["grant-20"], valid_to=FIVE_YEARS + 2)
    state.grants["grant-31"] = replace(state.grants["grant-31"], parent="authorization-99")
    state.authorized["resource-99/authorization-30"] = AuthorizationId("authorization-30")
    assert [bool(list(law(state))) for law in LAWS] == [True] * len(LAWS)


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"grantor": PartyId("rail")}, LAWS[1]),
        ({"depth": 2}, LAWS[1]),
        ({"fields": ("x",), "right": Right.HOLD}, LAWS[2]),
    ],
)
def test_a_forged_grant_is_seen(change: dict[str, Any], law: Any) -> None:
    state = a_state()
    state.grants["grant-20"] = replace(state.grants["grant-20"], **change)
    assert list(law(state))


def test_a_grant_out_of_what_may_not_be_granted_onward_is_seen() -> None:
    state = with_onward(a_state())
    state.grants["grant-20"] = replace(state.grants["grant-20"], onward=False)
    assert list(LAWS[2](state)) == ["`grant-70` stands on `grant-20`, which may not be granted onward"]


def test_an_authorisation_beyond_five_years_is_seen() -> None:
    state = a_state()
    state.authorizations["authorization-30"] = replace(
        state.authorizations["authorization-30"], valid_to=FIVE_YEARS + 1
    )
    assert list(LAWS[4](state)) == [f"`authorization-30` holds until {FIVE_YEARS + 1}"]


@pytest.mark.parametrize("record", [Registration, Grant, RegisterRight, GrantRight, AuthorizeOperation])
def test_records_and_commands_survive_the_journal(record: type) -> None:
    state = a_state()
    kept: dict[type, Any] = {
        Registration: state.rights["right-11"],
        Grant: state.grants["grant-31"],
        RegisterRight: register(),
        GrantRight: grant(),
        AuthorizeOperation: authorize(),
    }
    assert msgspec.json.decode(msgspec.json.encode(kept[record]), type=record) == kept[record]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (str(LATER).encode(), b"9007199254740991"),
        (D.encode(), b"short"),
        (b"insurance-risk", "保险".encode()),
        (b"CN-44", b"CN/44"),
        (b'"use"', b'"own"'),
    ],
)
def test_a_grant_in_a_wrong_form_is_refused_at_decode(old: bytes, new: bytes) -> None:
    sent = msgspec.json.encode(grant())
    assert old in sent
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(sent.replace(old, new, 1), type=Command)
