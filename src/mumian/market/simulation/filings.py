"""What parties file of deals made elsewhere, bodies of purchases, and the exchange publishes of prices."""

from __future__ import annotations

from mumian.kernel.ids import OPERATOR, PartyId
from mumian.kernel.roles import DataKind, Role
from mumian.kernel.time import DAY_MS, month_of, months_from
from mumian.market.simulation.scene import Habit, Said, Scene
from mumian.rooms.filings import model as filings
from mumian.rooms.filings.records import FilingId, FilingState, PurchaseMethod

MADE: dict[type, tuple[str, str]] = {
    filings.DealFiled: ("filing", "filing"),
    filings.PurchaseRegistered: ("purchase", "purchase"),
}
BUYERS = (Role.BUYER, Role.DATA_MERCHANT)


def file(s: Scene) -> Said:
    seller, buyer = PartyId(s.who(Role.DATA_MERCHANT)), PartyId(s.who(s.one(BUYERS)))
    product = s.pick("product") if s.chance(700) else ""
    kind = DataKind.PUBLIC if s.chance(60) else DataKind.ENTERPRISE
    at = s.now + 1 if s.chance(20) else s.now - s.rng.randrange(40 * DAY_MS)
    units, amount_fen = 1 + s.rng.randrange(9), 1 + s.rng.randrange(10**6)
    command = filings.FileOffExchange(seller, buyer, "dataset", product, kind, units, amount_fen, s.digest(), at)
    return Said(s.one((seller, buyer)), command)


def answer(s: Scene) -> Said | None:
    key = FilingId(s.pick("filing"))
    record = s.states.filings.filings.get(key)
    if record is None or (record.state is not FilingState.PROPOSED and s.chance(900)):
        return None
    who = record.buyer if record.filer == record.seller else record.seller
    return Said(who, filings.WithdrawFiling(key) if s.chance(150) else filings.ConfirmFiling(key))


def buy(s: Scene) -> Said:
    supplier, product = PartyId(s.who(Role.DATA_MERCHANT)), s.pick("product") if s.chance(800) else ""
    method, amount_fen = s.one(tuple(PurchaseMethod)), 1 + s.rng.randrange(10**6)
    command = filings.RegisterPurchase(
        supplier, product, "dataset", "2026-DATA-01", method, amount_fen, s.digest(), s.now
    )
    return Said(s.who(Role.PUBLIC_BODY), command)


def publish(s: Scene) -> Said:
    month = month_of(s.now) if s.chance(100) else months_from(month_of(s.now), -1)
    return Said(OPERATOR, filings.PublishIndex(month))


HABITS: tuple[tuple[int, Habit], ...] = ((6, file), (8, answer), (2, buy), (1, publish))
"""Weight and what is said."""
