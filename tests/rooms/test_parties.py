"""Decision table of the parties: one line a case."""

from __future__ import annotations

import base64
import random
from copy import deepcopy
from itertools import product

import msgspec
import pytest
from stdnum.cn import ric, uscc

from mumian.kernel.canonical import canonical
from mumian.kernel.facts import Facts
from mumian.kernel.ids import MARKET, OPERATOR, PartyId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.table import DictTable
from mumian.rooms.parties import views
from mumian.rooms.parties.decide import decide
from mumian.rooms.parties.evolve import evolve
from mumian.rooms.parties.identity import NotAResidentId, SaltTooShort, commit_identity, verify_identity
from mumian.rooms.parties.laws import LAWS
from mumian.rooms.parties.model import (
    GROUP_MAX,
    KEYS_MAX,
    AdmitOperator,
    AdmitParty,
    AssignRoles,
    Authority,
    Command,
    EndRelation,
    Event,
    ExitParty,
    Key,
    Link,
    PartiesRelated,
    Party,
    PartyAdmitted,
    PartyKind,
    RegisterKey,
    ReinstateParty,
    RelateParties,
    Relation,
    RevokeKey,
    Standing,
    State,
    SuspendParty,
    SuspensionReason,
)
from mumian.rooms.parties.model import PartiesRefusal as R

NOW = 1_000
LEGAL, NATURAL, BODY = PartyKind.LEGAL, PartyKind.NATURAL, PartyKind.PUBLIC_BODY
CONTROLS, HOLDS, AFFILIATED = Relation.CONTROLS, Relation.HOLDS_SHARES, Relation.AFFILIATED
REGULATOR, AIRLINE, OPERATED, PERSON, LEFT = (PartyId(f"party-{number}") for number in range(1, 6))
NOBODY = PartyId("party-99")
COMMITMENT = "ab" * 32
RESIDENT = "360426199101010071"  # the example of `stdnum.cn.ric`: no living person's


def a_uscc(number: int) -> str:
    stem = f"91440101{number:09d}"
    return stem + uscc.calc_check_digit(stem)


def a_key(number: int) -> str:
    return base64.b64encode(number.to_bytes(32, "big")).decode()


def empty() -> State:
    return State(DictTable(), DictTable(), DictTable(), DictTable(), DictTable(), DictTable())


def by(actor: str, *roles: Role, seq: int = 10) -> Facts:
    return Facts(seq=seq, now=NOW, actor=PartyId(actor), roles=frozenset(roles))


EX = by("exchange", Role.EXCHANGE)
REG = by(REGULATOR, Role.REGULATOR)
AIR = by(AIRLINE, Role.SUPPLIER)


def do(state: State, command: Command, facts: Facts) -> None:
    events = decide(state, command, facts)
    assert not isinstance(events, Refused), events.say()
    for event in events:
        evolve(state, event)


def admit(kind: PartyKind, number: int, *roles: Role, key: str | None = None) -> AdmitParty:
    if kind is NATURAL:
        return AdmitParty(kind, "", identity_commitment=COMMITMENT, roles=roles, key=key)
    return AdmitParty(kind, f"主体{number}", uscc=a_uscc(number), roles=roles, key=key)


def a_state() -> State:
    """The exchange, a regulator, an airline with two keys (and a revoked one), an operator, a person, one who left."""
    state = empty()
    do(state, AdmitOperator("广州数据交易所", a_uscc(0), a_key(100)), by(MARKET, seq=0))
    do(state, admit(BODY, 1, Role.REGULATOR, Role.PUBLIC_BODY), by("exchange", Role.EXCHANGE, seq=1))
    do(state, admit(LEGAL, 2, Role.SUPPLIER, key=a_key(1)), by("exchange", Role.EXCHANGE, seq=2))
    do(state, admit(LEGAL, 3, Role.PUBLIC_DATA_OPERATOR), by("exchange", Role.EXCHANGE, seq=3))
    do(state, admit(NATURAL, 4, Role.SUPPLIER), by("exchange", Role.EXCHANGE, seq=4))
    do(state, admit(LEGAL, 5, Role.BUYER), by("exchange", Role.EXCHANGE, seq=5))
    do(state, ExitParty(LEFT), EX)
    do(state, RegisterKey(AIRLINE, a_key(2)), AIR)
    do(state, RegisterKey(AIRLINE, a_key(3)), EX)
    do(state, RevokeKey(AIRLINE, a_key(3)), AIR)
    do(state, RelateParties(AIRLINE, OPERATED, HOLDS, 2_500), REG)
    return state


