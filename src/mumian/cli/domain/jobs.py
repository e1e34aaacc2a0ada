"""`mumian domain run`: an aggregate job, from the market's ticket to the consumer's answer."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import assert_never

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.domain.engine import EngineChoice, EngineKind, EngineOption, MasterOption, ShardsOption
from mumian.cli.domain.reviewing import record_release
from mumian.cli.domain.serving import addresses
from mumian.cli.domain.ways import JobArgument, UrlOption, Ways, ways
from mumian.cli.opened import HomeOption, JsonOption, fail, opened
from mumian.cli.words import say
from mumian.domain.faults import BadReply
from mumian.domain.gate import Answer
from mumian.domain.keys import verify
from mumian.domain.messages import AnswerGiven, CollectAnswer, JobReleased, RunJob
from mumian.kernel.canonical import canonical, digest
from mumian.kernel.ids import JobId, PartyId
from mumian.market.rooms import States
from mumian.market.tickets import ticket_of
from mumian.rooms.cleanroom.plan import (
    AggregatePlan,
    Count,
    Histogram,
    Measure,
    Release,
    SignedTicket,
    Sum,
    SumSquares,
    Units,
    release_bytes,
    ticket_digest,
)

ROWS_SHOWN = 50


def register(app: typer.Typer) -> None:
    app.command("run", help=say("run a job and collect its answer", "执行任务并领取结果"))(run)


def run(
    job: JobArgument,
    home: HomeOption,
    url: UrlOption = None,
    engine: EngineOption = EngineKind.LOCAL,
    master: MasterOption = "local",
    shards: ShardsOption = None,
    as_json: JsonOption = False,
) -> None:
    answer, file = fetch_answer(home, JobId(job), addresses(url), EngineChoice(engine, master, shards))
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(answer), ensure_ascii=False))
    else:
        _draw(answer)
    typer.echo(say(f"answer in {file}", f"结果已写入 {file}"), err=True)


def fetch_answer(
    home: Path,
    job: JobId,
    addressed: dict[PartyId, str],
    engine: EngineChoice = EngineChoice(),  # noqa: B008  # a tuple never changes
) -> tuple[Answer, Path]:
    """Have a job run, its release recorded, its answer collected; return the answer, and the file that it is kept in.

    addressed: domains that are reached over HTTP; others are opened in this process, and add up with `engine`.
    Raises: BadReply, BadSignature, Unreachable, NoTicket.
    """
    signed = _ticket_that_answers(home, job)
    asked = signed.ticket
    if not isinstance(asked.plan, AggregatePlan):
        fail(
            say(
                f"`{job}` is a verification; make its calls with `mumian domain check {job}`",
                f"`{job}` 是核验任务；请用 `mumian domain check {job}` 逐次核验",
            )
        )
    merging_here = asked.root not in addressed
    wanted = {source.domain for source in asked.sources} if merging_here else {asked.root}
    with ways(home, asked, wanted=wanted, addressed=addressed, engine=engine) as reached:
        release = _released(reached, signed)
        if record_release(home, asked.root, job, release) and asked.root in reached.here:
            reached.here[asked.root].jobs.let_out(asked.job, release.digest)
        given = reached.ask(asked.root, CollectAnswer(asked.job))
    if not isinstance(given, AnswerGiven) or digest(given.answer) != release.digest:
        raise BadReply(f"`{asked.root}` gave another answer than it released")
    file = Path(f"answer-{job}.json")
    file.write_bytes(canonical(given.answer))
    return given.answer, file


def _ticket_that_answers(home: Path, job: JobId) -> SignedTicket:
    """Return the ticket whose answer `job` gets: its own, or that of the first job with the same question.

    Raises: NoTicket.
    """
    with opened(home) as (place, market):
        first = market.ask(lambda states: _first_asked(states, job))
        return ticket_of(market, first, place.signer(), place.settings.origin)


def _first_asked(states: States, job: JobId) -> JobId:
    while (record := states.cleanroom.jobs.get(job)) is not None and record.replays is not None:
        job = record.replays
    return job


def _released(reached: Ways, signed: SignedTicket) -> Release:
    """Have the root run the job, and return what it signed as released.

    Raises: BadReply, BadSignature, Unreachable.
    """
    asked = signed.ticket
    ran = reached.ask(asked.root, RunJob(signed))
    if not isinstance(ran, JobReleased) or ran.release.release.ticket_digest != ticket_digest(asked):
        raise BadReply(f"`{asked.root}` gave no release of `{asked.job}`")
    verify(reached.keys[asked.root], ran.release.signature, release_bytes(ran.release.release))
    return ran.release.release


def _draw(answer: Answer) -> None:
    """Show each value with the interval that the noise leaves it in; of a histogram every bin."""
    cells = answer.cells
    drawn = Table(*answer.columns)
    halves = []
    for measure, half in zip(answer.measures, cells.half_widths, strict=True):
        for name in _named(measure):
            drawn.add_column(name, justify="right")
            drawn.add_column(f"{cells.confidence_permille / 10:g} %", justify="right")
            halves.append(half)
    for row in cells.rows[:ROWS_SHOWN]:
        figures = (_figures(value, half) for value, half in zip(row.values, halves, strict=True))
        drawn.add_row(*row.keys, *(text for pair in figures for text in pair))
    console = Console()
    console.print(drawn)
    if len(cells.rows) > ROWS_SHOWN:
        rest = len(cells.rows) - ROWS_SHOWN
        console.print(say(f"{rest} more rows in the file", f"另有 {rest} 行，见结果文件"))


def _figures(value: int | None, half: int) -> tuple[str, str]:
    if value is None:
        return say("too few", "过少"), ""
    return f"{value:,}", f"{value - half:,} … {value + half:,}"


def _named(measure: Measure) -> list[str]:
    """Return the headings of a measure's values."""
    match measure:
        case Count():
            return [f"count({measure.column})" if measure.column else "count"]
        case Units():
            return [say("units", "隐私单元数")]
        case Sum():
            return [f"sum({measure.column}, {measure.lower} … {measure.upper})"]
        case SumSquares():
            return [f"squares({measure.column} − {measure.centre})"]
        case Histogram():
            return [f"{measure.column} {low}..{high - 1}" for low, high in pairwise(measure.edges)]
        case _:
            assert_never(measure)
