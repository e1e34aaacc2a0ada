"""Decision tables of rights: what is entered, granted, frozen and ended, the edges of scopes and terms, every refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, GrantId, PartyId, ResourceId, RightId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Right, Role
from mumian.kernel.table import DictTable
from mumian.kernel.time import DAY_MS, GUANGZHOU, Instant, day_of
from mumian.rooms.rights import views
from mumian.rooms.rights.chain import Break
from mumian.rooms.rights.decide import decide
from mumian.rooms.rights.evolve import evolve
from mumian.rooms.rights.laws import LAWS
from mumian.rooms.rights.model import (
    AuthorizeOperation,
    CancelPublicResource,
    Command,
    ConsentVoided,
    EndAuthorization,
    EndRight,
    Event,
    Freeze,
    GranteeFacts,
    GrantRevoked,
    GrantRight,
    GrantUnderAuthorization,
    GrantUnderLicence,
    RegisterPublicResource,
    RegisterRight,
    RenewPublicResource,
    RenewRight,
    RevokeGrant,
    State,
    Unfreeze,
    WithdrawConsent,
)
from mumian.rooms.rights.records import Grant, Registration
from mumian.rooms.rights.refusals import RightsRefusal as R
from mumian.rooms.rights.vocabulary import (
    CHAIN_LINKS_MAX,
    OPERATION_YEARS_MAX,
    AuthorizationId,
    Basis,
    BasisKind,
    ConsentSeen,
    EndReason,
    FreezeReason,
    Mode,
    PublicId,
    SourceType,
)
from mumian.rulebook.rules import load

D = "d" * 64


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
    "merchant": {Role.DATA_MERCHANT},
    "insurer": {Role.BUYER},
    "registry": {Role.REGISTRY},
    "archive": {Role.REGISTRY},
    "regulator": {Role.REGULATOR},
}


def roles(party: str) -> frozenset[Role]:
    return frozenset(ROLES.get(party, ()))


FLIGHTS, WEATHER, TRAINS = (ResourceId(f"resource-{n}") for n in (1, 2, 5))
CONSENTS = {
    "consent-1": ConsentSeen(PartyId("merchant"), ("insurance-risk",), (PartyId("insurer"),), LATER, True),
    "consent-2": ConsentSeen(PartyId("merchant"), ("insurance-risk",), (), LATER, False),
    "consent-3": ConsentSeen(PartyId("air"), ("insurance-risk",), (), LATER, True),
}


def facts_for(command: Command, actor: str, *, now: Instant = NOW, seq: int = 90, **more: Any) -> Facts:
    """Gather the facts as the market would."""
    base: dict[str, Any] = {"seq": seq, "now": now, "actor": PartyId(actor), "roles": roles(actor), **more}
    match command:
        case GrantRight():
            return GranteeFacts(**base, grantee_roles=roles(command.grantee), consent=CONSENTS.get(command.consent))
        case GrantUnderLicence():
            return GranteeFacts(**base, grantee_roles=roles(command.grantee))
        case _:
            return Facts(**base)


def register(**changes: Any) -> RegisterRight:
    """Enter the right to use the trains of rail."""
    command = RegisterRight(
        "SJ4412026110009",
        TRAINS,
        Right.USE,
        PartyId("rail"),
        SourceType.SELF_GENERATED,
        Basis(BasisKind.COLLECTION, D),
        ("S1-21-R1",),
        NOW,
        LATER,
    )
    return replace(command, **changes)


def grant(**changes: Any) -> GrantRight:
    """Give on what the merchant has: `insurance-risk` in CN-44 for two fields."""
    command = GrantRight(
        "grant-20", PartyId("insurer"), Right.USE, ("insurance-risk",), ("CN-44",), ("delay",), NOW, LATER, False, D
    )
    return replace(command, **changes)


def licensed(**changes: Any) -> GrantUnderLicence:
    command = GrantUnderLicence(
        "licence-7", PartyId("merchant"), "grant-20", PartyId("insurer"), Right.USE, ("insurance-risk",), ("CN-44",),
        ("delay",), NOW, LATER, False, D,
    )  # fmt: skip
    return replace(command, **changes)


def authorize(**changes: Any) -> AuthorizeOperation:
    command = AuthorizeOperation(
        "operation-8", PartyId("bureau"), PartyId("operator"), (WEATHER,), Mode.WHOLE, "", 500, NOW, LATER
    )
    return replace(command, **changes)


def under(**changes: Any) -> GrantUnderAuthorization:
    command = GrantUnderAuthorization(
        "scenario-9",
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


CODED = RegisterPublicResource(WEATHER, "GGSJ44202611000001", D, NOW, at(2029, 11, 24))


def answer(state: State, command: Command, actor: str, **more: Any) -> list[Event] | Refused:
    return decide(state, command, facts_for(command, actor, **more))


def do(state: State, command: Command, actor: str = MARKET, **more: Any) -> list[Event]:
    events = answer(state, command, actor, **more)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)
    return events


def an_empty_state() -> State:
    return State(*(DictTable[Any]() for _ in State.__struct_fields__))


def a_state() -> State:
    """The air line has all three rights in flights; the merchant may use them and give two fields onward.

    Weather is coded and given to the operator, who lets the merchant use it.
    """
    state = an_empty_state()
    air, merchant = PartyId("air"), PartyId("merchant")
    for seq, right in enumerate(Right, 10):
        do(state, register(resource=FLIGHTS, holder=air, right=right, valid_to=FIVE_YEARS), seq=seq)
    first = grant(parent="right-11", grantee=merchant, territory=("CN",), fields=("delay", "route"), onward=True)
    do(state, replace(first, purposes=("insurance-risk", "research")), "air", seq=20)
    do(state, CODED, seq=25)
    do(state, authorize(), seq=30)
    do(state, under(), seq=31)
    return state


def broken_laws(state: State) -> list[str]:
    return [place for law in LAWS for place in law(state)]


NO_SUCH = "right-99"
RIGHT, OPERATE, GRANT = RightId("right-11"), RightId("right-12"), GrantId("grant-20")
AUTHORIZATION, CODE = AuthorizationId("authorization-30"), PublicId("public-25")
SEIZED, DISPUTED = FreezeReason.JUDICIAL_SEIZURE, FreezeReason.OWNERSHIP_DISPUTE


def with_frozen(state: State) -> State:
    do(state, Freeze(RIGHT, SEIZED), "registry", seq=70)
    return state


def with_ended(state: State) -> State:
    do(state, EndRight(RightId("right-10"), EndReason.GIVEN_UP), seq=70)
    do(state, RevokeGrant(GrantId("grant-31"), EndReason.TERMS_BROKEN), "operator", seq=71)
    do(state, EndAuthorization(AUTHORIZATION, EndReason.STATUTE), seq=72)
    do(state, CancelPublicResource(CODE, EndReason.DATA_LOST), seq=73)
    return state


def without_operate(state: State) -> State:
    do(state, EndRight(OPERATE, EndReason.GIVEN_UP), seq=70)
    return state


def with_long_chain(state: State) -> State:
    state.grants[GRANT] = replace(state.grants[GRANT], depth=CHAIN_LINKS_MAX)
    return state


def with_onward(state: State) -> State:
    """The insurer has a grant of the merchant's that it may not give on."""
    do(state, grant(), "merchant", seq=70)
    return state