def suspended_by(facts: Facts) -> State:
    state = a_state()
    do(state, SuspendParty(AIRLINE, SuspensionReason.BREACH), facts)
    return state


def with_keys(count: int) -> State:
    state = a_state()
    for number in range(count - 2):
        do(state, RegisterKey(AIRLINE, a_key(10 + number)), AIR)
    return state


def with_group(size: int) -> State:
    """The person controls size - 1 companies in a chain."""
    state = a_state()
    for number in range(size - 1):
        head = PERSON if number == 0 else PartyId(f"party-{1_000 + number}")
        tail = PartyId(f"party-{1_001 + number}")
        evolve(state, PartyAdmitted(tail, LEGAL, "n", a_uscc(1_000 + number), "", (Role.BUYER,), NOW))
        evolve(state, PartiesRelated(head, tail, CONTROLS, 0, Authority.EXCHANGE))
    return state


SUPPLIER = (Role.SUPPLIER,)
OK_USCC = a_uscc(77)
BAD_USCC = OK_USCC[:-1] + ("0" if OK_USCC[-1] != "0" else "1")

REFUSALS: list[tuple[Command, Facts, R]] = [
    (AdmitOperator("x", OK_USCC), EX, R.ONLY_THE_MARKET),
    (AdmitOperator("x", OK_USCC), by(MARKET), R.OPERATOR_ADMITTED),
    (admit(LEGAL, 7, Role.SUPPLIER), AIR, R.ONLY_THE_EXCHANGE),
    (admit(LEGAL, 7, Role.SUPPLIER), by(MARKET), R.ONLY_THE_EXCHANGE),
    (AdmitParty(LEGAL, "", uscc=OK_USCC, roles=SUPPLIER), EX, R.NAME_UNFIT),
    (AdmitParty(LEGAL, "　", uscc=OK_USCC, roles=SUPPLIER), EX, R.NAME_UNFIT),
    (AdmitParty(LEGAL, "木" * 101, uscc=OK_USCC, roles=SUPPLIER), EX, R.NAME_UNFIT),
    (AdmitParty(LEGAL, "木\u202e棉", uscc=OK_USCC, roles=SUPPLIER), EX, R.NAME_UNFIT),
    (AdmitParty(LEGAL, "木\ud800棉", uscc=OK_USCC, roles=SUPPLIER), EX, R.NAME_UNFIT),
    (AdmitParty(NATURAL, "", roles=SUPPLIER), EX, R.COMMITMENT_MISSING),
    (AdmitParty(NATURAL, "", identity_commitment="ab" * 31, roles=SUPPLIER), EX, R.COMMITMENT_MISSING),
    (AdmitParty(NATURAL, "", identity_commitment="AB" * 32, roles=SUPPLIER), EX, R.COMMITMENT_MISSING),
    (AdmitParty(NATURAL, "", identity_commitment=COMMITMENT, roles=SUPPLIER), EX, R.COMMITMENT_TAKEN),
    (AdmitParty(LEGAL, "x", OK_USCC, COMMITMENT, SUPPLIER), EX, R.COMMITMENT_MISPLACED),
    (AdmitParty(LEGAL, "x", roles=SUPPLIER), EX, R.USCC_INVALID),
    (AdmitParty(LEGAL, "x", uscc=BAD_USCC, roles=SUPPLIER), EX, R.USCC_INVALID),
    (AdmitParty(LEGAL, "x", uscc=OK_USCC[:-1], roles=SUPPLIER), EX, R.USCC_INVALID),
    (AdmitParty(LEGAL, "x", uscc=f" {OK_USCC}", roles=SUPPLIER), EX, R.USCC_INVALID),
    (AdmitParty(BODY, "x", uscc="91110000600037341l", roles=SUPPLIER), EX, R.USCC_INVALID),
    (AdmitParty(LEGAL, "x", uscc=a_uscc(2), roles=SUPPLIER), EX, R.USCC_TAKEN),
    (AdmitParty(LEGAL, "x", uscc=OK_USCC), EX, R.ROLES_EMPTY),
    (admit(LEGAL, 7, Role.EXCHANGE), EX, R.EXCHANGE_IS_ONE),
    (admit(LEGAL, 7, Role.PUBLIC_BODY), EX, R.ROLE_NEEDS_PUBLIC_BODY),
    (admit(LEGAL, 7, Role.BUYER, Role.REGULATOR), EX, R.ROLE_NEEDS_PUBLIC_BODY),
    (AssignRoles(PERSON, (Role.PUBLIC_BODY,)), EX, R.ROLE_NEEDS_PUBLIC_BODY),
    (AssignRoles(PERSON, (Role.PUBLIC_DATA_OPERATOR,)), EX, R.ROLE_NEEDS_ORGANISATION),
    (AssignRoles(PERSON, (Role.REGISTRY,)), EX, R.ROLE_NEEDS_ORGANISATION),
    (admit(LEGAL, 7, Role.PUBLIC_DATA_OPERATOR, Role.DATA_MERCHANT), EX, R.OPERATOR_IS_NO_MERCHANT),
    (AssignRoles(OPERATED, (Role.DATA_MERCHANT, Role.PUBLIC_DATA_OPERATOR)), EX, R.OPERATOR_IS_NO_MERCHANT),
    (AssignRoles(AIRLINE, ()), EX, R.ROLES_EMPTY),
    (AssignRoles(AIRLINE, SUPPLIER), REG, R.ONLY_THE_EXCHANGE),
    (AssignRoles(NOBODY, SUPPLIER), EX, R.PARTY_UNKNOWN),
    (AssignRoles(LEFT, SUPPLIER), EX, R.PARTY_EXITED),
    (AssignRoles(OPERATOR, SUPPLIER), EX, R.OPERATOR_STAYS),
    (AssignRoles(REGULATOR, SUPPLIER), EX, R.REGULATOR_STAYS),
    (admit(LEGAL, 7, Role.SUPPLIER, key="AAAA"), EX, R.KEY_MALFORMED),
    (admit(LEGAL, 7, Role.SUPPLIER, key=a_key(1)), EX, R.KEY_TAKEN),
    (RegisterKey(AIRLINE, a_key(4)), REG, R.ONLY_ITSELF_OR_THE_EXCHANGE),
    (RegisterKey(NOBODY, a_key(4)), EX, R.PARTY_UNKNOWN),
    (RegisterKey(LEFT, a_key(4)), EX, R.PARTY_EXITED),
    (RegisterKey(REGULATOR, a_key(4)), EX, R.REGULATOR_STAYS),
    (RegisterKey(AIRLINE, a_key(4)[:-1]), AIR, R.KEY_MALFORMED),
    (RegisterKey(AIRLINE, a_key(4).replace("AQ=", "AR=").replace("BA=", "BB=")), AIR, R.KEY_MALFORMED),
    (RegisterKey(AIRLINE, "é"), AIR, R.KEY_MALFORMED),
    (RegisterKey(AIRLINE, base64.b64encode(bytes(33)).decode()), AIR, R.KEY_MALFORMED),
    (RegisterKey(AIRLINE, a_key(1)), AIR, R.KEY_TAKEN),
    (RegisterKey(PERSON, a_key(1)), by(PERSON), R.KEY_TAKEN),
    (RegisterKey(AIRLINE, a_key(3)), AIR, R.KEY_REVOKED),
    (RegisterKey(PERSON, a_key(3)), by(PERSON), R.KEY_REVOKED),
    (RevokeKey(AIRLINE, a_key(1)), by(PERSON), R.ONLY_ITSELF_OR_THE_EXCHANGE),
    (RevokeKey(AIRLINE, a_key(3)), AIR, R.KEY_UNKNOWN),
    (RevokeKey(PERSON, a_key(1)), by(PERSON), R.KEY_UNKNOWN),
    (RevokeKey(OPERATOR, a_key(100)), EX, R.LAST_KEY),
    (RelateParties(AIRLINE, OPERATED, CONTROLS), by(PERSON), R.ONLY_ENDS_OR_AUTHORITIES),
    (RelateParties(AIRLINE, NOBODY, CONTROLS), AIR, R.PARTY_UNKNOWN),
    (RelateParties(NOBODY, AIRLINE, CONTROLS), AIR, R.PARTY_UNKNOWN),
    (RelateParties(AIRLINE, AIRLINE, CONTROLS), AIR, R.RELATED_TO_ITSELF),
    (RelateParties(AIRLINE, PERSON, HOLDS, 0), AIR, R.SHARE_OUT_OF_RANGE),
    (RelateParties(AIRLINE, PERSON, HOLDS, 10_001), AIR, R.SHARE_OUT_OF_RANGE),
    (RelateParties(AIRLINE, PERSON, CONTROLS, 10_001), AIR, R.SHARE_OUT_OF_RANGE),
    (RelateParties(AIRLINE, OPERATED, HOLDS, 2_500), REG, R.RELATION_EXISTS),
    (RelateParties(AIRLINE, OPERATED, HOLDS, 1), AIR, R.RELATION_OF_AUTHORITY),
    (RelateParties(AIRLINE, OPERATED, HOLDS, 1), EX, R.RELATION_OF_AUTHORITY),
    (EndRelation(AIRLINE, OPERATED, HOLDS), by(OPERATED), R.RELATION_OF_AUTHORITY),
    (EndRelation(AIRLINE, OPERATED, HOLDS), by(PERSON), R.ONLY_ENDS_OR_AUTHORITIES),
    (EndRelation(AIRLINE, OPERATED, CONTROLS), AIR, R.RELATION_UNKNOWN),
    (EndRelation(OPERATED, AIRLINE, HOLDS), REG, R.RELATION_UNKNOWN),
    (SuspendParty(AIRLINE, SuspensionReason.OWN_REQUEST), AIR, R.ONLY_AUTHORITIES),
    (SuspendParty(NOBODY, SuspensionReason.BREACH), REG, R.PARTY_UNKNOWN),
    (SuspendParty(LEFT, SuspensionReason.BREACH), REG, R.PARTY_EXITED),
    (SuspendParty(OPERATOR, SuspensionReason.BREACH), REG, R.OPERATOR_STAYS),
    (SuspendParty(REGULATOR, SuspensionReason.BREACH), EX, R.REGULATOR_STAYS),
    (ReinstateParty(AIRLINE), AIR, R.ONLY_AUTHORITIES),
    (ReinstateParty(AIRLINE), EX, R.NOT_SUSPENDED),
    (ExitParty(AIRLINE), REG, R.ONLY_ITSELF_OR_THE_EXCHANGE),
    (ExitParty(LEFT), by(LEFT), R.PARTY_EXITED),
    (ExitParty(OPERATOR), EX, R.OPERATOR_STAYS),
    (ExitParty(REGULATOR), EX, R.REGULATOR_STAYS),
]

