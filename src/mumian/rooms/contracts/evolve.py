"""What changes in offers and agreements. The only writer of their state."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from mumian.policy.binding import bind
from mumian.rooms.contracts.model import (
    Agreement,
    AgreementSigned,
    AgreementTerminated,
    DutyFulfilled,
    Event,
    Offer,
    OfferMade,
    OfferStatus,
    OfferWithdrawn,
    OrderBound,
    PolicyAttached,
    PolicyDetached,
    State,
    UseCounted,
    UsePolicies,
)
from mumian.rooms.contracts.standing import policies_of


def evolve(state: State, event: Event) -> None:
    """Apply one event."""
    match event:
        case UseCounted():
            state.uses[event.agreement] = (state.uses.get(event.agreement) or 0) + event.uses
        case AgreementSigned():
            _sign(state, event)
        case OfferMade():
            state.offers[event.offer] = Offer(
                event.target, event.policy, event.policy_digest, event.assigner, event.assignee, event.valid_until
            )
        case OfferWithdrawn():
            state.offers[event.offer] = replace(state.offers[event.offer], status=OfferStatus.WITHDRAWN)
        case OrderBound():
            state.agreements[event.agreement] = replace(state.agreements[event.agreement], order=event.order)
            state.by_order[event.order] = event.agreement
        case DutyFulfilled():
            agreement = state.agreements[event.agreement]
            state.agreements[event.agreement] = replace(agreement, fulfilled=(*agreement.fulfilled, event.duty))
        case AgreementTerminated():
            state.agreements[event.agreement] = replace(
                state.agreements[event.agreement], ended_at=event.ended_at, ended_for=event.reason
            )
        case PolicyAttached():
            standing = policies_of(state, event.resource)
            state.use_policies[event.resource] = UsePolicies((*standing, (event.policy, event.terms)))
        case PolicyDetached():
            left = tuple(each for each in policies_of(state, event.resource) if each[0] != event.policy)
            if left:
                state.use_policies[event.resource] = UsePolicies(left)
            else:
                del state.use_policies[event.resource]
        case _:
            assert_never(event)


def _sign(state: State, event: AgreementSigned) -> None:
    offer = state.offers[event.offer]
    policy = bind(offer.policy, uid=event.agreement, assigner=event.assigner, assignee=event.assignee)
    state.agreements[event.agreement] = Agreement(
        event.offer, event.target, event.assigner, event.assignee, policy, event.signed_at
    )
    state.by_signer[f"{event.offer}/{event.assignee}"] = event.agreement
    state.by_party[f"{event.assigner}/{event.agreement}"] = "assigner"
    state.by_party[f"{event.assignee}/{event.agreement}"] = "assignee"
    state.by_product[f"{event.target}/{event.agreement}"] = event.assignee
    if offer.assignee is not None:
        state.offers[event.offer] = replace(offer, status=OfferStatus.TAKEN)
