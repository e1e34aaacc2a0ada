"""`mumian support`: what a price by coverage is counted on, from what the holders have published of their columns."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
import typer

from mumian.cli.opened import HomeOption, fail, read_market
from mumian.cli.words import say
from mumian.engines.support import ROWS_MAX, VALUES_MAX, Axis, Support, fault_of_support
from mumian.kernel.ids import ProductId
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.market.tables import tables_of
from mumian.rooms.cleanroom.analysis import AnalysisRules, Kind, PublicColumn


def register(app: typer.Typer) -> None:
    app.command("support", help=say("what a price by coverage is counted on, as JSON", "按覆盖计价的支撑集（JSON）"))(
        support
    )


def support(
    product: Annotated[str, typer.Argument(help=say("the product to price", "要定价的产品"))],
    home: HomeOption,
    rows: Annotated[
        int,
        typer.Option(min=1, max=ROWS_MAX, help=say("rows: the more, the finer the price", "行数；越多则价格越细")),
    ] = 1_000,
    table: Annotated[str, typer.Option(help=say("of several tables, which", "有多张表时选其一"))] = "",
) -> None:
    with read_market(home) as (states, now):
        rules = _table(states, ProductId(product), table, now)
    axes = {column.name: axis_of(column) for column in rules.columns}
    made = Support(tuple(axis for axis in axes.values() if axis is not None), rows)
    left_out = ", ".join(name for name, axis in axes.items() if axis is None)
    if left_out:
        typer.echo(
            say(
                f"left out, for they have no public list or bounds, or more than {VALUES_MAX} values: {left_out}",
                f"未列入（无公开取值或界限，或取值超过 {VALUES_MAX} 个）：{left_out}",
            ),
            err=True,
        )
    fault = fault_of_support(made)
    if fault is not None:
        fail(say(f"`{product}` has no support: {fault}", f"`{product}` 没有可用的支撑集：{fault}"))
    typer.echo(json.dumps(msgspec.to_builtins(made), ensure_ascii=False))


def axis_of(column: PublicColumn) -> Axis | None:
    """Return what a column may hold as its holder has published it; None where that is not public, or too much."""
    if column.keys:
        return Axis(column.name, column.keys) if len(column.keys) <= VALUES_MAX else None
    if column.kind is Kind.TEXT or column.lower >= column.upper:
        return None
    return Axis(column.name, lower=column.lower, upper=column.upper)


def published(states: States, product: ProductId, now: Instant) -> dict[str, AnalysisRules]:
    """Return the published rules of every table beneath a product, as `tables_of`; leave with a sentence if there are none."""
    tables = tables_of(states, product, now)
    if not tables:
        fail(
            say(
                f"no source of `{product}` has published what may be asked; its holders do (`mumian domain rules`)",
                f"`{product}` 的来源均未发布分析规则；请由持有方发布（`mumian domain rules`）",
            )
        )
    return tables


def _table(states: States, product: ProductId, wanted: str, now: Instant) -> AnalysisRules:
    """Return the published rules of the one table of a product, or of the one that is wanted; else leave with a sentence."""
    found = published(states, product, now)
    name = wanted or next(iter(found))
    if name not in found or (len(found) > 1 and not wanted):
        fail(say(f"choose a table by --table: {', '.join(found)}", f"请以 --table 选择一张表：{'、'.join(found)}"))
    return found[name]