def with_short_operate(state: State) -> State:
    """The right to operate ends a moment before the grant would."""
    state.rights["right-12"] = replace(state.rights["right-12"], valid_to=LATER - 1)
    return state


ENTERING: tuple[Command, ...] = (
    register(),
    RenewRight(RIGHT, LATER),
    EndRight(RIGHT, EndReason.GIVEN_UP),
    CODED,
    RenewPublicResource(CODE, LATER),
    CancelPublicResource(CODE, EndReason.STATUTE),
    authorize(),
    EndAuthorization(AUTHORIZATION, EndReason.STATUTE),
    under(),
    licensed(),
    WithdrawConsent("consent-1"),
)
REFUSALS: list[tuple[Command, str, R]] = [
    *((command, actor, R.ONLY_THE_MARKET) for command in ENTERING for actor in ("registry", "regulator", "air")),
    (Freeze(RIGHT, SEIZED), "air", R.ONLY_REGISTRY_OR_REGULATOR),
    (Unfreeze(RIGHT, SEIZED), "air", R.ONLY_REGISTRY_OR_REGULATOR),
    (EndRight(RightId(NO_SUCH), EndReason.GIVEN_UP), MARKET, R.UNKNOWN),
    (RenewRight(RightId(NO_SUCH), LATER), MARKET, R.UNKNOWN),
    (CancelPublicResource(PublicId("public-99"), EndReason.GIVEN_UP), MARKET, R.UNKNOWN),
    (Freeze(NO_SUCH, SEIZED), "regulator", R.UNKNOWN),
    (grant(parent=NO_SUCH), "merchant", R.UNKNOWN),
    (grant(parent=AUTHORIZATION), "operator", R.UNKNOWN),
    (grant(consent="consent-9"), "merchant", R.UNKNOWN),
    (licensed(parent=NO_SUCH), MARKET, R.UNKNOWN),
    (RevokeGrant(GrantId("grant-99"), EndReason.GIVEN_UP), "air", R.UNKNOWN),
    (EndAuthorization(AuthorizationId("authorization-99"), EndReason.STATUTE), MARKET, R.UNKNOWN),
    (under(authorization=AuthorizationId("authorization-99")), MARKET, R.UNKNOWN),
    (grant(), "air", R.NOT_YOURS),
    (grant(parent=RIGHT), "merchant", R.NOT_YOURS),
    (licensed(grantor=PartyId("air")), MARKET, R.NOT_YOURS),
    (RevokeGrant(GRANT, EndReason.GIVEN_UP), "merchant", R.NOT_YOURS),
    (authorize(), MARKET, R.ALREADY_ENTERED),
    (grant(grantee=PartyId("nobody")), "merchant", R.NOT_ADMITTED),
    (licensed(grantee=PartyId("nobody")), MARKET, R.NOT_ADMITTED),
    (grant(consent="consent-2"), "merchant", R.CONSENT_NOT_IN_FORCE),
    (grant(consent="consent-3"), "merchant", R.CONSENT_OF_ANOTHER),
    (grant(consent="consent-1", purposes=("insurance-risk", "research")), "merchant", R.BEYOND_CONSENT),
    (grant(consent="consent-1", grantee=PartyId("rail")), "merchant", R.BEYOND_CONSENT),
    (grant(consent="consent-1", valid_to=LATER + 1), "merchant", R.BEYOND_CONSENT),
    (grant(valid_from=LATER), "merchant", R.TERM_EMPTY),
    (under(valid_to=NOW), MARKET, R.TERM_EMPTY),
    (Unfreeze(RIGHT, SEIZED), "registry", R.NOT_FROZEN),
    (grant(purposes=()), "merchant", R.PURPOSE_MISSING),
    (under(purposes=()), MARKET, R.PURPOSE_MISSING),
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
    (licensed(fields=()), MARKET, R.WIDER_THAN_PARENT),
    (under(resource=FLIGHTS), MARKET, R.WIDER_THAN_PARENT),
    (under(valid_to=LATER + 1), MARKET, R.WIDER_THAN_PARENT),
    (grant(grantee=PartyId("air")), "merchant", R.CIRCLE),
]
"""On `a_state`."""

