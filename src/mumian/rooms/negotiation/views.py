"""What can be seen of negotiation."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId, ProductId
from mumian.policy.contract import Lang, Subject, text_of
from mumian.rooms.negotiation.model import State
from mumian.rooms.negotiation.records import DemandId, Negotiation, NegotiationId


def negotiation(state: State, key: NegotiationId) -> Negotiation | None:
    return state.negotiations.get(key)


def responses_to(state: State, demand: DemandId) -> Iterator[tuple[ProductId, PartyId]]:
    """Yield every product that a demand was answered with, and its seller."""
    for key, seller in state.responses.under(f"{demand}/"):
        yield ProductId(key.removeprefix(f"{demand}/")), seller


def related_deals(state: State) -> Iterator[tuple[NegotiationId, tuple[PartyId, ...]]]:
    """Yield every agreed deal between related parties, with how they are related: what a price index leaves out."""
    for key, flag in state.flagged.under():
        yield NegotiationId(key), flag.relation


def contract_text(state: State, key: NegotiationId, lang: Lang) -> str | None:
    """Return the contract that the terms on a table make, in words; None where there are none."""
    table = state.negotiations.get(key)
    if table is None or table.tabled is None:
        return None
    terms = table.tabled.terms
    subject = Subject(
        product=table.product,
        seller=table.seller,
        buyer=table.buyer,
        quantity=terms.quantity,
        unit_fen=terms.unit_fen,
        expires_at=terms.expires_at,
    )
    return text_of(terms.clauses, subject, lang)
