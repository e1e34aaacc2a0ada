"""`mumian domain compare` and `evidence`: a consumer's meter held against a domain's batches, and what the domain shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from mumian.cli.domain.calls import asked_of, closed_in
from mumian.cli.domain.engine import EngineChoice
from mumian.cli.domain.place import NameArgument, answering, place_of
from mumian.cli.domain.serving import addresses
from mumian.cli.domain.ways import JobArgument, UrlOption, Ways, fetch_ticket, ways
from mumian.cli.opened import REFUSED, HomeOption, fail
from mumian.cli.words import say
from mumian.domain.contests import Claim, Shown
from mumian.domain.faults import BadReply
from mumian.domain.messages import AcknowledgeBatch, RecordsShown, ShowRecords
from mumian.domain.metering import CallRecord
from mumian.domain.reconcile import Compared, OwnMeter, compared
from mumian.domain.store import write
from mumian.journal.tree import EMPTY_ROOT
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.plan import SignedBatch

Items = TypeVar("Items")

DIFFERENCES_SHOWN = 50


def register(app: typer.Typer) -> None:
    app.command(
        "compare", help=say("hold a meter of one's own against a domain's batches", "以自有计量核对数据域的批次")
    )(compare)
    app.command(
        "evidence", help=say("show what a domain has on calls that are denied", "就被否认的调用出示数据域的证据")
    )(evidence)


def compare(
    job: JobArgument,
    meter: Annotated[Path, typer.Argument(help=say("kept by `domain check --keep`", "由 `domain check --keep` 保存"))],
    home: HomeOption,
    domain: Annotated[
        str, typer.Option(help=say("whose batches (default: the only source)", "核对哪一主体的批次（默认唯一来源）"))
    ] = "",
    url: UrlOption = None,
    claim: Annotated[
        Path | None, typer.Option(help=say("write the calls that are denied", "将被否认的调用写入文件"))
    ] = None,
    acknowledge: Annotated[
        bool,
        typer.Option(
            "--acknowledge", help=say("sign to the domain which batches agree", "以签名向数据域确认一致的批次")
        ),
    ] = False,
) -> None:
    """Every closed batch by its root, and where roots differ every call; the roots are what `billing.ContestInvoice` takes."""
    signed = fetch_ticket(home, job)
    asked = asked_of(signed.ticket, domain)
    own = OwnMeter(meter).calls(asked, signed.ticket.job)
    claims: list[Claim] = []
    with ways(home, signed.ticket, wanted={asked}, addressed=addresses(url)) as reached:
        for batch in closed_in(reached, asked, signed.ticket):
            found = compared(batch, _records(reached, asked, batch), own, domain_key=reached.keys[asked])
            _tell(found)
            if found.differences:
                claims.append(_claim(found))
            elif acknowledge:
                told = batch.batch
                reached.ask(asked, AcknowledgeBatch(told.job, told.nth, told.root))
    if claim is not None:
        write(claim, claims)
    if claims:
        raise typer.Exit(REFUSED)


def _claim(found: Compared) -> Claim:
    root = found.own_root or EMPTY_ROOT.hex()
    return Claim(found.batch, root, tuple(each.call for each in found.differences))


def _records(reached: Ways, asked: PartyId, batch: SignedBatch) -> Iterator[CallRecord]:
    """Yield all records of a batch, message by message. Raises: BadReply."""
    call, end = batch.batch.first, batch.batch.first + batch.batch.count
    while call < end:
        shown = reached.ask(asked, ShowRecords(batch.batch.job, call))
        if not isinstance(shown, RecordsShown) or not shown.records:
            raise BadReply(f"`{asked}` showed no records of call {call} of `{batch.batch.job}`")
        yield from shown.records
        call += len(shown.records)


def _tell(found: Compared) -> None:
    told = found.batch.batch
    if not found.differences:
        typer.echo(say(f"batch {told.nth}: {told.count:,} calls agree", f"批次 {told.nth}：{told.count:,} 次一致"))
        return
    typer.secho(
        say(
            f"batch {told.nth}: {len(found.differences)} of {told.count:,} calls differ; signed root {told.root}, by one's own meter {found.own_root or '-'}",
            f"批次 {told.nth}：{told.count:,} 次中 {len(found.differences)} 次不一致；签名根 {told.root}，自有计量根 {found.own_root or '-'}",
        ),
        fg="red",
    )
    for each in found.differences[:DIFFERENCES_SHOWN]:
        typer.echo(f"  {each.call} {each.kind.value}")


def evidence(
    name: NameArgument,
    claim: Annotated[Path, typer.Argument(help=say("the consumer's claim", "需方的否认文件"))],
    out: Annotated[Path, typer.Option(help=say("write it there", "写入的文件"))],
    home: HomeOption,
) -> None:
    """Proofs of the denied calls and the acknowledgement of their batch: digests, nothing of what was asked."""
    claims = claims_in(claim)
    with answering(place_of(home, name).folder, EngineChoice()) as domain:
        own = (each for each in claims if each.batch.batch.domain == domain.name)
        found = [shown for each in own if (shown := domain.calls.shown(each)) is not None]
    write(out, found)
    proofs = sum(len(shown.proofs) for shown in found)
    acknowledged = sum(bool(shown.acknowledged) for shown in found)
    typer.echo(
        say(
            f"{len(found)} batches, {acknowledged} acknowledged, {proofs} calls proved",
            f"{len(found)} 个批次，其中 {acknowledged} 个已确认，{proofs} 次调用有证明",
        )
    )


def claims_in(file: Path) -> list[Claim]:
    """Return the claims of a file; leave with a sentence if it holds none."""
    return _read(file, list[Claim])


def shown_in(file: Path) -> list[Shown]:
    """Return what a domain shows in a file; leave with a sentence if it shows nothing."""
    return _read(file, list[Shown])


def _read(file: Path, kind: type[Items]) -> Items:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except msgspec.DecodeError as error:
        fail(say(f"`{file}` cannot be read: {error}", f"`{file}` 无法读取：{error}"))
