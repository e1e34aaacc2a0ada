"""A small clean room for its tests: two airlines with a budget each, weather without, one insurer that asks."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from mumian.kernel.canonical import digest
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, BudgetId, JobId, PartyId, ProductId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.table import DictTable
from mumian.policy.model import Decision, Reason
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Kind, PublicColumn, Use
from mumian.rooms.cleanroom.decide import decide
from mumian.rooms.cleanroom.evolve import evolve
from mumian.rooms.cleanroom.facts import Covering
from mumian.rooms.cleanroom.laws import LAWS
from mumian.rooms.cleanroom.model import (
    TICKET_MS,
    AnalysisRulesSet,
    BudgetFacts,
    BudgetOpened,
    Command,
    Event,
    JobFacts,
    OpenBudget,
    ReleaseFacts,
    ReleaseRecorded,
    RequestJob,
    RulesFacts,
    SetAnalysisRules,
    SourceSeen,
    State,
    UsageFacts,
)
from mumian.rooms.cleanroom.model import CleanroomRefusal as R
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, Filter, GroupKey, Mode, Op, Plan, Units, VerificationPlan
from mumian.rooms.cleanroom.records import JobKind

NOW = 1_000
A, P = AgreementId("agreement-1"), ProductId("product-1")
INSURER, AIR1, AIR2, WEATHER = PartyId("insurer"), PartyId("air1"), PartyId("air2"), PartyId("weather")
BANK = PartyId("bank")
BOTH = (BANK, INSURER)
FLIGHTS1, FLIGHTS2, RAIN = ResourceId("resource-1"), ResourceId("resource-2"), ResourceId("resource-3")
B1, B2 = BudgetId("budget-1"), BudgetId("budget-2")
YES, NO = Decision(True, ("may",), Reason.PERMITTED), Decision(False, ("no",), Reason.PROHIBITED)
HEX1, HEX2 = "1" * 64, "2" * 64

FROM_AIR1 = SourceSeen(FLIGHTS1, AIR1, AIR1, HEX1, unbroken=True)
FROM_AIR2 = SourceSeen(FLIGHTS2, AIR2, AIR2, HEX2, unbroken=True)
FROM_WEATHER = SourceSeen(RAIN, WEATHER, WEATHER, HEX1, unbroken=True, protected=False)
UNPAID = ResourceId("resource-4")
FROM_UNPAID = SourceSeen(UNPAID, AIR1, AIR1, HEX1, unbroken=True)
"""Has rules and no budget."""
SOURCES = (FROM_AIR1, FROM_AIR2, FROM_WEATHER)

BY_ORIGIN = GroupKey("origin", ("EWR", "JFK", "LGA"))
ASKED = AggregatePlan((BY_ORIGIN,), (), (Count(),), unit="tailnum", l0=3, linf_rows=10, rho_nano=30)
FOUND = AggregatePlan(
    (GroupKey("dest"),), (), (Units(), Count()), unit="tailnum", l0=3, linf_rows=10, rho_nano=2, delta_femto=9
)
"""Groups by what the data have: that costs delta."""
VERIFY = VerificationPlan(("flight", "day"), Filter("dep_delay", Op.GT, 60), calls_max=100)
J, V = JobId("job-5"), JobId("job-6")


RULES = AnalysisRules(
    table="flights",
    unit="tailnum",
    columns=(
        PublicColumn("tailnum", Kind.TEXT),
        PublicColumn("flight", Kind.TEXT),
        PublicColumn("day", Kind.INTEGER, lower=1, upper=31),
        PublicColumn("origin", Kind.TEXT, keys=("EWR", "JFK", "LGA")),
        PublicColumn("dest", Kind.TEXT),
        PublicColumn("dep_delay", Kind.INTEGER, "minute", lower=-60, upper=240),
    ),
    rules=(
        *(ColumnRule(key, (Use.JOIN, Use.VERIFY)) for key in ("tailnum", "flight", "day")),
        *(ColumnRule(key, (Use.GROUP, Use.FILTER, Use.OUTPUT)) for key in ("origin", "dest")),
        ColumnRule("dep_delay", (Use.AGGREGATE, Use.FILTER, Use.VERIFY)),
    ),
)


EXACT = replace(ASKED, l0=0, linf_rows=0, rho_nano=0, mode=Mode.EXACT)
EXACT_ALLOWED = (*RULES.rules[:-1], ColumnRule("dep_delay", (Use.AGGREGATE,)))
WEATHER_RULES = replace(RULES, table="weather", unit="", key=("day",))


def ruled(resource: ResourceId, holder: PartyId, rules: AnalysisRules = RULES) -> AnalysisRulesSet:
    return AnalysisRulesSet(resource, holder, rules, digest(rules))


def publishing(rules: AnalysisRules = RULES, resource: ResourceId = FLIGHTS1) -> SetAnalysisRules:
    return SetAnalysisRules(resource, rules)


def held(actor: str = AIR1, holder: str | None = AIR1, *, personal: bool = False) -> RulesFacts:
    known = None if holder is None else PartyId(holder)
    return RulesFacts(seq=10, now=NOW, actor=PartyId(actor), holder=known, personal=personal)


def empty() -> State:
    return State(*(DictTable() for _ in State.__struct_fields__))


def after(state: State, events: Iterable[Event]) -> State:
    for event in events:
        evolve(state, event)
    return state


def asking(plan: Plan = ASKED, nonce: str = "n1") -> RequestJob:
    return RequestJob(A, P, "insurance-risk", plan, nonce)


def knowing(
    actor: str = INSURER,
    *,
    seq: int = 10,
    now: int = NOW,
    kind: JobKind | None = JobKind.AGGREGATE,
    agreement_product: ProductId | None = P,
    decision: Decision = YES,
    sources: tuple[SourceSeen, ...] = SOURCES,
    order_open: bool = True,
    group: tuple[PartyId, ...] = (),
    precision_nano: int | None = None,
    covering: Covering | None = None,
) -> JobFacts:
    return JobFacts(
        seq=seq,
        now=now,
        actor=PartyId(actor),
        product_kind=kind,
        consumer=INSURER,
        agreement_product=agreement_product,
        decision=decision,
        sources=sources,
        order_open=order_open,
        group=group,
        precision_nano=precision_nano,
        covering=covering,
    )


def by(actor: str, *, now: int = NOW) -> Facts:
    return ReleaseFacts(barred=None, seq=10, now=now, actor=PartyId(actor))


def metering(actor: str = AIR1, *, in_force: bool = True, holds: bool = True, charge_fen: int = 0) -> UsageFacts:
    return UsageFacts(
        seq=10, now=NOW, actor=PartyId(actor), in_force=in_force, holds_source=holds, charge_fen=charge_fen
    )


def opening(rho_nano: int = 100, *, share: int = 60, until: int = 9_000, unit: str = "tailnum") -> OpenBudget:
    return OpenBudget(FLIGHTS1, unit, rho_nano, share, until)


def holding(actor: str = AIR1, holder: str | None = AIR1) -> BudgetFacts:
    return BudgetFacts(seq=10, now=NOW, actor=PartyId(actor), holder=None if holder is None else PartyId(holder))


def events_of(state: State, command: Command, facts: Facts) -> list[Event]:
    answer = decide(state, command, facts)
    assert not isinstance(answer, Refused), answer
    return answer


def a_state() -> State:
    """Two budgets of 100 with shares of 60; job-5 aggregates for 30 nano-rho; job-6 verifies up to 100 calls."""
    state = after(
        empty(),
        [
            ruled(FLIGHTS1, AIR1),
            ruled(FLIGHTS2, AIR2),
            ruled(RAIN, WEATHER, WEATHER_RULES),
            ruled(UNPAID, AIR1),
            BudgetOpened(B1, FLIGHTS1, AIR1, "tailnum", 100, 60, 9_000),
            BudgetOpened(B2, FLIGHTS2, AIR2, "tailnum", 100, 60, 9_000),
        ],
    )
    after(state, events_of(state, asking(), knowing(seq=5)))
    return after(state, events_of(state, asking(VERIFY), knowing(seq=6, kind=JobKind.VERIFICATION)))


RELEASED = ReleaseRecorded(J, AIR1, HEX1, 3, 200, NOW)
LATE = NOW + TICKET_MS
NONE = JobId("job-99")
OTHER = replace(ASKED, rho_nano=31)


def assert_refused(state: State, command: Command, facts: Facts, refusal: R) -> None:
    answer = decide(state, command, facts)
    assert isinstance(answer, Refused)
    assert answer.refusal is refusal
    assert "{" not in answer.say("en") + answer.say("zh")


def replayed() -> State:
    """job-5 was released; job-10 asks the same again."""
    state = after(a_state(), [RELEASED])
    return after(state, events_of(state, asking(nonce="n2"), knowing()))


def bank(facts: JobFacts, *, group: tuple[PartyId, ...] = ()) -> JobFacts:
    """Another consumer asks, with an agreement of its own."""
    return replace(facts, actor=BANK, consumer=BANK, group=group)


def broken(state: State) -> list[str]:
    """Return the names of the laws that do not hold."""
    return [law.__name__ for law in LAWS if list(law(state))]
