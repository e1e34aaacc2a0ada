"""What can be seen of revenue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.kernel.ids import PartyId, ProductId
from mumian.rooms.revenue.model import Contribution, Distribution, Feedback, Rule, ShareKind, State


def rule_of(state: State, product: ProductId) -> Rule | None:
    return state.rules.get(product)


def in_force(state: State, product: ProductId) -> bool:
    """Tell whether everybody who shares in the product's revenue has agreed how."""
    rule = state.rules.get(product)
    return rule is not None and not rule.waiting


def contribution(state: State, product: ProductId, basis: str) -> Contribution | None:
    return state.contributions.get(f"{product}/{basis}")


def distribution(state: State, product: ProductId, sale: str) -> Distribution | None:
    return state.distributions.get(f"{product}/{sale}")


def distributions_of(state: State, product: ProductId) -> Iterator[tuple[str, Distribution]]:
    """Yield (sale, distribution) of every sale of a product."""
    for key, found in state.distributions.under(f"{product}/"):
        yield key.partition("/")[2], found


def paid(state: State, product: ProductId) -> Counter[tuple[PartyId, ShareKind]]:
    """Return what each payee got of a product in all, in fen, by what for."""
    totals = Counter[tuple[PartyId, ShareKind]]()
    for _, found in distributions_of(state, product):
        for share in found.shares:
            totals[share.payee, share.kind] += share.amount_fen
    return totals


def feedback_of(state: State, body: PartyId) -> Iterator[tuple[ProductId, Feedback]]:
    """Yield what came of a public body's data, product by product."""
    for key, found in state.feedback.under(f"{body}/"):
        yield ProductId(key.partition("/")[2]), found
