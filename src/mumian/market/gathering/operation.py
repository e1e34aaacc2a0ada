"""What the room of operation must know of other rooms: resources, roles, and ties between operators and merchants."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.market.actors import roles_of
from mumian.market.gathering.base import Base, Gather
from mumian.market.gathering.seen import relation
from mumian.market.rooms import States
from mumian.rooms.catalog import views as catalog
from mumian.rooms.operation import model as operation
from mumian.rooms.operation import views as operations
from mumian.rooms.operation.vocabulary import ResourceSeen
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.rights.chain import is_coded

RELATED_MAX = 64
"""Related merchants that a selection notes down; each application is checked anew anyway."""


def _seen(s: States, names: Iterable[ResourceId], now: Instant) -> tuple[ResourceSeen, ...]:
    """Return those of `names` that the catalog knows, each once."""
    found = []
    for name in dict.fromkeys(names):
        record, described = catalog.resource(s.catalog, name), catalog.description(s.catalog, name)
        if record is not None and described is not None:
            coded = is_coded(s.rights, name, now)
            found.append(ResourceSeen(name, record.holder, described.data_kind, coded, record.is_withdrawn))
    return tuple(found)


def _plan(s: States, c: operation.DraftPlan | operation.AmendPlan, base: Base) -> Facts:
    return operation.ResourceFacts(**base, resources=_seen(s, c.draft.resources, base["now"]))


def _consent(s: States, c: operation.ConsentToOperation, base: Base) -> Facts:
    return operation.ResourceFacts(**base, resources=_seen(s, (c.resource,), base["now"]))


def _enter(s: States, _c: operation.EnterSelection, base: Base) -> Facts:
    return operation.CandidateFacts(**base, operator_roles=base["roles"], is_legal=_is_legal(s, base["actor"]))


def _is_legal(s: States, party: PartyId) -> bool:
    record = parties.party(s.parties, party)
    return record is not None and record.kind is PartyKind.LEGAL


def _select(s: States, c: operation.SelectOperator, base: Base) -> Facts:
    selection = s.operation.selections.get(c.selection)
    plan = s.operation.plans[selection.plan] if selection else None
    named: tuple[ResourceId, ...] = plan.content.resources if plan else ()
    related = sorted(
        party for party in parties.related(s.parties, c.operator) if Role.DATA_MERCHANT in roles_of(s, party)
    )
    return operation.CandidateFacts(
        **base,
        operator_roles=roles_of(s, c.operator),
        is_legal=_is_legal(s, c.operator),
        relation=_tie(s, c.operator, named),
        related_merchants=tuple(related[:RELATED_MAX]),
    )


def _tie(s: States, operator: PartyId, resources: tuple[ResourceId, ...]) -> tuple[PartyId, ...]:
    """Return a path from an operator to a merchant with an open application for one of `resources`, or nothing."""
    paths = (relation(s, operator, merchant) for merchant in operations.open_merchants(s.operation, resources))
    return next((path for path in paths if path), ())


def _propose(s: States, c: operation.ProposeAgreement, base: Base) -> Facts:
    selection = s.operation.selections.get(c.selection)
    operator = selection.operator if selection else PartyId("")
    return operation.CandidateFacts(
        **base,
        operator_roles=roles_of(s, operator),
        is_legal=_is_legal(s, operator),
        resources=_seen(s, c.draft.resources, base["now"]),
    )


def _sign(s: States, c: operation.SignOperation, base: Base) -> Facts:
    record, terms = s.operation.operations.get(c.operation), s.operation.terms.get(c.operation)
    operator = record.operator if record else PartyId("")
    named: tuple[ResourceId, ...] = terms.resources if terms else ()
    return operation.CandidateFacts(
        **base,
        operator_roles=roles_of(s, operator),
        is_legal=_is_legal(s, operator),
        relation=_tie(s, operator, named),
        resources=_seen(s, named, base["now"]),
    )


def _vet(s: States, c: operation.VetMerchant, base: Base) -> Facts:
    path = relation(s, base["actor"], c.merchant)
    return operation.MerchantFacts(**base, merchant_roles=roles_of(s, c.merchant), relation=path)


def _apply(s: States, c: operation.ApplyForScenario, base: Base) -> Facts:
    record = s.operation.operations.get(c.operation)
    return operation.MerchantFacts(
        **base,
        merchant_roles=base["roles"],
        relation=relation(s, record.operator, base["actor"]) if record else (),
        resources=_seen(s, (each.resource for each in c.resources), base["now"]),
    )


_AnyStep = (
    operation.ReviewAtSource
    | operation.ReviewByBureau
    | operation.CheckCompliance
    | operation.SignDevelopment
    | operation.ReviewSeparation
)


def _step(s: States, c: _AnyStep, base: Base) -> Facts:
    """Whoever speaks, the merchant and the operator of the application are looked at."""
    record = s.operation.scenarios.get(c.scenario)
    if record is None:
        return operation.MerchantFacts(**base, merchant_roles=frozenset())
    path = relation(s, record.operator, record.merchant)
    return operation.MerchantFacts(**base, merchant_roles=roles_of(s, record.merchant), relation=path)


GATHER: dict[type, Gather] = {
    operation.DraftPlan: _plan,
    operation.AmendPlan: _plan,
    operation.ConsentToOperation: _consent,
    operation.EnterSelection: _enter,
    operation.SelectOperator: _select,
    operation.ProposeAgreement: _propose,
    operation.SignOperation: _sign,
    operation.VetMerchant: _vet,
    operation.ApplyForScenario: _apply,
    operation.ReviewAtSource: _step,
    operation.ReviewByBureau: _step,
    operation.CheckCompliance: _step,
    operation.SignDevelopment: _step,
    operation.ReviewSeparation: _step,
}
