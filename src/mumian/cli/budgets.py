"""`mumian show budget`: what privacy is allowed, spent and left, by whom, for which jobs, until when."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.table import Table

from mumian.cli.words import say
from mumian.kernel.time import day_of
from mumian.market.budgets import BudgetSeen

CHARGES_SHOWN = 10
"""Of each budget, the newest charges; all are in `--json` of its jobs."""

ACROSS = 80
"""Columns that a budget is drawn on, whatever the terminal has."""


def draw_budget(seen: BudgetSeen) -> None:
    """Print one budget: a heading, four lines of figures, a table of consumers, a table of charged jobs."""
    console = Console(width=ACROSS)
    _heading(console, seen)
    _figures(console, seen)
    if seen.shares:
        console.print(_shares(seen))
    if seen.charges:
        console.print(_charges(seen))
    more = len(seen.charges) - CHARGES_SHOWN
    if more > 0:
        console.print(say(f"{more} charges before these", f"此前另有 {more} 次扣减"), highlight=False)
    console.print()


def _heading(console: Console, seen: BudgetSeen) -> None:
    ends = day_of(seen.until - 1).isoformat()
    until = say(f"ended {ends}", f"已于 {ends} 截止") if seen.is_over else say(f"until {ends}", f"至 {ends}")
    what = say(f"privacy budget of {seen.resource}", f"隐私预算 {seen.resource}")
    unit = say(f"unit {seen.privacy_unit}", f"隐私单元 {seen.privacy_unit}")
    console.print(f"[bold]{seen.budget}[/] {what}, {seen.holder}, {unit}, {until}", highlight=False)


def _figures(console: Console, seen: BudgetSeen) -> None:
    allowed, spent, left = say("allowed", "允许"), say("spent", "已用"), say("left", "剩余")
    each = say("one consumer's share", "单个需方额度")
    console.print(
        f"  ρ: {allowed} {rho(seen.rho_nano)}, {spent} {rho(seen.spent_rho_nano)}, {left} {rho(seen.left_rho_nano)}; "
        f"{each} {rho(seen.share_rho_nano)}",
        highlight=False,
    )
    console.print(
        "  "
        + say("what was spent means", "已用部分相当于")
        + f" (ε, δ) = ({seen.epsilon_spent}, {delta(seen.delta_femto)})",
        highlight=False,
    )
    if seen.found_delta_femto:
        found = say("δ of keys found in the data", "数据中发现键的 δ")
        console.print(
            f"  {found}: {allowed} {delta(seen.found_delta_femto)}, {spent} {delta(seen.found_delta_spent_femto)}, "
            f"{left} {delta(seen.found_delta_left_femto)}",
            highlight=False,
        )


def _shares(seen: BudgetSeen) -> Table:
    drawn = Table(say("consumers", "需方"), "ρ " + say("spent", "已用"), "ρ " + say("left", "剩余"), box=None)
    for share in seen.shares:
        related = say(" (related)", "（关联）") if len(share.consumers) > 1 else ""
        drawn.add_row(" + ".join(share.consumers) + related, rho(share.spent_rho_nano), rho(share.left_rho_nano))
    return drawn


def _charges(seen: BudgetSeen) -> Table:
    drawn = Table(
        say("job", "任务"), say("consumer", "需方"), say("day", "日期"), "ρ", "δ", say("state", "状态"), box=None
    )
    for charge in seen.charges[-CHARGES_SHOWN:]:
        cost = (rho(charge.rho_nano), delta(charge.delta_femto) if charge.delta_femto else "0")
        drawn.add_row(charge.job, charge.consumer, day_of(charge.at).isoformat(), *cost, _status(charge.status))
    return drawn


def _status(status: str) -> str:
    return say(status, _STATES_ZH[status])


_STATES_ZH = {
    "issued": "已出票",
    "released": "已出域",
    "refused": "被拒绝",
    "expired": "已到期",
    "stopped": "已停止",
    "withheld": "审核未通过",
}


def rho(nano: int) -> str:
    """Return a loss in nano-rho as rho, exactly."""
    return f"{(Decimal(nano) / 10**9).normalize():f}"


def delta(femto: int) -> str:
    """Return a delta in 10^-15 in scientific notation, exactly."""
    if not femto:
        return "0"
    digits = str(femto).rstrip("0")
    exponent = len(str(femto)) - 1 - 15
    return f"{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{exponent}"
