"""What settlement must know of other rooms: the books as a whole, who shares in a product, what a sale paid and to whom."""

from __future__ import annotations

from collections import Counter

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId
from mumian.market.gathering.base import Base, Gather
from mumian.market.rooms import States
from mumian.rooms.ledger import views as ledger
from mumian.rooms.ledger.model import Purpose
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import Standing
from mumian.rooms.settlement import model as settlement
from mumian.rooms.settlement import views
from mumian.rooms.settlement.records import Total


def _is_stopped(s: States, party: PartyId) -> bool:
    return parties.standing(s.parties, party) is not Standing.ACTIVE


def _close(s: States, _c: settlement.CloseDay, base: Base) -> Facts:
    """Read every account: once a day, by the exchange alone."""
    posted, pending = Counter[Purpose](), Counter[Purpose]()
    for _, account in s.ledger.accounts.under():
        posted[account.purpose] += account.balance_fen
        pending[account.purpose] += account.credits_pending - account.debits_pending
    totals = tuple(Total(purpose.value, posted[purpose], pending[purpose]) for purpose in Purpose if purpose in posted)
    waiting = dict.fromkeys(s.settlement.payouts[key].party for _, key in s.settlement.waiting.under())
    stopped = tuple(party for party in waiting if _is_stopped(s, party))
    return settlement.BooksFacts(**base, totals=totals, stopped=stopped)


def _freeze(s: States, c: settlement.FreezeShare, base: Base) -> Facts:
    rule = s.revenue.rules.get(c.product)
    named: set[str] = set()
    if rule is not None:
        terms = rule.terms
        named = {terms.seller, *terms.owners}
        named |= {line.payee for lines in (terms.fees, terms.costs) for line in lines}
    is_known = parties.party(s.parties, c.claimant) is not None
    return settlement.ClaimFacts(**base, shares=c.payee in named, is_known=is_known)


def _claw_back(s: States, c: settlement.ClawBack, base: Base) -> Facts:
    found = s.revenue.distributions.get(f"{c.product}/{c.sale}")
    if found is None:
        return settlement.ShareFacts(**base)
    got = (each for each in found.shares if views.holder(s.settlement, c.product, c.sale, each.payee) == c.payee)
    return settlement.ShareFacts(
        **base,
        paid_fen=sum(share.amount_fen for share in got),
        buyer=_buyer(s, c.sale),
        cash_fen=ledger.cash_fen(s.ledger, c.payee),
    )


def _buyer(s: States, sale: str) -> PartyId:
    """Return who bought: a sale is an order, or the nth bill of one, `bill-17.2` of `order-17`."""
    noun, _, number = sale.partition("-")
    buyer: PartyId = s.exchange.orders[sale if noun == "order" else f"order-{number.rpartition('.')[0]}"].buyer
    return buyer


GATHER: dict[type, Gather] = {
    settlement.CloseDay: _close,
    settlement.FreezeShare: _freeze,
    settlement.ClawBack: _claw_back,
}