REFUSALS_ELSEWHERE: list[tuple[Any, Command, str, R]] = [
    (with_ended, Freeze(RightId("right-10"), SEIZED), "regulator", R.ENDED),
    (with_ended, RevokeGrant(GrantId("grant-31"), EndReason.GIVEN_UP), "operator", R.ENDED),
    (with_ended, under(), MARKET, R.CHAIN_BROKEN),
    (with_frozen, grant(), "merchant", R.CHAIN_BROKEN),
    (with_frozen, licensed(), MARKET, R.CHAIN_BROKEN),
    (with_frozen, Freeze(RIGHT, SEIZED), "regulator", R.ALREADY_FROZEN),
    (with_frozen, Unfreeze(RIGHT, SEIZED), "archive", R.FROZEN_BY_ANOTHER),
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


def test_every_rule_that_a_refusal_cites_is_in_force() -> None:
    in_force = {rule.id for rule in load().on(day_of(NOW))}
    assert {refusal.sentence.rule for refusal in R} - {None} <= in_force


def test_bounds_in_code_are_those_of_the_rulebook() -> None:
    book, day = load(), day_of(NOW)
    assert book.parameter("S3-TERM", "term_years_max", day) == OPERATION_YEARS_MAX
    assert book.parameter("S1-23", "freeze_reasons", day) == tuple(FreezeReason)
    assert book.parameter("S3-09", "modes", day) == tuple(Mode)


@pytest.mark.parametrize(
    ("command", "actor"),
    [
        (grant(), "merchant"),
        (grant(consent="consent-1"), "merchant"),
        (licensed(), MARKET),
        (grant(parent=RIGHT, fields=(), territory=(), purposes=("marketing",), valid_to=FIVE_YEARS), "air"),
        (grant(parent=OPERATE, right=Right.OPERATE), "air"),
        (grant(parent="right-10", right=Right.HOLD), "air"),
        (under(application="scenario-12", merchant=PartyId("insurer")), MARKET),
        (RevokeGrant(GRANT, EndReason.TERMS_BROKEN), "air"),
        (RevokeGrant(GRANT, EndReason.UNLAWFUL_USE), "regulator"),
        (RevokeGrant(GRANT, EndReason.STATUTE), "archive"),
        (RevokeGrant(GRANT, EndReason.STATUTE), MARKET),
        (Freeze(RIGHT, DISPUTED), "regulator"),
        (Freeze(GRANT, DISPUTED), "registry"),
        (Freeze(AUTHORIZATION, FreezeReason.ADMINISTRATIVE_CONTROL), MARKET),
        (EndRight(RIGHT, EndReason.FALSE_MATERIAL), MARKET),
        (RenewRight(RIGHT, FIVE_YEARS + YEAR), MARKET),
        (RenewPublicResource(CODE, FIVE_YEARS), MARKET),
        (EndAuthorization(AUTHORIZATION, EndReason.UNLAWFUL_USE), MARKET),
        (authorize(agreement="operation-9", mode=Mode.SECTOR, scenario="transport", ceiling_fen=None), MARKET),
        (register(), MARKET),
        (register(resource=FLIGHTS), MARKET),
        (WithdrawConsent("consent-1"), MARKET),
    ],
)
def test_what_is_allowed_leaves_every_law_holding(command: Command, actor: str) -> None:
    state = a_state()
    assert do(state, command, actor)
    assert broken_laws(state) == []


@pytest.mark.parametrize(
    "command",
    [
        EndRight(RightId("right-10"), EndReason.EXPIRED),
        RenewRight(RightId("right-10"), LATER),
        RevokeGrant(GrantId("grant-31"), EndReason.EXPIRED),
        EndAuthorization(AUTHORIZATION, EndReason.EXPIRED),
        CancelPublicResource(CODE, EndReason.EXPIRED),
        RenewPublicResource(CODE, LATER),
        Freeze(RightId("right-10"), SEIZED),
        Unfreeze(RightId("right-10"), SEIZED),
        Unfreeze(RIGHT, SEIZED),
    ],
)
def test_a_time_limit_finds_nothing_left_to_change_and_is_not_refused(command: Command) -> None:
    assert answer(with_ended(a_state()), command, MARKET) == []


def test_a_certificate_brings_several_rights_in_one_step() -> None:
    state = an_empty_state()
    for right in Right:
        do(state, register(right=right), seq=4)
    assert sorted(state.rights) == ["right-4", "right-4.1", "right-4.2"]
    assert {right.certificate for _, right in state.rights.under()} == {"SJ4412026110009"}
    assert broken_laws(state) == []


def test_the_same_right_has_several_holders_none_excluding_another() -> None:
    state = a_state()
    do(state, register(resource=FLIGHTS), seq=60)
    assert [right.holder for _, right in views.rights_in(state, FLIGHTS) if right.right is Right.USE] == ["air", "rail"]


def test_a_broker_grants_for_a_person_by_mandate_and_the_person_is_the_grantor() -> None:
    state = a_state()
    do(state, grant(), "broker", acts_for=True)
    assert state.grants["grant-90"].grantor == "merchant"


def test_freezes_of_two_reasons_are_lifted_one_by_one_and_nothing_else_stands_still() -> None:
    state = with_onward(a_state())
    do(state, Freeze(GRANT, SEIZED), "registry", seq=80)
    do(state, Freeze(GRANT, DISPUTED), "regulator", seq=81)
    for actor, reason, holds in (("registry", SEIZED, False), ("regulator", DISPUTED, True)):
        do(state, Unfreeze(GRANT, reason), actor)
        assert views.chain(state, "grant-70", NOW).unbroken is holds
    do(state, Freeze(GRANT, SEIZED), "registry", seq=82)
    assert views.chain(state, RIGHT, NOW).unbroken
    assert views.chain(state, "grant-31", NOW).unbroken


def test_a_freeze_is_lifted_by_who_set_it_or_by_a_regulator() -> None:
    for actor in ("registry", "regulator"):
        state = with_frozen(a_state())
        do(state, Unfreeze(RIGHT, SEIZED), actor)
        assert views.chain(state, GRANT, NOW).unbroken


BREAKS: list[tuple[Command, str, str, Break]] = [
    (Freeze(RIGHT, FreezeReason.STATUTE), "regulator", "right-11", Break.FROZEN),
    (Freeze(GRANT, FreezeReason.STATUTE), "regulator", "grant-20", Break.FROZEN),
    (Freeze(OPERATE, FreezeReason.STATUTE), "regulator", "right-12", Break.FROZEN),
    (EndRight(RIGHT, EndReason.GIVEN_UP), MARKET, "right-11", Break.ENDED),
    (EndRight(OPERATE, EndReason.GIVEN_UP), MARKET, "right-12", Break.ENDED),
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


def test_a_withdrawn_consent_voids_what_rests_on_it_and_what_stands_on_that_and_nothing_else() -> None:
    state = a_state()
    do(state, grant(consent="consent-1", onward=True), "merchant", seq=70)
    do(state, grant(parent="grant-70", grantee=PartyId("rail")), "insurer", seq=71)
    do(state, grant(grantee=PartyId("rail")), "merchant", seq=72)
    assert do(state, WithdrawConsent("consent-1"), now=NOW + 5) == [ConsentVoided("consent-1", NOW + 5)]
    for key in ("grant-70", "grant-71"):
        walked = views.chain(state, key, NOW)
        assert (walked.broken_at, walked.reason) == ("consent-1", Break.NO_CONSENT)
    assert views.chain(state, "grant-72", NOW).unbroken
    assert list(views.consented(state, "consent-1")) == ["grant-70"]
    assert do(state, WithdrawConsent("consent-1")) == []


@pytest.mark.parametrize(
    ("command", "broken_at", "reason"),
    [
        (EndAuthorization(AUTHORIZATION, EndReason.STATUTE), "authorization-30", Break.ENDED),
        (CancelPublicResource(CODE, EndReason.STATUTE), "public-25", Break.NOT_CODED),
    ],
)
def test_a_chain_of_public_data_ends_in_authorisation_and_code(command: Command, broken_at: str, reason: Break) -> None:
    state = a_state()
    assert views.chain(state, "grant-31", NOW).unbroken
    do(state, command)
    walked = views.chain(state, "grant-31", NOW)
    assert (walked.broken_at, walked.reason) == (broken_at, reason)


def test_a_revocation_is_one_record_and_the_report_names_what_falls_with_it() -> None:
    state = with_onward(a_state())
    assert list(views.downstream(state, RIGHT)) == ["grant-20", "grant-70"]
    assert do(state, RevokeGrant(GRANT, EndReason.GIVEN_UP), "air") == [GrantRevoked(GRANT, EndReason.GIVEN_UP)]
    assert list(views.downstream(state, GRANT)) == ["grant-70"]
    assert list(views.licensed(state, OPERATE)) == ["grant-20"]
    assert views.chain(state, "grant-70", NOW).path == views.path_of(state, "grant-70") == "right-11/grant-20/grant-70"


def test_a_chain_that_begins_nowhere_is_unknown() -> None:
    walked = views.chain(a_state(), "grant-99", NOW)
    assert (walked.links, walked.broken_at, walked.reason) == ((), "grant-99", Break.UNKNOWN)


def test_public_data_carries_its_ceiling_and_its_code() -> None:
    state = a_state()
    assert views.ceiling_fen(state, "grant-31") == 500
    assert views.ceiling_fen(state, GRANT) is None
    assert views.query_code(state, WEATHER, NOW) == "GGSJ44202611000001"
    assert views.query_code(state, WEATHER, NOW + 4 * YEAR) is None


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = a_state()
    state.rights["right-10"] = replace(state.rights["right-10"], certificate="SJ4412026110007")
    state.rights["right-44"] = replace(state.rights["right-11"], source_type=SourceType.GOV_DUTY)
    state.grants["grant-20"] = replace(state.grants["grant-20"], valid_to=FIVE_YEARS + 2)
    state.grants["grant-31"] = replace(state.grants["grant-31"], parent="authorization-99")
    state.authorizations[AUTHORIZATION] = replace(state.authorizations[AUTHORIZATION], valid_to=FIVE_YEARS + 1)
    state.authorized["resource-99/authorization-30"] = AUTHORIZATION
    assert [bool(list(law(state))) for law in LAWS] == [True] * len(LAWS)


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"grantor": PartyId("rail")}, "every_grant_has_its_parent"),
        ({"depth": 2}, "every_grant_has_its_parent"),
        ({"fields": ("x",), "right": Right.HOLD}, "no_grant_is_wider_than_its_parent"),
        ({"consent": "consent-1"}, "certificates_and_applications_lead_to_what_they_brought"),
        ({"under": "licence-7"}, "certificates_and_applications_lead_to_what_they_brought"),
    ],
)
def test_a_forged_grant_is_seen(change: dict[str, Any], law: str) -> None:
    state = a_state()
    state.grants["grant-20"] = replace(state.grants["grant-20"], **change)
    assert [each.__name__ for each in LAWS if list(each(state))] == [law]


