"""Laws of grants over generated trees: a chain never widens, and after a revocation no path of permission remains.

The oracle knows nothing of chains: it enumerates every concrete use (right, purpose, place, field, day) in a small
world and computes by plain set intersection what each grant permits.
"""

from __future__ import annotations

from itertools import product
from time import process_time_ns

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mumian.kernel.ids import GrantId, PartyId, ResourceId, RightId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Right, Role
from mumian.kernel.table import DictTable
from mumian.rooms.rights import views
from mumian.rooms.rights.decide import decide
from mumian.rooms.rights.evolve import evolve
from mumian.rooms.rights.laws import LAWS
from mumian.rooms.rights.model import GranteeFacts, GrantRight, RevokeGrant, State
from mumian.rooms.rights.records import Grant, Registration
from mumian.rooms.rights.vocabulary import Basis, BasisKind, EndReason, SourceType

D = "d" * 64
PLACES, PURPOSES, FIELDS, DAYS = ("CN", "CN-44", "CN-11", "HK"), ("risk", "research"), ("a", "b"), range(1, 6)
PARTIES = [PartyId(f"party-{n}") for n in range(9)]
ROOT = RightId("right-1")
Use = tuple[str, str, str, int]
Tree = list[tuple[GrantRight, set[str], int]]


def a_state() -> State:
    """Party 0 may use and operate a resource on days 1 to 5."""
    state = State(*(DictTable() for _ in State.__struct_fields__))
    for key, right in ((ROOT, Right.USE), (RightId("right-2"), Right.OPERATE)):
        basis = Basis(BasisKind.COLLECTION, D)
        what = (ResourceId("resource-1"), right, PARTIES[0], f"SJ441197001000{key[-1]}")
        state.rights[key] = Registration(*what, SourceType.SELF_GENERATED, basis, ("S1-21-R1",), 0, 1, 6)
        state.by_holder[f"resource-1/{PARTIES[0]}/{right}"] = key
        state.by_certificate[f"SJ441197001000{key[-1]}/{key}"] = key
    return state


def asked_uses(command: GrantRight) -> set[Use]:
    """What a grant says by itself: every use in the small world."""

    def place_fits(place: str) -> bool:
        return not command.territory or any(place == t or place.startswith(t + "-") for t in command.territory)

    return {
        (purpose, place, field, day)
        for purpose, place, field, day in product(PURPOSES, PLACES, FIELDS, DAYS)
        if purpose in command.purposes
        and place_fits(place)
        and (not command.fields or field in command.fields)
        and command.valid_from <= day < command.valid_to
    }


def some(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=2).map(tuple)


PARTS = ("purposes", "territory", "fields", "valid_from", "valid_to")
drawn_commands = st.builds(
    GrantRight,
    parent=st.just(str(ROOT)),
    grantee=st.sampled_from(PARTIES),
    right=st.sampled_from([Right.USE] * 7 + [Right.OPERATE]),
    purposes=some(PURPOSES),
    territory=some(PLACES),
    fields=some(FIELDS),
    valid_from=st.integers(1, 2),
    valid_to=st.integers(3, 6),
    onward=st.sampled_from([True] * 5 + [False]),
    terms_digest=st.just(D),
)
drawn_grants = st.tuples(drawn_commands, st.sets(st.sampled_from(PARTS)), st.integers(0, 2))
"""A grant, which of its parts are drawn anew instead of the parent's, and how far back among the grants its parent is."""

trees = st.lists(drawn_grants, min_size=8, max_size=20)


def grown(tree: Tree) -> tuple[State, dict[str, set[Use]]]:
    """Submit each grant by whoever has its parent; return the state and what each accepted grant says by itself."""
    state, said, known = a_state(), dict[str, set[Use]](), [str(ROOT)]
    for seq, (drawn, anew, back) in enumerate(tree, 10):
        parent = known[-1 - back % len(known)]
        above = state.grants.get(parent)
        kept = {part: getattr(above, part) for part in PARTS if above is not None and part not in anew}
        command = replace(drawn, parent=parent, **kept)
        owner = PARTIES[0] if above is None else above.grantee
        facts = GranteeFacts(seq=seq, now=2, actor=owner, grantee_roles=frozenset({Role.BUYER}))
        events = decide(state, command, facts)
        if isinstance(events, Refused):
            continue
        for event in events:
            evolve(state, event)
        known.append(f"grant-{seq}")
        said[f"grant-{seq}"] = asked_uses(command)
    return state, said


def ancestors(state: State, grant: str) -> list[str]:
    above = []
    while grant in state.grants:
        above.append(grant)
        grant = state.grants[grant].parent
    return above


@settings(max_examples=150, deadline=None)
@given(trees)
def test_a_grant_chain_never_widens_at_any_step(tree: Tree) -> None:
    state, said = grown(tree)
    for key, grant in state.grants.items():
        if grant.parent in said:
            assert said[key] <= said[grant.parent]
        assert grant.right is Right.USE
    assert [place for law in LAWS for place in law(state)] == []


@settings(max_examples=100, deadline=None)
@given(trees)
def test_what_is_permitted_is_what_every_grant_up_to_the_root_says(tree: Tree) -> None:
    state, said = grown(tree)
    for key, grant in state.grants.items():
        by_all = set.intersection(*(said[above] for above in ancestors(state, key)))
        for purpose, place, day in product(PURPOSES, PLACES, DAYS):
            answer = views.permits(
                state, source=key, holder=grant.grantee, right=Right.USE, purpose=purpose, territory=place, now=day
            )
            expected = any((purpose, place, field, day) in by_all for field in FIELDS)
            assert isinstance(answer, Refused) is not expected


@settings(max_examples=100, deadline=None)
@given(trees, st.integers(0, 13))
def test_after_a_revocation_no_path_of_permission_remains(tree: Tree, pick: int) -> None:
    state, _ = grown(tree)
    if not state.grants:
        return
    cut = sorted(state.grants)[pick % len(state.grants)]
    facts = GranteeFacts(seq=99, now=2, actor=state.grants[cut].grantor, grantee_roles=frozenset())
    untouched = {key for key in state.grants if cut not in ancestors(state, key)}
    before = {key: views.chain(state, key, 3).unbroken for key in untouched}
    events = decide(state, RevokeGrant(GrantId(cut), EndReason.GIVEN_UP), facts)
    assert isinstance(events, list)
    for event in events:
        evolve(state, event)
    for key in state.grants:
        walked = views.chain(state, key, 3)
        if key in untouched:
            assert walked.unbroken is before[key]
        else:
            assert not walked.unbroken
    fallen = {cut, *views.downstream(state, cut)}
    assert fallen == set(state.grants) - untouched


@pytest.mark.parametrize("links", [1, 8, 31])
def test_a_link_costs_little_however_long_the_chain(links: int) -> None:
    state, parent = a_state(), str(ROOT)
    for n in range(links):
        scope = (("risk",), (), (), 1, 6, True, D, n + 1)
        grantor, grantee = PartyId(f"party-{n}"), PartyId(f"party-{n + 1}")
        state.grants[f"grant-{n}"] = Grant(parent, ResourceId("resource-1"), Right.USE, grantor, grantee, *scope)
        parent = f"grant-{n}"
    use = {"right": Right.USE, "purpose": "risk", "territory": "CN", "now": 2}

    def once() -> int:
        start = process_time_ns()
        for _ in range(200):
            views.permits(state, source=parent, holder=PartyId(f"party-{links}"), **use)  # type: ignore[arg-type]
        return (process_time_ns() - start) // 200 // (links + 1)

    assert min(once() for _ in range(20)) < 3_000
