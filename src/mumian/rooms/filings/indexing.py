"""The price index: matched products of two months, family by family, where the small-cell rule lets them be shown."""

from __future__ import annotations

from collections import defaultdict

from mumian.kernel.facts import Facts
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Month, month_of, months_from
from mumian.methods.price_index import WHOLE_BP, Matched, SmallCell, Sold, chained_bp, jevons_bp, may_be_shown
from mumian.rooms.filings.model import Event, IndexFacts, IndexPublished, PublishIndex, State, Trade
from mumian.rooms.filings.records import Figure, Index
from mumian.rooms.filings.refusals import FilingsRefusal as R
from mumian.rulebook.rules import in_force, missing, number_at

RULE = "MM-INDEX"
Cells = dict[str, dict[str, list[Trade]]]
"""Item → month → trades, of one family."""


def publish(state: State, command: PublishIndex, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, IndexFacts)
    rule = missing(facts, RULE)
    if rule is not None:
        return Refused(R.RULE_NOT_IN_FORCE, {"rule": rule})
    if Role.EXCHANGE not in facts.roles:
        return Refused(R.NOT_THE_EXCHANGE, {"actor": facts.actor})
    if command.month >= month_of(facts.now):
        return Refused(R.MONTH_NOT_OVER, {"month": command.month})
    last = state.last.get("month")
    if last is not None and command.month <= last:
        return Refused(R.PUBLISHED_ALREADY, {"last": last, "month": command.month})
    return [IndexPublished(command.month, _index(state, command.month, facts), in_force(facts, RULE))]


def _index(state: State, month: Month, facts: IndexFacts) -> Index:
    flagged = tuple(trade.id for trade in facts.trades if trade.is_wash and trade.month == month)
    families: defaultdict[str, list[Trade]] = defaultdict(list)
    for trade in facts.trades:
        if not trade.is_wash:
            families[trade.family].append(trade)
    rule, figures, suppressed = _small_cell(facts), list[Figure](), list[str]()
    for family in sorted(families):
        change_bp = _change_bp(families[family], month, rule)
        if change_bp is not None:
            figures.append(_figure(state, family, month, change_bp))
        elif any(trade.month == month for trade in families[family]):
            suppressed.append(family)
    return Index(tuple(figures), tuple(suppressed), flagged, facts.now)


def _small_cell(facts: Facts) -> SmallCell:
    def number(name: str) -> int:
        return number_at(RULE, name, rulebook=facts.rulebook, now=facts.now)

    return SmallCell(number("trades_min"), number("parties_min"), number("share_bp_max"))


def _change_bp(trades: list[Trade], month: Month, rule: SmallCell) -> int | None:
    """Return a family's change on the month before, over products sold in both; None if it may not be shown."""
    cells: Cells = {}
    for trade in trades:
        cells.setdefault(trade.item, {}).setdefault(trade.month, []).append(trade)
    months = (months_from(month, -1), month)
    matched = [cell for _, cell in sorted(cells.items()) if all(each in cell for each in months)]
    for each in months:
        sold = [Sold(t.item, t.seller_group, t.buyer_group, t.amount_fen) for cell in matched for t in cell[each]]
        if not may_be_shown(sold, rule):
            return None
    return jevons_bp([_matched(cell[months[0]], cell[months[1]]) for cell in matched])


def _matched(was: list[Trade], now: list[Trade]) -> Matched:
    return Matched(
        sum(trade.amount_fen for trade in was),
        sum(trade.units for trade in was),
        sum(trade.amount_fen for trade in now),
        sum(trade.units for trade in now),
    )


def _figure(state: State, family: str, month: Month, change_bp: int) -> Figure:
    """Chain on the month before if that was shown; otherwise it is a new base."""
    before, earlier = months_from(month, -1), state.figures.get(family)
    published = state.indexes.get(before)
    if earlier is None or published is None or earlier not in published.figures:
        return Figure(family, change_bp, chained_bp(WHOLE_BP, change_bp), before)
    return Figure(family, change_bp, chained_bp(earlier.index_bp, change_bp), earlier.base)