def test_a_grant_out_of_what_may_not_be_granted_onward_is_seen() -> None:
    state = with_onward(a_state())
    state.grants["grant-20"] = replace(state.grants["grant-20"], onward=False)
    assert broken_laws(state) == ["`grant-70` stands on `grant-20`, which may not be granted onward"]


COMMANDS = (register(), grant(), licensed(), authorize(), under(), Freeze(RIGHT, SEIZED), WithdrawConsent("consent-1"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_commands_survive_the_journal(command: Command) -> None:
    assert msgspec.json.decode(msgspec.json.encode(command), type=Command) == command


@pytest.mark.parametrize(("table", "key", "record"), [("rights", RIGHT, Registration), ("grants", GRANT, Grant)])
def test_records_survive_the_store(table: str, key: str, record: type) -> None:
    kept = getattr(with_frozen(a_state()), table)[key]
    assert msgspec.json.decode(msgspec.json.encode(kept), type=record) == kept


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (str(LATER).encode(), b"9007199254740991"),
        (D.encode(), b"short"),
        (b"insurance-risk", "保险".encode()),
        (b"CN-44", b"CN/44"),
        (b'"use"', b'"own"'),
        (b'"consent":""', b'"consent":"grant-1"'),
    ],
)
def test_a_grant_in_a_wrong_form_is_refused_at_decode(old: bytes, new: bytes) -> None:
    sent = msgspec.json.encode(grant())
    assert old in sent
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(sent.replace(old, new, 1), type=Command)
