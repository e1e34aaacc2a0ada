"""`mumian seal-bid`: a commitment to a bid that nobody sees before its time, and the salt that opens it."""

from __future__ import annotations

import json
import secrets
from typing import Annotated

import msgspec
import typer

from mumian.cli.words import say
from mumian.kernel.ids import PartyId
from mumian.rooms.auctions.model import CommitBid, RevealBid
from mumian.rooms.auctions.records import AuctionId, Sealed, commitment_of


def register(app: typer.Typer) -> None:
    app.command(
        "seal-bid",
        help=say("seal a bid: prints the command to commit and the one to reveal", "密封出价：输出承诺与揭示命令"),
    )(seal_bid)


def seal_bid(
    auction: Annotated[str, typer.Argument(help=say("as auction-17", "如 auction-17"))],
    bidder: Annotated[
        str, typer.Argument(help=say("who bids: the commitment holds for nobody else", "出价人：承诺仅对其有效"))
    ],
    amount_fen: Annotated[int, typer.Argument(min=1, help=say("in fen, for one unit", "每单位金额（分）"))],
) -> None:
    """Keep what is printed under `reveal` to yourself until committing is over: without it the deposit is forfeited."""
    sealed = Sealed(AuctionId(auction), PartyId(bidder), amount_fen, secrets.token_hex(32))
    said = {
        "commit": CommitBid(sealed.auction, commitment_of(sealed)),
        "reveal": RevealBid(sealed.auction, amount_fen, sealed.salt),
    }
    typer.echo(json.dumps(msgspec.to_builtins(said), ensure_ascii=False, indent=2))
