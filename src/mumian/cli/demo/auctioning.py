"""Act 9, the auction: a licence of the joint development goes to the higher of two sealed bids, at the lower."""

from __future__ import annotations

import secrets

from mumian.cli.demo.cast import Cast, pay_in
from mumian.cli.demo.stage import Stage, evidence
from mumian.cli.demo.supply import PURPOSE
from mumian.kernel.ids import ListingId, OrderId, PartyId, ProductId
from mumian.kernel.money import yuan
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS
from mumian.policy.contract import Clauses, ContractModel
from mumian.rooms.auctions import model as auctions
from mumian.rooms.auctions.records import AuctionId, Kind, Sealed, Terms, commitment_of
from mumian.rooms.exchange import model as exchange
from mumian.rooms.exchange import product as goods

RESERVE_FEN, DEPOSIT_FEN = 800_000, 50_000
HIGH_FEN, LOW_FEN = 1_500_000, 1_200_000


def auction(stage: Stage, cast: Cast, product: ProductId, listing: ListingId) -> tuple[AuctionId, OrderId]:
    """Sell one licence by sealed bids, deliver it and have it accepted."""
    rival = stage.admit("白云保险公司", Role.BUYER)
    pay_in(stage, rival, 2 * LOW_FEN)
    price = goods.Price(goods.PriceMode.AUCTION, 0, goods.Unit.PRODUCT)
    stage.say(cast.merchant, exchange.ListProduct(product, price))
    key = AuctionId(stage.made(cast.merchant, auctions.OpenAuction(listing, _terms(stage)), "auction"))
    bids = {
        party: Sealed(key, PartyId(party), fen, secrets.token_hex(32))
        for party, fen in ((rival, LOW_FEN), (cast.insurer, HIGH_FEN))
    }
    for party, sealed in bids.items():
        stage.say(party, auctions.CommitBid(key, commitment_of(sealed)))
    stage.show_refusal(
        cast.merchant,
        auctions.WithdrawAuction(key),
        "auctions.BIDS_STAND",
        "a seller who would rather withdraw once bids are in",
        "已有出价后供方要求撤回竞价",
    )
    terms = stage.market.ask(lambda s: s.auctions.auctions[key].terms)
    stage.wait_until(terms.bids_until)
    for party, sealed in bids.items():
        stage.say(party, auctions.RevealBid(key, sealed.amount_fen, sealed.salt))
    stage.wait_until(terms.reveal_until)
    stage.tell(
        f"two sealed bids, opened after the last: the higher of {yuan(HIGH_FEN)} wins and pays the lower, {yuan(LOW_FEN)}",
        f"两份密封出价，截止后揭示：{yuan(HIGH_FEN)} 元者胜出，按次高价 {yuan(LOW_FEN)} 元成交",
    )
    order = stage.market.ask(
        lambda s: next(OrderId(name) for name, each in s.exchange.orders.under() if each.because == key)
    )
    stage.say(cast.merchant, exchange.RecordDelivery(order, evidence("licence of the model")))
    stage.say(cast.insurer, exchange.AcceptDelivery(order))
    return key, order


def _terms(stage: Stage) -> Terms:
    until = stage.now + DAY_MS
    clauses = Clauses(ContractModel.PROVISION, (PURPOSE,), "CN", stage.now + 300 * DAY_MS)
    held = (RESERVE_FEN, DEPOSIT_FEN, until, 20)
    return Terms(Kind.SECOND_PRICE, 1, *held, clauses, evidence("licence"), reveal_until=until + DAY_MS)