REFUSALS_ELSEWHERE: list[tuple[State, Command, Facts, R]] = [
    (with_keys(KEYS_MAX), RegisterKey(AIRLINE, a_key(4)), AIR, R.KEYS_TOO_MANY),
    (suspended_by(EX), SuspendParty(AIRLINE, SuspensionReason.DATA_LEAK), REG, R.ALREADY_SUSPENDED),
    (suspended_by(REG), ReinstateParty(AIRLINE), EX, R.SUSPENDED_BY_REGULATOR),
    (with_group(GROUP_MAX - 1), RelateParties(AIRLINE, PERSON, AFFILIATED), AIR, R.GROUP_TOO_LARGE),
    (empty(), AdmitOperator("", OK_USCC), by(MARKET), R.NAME_UNFIT),
    (empty(), AdmitOperator("x", BAD_USCC), by(MARKET), R.USCC_INVALID),
    (empty(), AdmitOperator("x", OK_USCC, "AAAA"), by(MARKET), R.KEY_MALFORMED),
]


@pytest.mark.parametrize(("command", "facts", "refusal"), REFUSALS)
def test_the_room_of_parties_refuses_by_name(command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(a_state(), command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


@pytest.mark.parametrize(("state", "command", "facts", "refusal"), REFUSALS_ELSEWHERE)
def test_other_states_refuse_by_name(state: State, command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state, command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def test_every_refusal_of_the_parties_has_a_case() -> None:
    assert {case[-1] for case in (*REFUSALS, *REFUSALS_ELSEWHERE)} == set(R)


ACCEPTED: list[tuple[State, Command, Facts]] = [
    (empty(), AdmitOperator("x", OK_USCC), by(MARKET)),
    (a_state(), AdmitParty(LEGAL, "木" * 100, uscc=OK_USCC, roles=SUPPLIER), EX),
    (a_state(), admit(LEGAL, 5, Role.SUPPLIER), EX),  # whose USCC is free since its party left
    (a_state(), admit(BODY, 7, Role.REGISTRY, Role.PUBLIC_DATA_OPERATOR, key=a_key(4)), EX),
    (a_state(), AssignRoles(OPERATED, (Role.DATA_MERCHANT,)), EX),
    (a_state(), AssignRoles(REGULATOR, (Role.REGULATOR,)), by("exchange", Role.EXCHANGE, Role.REGULATOR)),
    (with_keys(KEYS_MAX - 1), RegisterKey(AIRLINE, a_key(4)), AIR),
    (a_state(), RegisterKey(REGULATOR, a_key(4)), REG),
    (a_state(), RelateParties(AIRLINE, PERSON, HOLDS, 1), AIR),
    (a_state(), RelateParties(PERSON, AIRLINE, HOLDS, 10_000), AIR),
    (a_state(), RelateParties(AIRLINE, OPERATED, HOLDS, 1), REG),
    (a_state(), RelateParties(AIRLINE, LEFT, AFFILIATED), EX),
    (with_group(GROUP_MAX - 2), RelateParties(AIRLINE, PERSON, AFFILIATED), AIR),
    (a_state(), EndRelation(AIRLINE, OPERATED, HOLDS), REG),
    (a_state(), SuspendParty(REGULATOR, SuspensionReason.OWN_REQUEST), by(PERSON, Role.REGULATOR)),
    (suspended_by(EX), ReinstateParty(AIRLINE), REG),
    (suspended_by(REG), ReinstateParty(AIRLINE), REG),
    (suspended_by(REG), ExitParty(AIRLINE), EX),
    (a_state(), ExitParty(PERSON), by(PERSON)),
]


@pytest.mark.parametrize(("state", "command", "facts"), ACCEPTED)
def test_what_is_allowed_keeps_every_law(state: State, command: Command, facts: Facts) -> None:
    state = deepcopy(state)
    do(state, command, facts)
    assert [place for law in LAWS for place in law(state)] == []


@pytest.mark.parametrize(("state", "command", "facts"), ACCEPTED)
def test_commands_events_and_records_survive_canonical_bytes(state: State, command: Command, facts: Facts) -> None:
    assert msgspec.json.decode(canonical(command), type=Command) == command
    events = decide(state, command, facts)
    assert msgspec.json.decode(canonical(events), type=list[Event]) == events
    records = [record for table in msgspec.structs.astuple(state) for _, record in table.under()]
    assert all(msgspec.json.decode(canonical(record), type=type(record)) == record for record in records)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "natural", "name": "张三", "identity_commitment": COMMITMENT},
        {"kind": "natural", "name": "", "uscc": OK_USCC, "identity_commitment": COMMITMENT},
        {"kind": "legal", "name": "x", "uscc": RESIDENT},
        {"kind": "legal", "name": f" {RESIDENT}", "uscc": OK_USCC},
        {"kind": "public_body", "name": "x", "uscc": f"{RESIDENT} "},
        {"kind": "legal", "name": "x", "uscc": "11010519491231002x"},
    ],
)
def test_a_persons_name_or_number_is_refused_before_it_can_be_logged(fields: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"type": "parties.AdmitParty", **fields, "roles": ["supplier"]}, Command)
    assert RESIDENT not in str(caught.value)
    assert "张三" not in str(caught.value)


