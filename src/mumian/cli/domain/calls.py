"""`mumian domain check`: verification calls, answered one by one, metered, recorded in batches."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from mumian.cli.domain.serving import addresses
from mumian.cli.domain.ways import JobArgument, UrlOption, Ways, fetch_ticket, ways
from mumian.cli.opened import HomeOption, fail, opened
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.domain.faults import BadReply
from mumian.domain.keys import verify
from mumian.domain.messages import BatchesShown, CallsAnswered, CloseBatch, VerifyCalls
from mumian.domain.metering import Call
from mumian.domain.reconcile import OwnMeter
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom import views as cleanroom
from mumian.rooms.cleanroom.model import RecordUsage
from mumian.rooms.cleanroom.plan import SignedBatch, SignedTicket, Ticket, VerificationPlan, batch_bytes

CALLS_A_MESSAGE = 2_000


class Kept(NamedTuple):
    """Where a consumer keeps what it asked and heard; None: nowhere."""

    meter: OwnMeter | None
    vouchers: Path | None


def register(app: typer.Typer) -> None:
    app.command("check", help=say("make verification calls of a job", "发起任务的核验调用"))(check)


def check(
    job: JobArgument,
    home: HomeOption,
    key: Annotated[
        list[str] | None,
        typer.Option(help=say("one call: v1,v2 in the order of the plan's columns", "一次核验：按计划列序给出 v1,v2")),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "calls, one a line, under a header with the plan's columns", "核验文件：首行为计划的列名，每行一次"
            )
        ),
    ] = None,
    domain: Annotated[
        str, typer.Option(help=say("whose data to ask (default: the only source)", "向哪一主体核验（默认唯一来源）"))
    ] = "",
    url: UrlOption = None,
    keep: Annotated[
        Path | None,
        typer.Option(help=say("add the calls to a meter of one's own", "将核验记入需方自有计量文件")),
    ] = None,
    vouchers: Annotated[
        Path | None,
        typer.Option(help=say("add what both sides signed of the calls", "将双方签名的请求与应答记入文件")),
    ] = None,
    record: Annotated[
        bool,
        typer.Option("--record", help=say("close the batch and record it in the market", "封存批次并在市场登记用量")),
    ] = False,
) -> None:
    signed = fetch_ticket(home, job)
    plan = _verification(signed.ticket)
    calls = [*_written(key or [], plan), *(_in_file(file, plan) if file else ())]
    if not calls and not record:
        fail(say("give calls by --key v1,v2 or --file calls.csv", "请用 --key v1,v2 或 --file calls.csv 给出核验"))
    asked = asked_of(signed.ticket, domain)
    with ways(home, signed.ticket, wanted={asked}, addressed=addresses(url)) as reached:
        _answer(reached, asked, signed, calls, Kept(None if keep is None else OwnMeter(keep), vouchers))
        if record:
            _record(home, signed.ticket, asked, closed_in(reached, asked, signed.ticket))


def _verification(ticket: Ticket) -> VerificationPlan:
    if not isinstance(ticket.plan, VerificationPlan):
        fail(
            say(
                f"`{ticket.job}` is an aggregate; run it with `mumian domain run {ticket.job}`",
                f"`{ticket.job}` 是汇总任务；请用 `mumian domain run {ticket.job}` 执行",
            )
        )
    return ticket.plan


def asked_of(ticket: Ticket, domain: str) -> PartyId:
    """Return whose domain is asked: the named one, or the ticket's only one."""
    sources = list(dict.fromkeys(source.domain for source in ticket.sources))
    named = domain or (sources[0] if len(sources) == 1 else "")
    if named not in sources:
        names = ", ".join(sources)
        fail(say(f"say whose data to ask: --domain, one of {names}", f"请用 --domain 指明向谁核验：{names}"))
    return PartyId(named)


def _written(keys: list[str], plan: VerificationPlan) -> Iterator[Call]:
    for text in keys:
        values = tuple(next(csv.reader([text]), []))
        if len(values) != len(plan.key_columns):
            columns = ",".join(plan.key_columns)
            fail(
                say(
                    f"`--key {text}` gives {len(values)} values; a call gives {len(plan.key_columns)}: {columns}",
                    f"`--key {text}` 给出 {len(values)} 个值；每次核验应给出 {len(plan.key_columns)} 个：{columns}",
                )
            )
        yield values


def _in_file(file: Path, plan: VerificationPlan) -> Iterator[Call]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.DictReader(text)
            absent = [column for column in plan.key_columns if column not in (rows.fieldnames or ())]
            if absent:
                fail(say(f"`{file}` has no column `{', '.join(absent)}`", f"`{file}` 缺少列 `{', '.join(absent)}`"))
            for row in rows:
                yield tuple(row[column] or "" for column in plan.key_columns)
    except (UnicodeDecodeError, csv.Error) as error:
        fail(say(f"`{file}` is no CSV in UTF-8: {error}", f"`{file}` 不是 UTF-8 编码的 CSV：{error}"))


def _answer(reached: Ways, asked: PartyId, signed: SignedTicket, calls: list[Call], kept: Kept) -> None:
    """Make the calls, keep them, and print each with its verdict, as CSV."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    for start in range(0, len(calls), CALLS_A_MESSAGE):
        part = tuple(calls[start : start + CALLS_A_MESSAGE])
        answered, voucher = reached.ask_kept(asked, VerifyCalls(signed, part))
        if not isinstance(answered, CallsAnswered) or len(answered.answers) != len(part):
            raise BadReply(f"`{asked}` did not answer {len(part)} calls of `{signed.ticket.job}`")
        if kept.meter is not None:
            kept.meter.record(asked, signed.ticket.job, answered.first, part, answered.answers)
        if kept.vouchers is not None:
            with kept.vouchers.open("ab") as file:
                file.write(canonical(voucher) + b"\n")
        out.writerows([*call, verdict.value] for call, verdict in zip(part, answered.answers, strict=True))


def closed_in(reached: Ways, asked: PartyId, ticket: Ticket) -> tuple[SignedBatch, ...]:
    """Return all batches of the job, each signed by the domain. Raises: BadReply, BadSignature."""
    shown = reached.ask(asked, CloseBatch(ticket.job))
    if not isinstance(shown, BatchesShown):
        raise BadReply(f"`{asked}` showed no batches of `{ticket.job}`")
    for signed in shown.batches:
        verify(reached.keys[asked], signed.signature, batch_bytes(signed.batch))
    return shown.batches


def _record(home: Path, ticket: Ticket, asked: PartyId, batches: tuple[SignedBatch, ...]) -> None:
    """Record, as the domain's party, the batches that the market does not have yet."""
    with opened(home) as (place, market):
        known = market.ask(
            lambda states: {
                (batch.by, batch.batch_root)
                for batch in cleanroom.batches(states.cleanroom, ticket.agreement, ticket.product)
            }
        )
        for signed in batches:
            batch = signed.batch
            if (asked, batch.root) in known:
                continue
            first = market.ask(lambda states: cleanroom.usage(states.cleanroom, ticket.agreement, ticket.product).calls)
            usage = RecordUsage(ticket.agreement, ticket.product, batch.root, first, batch.count)
            said(place, market, asked, usage)
            typer.echo(
                say(f"{batch.count} calls recorded: {batch.root}", f"已登记 {batch.count} 次核验：{batch.root}"),
                err=True,
            )
