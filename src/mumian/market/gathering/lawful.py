"""Whether the persons in a resource stand in the way of a use: what the room of consent says, for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import DataKind
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.catalog.description import Identifier
from mumian.rooms.catalog.factors import Group
from mumian.rooms.consent import views as consents
from mumian.rooms.exchange.product import DeliveryForm, ProductType

OWN_WORK = frozenset({ProductType.INDICATOR, ProductType.REPORT, ProductType.MODEL})
"""Products whose answers are about nobody: the holder works on persons' data, and no recipient gets any."""

IN_THE_DOMAIN = frozenset({DeliveryForm.SANDBOX, DeliveryForm.MPC, DeliveryForm.FL, DeliveryForm.TEE})


def holds_persons(s: States, resource: ResourceId) -> bool:
    """Tell whether a resource holds personal information, by its kind or its grading."""
    record, described = catalog.resource(s.catalog, resource), catalog.description(s.catalog, resource)
    is_personal = described is not None and described.data_kind is DataKind.PERSONAL
    return is_personal or (record is not None and record.persons)


def is_sensitive(s: States, resource: ResourceId) -> bool:
    """Tell whether what a resource says of persons is sensitive (PIPL 第28条): a field is, or whom it describes makes it so."""
    described, grading = catalog.description(s.catalog, resource), catalog.grading(s.catalog, resource)
    fields = described.fields if described is not None else ()
    factors = grading.factors if grading is not None else None
    of_whom = factors is not None and factors.group in (Group.MINORS, Group.SPECIAL)
    return of_whom or any(field.identifier is Identifier.SENSITIVE for field in fields)


def recipient_of(kind: ProductType, form: DeliveryForm, *, holder: PartyId, taker: PartyId) -> PartyId:
    """Return who processes persons' data when a product is delivered: its holder, where only figures leave, else the taker."""
    return holder if kind in OWN_WORK and form in IN_THE_DOMAIN else taker


def lawful(
    s: States, resource: ResourceId, *, recipient: PartyId, purposes: Iterable[str], now: Instant
) -> consents.Lawful | Refused | None:
    """Return by what a use of a resource is lawful for every purpose, why it is not, or None where it holds no persons."""
    if not holds_persons(s, resource):
        return None
    record = catalog.resource(s.catalog, resource)
    market = s.oversight.market.get("market")
    answer: consents.Lawful | Refused | None = None
    for purpose in purposes:
        answer = consents.may_process(
            s.consent,
            resource=resource,
            holder=record.holder if record else PartyId(""),
            recipient=recipient,
            purpose=purpose,
            now=now,
            rulebook=market.rulebook if market else "",
            sensitive=is_sensitive(s, resource),
        )
        if isinstance(answer, Refused):
            return answer
    return answer


def unlawful(s: States, resource: ResourceId, *, recipient: PartyId, purposes: Iterable[str], now: Instant) -> str:
    """Return why a use is not lawful, as the refusal's full name, or nothing."""
    answer = lawful(s, resource, recipient=recipient, purposes=purposes, now=now)
    return answer.refusal.full_name if isinstance(answer, Refused) else ""
