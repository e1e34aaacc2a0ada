"""What always holds of offers and agreements. A law yields where it does not hold: an empty answer is a law kept."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.canonical import digest
from mumian.kernel.ids import AgreementId
from mumian.policy.binding import bind
from mumian.rooms.contracts.model import POLICIES_MAX, OfferStatus, State
from mumian.rooms.contracts.views import is_in_force


def every_agreement_is_its_offer_signed(state: State) -> Iterator[str]:
    """An agreement has its offer; its terms are the offer's, bound to the seller and to one who might sign."""
    for key, agreement in state.agreements.under():
        offer = state.offers.get(agreement.offer)
        if offer is None:
            yield f"`{key}` has no offer `{agreement.offer}`"
            continue
        bound = bind(offer.policy, uid=key, assigner=offer.assigner, assignee=agreement.assignee)
        if agreement.policy != bound or agreement.target != offer.target:
            yield f"`{key}` has other terms than `{agreement.offer}`"
        if offer.assignee not in (None, agreement.assignee) or agreement.assignee == offer.assigner:
            yield f"`{key}` was signed by `{agreement.assignee}`, to whom `{agreement.offer}` was not made"


def an_offer_keeps_the_policy_of_its_digest(state: State) -> Iterator[str]:
    """What was signed can be shown: the digest is that of the policy's canonical bytes."""
    for key, offer in state.offers.under():
        if digest(offer.policy) != offer.policy_digest:
            yield f"`{key}` holds a policy other than `{offer.policy_digest}`"


def an_offer_to_one_is_taken_once(state: State) -> Iterator[str]:
    """An offer made to one party has one agreement if it is taken, and none otherwise."""
    signed: dict[str, int] = {}
    for _, agreement in state.agreements.under():
        signed[agreement.offer] = signed.get(agreement.offer, 0) + 1
    for key, offer in state.offers.under():
        if offer.assignee is not None and signed.get(key, 0) != (offer.status is OfferStatus.TAKEN):
            yield f"`{key}` is {offer.status.value} and has {signed.get(key, 0)} agreements"


def a_terminated_agreement_permits_nothing(state: State) -> Iterator[str]:
    """One that was ended for a reason is in force no more, not before it was signed; `decide_use` asks this first."""
    for key, agreement in state.agreements.under():
        if is_in_force(state, AgreementId(key)) is not (agreement.ended_for is None):
            yield f"`{key}` was ended for {agreement.ended_for} at {agreement.ended_at}"
        elif agreement.ended_at is not None and agreement.ended_at < agreement.signed_at:
            yield f"`{key}` ended at {agreement.ended_at}, before it was signed at {agreement.signed_at}"


def every_agreement_is_found_by_its_parties_and_product(state: State) -> Iterator[str]:
    """The ways to an agreement lead there: by both parties, by the product, by the order."""
    for key, agreement in state.agreements.under():
        found = (
            state.by_party.get(f"{agreement.assigner}/{key}"),
            state.by_party.get(f"{agreement.assignee}/{key}"),
            state.by_product.get(f"{agreement.target}/{key}"),
        )
        if found != ("assigner", "assignee", agreement.assignee):
            yield f"`{key}` is not found by its parties and product"
        if agreement.order is not None and state.by_order.get(agreement.order) != key:
            yield f"`{key}` is not found by `{agreement.order}`"


def uses_are_counted_for_agreements_only(state: State) -> Iterator[str]:
    """A count belongs to an agreement and is positive."""
    for key, uses in state.uses.under():
        if uses <= 0 or key not in state.agreements:
            yield f"{uses} uses are counted for `{key}`"


def a_standing_policy_is_about_its_resource(state: State) -> Iterator[str]:
    """No resource carries a rule about another, or no policy at all under its name, or more than it may."""
    for resource, record in state.use_policies.under():
        if not 1 <= len(record.policies) <= POLICIES_MAX:
            yield f"`{resource}` has {len(record.policies)} policies"
        for key, policy in record.policies:
            if any(rule.target != resource for rule in (*policy.permission, *policy.prohibition)):
                yield f"`{key}` stands on `{resource}` and speaks of another"


LAWS = (
    every_agreement_is_its_offer_signed,
    an_offer_keeps_the_policy_of_its_digest,
    an_offer_to_one_is_taken_once,
    a_terminated_agreement_permits_nothing,
    every_agreement_is_found_by_its_parties_and_product,
    uses_are_counted_for_agreements_only,
    a_standing_policy_is_about_its_resource,
)