def test_an_eighteen_digit_uscc_without_a_birth_date_passes_the_door() -> None:
    assert AdmitParty(LEGAL, "x", uscc="914401011999132501").uscc == "914401011999132501"


def test_roles_are_in_force_only_while_the_party_is_active() -> None:
    state = a_state()
    assert views.roles_of(state, AIRLINE) == {Role.SUPPLIER}
    assert views.roles_of(state, AIRLINE) is views.roles_of(state, AIRLINE)
    assert views.roles_of(state, OPERATOR) == {Role.EXCHANGE}
    assert views.roles_of(state, NOBODY) == views.roles_of(state, LEFT) == frozenset()
    assert (views.standing(state, AIRLINE), views.standing(state, LEFT)) == (Standing.ACTIVE, Standing.EXITED)
    assert views.standing(state, NOBODY) is None
    do(state, SuspendParty(AIRLINE, SuspensionReason.BREACH), REG)
    assert views.roles_of(state, AIRLINE) == frozenset()
    assert views.standing(state, AIRLINE) is Standing.SUSPENDED
    do(state, AssignRoles(AIRLINE, (Role.BUYER, Role.SUPPLIER, Role.BUYER)), EX)
    assert views.roles_of(state, AIRLINE) == frozenset()
    do(state, ReinstateParty(AIRLINE), REG)
    assert views.roles_of(state, AIRLINE) == {Role.SUPPLIER, Role.BUYER}


