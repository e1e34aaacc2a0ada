"""`mumian invoice batches`, `items`, `check-items`: recorded batches held against what their domains signed, call by call."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.progress import track

from mumian.cli.domain.serving import addresses
from mumian.cli.domain.ways import UrlOption
from mumian.cli.opened import REFUSED, HomeOption, clock_in, fail, read_market
from mumian.cli.signers import domain_folders
from mumian.cli.words import say
from mumian.domain.batches import Recorded, faults_of
from mumian.domain.faults import BadCall
from mumian.domain.http import HttpPort
from mumian.domain.itemised import HEAD, LINES_A_PIECE, Items, checked, rates_of
from mumian.domain.messages import BatchesShown, Caller, CloseBatch
from mumian.domain.metering import closed_batches, record_pieces
from mumian.kernel.ids import AgreementId, JobId, PartyId
from mumian.kernel.money import yuan
from mumian.market.rooms import States
from mumian.market.tickets import key_hex
from mumian.methods.tariff import Tier
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.plan import SignedBatch
from mumian.rooms.cleanroom.records import JobKind

AgreementArgument = Annotated[str, typer.Argument(help=say("under which calls were made", "合约编号"))]


class Metered(NamedTuple):
    """What the market has of an agreement's calls. jobs: of verification → domains that each asks; keys: of these, hex.

    rates: of a call by its place.
    """

    batches: list[Recorded]
    jobs: dict[JobId, list[PartyId]]
    keys: dict[PartyId, str]
    rates: list[Tier]


def register(app: typer.Typer) -> None:
    app.command(
        "batches",
        help=say("hold recorded batches against what their domains signed", "核对登记的批次与数据域签名的批次"),
    )(batches)
    app.command(
        "items", help=say("write a domain's calls one by one, with what each costs", "逐次写出数据域的调用及其费用")
    )(items)
    app.command(
        "check-items", help=say("hold calls one by one against the recorded roots", "逐次核对调用与登记的批次根")
    )(check_items)


def batches(
    agreement: AgreementArgument,
    home: HomeOption,
    url: UrlOption = None,
) -> None:
    """Each is signed by its domain's key, is of a job of the agreement, and no call of a job is charged twice."""
    with read_market(home) as (states, _):
        metered = _metered(states, agreement)
    signed = list(_signed(home, metered, addresses(url)))
    faults = list(faults_of(metered.batches, signed, keys=metered.keys, jobs=metered.jobs))
    for fault in faults:
        typer.secho(fault, fg="red")
    if faults:
        raise typer.Exit(REFUSED)
    calls = sum(batch.calls for batch in metered.batches)
    typer.echo(
        say(
            f"{calls:,} calls in {len(metered.batches)} batches, each signed by its domain, none charged twice",
            f"{len(metered.batches)} 个批次共 {calls:,} 次调用，均由数据域签名，无重复计费",
        )
    )


def items(
    agreement: AgreementArgument,
    domain: Annotated[
        str, typer.Option(help=say("whose calls, as party-7; its domain lies here", "主体编号，数据域在本机"))
    ],
    out: Annotated[Path, typer.Option(help=say("write the CSV there", "写入的 CSV 文件"))],
    home: HomeOption,
) -> None:
    """Number, time, answer, hash of the record, charge: nothing that tells what was asked."""
    metered, mine = _of_domain(home, agreement, domain)
    folder = dict(domain_folders(home)).get(PartyId(domain))
    if folder is None:
        fail(
            say(f"no domain of `{domain}` in `{home}`; run this where it lies", f"`{home}` 中没有 `{domain}` 的数据域")
        )
    places = [folder / "meter" / job for job in metered.jobs]
    signed = {each.batch.root: (place, each.batch.nth) for place in places for each in closed_batches(place)}
    charge_fen = 0
    with out.open("wb") as file:
        file.write(HEAD)
        for batch in track(mine, say("batches", "批次"), console=Console(stderr=True), transient=True):
            if batch.root not in signed:
                fail(say(f"the meter has no batch with root {batch.root}", f"计量中没有根为 {batch.root} 的批次"))
            made = Items(first_call=batch.first_call, tiers=metered.rates)
            for piece in record_pieces(*signed[batch.root], LINES_A_PIECE):
                file.write(made.lines(piece))
            whole = made.whole()
            if whole.root != batch.root:
                fail(
                    say(
                        f"the records from call {batch.first_call} on were altered",
                        f"自第 {batch.first_call} 次起的记录已被改动",
                    )
                )
            charge_fen += whole.charge_fen
    _tell_items(mine, charge_fen)


