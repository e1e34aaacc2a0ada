"""`mumian show`: what the market holds, record by record."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.budgets import draw_budget
from mumian.cli.opened import HomeOption, JsonOption, fail, read_market
from mumian.cli.words import LANG, say
from mumian.kernel.canonical import digest
from mumian.kernel.ids import BudgetId, ResourceId
from mumian.kernel.time import Instant
from mumian.market.budgets import budget_seen
from mumian.market.overview import overview
from mumian.market.rooms import States
from mumian.rooms.cleanroom import sayings
from mumian.rooms.cleanroom import views as cleanroom

NOUNS = {
    "market": ("oversight.market",),
    "party": ("parties.parties",),
    "resource": ("catalog.resources",),
    "proposal": ("catalog.proposals",),
    "permission": ("catalog.permissions",),
    "application": ("property_register.applications",),
    "certificate": ("property_register.certificates",),
    "note": ("property_register.notes",),
    "objection": ("property_register.objections", "public_register.objections"),
    "submission": ("public_register.submissions",),
    "entry": ("public_register.entries",),
    "right": ("rights.rights",),
    "public": ("rights.publics",),
    "authorization": ("rights.authorizations",),
    "grant": ("rights.grants",),
    "notice": ("consent.notices",),
    "consent": ("consent.consents",),
    "mandate": ("consent.mandates",),
    "petition": ("consent.petitions",),
    "pipia": ("consent.pipias",),
    "entrustment": ("consent.entrustments",),
    "share": ("sharing.shares",),
    "ticket": ("sharing.tickets",),
    "defect": ("sharing.defects",),
    "feedback": ("sharing.results",),
    "plan": ("operation.plans",),
    "selection": ("operation.selections",),
    "operation": ("operation.operations",),
    "scenario": ("operation.scenarios",),
    "officer": ("enterprise.officers",),
    "licence": ("enterprise.licences",),
    "opening": ("enterprise.openings",),
    "enquiry": ("enterprise.enquiries",),
    "policy": ("contracts.use_policies",),
    "offer": ("contracts.offers",),
    "agreement": ("contracts.agreements",),
    "product": ("exchange.products",),
    "listing": ("exchange.listings",),
    "demand": ("negotiation.demands",),
    "negotiation": ("negotiation.negotiations",),
    "brokerage": ("negotiation.brokerages",),
    "auction": ("auctions.auctions",),
    "bid": ("auctions.entries",),
    "order": ("exchange.orders",),
    "invoice": ("billing.invoices",),
    "credit": ("billing.notes",),
    "job": ("cleanroom.jobs",),
    "review": ("cleanroom.reviews",),
    "analysis": ("cleanroom.rules",),
    "budget": ("cleanroom.budgets",),
    "account": ("ledger.accounts",),
    "hold": ("ledger.held",),
    "distribution": ("revenue.distributions",),
    "contribution": ("revenue.contributions",),
    "waiver": ("revenue.waivers",),
    "payout": ("settlement.payouts",),
    "bank-batch": ("settlement.batches",),
    "reserve": ("settlement.reserves",),
    "claim": ("settlement.freezes",),
    "clawback": ("settlement.claims",),
    "charge": ("settlement.charges",),
    "fees": ("settlement.fees",),
    "filing": ("filings.filings",),
    "purchase": ("filings.purchases",),
    "index": ("filings.indexes",),
    "qualification": ("services.qualifications",),
    "engagement": ("services.engagements",),
    "rating": ("services.ratings",),
    "clock": ("clocks.clocks",),
}
"""What can be shown, and the tables that it lies in: an objection is raised to either register.