def test_a_suspended_party_keeps_its_record_its_number_and_its_keys() -> None:
    before, after = a_state().parties[AIRLINE], suspended_by(REG).parties[AIRLINE]
    changed = msgspec.structs.replace(after, standing=before.standing, suspension=None)
    assert changed == before
    assert suspended_by(REG).by_uscc[a_uscc(2)] == AIRLINE


def test_keys_are_found_both_ways_until_they_are_revoked() -> None:
    state = a_state()
    assert views.keys_of(state, AIRLINE) == (a_key(1), a_key(2))
    assert (views.has_key(state, AIRLINE), views.has_key(state, PERSON), views.has_key(state, NOBODY)) == (
        True,
        False,
        False,
    )
    assert views.party_of_key(state, a_key(2)) == AIRLINE
    assert views.party_of_key(state, a_key(3)) is None
    assert views.party_of_key(state, a_key(9)) is None
    do(state, ExitParty(AIRLINE), AIR)
    assert not views.has_key(state, AIRLINE)
    assert views.party_of_key(state, a_key(1)) is None
    answer = decide(state, RegisterKey(PERSON, a_key(1)), by(PERSON))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.KEY_REVOKED


def test_an_admitted_party_is_recorded_as_it_applied() -> None:
    state = a_state()
    record = views.party(state, AIRLINE)
    assert record is not None
    assert (record.name, record.uscc, record.admitted_at, record.kind) == ("主体2", a_uscc(2), NOW, LEGAL)
    person = views.party(state, PERSON)
    assert person is not None
    assert (person.name, person.uscc, person.identity_commitment) == ("", "", COMMITMENT)


