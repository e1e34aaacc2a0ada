"""What a consumer asks: SQL or a template, met with the rules that the product's sources have published, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from mumian.cli.domain.terms import femto, nano
from mumian.cli.opened import fail
from mumian.cli.support import published
from mumian.cli.words import say
from mumian.engines.question import row_most
from mumian.kernel.ids import AgreementId, PartyId, ProductId
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.methods.calibration import rho_nano_for
from mumian.methods.dp import NANO
from mumian.methods.laplace import rho_nano_of
from mumian.methods.suggestion import suggest
from mumian.rooms.cleanroom.analysis import AnalysisRules, instance
from mumian.rooms.cleanroom.model import RequestJob
from mumian.rooms.cleanroom.plan import AggregatePlan, Mechanism, Mode, Units, full_groups
from mumian.sql.compiling import Compiled, Options, compile_sql
from mumian.sql.explaining import Explanation, explain
from mumian.sql.refusals import SqlRefused
from mumian.sql.values import Figure, Key, KeyForm, Presentation

FEW_RHO_NANO = 1_000
"""Enough to compile a plan by, before what it is to cost is known."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the command line was given; texts as they were written."""

    agreement: str
    purpose: str
    rho: str
    epsilon: str
    within: int
    delta: str
    l0: int
    linf_rows: int
    rows_max: int
    mode: Mode
    mechanism: Mechanism
    template: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A query that can be said to the market. said: what it would do, in sentences; None of a template."""

    consumer: PartyId
    product: ProductId
    compiled: Compiled
    wanted: Wanted
    arguments: Mapping[str, int | str]
    said: Explanation | None = None

    def request(self, nonce: str) -> RequestJob:
        wanted = self.wanted
        of = AgreementId(wanted.agreement), self.product, wanted.purpose
        return RequestJob(*of, self.compiled.plan, nonce, wanted.template, dict(self.arguments))


def read_asked(states: States, sql: str, wanted: Wanted, now: Instant) -> Asked | SqlRefused:
    """Return what is asked, or why its text is not answered; leave with a sentence where an option makes no sense."""
    agreement = states.contracts.agreements.get(AgreementId(wanted.agreement))
    if agreement is None:
        fail(say(f"there is no agreement `{wanted.agreement}`", f"没有合约 `{wanted.agreement}`"))
    product, consumer = ProductId(agreement.target), agreement.assignee
    tables = published(states, product, now)
    if wanted.template:
        return _of_template(consumer, product, tables, wanted)
    made = compile_sql(sql, tables, party=consumer, options=_options(wanted, FEW_RHO_NANO))
    if isinstance(made, SqlRefused):
        return made
    options = _options(wanted, _rho_nano(made.plan, wanted))
    said = explain(sql, tables, party=consumer, options=options)
    if isinstance(said.outcome, SqlRefused):
        return said.outcome
    return Asked(consumer, product, said.outcome, wanted, {}, said)


def _options(wanted: Wanted, rho_nano: int) -> Options:
    return Options(
        l0=wanted.l0,
        linf_rows=wanted.linf_rows,
        rows_max=wanted.rows_max,
        rho_nano=0 if wanted.mode is Mode.EXACT else rho_nano,
        delta_femto=femto(wanted.delta),
        mode=wanted.mode,
        mechanism=wanted.mechanism,
    )


def _rho_nano(plan: AggregatePlan, wanted: Wanted) -> int:
    """Return what the answer is to cost: as stated, or for a wanted epsilon, or the least for a wanted half width."""
    if wanted.mode is Mode.EXACT:
        return 0
    if sum(map(bool, (wanted.rho, wanted.epsilon, wanted.within))) != 1:
        fail(
            say(
                "say what the answer may cost, by one of --rho, --epsilon, --within",
                "请用 --rho、--epsilon、--within 之一说明愿付的代价",
            )
        )
    if wanted.rho:
        return nano(wanted.rho)
    if wanted.epsilon:
        return _for_epsilon(len(plan.measures), wanted)
    return max(_cheapest(plan, wanted, row_most(each), units=each == Units()) for each in plan.measures)


def _for_epsilon(measures: int, wanted: Wanted) -> int:
    """Return the rho at which all measures together are (epsilon, delta)-DP, or epsilon-DP with Laplace noise."""
    epsilon, delta = _positive("epsilon", wanted.epsilon), _positive("delta", wanted.delta)
    try:
        if wanted.mechanism is Mechanism.GAUSSIAN:
            return rho_nano_for(epsilon=epsilon, delta=delta)
        return measures * rho_nano_of(int(epsilon * NANO) // measures)
    except ValueError:
        return fail(say(f"`--epsilon {wanted.epsilon}` cannot be kept", f"`--epsilon {wanted.epsilon}` 无法满足"))


def _cheapest(plan: AggregatePlan, wanted: Wanted, row: int, *, units: bool) -> int:
    found = suggest(
        half_width=wanted.within,
        l0=plan.l0 if units else full_groups(plan),
        linf_rows=1 if units else plan.linf_rows,
        row=row,
        measures=len(plan.measures),
    )
    for each in found:
        if each.mechanism is wanted.mechanism:
            return each.rho_nano
    return fail(say(f"±{wanted.within} cannot be had at any price", f"±{wanted.within} 无论代价均无法达到"))


def _positive(name: str, text: str) -> float:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if not 0 < value < 1_000_000 or (name == "delta" and value >= 1):
        fail(say(f"`--{name} {text}` is no such number", f"`--{name} {text}` 不是有效数值"))
    return float(value)


def _of_template(consumer: PartyId, product: ProductId, tables: Mapping[str, AnalysisRules], wanted: Wanted) -> Asked:
    """Return the query that a template makes of the arguments, all its measures shown."""
    pairs = (text.partition("=") for text in wanted.arguments)
    arguments = {name: int(value) if value.lstrip("-").isdecimal() else value for name, _, value in pairs}
    for rules in tables.values():
        template = rules.template(wanted.template)
        if template is None:
            continue
        listed = {parameter.name for parameter in template.parameters if parameter.values}
        typed = {name: str(value) if name in listed else value for name, value in arguments.items()}
        plan = instance(template, typed)
        if isinstance(plan, str):
            fail(plan)
        return Asked(consumer, product, Compiled(plan, _all_of(plan)), wanted, typed)
    names = ", ".join(each.name for rules in tables.values() for each in rules.templates) or "-"
    return fail(say(f"there is no template `{wanted.template}`: {names}", f"没有查询模板 `{wanted.template}`：{names}"))


def _all_of(plan: AggregatePlan) -> Presentation:
    keys = tuple((key.column, Key(key.column, KeyForm.LABEL if key.edges else KeyForm.TEXT)) for key in plan.group_by)
    figures = tuple(
        (f"{type(each).__name__.lower()}_{each.column}".rstrip("_"), Figure(each)) for each in plan.measures
    )
    return Presentation((*keys, *figures), ())
