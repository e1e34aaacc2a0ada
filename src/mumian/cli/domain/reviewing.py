"""What leaves a domain is recorded first, and looked at before where a holder asks for it: `mumian domain review`, `release`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mumian.cli.domain.place import NameArgument, answering, place_of
from mumian.cli.domain.ways import JobArgument
from mumian.cli.opened import REFUSED, HomeOption, fail, opened
from mumian.cli.signers import key_of
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.domain.faults import BadReply
from mumian.kernel.canonical import canonical
from mumian.kernel.ids import JobId, PartyId
from mumian.rooms.cleanroom.model import DecideReview, RecordRelease, SubmitForReview
from mumian.rooms.cleanroom.plan import Release
from mumian.rooms.cleanroom.records import Job, Review, ReviewDecision, ReviewStatus

WAITING = (ReviewStatus.OPEN, ReviewStatus.ESCALATED)


def register(app: typer.Typer) -> None:
    app.command("review", help=say("look at an answer that waits, and decide on it", "查看待审核的结果并作出决定"))(
        review
    )
    app.command("release", help=say("record and hand out an answer that was reviewed", "登记并交付已审核的结果"))(
        release
    )


def review(
    name: NameArgument,
    job: JobArgument,
    home: HomeOption,
    agree: Annotated[bool, typer.Option("--agree", help=say("let it leave", "同意出域"))] = False,
    withhold: Annotated[bool, typer.Option("--withhold", help=say("keep it inside", "不同意出域"))] = False,
    reason: Annotated[str, typer.Option(help=say("code or reference of why", "理由代码或文号"))] = "reviewed",
) -> None:
    place = place_of(home, name)
    if agree and withhold:
        fail(say("choose one of --agree and --withhold", "--agree 与 --withhold 只能选择其一"))
    if not agree and not withhold:
        with answering(place.folder) as domain:
            record = domain.jobs.record(JobId(job))
        if record is None:
            fail(say(f"the answer of `{job}` is not in this domain", f"本数据域没有任务 `{job}` 的结果"))
        typer.echo(json.dumps(msgspec.to_builtins(record.answer), ensure_ascii=False, indent=2))
        return
    decision = ReviewDecision.RELEASE if agree else ReviewDecision.WITHHOLD
    with opened(home) as (where, market):
        said(where, market, place.party, DecideReview(JobId(job), decision, reason))


def release(name: NameArgument, job: JobArgument, home: HomeOption) -> None:
    place = place_of(home, name)
    with answering(place.folder) as domain:
        record = domain.jobs.record(JobId(job))
        if record is None:
            fail(say(f"the answer of `{job}` is not in this domain", f"本数据域没有任务 `{job}` 的结果"))
        released = record.release.release
        if record_release(home, place.party, JobId(job), released):
            domain.jobs.let_out(JobId(job), released.digest)


def record_release(home: Path, root: PartyId, job: JobId, release: Release) -> bool:
    """Record a release as the root domain, before the answer is handed out; once. Returns whether it is recorded.

    Where somebody looks at answers first it is submitted instead, and the run ends until they have agreed.
    """
    with opened(home) as (place, market):
        recorded = market.ask(lambda states: states.cleanroom.releases.get(job))
        if recorded is not None:
            if recorded.digest != release.digest:
                raise BadReply(f"`{root}` released `{release.digest}`, the market has recorded `{recorded.digest}`")
            return True
        found: Job = market.ask(lambda states: states.cleanroom.jobs.get(job))
        looked: Review | None = market.ask(lambda states: states.cleanroom.reviews.get(job))
        output = (job, release.digest, release.rows, release.size_bytes)
        is_waiting = bool(found.reviewers) and (looked is None or looked.status in WAITING)
        command = SubmitForReview(*output) if is_waiting and looked is None else RecordRelease(*output)
        if key_of(home, root) is None:
            _hand_over(root, command)
            return False
        if not is_waiting or looked is None:
            said(place, market, root, command)
        if not is_waiting:
            return True
    names = ", ".join(looked.waiting if looked else found.reviewers)
    typer.echo(
        say(f"the answer of `{job}` waits for `{names}` to look at it", f"任务 `{job}` 的结果待 `{names}` 审核"),
        err=True,
    )
    raise typer.Exit(REFUSED)


def _hand_over(root: PartyId, command: SubmitForReview | RecordRelease) -> None:
    text = canonical(command).decode()
    typer.echo(
        say(
            f"`{root}` has to record the release; its key is not here: {text}",
            f"结果须由 `{root}` 登记，其密钥不在本机：{text}",
        ),
        err=True,
    )