Named by its id, but a certificate by its number, the policies and analysis rules of a resource by the resource, a review
by its job, a rating by its engagement, an index by its month, a clock by `about/kind`.
"""

ROWS_SHOWN = 50
COLUMN_CHARS = 16
"""Room for an id in a table. Fields that find none are left out and named below it: a column of dots says nothing."""


def register(app: typer.Typer) -> None:
    app.command("show", help=say("show records of what the market holds", "显示市场中的记录"))(show)
    app.command(
        "overview",
        help=say(
            "the regulator's view: volumes, budgets, broken chains, laws", "监管总览：交易量、隐私预算、断链、规则"
        ),
    )(show_overview)


def show(
    noun: Annotated[str, typer.Argument(help=say("what: ", "种类：") + ", ".join(NOUNS))],
    home: HomeOption,
    key: Annotated[str, typer.Argument(help=say("which one (default: all)", "编号（默认全部）"))] = "",
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(min=1, help=say("rows at most", "最多行数"))] = ROWS_SHOWN,
) -> None:
    tables = NOUNS.get(noun)
    if tables is None:
        fail(
            say(
                f"there is no `{noun}` to show; choose one of {', '.join(NOUNS)}",
                f"没有 `{noun}`；可选：{', '.join(NOUNS)}",
            )
        )
    rows = _rows(home, tables, key)
    if key and not rows:
        fail(say(f"no {noun} `{key}` in this market", f"本市场没有 {noun} `{key}`"))
    if noun in SPOKEN and not as_json:
        _speak(home, noun, [name for name, _ in rows], limit)
        return
    if as_json or key:
        typer.echo(json.dumps(rows[0][1] if key else dict(rows), indent=2, ensure_ascii=False))
        return
    _draw(noun, rows, limit)


def _speak(home: Path, noun: str, keys: list[str], limit: int) -> None:
    """Print what people read in words rather than in fields."""
    with read_market(home) as (states, now):
        for key in keys[:limit]:
            SPOKEN[noun](states, key, now)
    if len(keys) > limit:
        typer.echo(say(f"{len(keys) - limit} more; raise --limit", f"另有 {len(keys) - limit} 条；请调大 --limit"))


def _budget(states: States, key: str, now: Instant) -> None:
    seen = budget_seen(states, BudgetId(key), now)
    if seen is not None:
        draw_budget(seen)


def _analysis(states: States, key: str, _now: Instant) -> None:
    rules = cleanroom.rules_of(states.cleanroom, ResourceId(key))
    if rules is not None:
        typer.echo(f"{key} ({say('analysis rules', '分析规则')} {digest(rules)[:12]})")
        for sentence in sayings.say(rules, LANG):
            typer.echo(f"  {sentence}")


SPOKEN: dict[str, Callable[[States, str, Instant], None]] = {"budget": _budget, "analysis": _analysis}
"""Nouns that are told in words unless `--json` is asked for."""


def _rows(folder: Path, tables: tuple[str, ...], key: str) -> list[tuple[str, Any]]:
    with read_market(folder) as (states, _):
        found = [states.tables[name] for name in tables]
        if key:
            records = (table.get(key) for table in found)
            return [(key, msgspec.to_builtins(record)) for record in records if record is not None]
        return [(name, msgspec.to_builtins(record)) for table in found for name, record in table.under()]


def _draw(noun: str, rows: list[tuple[str, Any]], limit: int) -> None:
    console, shown = Console(), rows[:limit]
    room = console.width - max((len(key) for key, _ in shown), default=0) - 4
    fields, left = _fields([record for _, record in shown], max(1, room // COLUMN_CHARS))
    drawn = Table()
    drawn.add_column(noun, no_wrap=True)
    for field in fields:
        drawn.add_column(field, no_wrap=True, max_width=max(1, room // len(fields) - 3))
    for key, record in shown:
        cells = [record.get(field, "") for field in fields] if fields else [record]
        drawn.add_row(key, *map(_short, cells))
    console.print(drawn)
    if left:
        more = ", ".join(left)
        console.print(say(f"not drawn: {more}; name one {noun}, or --json", f"未列出：{more}；可指定编号或用 --json"))
    if len(rows) > limit:
        console.print(say(f"{len(rows) - limit} more; raise --limit", f"另有 {len(rows) - limit} 条；请调大 --limit"))


def _fields(records: list[Any], room: int) -> tuple[list[str], list[str]]:
    """Return the `room` fields to draw, those of one value first, and the others."""
    structs = [record for record in records if isinstance(record, dict)]
    found = dict.fromkeys(field for record in structs for field in record)
    fields = sorted(found, key=lambda field: any(isinstance(record.get(field), (dict, list)) for record in structs))
    return fields[:room], fields[room:]


def _short(cell: Any) -> str:
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


def show_overview(home: HomeOption, as_json: JsonOption = False) -> None:
    with read_market(home) as (states, now):
        seen = overview(states, now)
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(seen), indent=2, ensure_ascii=False))
        return
    console = Console()
    console.print(f"{seen.origin}, {say('rulebook', '规则库')} {seen.rulebook}")
    for title, rows in (
        (say("volumes", "交易量"), seen.volumes),
        (say("privacy budgets", "隐私预算"), seen.budgets),
        (say("products whose rights are broken", "权利链已断的产品"), seen.lost),
        (say("deals between related parties", "关联方之间的交易"), seen.washes),
        (say("turnover not reported in time", "逾期未报送的营业收入"), seen.missed),
    ):
        if rows:
            console.print(_table(title, rows))
    kept = not seen.broken_laws
    text = say(f"{seen.laws} laws hold", f"{seen.laws} 条规则全部成立")
    console.print(f"[green]{text}[/]" if kept else f"[red]{seen.broken_laws}[/]")


def _table(title: str, rows: Sequence[msgspec.Struct]) -> Table:
    drawn = Table(*rows[0].__struct_fields__, title=title, title_justify="left")
    for row in rows:
        drawn.add_row(*(_short(getattr(row, field)) for field in row.__struct_fields__))
    return drawn