@pytest.mark.parametrize(
    ("relation", "share_bp", "is_related"),
    [
        (HOLDS, 2_499, False),
        (HOLDS, 2_500, True),
        (CONTROLS, 0, True),
        (CONTROLS, 1, True),
        (AFFILIATED, 0, True),
    ],
)
def test_shares_relate_from_the_threshold_on(relation: Relation, share_bp: int, is_related: bool) -> None:
    state = a_state()
    do(state, RelateParties(PERSON, LEFT, relation, share_bp), EX)
    assert views.related(state, PERSON) == ({LEFT} if is_related else frozenset())
    assert views.related(state, LEFT) == ({PERSON} if is_related else frozenset())
    assert views.related(state, PERSON, control_bp=share_bp) == {LEFT}


def test_relations_reach_through_a_group_but_not_through_the_state() -> None:
    state = a_state()
    do(state, RelateParties(REGULATOR, AIRLINE, CONTROLS), REG)
    do(state, RelateParties(REGULATOR, PERSON, CONTROLS), REG)
    assert views.related(state, AIRLINE) == {OPERATED, REGULATOR}
    assert views.related(state, PERSON) == {REGULATOR}
    assert views.related(state, REGULATOR) == {AIRLINE, OPERATED, PERSON}
    assert views.relation_path(state, AIRLINE, PERSON) == ()
    path = views.relation_path(state, OPERATED, REGULATOR)
    assert path == (
        Link(AIRLINE, OPERATED, HOLDS, 2_500, Authority.REGULATOR),
        Link(REGULATOR, AIRLINE, CONTROLS, 0, Authority.REGULATOR),
    )


