"""What was used under an order that is paid as it is used: calls that were recorded, or precision that was released."""

from __future__ import annotations

from mumian.kernel.ids import AgreementId
from mumian.market.rooms import States
from mumian.rooms.cleanroom.records import GIVEN, UNDER_WAY
from mumian.rooms.cleanroom.views import precision
from mumian.rooms.exchange.model import Order
from mumian.rooms.exchange.product import PRECISION_NANO, Unit
from mumian.rooms.exchange.views import unit_of


def used(s: States, agreement: AgreementId, order: Order) -> int:
    """Return how many units of its price were used under an order's agreement."""
    if is_by_precision(s, order):
        return precision(s.cleanroom, agreement, unit_nano=PRECISION_NANO, statuses=GIVEN)
    usage = s.cleanroom.usage.get(f"{agreement}/{order.product}")
    return usage.calls if usage else 0


def precision_left_nano(s: States, agreement: AgreementId, order: Order) -> int | None:
    """Return the loss that an order by precision still covers: answers under way count as given. None of any other order."""
    if not is_by_precision(s, order):
        return None
    asked = precision(s.cleanroom, agreement, unit_nano=PRECISION_NANO, statuses=UNDER_WAY | GIVEN)
    return max(0, order.quantity - asked) * PRECISION_NANO


def is_by_precision(s: States, order: Order) -> bool:
    """Tell whether the answers under an order are paid by their precision."""
    return unit_of(s.exchange, order) is Unit.PRECISION
