"""A permission decision: a chain of eight grants, two hundred policies on the resource; Cedar on the same policies beside it."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import cedarpy
import msgspec

from benchmarks.rows import Row, at_least, at_most, beside
from mumian.journal.sqlite import SqliteStore
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Right
from mumian.market.permission import Use, permission
from mumian.market.rooms import States
from mumian.policy.model import Constraint, Policy, PolicyType, Rule
from mumian.rooms.contracts.model import PolicyAttached, PolicyId
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.evolve import evolve as evolve_rights
from mumian.rooms.rights.records import Grant, Registration
from mumian.rooms.rights.vocabulary import Basis, BasisKind, SourceType

GRANTS, POLICIES, ASKED = 8, 200, 20_000
PARTIES, PURPOSES, ACTIONS, PLACES = 40, 25, ("aggregate", "verify", "analyze", "use"), ("CN", "CN-44", "CN-31")
RESOURCE, D, NOW, UNTIL = ResourceId("resource-1"), "d" * 64, 1_000_000, 10**15


def grow(states: States) -> str:
    """Lay a chain of grants whose last grantee is `party-8`, and return its last id."""
    for nth, right in enumerate((Right.USE, Right.OPERATE), 1):
        record = Registration(
            RESOURCE, right, PartyId("party-0"), f"SJ441202611000{nth}", SourceType.SELF_GENERATED,
            Basis(BasisKind.COLLECTION, D), ("S1-21-R1",), 0, 0, UNTIL,
        )  # fmt: skip
        evolve_rights(states.rights, rights.RightRegistered(rights.RightId(f"right-{nth}"), record))
    parent = "right-1"
    purposes = tuple(f"purpose-{nth}" for nth in range(PURPOSES))
    for nth in range(GRANTS):
        grant = Grant(
            parent, RESOURCE, Right.USE, PartyId(f"party-{nth}"), PartyId(f"party-{nth + 1}"), purposes, ("CN",),
            ("delay", "route"), 0, UNTIL, True, D, nth + 1, "right-2" if nth == 0 else "",
        )  # fmt: skip
        evolve_rights(states.rights, rights.RightGranted(rights.GrantId(f"grant-{nth + 10}"), grant))
        parent = f"grant-{nth + 10}"
    return parent


def policies(rng: random.Random) -> list[tuple[str | None, str, tuple[str, ...], str, int, bool]]:
    """Draw (assignee, action, purposes, territory, until, forbids) for every policy; two of them permit what is asked."""
    drawn = [
        (
            rng.choice((None, f"party-{rng.randrange(PARTIES)}")),
            rng.choice(ACTIONS),
            tuple(f"purpose-{each}" for each in rng.sample(range(PURPOSES), 3)),
            rng.choice(PLACES),
            UNTIL,
            rng.random() < 0.1,
        )
        for _ in range(POLICIES - 2)
    ]
    return [*drawn, *((f"party-{GRANTS}", "use", ("purpose-1", "purpose-2"), "CN", UNTIL, False),) * 2]


def odrl(rows: Sequence[tuple[str | None, str, tuple[str, ...], str, int, bool]]) -> list[Policy]:
    def rule(row: tuple[str | None, str, tuple[str, ...], str, int, bool]) -> Rule:
        assignee, action, purposes, place, until, _ = row
        parts = (
            Constraint("purpose", "isAnyOf", purposes),
            Constraint("spatial", "isPartOf", place),
            Constraint("dateTime", "lt", until),
        )
        return Rule("r", action, RESOURCE, None, assignee, parts)

    return [Policy("p", PolicyType.SET, () if row[5] else (rule(row),), (rule(row),) if row[5] else ()) for row in rows]


def cedar(rows: Sequence[tuple[str | None, str, tuple[str, ...], str, int, bool]]) -> str:
    def text(row: tuple[str | None, str, tuple[str, ...], str, int, bool]) -> str:
        assignee, action, purposes, place, until, forbids = row
        who = f'principal == Party::"{assignee}"' if assignee else "principal"
        listed = ", ".join(f'"{each}"' for each in purposes)
        when = f'[{listed}].contains(context.purpose) && (context.place == "{place}" || context.place like "{place}-*")'
        effect = "forbid" if forbids else "permit"
        return (
            f'{effect}({who}, action in Action::"{action}", resource in Resource::"{RESOURCE}") '
            f"when {{ {when} && context.now < {until} }};"
        )

    return "\n".join(text(row) for row in rows)


def entities() -> list[dict[str, Any]]:
    """Actions within `use`, and the chain: each grant within the one before it, the first within the resource."""

    def one(kind: str, key: str, *parents: tuple[str, str]) -> dict[str, Any]:
        above = [{"type": kind_, "id": key_} for kind_, key_ in parents]
        return {"uid": {"type": kind, "id": key}, "attrs": {}, "parents": above}

    found = [one("Action", "use"), *(one("Action", each, ("Action", "use")) for each in ACTIONS if each != "use")]
    found += [one("Resource", RESOURCE), one("Grant", "grant-10", ("Resource", RESOURCE))]
    found += [one("Grant", f"grant-{nth}", ("Grant", f"grant-{nth - 1}")) for nth in range(11, 10 + GRANTS)]
    return found


def timed(ask: Callable[[int], bool]) -> tuple[float, float, int]:
    """Return decisions per second, the 99th percentile in ms, and how many were allowed."""
    spent: list[int] = []
    allowed = 0
    for nth in range(ASKED):
        started = time.perf_counter_ns()
        allowed += ask(nth)
        spent.append(time.perf_counter_ns() - started)
    return ASKED / (sum(spent) / 1e9), statistics.quantiles(spent, n=100)[98] / 1e6, allowed


def main() -> list[Row]:
    states = States(SqliteStore(":memory:"))
    source, rng = grow(states), random.Random(7)
    rows = policies(rng)
    from mumian.rooms.contracts.evolve import evolve as evolve_contracts

    for nth, policy in enumerate(odrl(rows)):
        evolve_contracts(states.contracts, PolicyAttached(RESOURCE, PolicyId(f"policy-{nth}"), policy))
    asked = [
        (rng.choice(ACTIONS[:3]), f"purpose-{rng.randrange(PURPOSES) if nth % 2 else rng.choice((1, 2))}")
        for nth in range(ASKED)
    ]

    def ours(nth: int) -> bool:
        action, purpose = asked[nth]
        use = Use(
            source=source, party=PartyId(f"party-{GRANTS}"), right=Right.USE, action=action, purpose=purpose,
            territory="CN-44",
        )  # fmt: skip
        return permission(states, use, NOW).allowed

    handle, graph = (
        cedarpy.PolicySet.from_str(cedar(rows)),
        cedarpy.Entities.from_json_str(msgspec.json.encode(entities()).decode()),
    )

    def theirs(nth: int) -> bool:
        action, purpose = asked[nth]
        request = {
            "principal": {"type": "Party", "id": f"party-{GRANTS}"},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Grant", "id": source},
            "context": {"purpose": purpose, "place": "CN-44", "now": NOW},
        }
        return bool(cedarpy.is_authorized(request, handle, graph).allowed)

    timed(ours)
    rate, p99_ms, allowed = timed(ours)
    their_rate, their_p99_ms, also_allowed = timed(theirs)
    if allowed != also_allowed:
        raise SystemExit(f"we allow {allowed} of {ASKED}, Cedar allows {also_allowed}: the policies are not the same")
    size = f"{GRANTS} grants, {POLICIES} policies"
    return [
        at_least("permission decision in process", size, rate, "decisions/s", 20_000),
        at_most("the same, 99th percentile", size, p99_ms, "ms", 1),
        beside("the same beside Cedar", size, rate, "decisions/s", peer="cedarpy, parsed once", theirs=their_rate, ratio=rate / their_rate),
        beside("its 99th percentile beside Cedar", size, p99_ms, "ms", peer="cedarpy, parsed once", theirs=their_p99_ms, ratio=their_p99_ms / p99_ms),
    ]  # fmt: skip


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
