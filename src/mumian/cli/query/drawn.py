"""A query's answer, its price, or the place where it is refused, for people and for programs."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table as Drawn

from mumian.cli.explain import draw
from mumian.cli.query.asked import Asked
from mumian.cli.words import LANG, say
from mumian.domain.gate import CONFIDENCE_PERMILLE, Answer
from mumian.kernel.money import yuan
from mumian.market.explained import Explanation
from mumian.market.metered import Due
from mumian.market.rooms import States
from mumian.methods.mechanisms import half_width_of
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.noise import scale_of
from mumian.rooms.cleanroom.plan import AggregatePlan, Measure, Mode, plan_digest
from mumian.rooms.exchange.product import Unit
from mumian.sql.literals import Scalar
from mumian.sql.presenting import Table
from mumian.sql.refusals import SqlRefused

ROWS_SHOWN = 100
DIGITS = 2


def draw_refused(refused: SqlRefused, sql: str) -> None:
    """Say why a query is not answered, under the line that it is about."""
    typer.secho(refused.say(LANG), err=True, fg="red")
    lines = sql.splitlines()
    if 0 < refused.line <= len(lines):
        typer.echo(f"  {lines[refused.line - 1]}", err=True)
        typer.echo("  " + " " * (refused.column - 1) + "^" * max(1, len(refused.snippet.partition("\n")[0])), err=True)


def draw_table(table: Table, answer: Answer) -> None:
    """Show what the SQL asked for, each number with the interval that the noise leaves it in."""
    drawn = Drawn()
    numeric = [any(isinstance(row[nth], Fraction) for row in table.rows) for nth in range(len(table.columns))]
    for name, is_number in zip(table.columns, numeric, strict=True):
        drawn.add_column(name, justify="right" if is_number else "left")
    for row, bounds in list(zip(table.rows, table.intervals, strict=True))[:ROWS_SHOWN]:
        drawn.add_row(*(_cell(value, bound) for value, bound in zip(row, bounds, strict=True)))
    console = Console()
    console.print(drawn)
    if len(table.rows) > ROWS_SHOWN:
        rest = len(table.rows) - ROWS_SHOWN
        console.print(say(f"{rest} more rows in the file", f"另有 {rest} 行，见结果文件"))
    cost = _cost(answer.rho_nano, answer.delta_femto)
    typer.echo(
        say(
            f"job {answer.job}: {cost}, plan {answer.plan_digest[:12]}",
            f"任务 {answer.job}：{cost}，计划 {answer.plan_digest[:12]}",
        ),
        err=True,
    )


def as_json_of(table: Table, answer: Answer) -> dict[str, Any]:
    """Return the answer for programs: numbers as decimal text, exact where they end."""
    return {
        "job": answer.job,
        "columns": list(table.columns),
        "rows": [[_plain(value) for value in row] for row in table.rows],
        "intervals": [
            [None if pair is None else [_plain(pair[0]), _plain(pair[1])] for pair in row] for row in table.intervals
        ],
        "confidence_permille": CONFIDENCE_PERMILLE,
        "plan_digest": answer.plan_digest,
        "rho_nano": answer.rho_nano,
        "delta_femto": answer.delta_femto,
        "rules": list(answer.rules),
        "leaf": answer.seq,
    }


def draw_cost(states: States, asked: Asked, found: Explanation, price: Due | None, *, as_json: bool) -> None:
    """Say what a query would compute and cost, and whether the market would ticket it. Nothing is asked for."""
    plan, key = asked.compiled.plan, plan_digest(asked.compiled.plan)
    paid = next(iter(states.cleanroom.paid.under(f"{key}/")), None) is not None
    if as_json:
        told = {
            "plan": msgspec.to_builtins(plan),
            "plan_digest": key,
            "rho_nano": plan.rho_nano,
            "delta_femto": plan.delta_femto,
            "half_widths": {_named(each): _half(plan, each) for each in plan.measures},
            "answered_before": paid,
            "price": None if price is None else msgspec.to_builtins(price._asdict()),
            "market": msgspec.to_builtins(found),
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if asked.said is not None:
        typer.echo(asked.said.say(LANG))
    else:
        for measure in plan.measures:
            typer.echo(f"{_named(measure)} ±{_half(plan, measure):,} ({CONFIDENCE_PERMILLE / 10:g} %)")
    if paid:
        typer.echo(
            say(
                "this was answered before: on the same version of the data it costs nothing",
                "该问题此前答复过：数据版本相同则不再收取预算",
            )
        )
    if price is not None:
        of_what = {Unit.PRECISION: say("precision", "精度"), Unit.COVERAGE: say("coverage", "覆盖")}[price.unit]
        typer.echo(
            say(
                f"paid when the answer leaves: {price.units:,} units of {of_what}, {yuan(price.amount_fen)} yuan",
                f"结果发出时付费：{of_what} {price.units:,} 个单位，{yuan(price.amount_fen)} 元",
            )
        )
    draw(msgspec.structs.replace(found, paths=()))


def _half(plan: AggregatePlan, measure: Measure) -> int:
    if plan.mode is Mode.EXACT:
        return 0
    return half_width_of(plan.mechanism, scale=scale_of(plan, measure), confidence_permille=CONFIDENCE_PERMILLE)


def _named(measure: Measure) -> str:
    return f"{type(measure).__name__.lower()}({measure.column})" if measure.column else type(measure).__name__.lower()


def _cost(rho_nano: int, delta_femto: int) -> str:
    if not rho_nano:
        return say("no privacy budget", "不耗隐私预算")
    more = f", δ {delta_femto}e-15" if delta_femto else ""
    return f"rho {rho_nano / 10**9:.9g} (ε {cleanroom.epsilon(rho_nano)}, δ 1e-6){more}"


def _cell(value: Scalar, bounds: tuple[Fraction, Fraction] | None) -> str:
    if not isinstance(value, Fraction):
        return "NULL" if value is None else str(value)
    if bounds is None or bounds[0] == bounds[1]:
        return _number(value)
    return f"{_number(value)}  [{_number(bounds[0])} … {_number(bounds[1])}]"


def _number(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.{DIGITS}f}"


def _plain(value: Scalar) -> Any:
    if not isinstance(value, Fraction):
        return value
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.12g}"
