"""What was used under an order that is paid as it is used: calls that were recorded, or answers that were released."""

from __future__ import annotations

from typing import NamedTuple

from mumian.kernel.ids import AgreementId
from mumian.market.rooms import States
from mumian.rooms.cleanroom.facts import Covering
from mumian.rooms.cleanroom.model import TicketIssued
from mumian.rooms.cleanroom.records import GIVEN, UNDER_WAY, JobStatus
from mumian.rooms.cleanroom.views import covered, precision
from mumian.rooms.exchange.model import Order
from mumian.rooms.exchange.product import ANSWERED, PRECISION_NANO, Unit
from mumian.rooms.exchange.views import price_of, unit_of


class Due(NamedTuple):
    """What an answer costs when it leaves: so many units of its order's price."""

    unit: Unit
    units: int
    amount_fen: int


def due(s: States, ticket: TicketIssued) -> Due | None:
    """Return what an answer will cost if all that are under way leave before it; None where answers are not paid one by one."""
    key = s.exchange.by_agreement.get(ticket.agreement)
    order = s.exchange.orders.get(key) if key else None
    if order is None or not is_by_answer(s, order):
        return None
    units = -(-ticket.asked_nano // PRECISION_NANO)
    if ticket.covered:
        told = covered(s.cleanroom, ticket.agreement, statuses=UNDER_WAY | GIVEN)
        units = told.further(int(ticket.covered, 16), versions=ticket.versions_digest)
    before = _used_by_answers(s, ticket.agreement, order, UNDER_WAY | GIVEN)
    return Due(unit_of(s.exchange, order), units, order.charge_fen(before=before, units=units))


def _used_by_answers(s: States, agreement: AgreementId, order: Order, statuses: frozenset[JobStatus]) -> int:
    if unit_of(s.exchange, order) is Unit.PRECISION:
        return precision(s.cleanroom, agreement, unit_nano=PRECISION_NANO, statuses=statuses)
    return covered(s.cleanroom, agreement, statuses=statuses).units


def used(s: States, agreement: AgreementId, order: Order) -> int:
    """Return how many units of its price were used under an order's agreement."""
    if is_by_answer(s, order):
        return _used_by_answers(s, agreement, order, GIVEN)
    usage = s.cleanroom.usage.get(f"{agreement}/{order.product}")
    return usage.calls if usage else 0


def precision_left_nano(s: States, agreement: AgreementId, order: Order) -> int | None:
    """Return the loss that an order by precision still covers: answers under way count as given. None of any other order."""
    if unit_of(s.exchange, order) is not Unit.PRECISION:
        return None
    asked = precision(s.cleanroom, agreement, unit_nano=PRECISION_NANO, statuses=UNDER_WAY | GIVEN)
    return max(0, order.quantity - asked) * PRECISION_NANO


def covering(s: States, agreement: AgreementId, order: Order) -> Covering | None:
    """Return what an order by coverage still covers: answers under way count as given. None of any other order."""
    support = price_of(s.exchange, order).support
    if support is None:
        return None
    return Covering(support, covered(s.cleanroom, agreement, statuses=UNDER_WAY | GIVEN), order.quantity)


def is_by_answer(s: States, order: Order) -> bool:
    """Tell whether the answers under an order are paid as they leave, by their precision or by what they cover."""
    return unit_of(s.exchange, order) in ANSWERED
