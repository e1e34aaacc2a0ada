"""What is allowed in a deal that is paid as it goes: calls are billed, turnover is reported, one day it is closed."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, OrderId, PartyId
from mumian.kernel.limits import ClockChange, Start, Unit
from mumian.kernel.money import FEN_MAX
from mumian.kernel.outcome import Detail, Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS, Month, end_of, month_of, months_from
from mumian.rooms.exchange.events import Event, TurnoverMissed, TurnoverReported, UsageBilled, UsageClosed
from mumian.rooms.exchange.gates import not_yours
from mumian.rooms.exchange.model import (
    CloseUsage,
    MissTurnover,
    Order,
    ReportTurnover,
    SettleUsage,
    State,
    UsageFacts,
)
from mumian.rooms.exchange.moving import ended, moving
from mumian.rooms.exchange.product import share_fen
from mumian.rooms.exchange.refusals import ExchangeRefusal as R
from mumian.rooms.exchange.states import DealMove
from mumian.rooms.exchange.terms import TURNOVER_DUE, TURNOVER_RULE
from mumian.rulebook.rules import number_at


def decide(
    state: State, command: SettleUsage | CloseUsage | ReportTurnover | MissTurnover, facts: Facts
) -> list[Event] | Refused:
    match command:
        case SettleUsage():
            return _settle_usage(state, command, facts)
        case CloseUsage():
            return _close_usage(state, command, facts)
        case ReportTurnover():
            return _report(state, command, facts)
        case MissTurnover():
            return _miss(state, command, facts)


def _settle_usage(state: State, command: SettleUsage, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, UsageFacts)
    key = state.by_agreement.get(command.agreement)
    if key is None:
        return Refused(R.AGREEMENT_WITHOUT_ORDER, {"agreement": command.agreement})
    order = moving(state, key, DealMove.BILL)
    if isinstance(order, Refused):
        return order
    if facts.actor != order.seller and not facts.is_market:
        return not_yours(facts, key, order.seller, DealMove.BILL.value)
    calls_left = order.quantity - order.calls
    calls = min(facts.unbilled_calls, calls_left)
    if calls == 0:
        detail: Detail = {"order": key, "unbilled_calls": facts.unbilled_calls}
        return Refused(R.NOTHING_TO_BILL, {**detail, "calls_left": calls_left})
    bill = f"bill-{key.removeprefix('order-')}.{order.bills + 1}"
    amount_fen = order.charge_fen(before=order.calls, units=calls)
    return [UsageBilled(bill, key, command.agreement, order.product, calls, amount_fen, order.buyer, order.seller)]


def _report(state: State, command: ReportTurnover, facts: Facts) -> list[Event] | Refused:
    """The share of what a month brought is due at once; a month counts as reported once it is over."""
    order = _shared(state, command.order)
    if isinstance(order, Refused):
        return order
    if facts.actor != order.buyer and Role.EXCHANGE not in facts.roles:
        return not_yours(facts, command.order, order.buyer, DealMove.REPORT.value)
    first, last = month_of(order.delivered_at), min(order.owed_month, month_of(facts.now))
    if not first <= command.month <= last:
        detail: Detail = {"order": command.order, "first": first, "last": last, "month": command.month}
        return Refused(R.MONTH_NOT_DUE, detail)
    reported_fen = state.turnover.get(f"{command.order}/{command.month}") or 0
    grown_fen = command.turnover_fen - reported_fen
    refused = _refuse_turnover(command, order, reported_fen)
    if refused is not None:
        return refused
    is_over = facts.now >= end_of(command.month)
    clocks: tuple[ClockChange, ...] = ()
    if is_over and order.is_watched and command.month == order.owed_month:
        clocks = (watch_month(command.order, order.buyer, months_from(order.owed_month, 1), facts),)
    return [
        TurnoverReported(
            f"bill-{command.order.removeprefix('order-')}.{order.bills + 1}",
            command.order,
            AgreementId(order.agreement),
            order.product,
            command.month,
            command.turnover_fen,
            grown_fen,
            share_fen(order.unit_fen, order.turnover_fen + grown_fen) - order.billed_fen,
            command.evidence_digest,
            order.buyer,
            order.seller,
            facts.actor,
            is_over,
            clocks,
        )
    ]


def _refuse_turnover(command: ReportTurnover, order: Order, reported_fen: int) -> Refused | None:
    said: Detail = {"order": command.order, "month": command.month, "turnover_fen": command.turnover_fen}
    if command.turnover_fen < reported_fen:
        return Refused(R.TURNOVER_FALLS, {**said, "reported_fen": reported_fen})
    if order.turnover_fen + command.turnover_fen - reported_fen > FEN_MAX:
        return Refused(R.TURNOVER_TOO_LARGE, {**said, "reported_fen": order.turnover_fen, "max_fen": FEN_MAX})
    return None


def watch_month(key: OrderId, buyer: PartyId, month: Month, facts: Facts) -> Start:
    """Return the limit within which a month is reported: some days from its end."""
    days = number_at(TURNOVER_RULE, "report_days", rulebook=facts.rulebook, now=facts.now)
    due_at = end_of(month) + days * DAY_MS
    return Start(key, TURNOVER_DUE, Unit.INSTANT, due_at, TURNOVER_RULE, buyer)


def _miss(state: State, command: MissTurnover, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    order = _shared(state, command.order)
    if isinstance(order, Refused):
        return order
    return [TurnoverMissed(command.order, order.buyer, order.owed_month)]


def _shared(state: State, key: OrderId) -> Order | Refused:
    """Return the order if it is one of which turnover is reported now."""
    order = state.orders.get(key)
    if order is not None and not order.is_shared:
        return Refused(R.NOT_SHARED, {"order": key})
    return moving(state, key, DealMove.REPORT)


def _close_usage(state: State, command: CloseUsage, facts: Facts) -> list[Event] | Refused:
    order = moving(state, command.order, DealMove.CLOSE)
    if isinstance(order, Refused):
        return order
    if order.is_shared and facts.actor == order.buyer:
        refused = _refuse_leaving(state, command.order, order, month_of(facts.now))
        return refused or [UsageClosed(command.order, order.product, ended(command.order, order))]
    if facts.actor != order.seller and not facts.is_market:
        return not_yours(facts, command.order, order.seller, DealMove.CLOSE.value)
    return [UsageClosed(command.order, order.product, ended(command.order, order))]


def _refuse_leaving(state: State, key: OrderId, order: Order, month: Month) -> Refused | None:
    """Return which month the buyer reports before it leaves, or None: each that is over, and this one so far."""
    is_said = f"{key}/{month}" in state.turnover
    if is_said and order.owed_month >= month:
        return None
    return Refused(R.TURNOVER_OWED, {"buyer": order.buyer, "month": min(order.owed_month, month), "order": key})
