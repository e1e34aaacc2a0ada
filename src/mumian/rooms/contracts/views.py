"""What can be seen of offers and agreements, and the decision on a use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import AgreementId, OrderId, PartyId, ProductId
from mumian.kernel.time import Instant
from mumian.policy.decide import evaluate
from mumian.policy.jsonld import to_jsonld
from mumian.policy.model import Constraint, Decision, Reason, Request
from mumian.rooms.contracts.model import Agreement, Offer, OfferId, State
from mumian.rooms.contracts.standing import decide_resource, policies_of

__all__ = [
    "agreement",
    "agreement_of_order",
    "agreements_of_party",
    "agreements_on_product",
    "decide_resource",
    "decide_use",
    "ends_at",
    "is_in_force",
    "odrl",
    "offer",
    "policies_of",
    "uses",
]


def decide_use(
    state: State,
    agreement: AgreementId,
    *,
    action: str,
    actor: PartyId,
    now: Instant,
    purpose: str | None = None,
    territory: str | None = None,
    target: ProductId | None = None,
    recipient: PartyId | None = None,
    uses: int = 1,
    paid_fen: int | None = None,
) -> Decision:
    """Decide whether `actor` may do `action` under `agreement` now: ODRL, default deny, nothing without an agreement in force.

    target: the product asked for; None is the agreement's. recipient: who gets the result; None is the actor.
    uses: how many uses are asked for at once. paid_fen: fen paid for them, if known.
    """
    found = state.agreements.get(agreement)
    if found is None or found.ended_at is not None:  # as `is_in_force`, without reading twice
        return Decision(False, (), Reason.NOT_IN_FORCE, agreement)
    request = Request(
        action=action,
        target=target or found.target,
        assigner=found.assigner,
        assignee=actor,
        purpose=purpose,
        territory=territory,
        recipient=recipient or actor,
        product=target or found.target,
        now=now,
        count_so_far=state.uses.get(agreement) or 0,
        uses=uses,
        paid_fen=paid_fen,
        elapsed_ms=now - found.signed_at,
        fulfilled=frozenset(found.fulfilled),
    )
    return evaluate(found.policy, request)


def offer(state: State, offer: OfferId) -> Offer | None:
    """Return an offer."""
    return state.offers.get(offer)


def agreement(state: State, agreement: AgreementId) -> Agreement | None:
    """Return an agreement, in force or ended."""
    return state.agreements.get(agreement)


def is_in_force(state: State, agreement: AgreementId) -> bool:
    """Tell whether there is such an agreement and it was not terminated; its own terms may still deny a use."""
    found = state.agreements.get(agreement)
    return found is not None and found.ended_at is None


def ends_at(state: State, agreement: AgreementId) -> Instant | None:
    """Return the first instant at which a permission of an agreement ends by its own words, None where none does."""
    found = state.agreements.get(agreement)
    ends = [
        part.right_operand
        for rule in (found.policy.permission if found else ())
        for part in rule.constraints
        if isinstance(part, Constraint) and part.left_operand == "dateTime" and part.operator in ("lt", "lteq")
    ]
    return min((end for end in ends if isinstance(end, int)), default=None)


def uses(state: State, agreement: AgreementId) -> int:
    """Return the uses counted so far."""
    return state.uses.get(agreement) or 0


def odrl(state: State, agreement: AgreementId) -> dict[str, Any] | None:
    """Return an agreement as ODRL JSON-LD, or None if there is none."""
    found = state.agreements.get(agreement)
    return None if found is None else to_jsonld(found.policy)


def agreement_of_order(state: State, order: OrderId) -> AgreementId | None:
    """Return the agreement that serves `order`."""
    return state.by_order.get(order)


def agreements_of_party(state: State, party: PartyId) -> Iterator[tuple[AgreementId, str]]:
    """Yield every agreement of `party` with what it is there: "assigner" or "assignee"."""
    for key, side in state.by_party.under(f"{party}/"):
        yield AgreementId(key.removeprefix(f"{party}/")), side


def agreements_on_product(state: State, product: ProductId) -> Iterator[AgreementId]:
    """Yield every agreement on `product`, in force or ended."""
    for key, _ in state.by_product.under(f"{product}/"):
        yield AgreementId(key.removeprefix(f"{product}/"))
