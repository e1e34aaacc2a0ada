"""How a consumer on this machine reaches the domains of a ticket: over HTTP where a URL is given, else in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn, TypeAlias

import typer

from mumian.cli.domain.engine import EngineChoice
from mumian.cli.domain.place import answering
from mumian.cli.opened import REFUSED, clock_in, fail, opened
from mumian.cli.signers import domain_folders, key_of
from mumian.cli.words import LANG, say
from mumian.domain.domain import Domain
from mumian.domain.http import HttpPort
from mumian.domain.messages import Caller, DomainPort, LocalPort, NotDone, ReplyBody, RequestBody, Voucher
from mumian.kernel.ids import JobId, PartyId
from mumian.market.tickets import ticket_of
from mumian.rooms.cleanroom.plan import SignedTicket, SourceTicket, Ticket

JobArgument: TypeAlias = Annotated[str, typer.Argument(help=say("the job's id", "任务编号"))]
UrlOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--url",
        help=say("where a domain listens: PARTY=URL (default: in this home)", "数据域地址 PARTY=URL（默认本机）"),
    ),
]


def fetch_ticket(home: Path, job: str) -> SignedTicket:
    """Return the market's signed ticket of a job. Raises: NoTicket."""
    with opened(home) as (place, market):
        return ticket_of(market, JobId(job), place.signer(), place.settings.origin)


class Ways(NamedTuple):
    """Ways to all domains of a ticket, for its consumer. here: those that are opened in this process."""

    ports: dict[PartyId, DomainPort]
    keys: dict[PartyId, str]
    caller: Caller
    here: dict[PartyId, Domain]

    def ask(self, domain: PartyId, body: RequestBody) -> ReplyBody:
        """Return the domain's answer; its no is told, and ends the run. Raises: BadReply, Unreachable."""
        return self.ask_kept(domain, body)[0]

    def ask_kept(self, domain: PartyId, body: RequestBody) -> tuple[ReplyBody, Voucher]:
        """Return the answer with what both sides signed. Raises: as `ask`."""
        key = self.keys[domain]
        answer, voucher = self.caller.ask_kept(self.ports[domain], body, domain=domain, domain_key=key)
        if isinstance(answer, NotDone):
            _refused(domain, answer)
        return answer, voucher


def _refused(domain: PartyId, answer: NotDone) -> NoReturn:
    sentence = answer.zh if LANG == "zh" else answer.en
    typer.secho(f"{domain}: {answer.refusal}: {sentence}", err=True, fg="red")
    raise typer.Exit(REFUSED)


@contextmanager
def ways(
    home: Path,
    ticket: Ticket,
    *,
    wanted: set[PartyId],
    addressed: dict[PartyId, str],
    engine: EngineChoice = EngineChoice(),  # noqa: B008  # a tuple never changes
) -> Iterator[Ways]:
    """Open the ways that the ticket's consumer needs. wanted: domains that must be reached; addressed: those over HTTP.

    Wanted domains of this home are opened in this process and know the ways to each other.
    """
    key = key_of(home, ticket.consumer)
    if key is None:
        fail(
            say(
                f"the key of consumer `{ticket.consumer}` is not in `{home / 'keys'}`; run this where it is",
                f"需方 `{ticket.consumer}` 的密钥不在 `{home / 'keys'}`；请在其所在机器运行",
            )
        )
    sources = {source.domain: source for source in ticket.sources}
    ports: dict[PartyId, DomainPort] = {party: HttpPort(url) for party, url in addressed.items()}
    keys = {party: source.domain_key for party, source in sources.items()}
    with ExitStack() as stack:
        local = [
            (party, stack.enter_context(answering(folder, engine)))
            for party, folder in domain_folders(home)
            if party in wanted and party not in addressed
        ]
        for party, domain in local:
            _refuse_other_key(sources[party], domain.public_hex)
            ports[party] = LocalPort(domain.handle)
        for party, domain in local:
            for peer, port in ports.items():
                if peer != party:
                    domain.connect(peer, port)
        for party in sorted(wanted - set(ports)):
            fail(
                say(
                    f"no domain of `{party}` in `{home}`; say where it listens: --url {party}=http://…",
                    f"`{home}` 中没有 `{party}` 的数据域；请用 --url {party}=http://… 指明其地址",
                )
            )
        yield Ways(ports, keys, Caller(key, clock=clock_in(home), entropy=os.urandom), dict(local))


def _refuse_other_key(source: SourceTicket, public_hex: str) -> None:
    if source.domain_key != public_hex:
        fail(
            say(
                f"the domain of `{source.domain}` here has key `{public_hex}`, the ticket names `{source.domain_key}`; "
                "register its key first of all (`mumian domain init --register`)",
                f"本机 `{source.domain}` 数据域的公钥为 `{public_hex}`，票据所列为 `{source.domain_key}`；"
                "请最先登记数据域公钥（`mumian domain init --register`）",
            )
        )