def test_a_cycle_of_control_ends() -> None:
    state = a_state()
    for party, other in ((AIRLINE, PERSON), (PERSON, LEFT), (LEFT, AIRLINE)):
        do(state, RelateParties(party, other, CONTROLS), EX)
    assert views.related(state, AIRLINE) == {OPERATED, PERSON, LEFT}
    assert views.related(state, NOBODY) == frozenset()
    assert views.relation_path(state, NOBODY, AIRLINE) == views.relation_path(state, AIRLINE, AIRLINE) == ()


def test_a_self_declared_relation_is_ended_by_either_and_outranked_by_authorities() -> None:
    state = a_state()
    do(state, RelateParties(AIRLINE, PERSON, AFFILIATED), AIR)
    do(state, RelateParties(AIRLINE, PERSON, AFFILIATED), EX)  # the exchange confirms what was declared
    answer = decide(state, EndRelation(AIRLINE, PERSON, AFFILIATED), by(PERSON))
    assert isinstance(answer, Refused)
    assert answer.refusal is R.RELATION_OF_AUTHORITY
    do(state, EndRelation(AIRLINE, PERSON, AFFILIATED), REG)
    do(state, RelateParties(AIRLINE, PERSON, AFFILIATED), AIR)
    do(state, EndRelation(AIRLINE, PERSON, AFFILIATED), by(PERSON))
    assert views.related(state, PERSON) == frozenset()


@pytest.mark.parametrize("seed", range(30))
def test_the_closure_agrees_with_a_fixed_point_over_all_pairs(seed: int) -> None:
    """The slow obvious oracle: join related pairs by private middlemen until nothing changes."""
    rng = random.Random(seed)
    state = empty()
    names = [PartyId(f"party-{number}") for number in range(9)]
    for name in names:
        state.parties[name] = Party(rng.choice([LEGAL, LEGAL, BODY]), "n", "", "", (Role.BUYER,), 0)
    for _ in range(9):
        party, other = rng.sample(names, 2)
        evolve(
            state, PartiesRelated(party, other, rng.choice(list(Relation)), rng.choice([2_499, 2_500]), Authority.PARTY)
        )
    pairs = {
        pair
        for _, link in state.links.under()
        if link.relation is not HOLDS or link.share_bp >= 2_500
        for pair in ((link.party, link.other), (link.other, link.party))
    }
    while True:
        joined = {
            (a, c) for (a, b), (b2, c) in product(pairs, pairs) if b == b2 and a != c and state.parties[b].kind is LEGAL
        }
        if joined <= pairs:
            break
        pairs |= joined
    for name in names:
        assert views.related(state, name) == {b for a, b in pairs if a == name}
        for other in names:
            path = views.relation_path(state, name, other)
            assert bool(path) == ((name, other) in pairs)


