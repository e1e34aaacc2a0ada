"""`mumian invoice batches`: an agreement's recorded batches held against what their domains signed."""

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
from mumian.domain.http import HttpPort
from mumian.domain.messages import BatchesShown, Caller, CloseBatch
from mumian.domain.metering import closed_batches
from mumian.kernel.ids import AgreementId, JobId, PartyId
from mumian.market.rooms import States
from mumian.market.tickets import key_hex
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.plan import SignedBatch
from mumian.rooms.cleanroom.records import JobKind


class Metered(NamedTuple):
    """What the market has of an agreement's calls. jobs: of verification → domains that each asks; keys: of these, hex."""

    batches: list[Recorded]
    jobs: dict[JobId, list[PartyId]]
    keys: dict[PartyId, str]


def register(app: typer.Typer) -> None:
    app.command(
        "batches",
        help=say("hold recorded batches against what their domains signed", "核对登记的批次与数据域签名的批次"),
    )(batches)


def batches(
    agreement: Annotated[str, typer.Argument(help=say("under which calls were made", "合约编号"))],
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
    return Metered(recorded, jobs, {batch.by: key_hex(states, batch.by) for batch in recorded})


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