def check_items(
    file: Annotated[Path, typer.Argument(help=say("from `invoice items`", "由 `invoice items` 写出"))],
    agreement: Annotated[str, typer.Option(help=say("under which calls were made", "合约编号"))],
    domain: Annotated[str, typer.Option(help=say("whose calls, as party-7", "主体编号，如 party-7"))],
    home: HomeOption,
) -> None:
    """The records' hashes give the recorded roots, and each call costs what its place in the tariff says."""
    metered, mine = _of_domain(home, agreement, domain)
    charge_fen = 0
    with file.open("rb") as lines:
        if next(lines, b"") != HEAD:
            fail(say(f"`{file}` holds no items; write them with `mumian invoice items`", f"`{file}` 不是逐次明细"))
        try:
            for batch in track(mine, say("batches", "批次"), console=Console(stderr=True), transient=True):
                charge_fen += checked(lines, batch, metered.rates)
            rest = next(lines, b"")
        except BadCall as fault:
            typer.secho(str(fault), err=True, fg="red")
            raise typer.Exit(REFUSED) from fault
    if rest:
        typer.secho(say("there are more items than recorded calls", "明细多于登记的调用"), err=True, fg="red")
        raise typer.Exit(REFUSED)
    _tell_items(mine, charge_fen)


def _of_domain(home: Path, agreement: str, domain: str) -> tuple[Metered, list[Recorded]]:
    with read_market(home) as (states, _):
        metered = _metered(states, agreement)
    return metered, [batch for batch in metered.batches if batch.by == domain]


def _tell_items(mine: list[Recorded], charge_fen: int) -> None:
    calls, charge = sum(batch.calls for batch in mine), yuan(charge_fen)
    typer.echo(
        say(
            f"{calls:,} calls in {len(mine)} batches, {charge} yuan, each under its recorded root",
            f"{len(mine)} 个批次，{calls:,} 次调用，{charge} 元，均在登记的根之下",
        )
    )


def _metered(states: States, agreement: str) -> Metered:
    key = AgreementId(agreement)
    order = states.exchange.orders.get(states.exchange.by_agreement.get(key) or "")
    if order is None or not order.metered:
        fail(say(f"no metered order stands under `{agreement}`", f"合约 `{agreement}` 下没有按次计量的订单"))
    recorded = [
        Recorded(batch.by, batch.batch_root, batch.first_call, batch.calls)
        for batch in cleanroom.batches(states.cleanroom, key, order.product)
    ]
    jobs = {
        job: list(dict.fromkeys(source.domain for source in found.sources))
        for job, found in cleanroom.jobs_of_agreement(states.cleanroom, key)
        if found.kind is JobKind.VERIFICATION
    }
    rates = rates_of(order.tiers, unit_fen=order.unit_fen, ordered=order.quantity)
    return Metered(recorded, jobs, {batch.by: key_hex(states, batch.by) for batch in recorded}, rates)


def _signed(home: Path, metered: Metered, urls: dict[PartyId, str]) -> Iterator[SignedBatch]:
    """Yield what the domains signed: of this home from their folders, of others over HTTP."""
    folders, wanted = dict(domain_folders(home)), {batch.by for batch in metered.batches}
    asked = [(job, party) for job, parties in metered.jobs.items() for party in parties if party in wanted]
    anybody = Caller(Ed25519PrivateKey.generate(), clock=clock_in(home), entropy=os.urandom)
    label = say("reading batches", "读取批次")
    for job, party in track(asked, label, console=Console(stderr=True), transient=True):
        if party in urls:
            port = HttpPort(urls[party])
            shown = anybody.ask(port, CloseBatch(job), domain=party, domain_key=metered.keys[party])
            yield from shown.batches if isinstance(shown, BatchesShown) else ()
        elif party in folders:
            yield from closed_batches(folders[party] / "meter" / job)
        else:
            fail(
                say(
                    f"no domain of `{party}` in `{home}`; say where it listens: --url {party}=http://…",
                    f"`{home}` 中没有 `{party}` 的数据域；请用 --url {party}=http://… 指明其地址",
                )
            )