def test_a_resident_id_becomes_a_commitment_that_only_the_salt_opens() -> None:
    salt = bytes(range(16))
    commitment = commit_identity(RESIDENT, salt)
    # frozen: changing it would orphan every recorded person
    assert commitment == "1b0b55e7f76bc0c8e00cc3419463e74367cea066fbd16394fd4c1a0b6f9a49c7"
    assert commit_identity(f" {RESIDENT} ", salt) == commitment
    assert commit_identity(RESIDENT, salt + b"x") != commitment
    verify_identity(RESIDENT, salt, commitment=commitment)
    with pytest.raises(NotAResidentId):
        verify_identity(RESIDENT, salt + b"x", commitment=commitment)


@pytest.mark.parametrize("number", ["", "360426199101010072", "36042619910101007", "360426199113010071", "x" * 18])
def test_what_is_no_resident_id_is_not_committed_to_nor_repeated(number: str) -> None:
    assert not ric.is_valid(number)
    with pytest.raises(NotAResidentId) as caught:
        commit_identity(number, bytes(16))
    assert not number or number not in str(caught.value)


def test_a_short_salt_is_no_salt() -> None:
    with pytest.raises(SaltTooShort):
        commit_identity(RESIDENT, bytes(15))


def test_each_law_sees_the_defect_that_it_is_for() -> None:
    state = a_state()
    airline = state.parties[AIRLINE]
    both = (Role.DATA_MERCHANT, Role.PUBLIC_DATA_OPERATOR, Role.REGULATOR)
    state.parties[AIRLINE] = msgspec.structs.replace(airline, uscc=a_uscc(3), roles=both, standing=Standing.SUSPENDED)
    state.parties[PERSON] = msgspec.structs.replace(state.parties[PERSON], name="张三", keys=(a_key(1),))
    state.links["party-1/party-1/controls"] = Link(REGULATOR, REGULATOR, CONTROLS, 0, Authority.PARTY)
    assert [bool(list(law(state))) for law in LAWS] == [True] * len(LAWS)


@pytest.mark.parametrize(
    ("law", "spoil"),
    [
        (0, lambda s: s.by_uscc.__setitem__(a_uscc(5), LEFT)),
        (0, lambda s: s.by_uscc.__setitem__(a_uscc(99), NOBODY)),
        (0, lambda s: s.by_commitment.__setitem__(COMMITMENT, AIRLINE)),
        (1, lambda s: s.keys.__setitem__(a_key(9), Key(AIRLINE))),
        (1, lambda s: s.keys.__setitem__(a_key(1), Key(AIRLINE, is_live=False))),
        (1, lambda s: s.keys.__setitem__(a_key(1), Key(PERSON))),
        (3, lambda s: s.parties.__setitem__(AIRLINE, msgspec.structs.replace(s.parties[AIRLINE], roles=()))),
        (
            3,
            lambda s: s.parties.__setitem__(
                AIRLINE, msgspec.structs.replace(s.parties[AIRLINE], roles=(Role.EXCHANGE,))
            ),
        ),
        (4, lambda s: s.parties.__setitem__(AIRLINE, msgspec.structs.replace(s.parties[AIRLINE], uscc=""))),
        (6, lambda s: s.links_to.__delitem__(f"{OPERATED}/{AIRLINE}/holds_shares")),
        (6, lambda s: s.links.__delitem__(f"{AIRLINE}/{OPERATED}/holds_shares")),
    ],
)
def test_laws_see_the_smaller_defects_too(law: int, spoil: object) -> None:
    state = a_state()
    assert list(LAWS[law](state)) == []
    assert callable(spoil)
    spoil(state)
    assert list(LAWS[law](state))
