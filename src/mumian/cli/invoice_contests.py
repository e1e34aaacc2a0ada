"""`mumian invoice contest`, `judge`, `batches`: an invoice contested by one's own meter, decided by what both sides signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from mumian.cli.domain.comparing import claims_in, shown_in
from mumian.cli.opened import HomeOption, fail, read_market
from mumian.cli.words import say
from mumian.domain.batches import is_signed
from mumian.domain.contests import Claim, Contested, Ruling, Side, evidence_of, judge, spans
from mumian.domain.messages import Voucher
from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId
from mumian.market.tickets import key_hex
from mumian.rooms.billing import views as billing
from mumian.rooms.billing.model import ContestInvoice, Invoice, InvoiceId, OwnRoot, SettleContest
from mumian.rooms.cleanroom import views as cleanroom

InvoiceArgument = Annotated[str, typer.Argument(help=say("as invoice-57", "如 invoice-57"))]
ClaimArgument = Annotated[
    Path, typer.Argument(help=say("from `domain compare --claim`", "由 `domain compare --claim` 写出"))
]


def register(app: typer.Typer) -> None:
    app.command(
        "contest", help=say("make the command that contests an invoice by a claim", "依据否认文件生成异议命令")
    )(contest)
    app.command("judge", help=say("decide denied calls by what both sides signed", "依据双方签名认定被否认的调用"))(
        judge_
    )


class Billed(NamedTuple):
    """What the market has of an invoice. batches: recorded, by (domain, root); keys: of its domains and of its buyer, hex."""

    invoice: Invoice
    batches: dict[tuple[PartyId, str], Contested]
    keys: dict[PartyId, str]


def contest(invoice: InvoiceArgument, claim: ClaimArgument, home: HomeOption) -> None:
    billed, claims = _billed(home, invoice), claims_in(claim)
    roots = sorted((_recorded(billed, each).first_call, each.own_root) for each in claims)
    _print(ContestInvoice(InvoiceId(invoice), tuple(OwnRoot(*root) for root in roots)))


def judge_(
    invoice: InvoiceArgument,
    claim: ClaimArgument,
    home: HomeOption,
    shown: Annotated[
        list[Path] | None, typer.Option(help=say("from `domain evidence`", "由 `domain evidence` 写出"))
    ] = None,
    vouchers: Annotated[
        list[Path] | None, typer.Option(help=say("from `domain check --vouchers`", "由 `domain check --vouchers` 写出"))
    ] = None,
) -> None:
    """Each denied call with its finding, then the command that settles the contest."""
    billed, claims = _billed(home, invoice), claims_in(claim)
    found = {each.batch.batch.root: each for file in shown or () for each in shown_in(file)}
    slips = [voucher for file in vouchers or () for voucher in _vouchers(file)]
    credited: list[int] = []
    digests: list[str] = []
    for each in claims:
        domain = each.batch.batch.domain
        evidence = evidence_of(each, found.get(each.batch.batch.root), slips)
        side = Side(domain, billed.keys[domain], billed.keys[billed.invoice.buyer])
        ruling = judge(_recorded(billed, each), evidence, side)
        _tell(each, ruling)
        credited += [call for span in ruling.credited for call in range(span.first_call, span.end)]
        digests.append(ruling.proofs_digest)
    at = billed.invoice.contested
    within = sorted(call for call in set(credited) if any(span.first_call <= call < span.end for span in at))
    _print(SettleContest(InvoiceId(invoice), spans(within), digest(digests)))


def _billed(home: Path, invoice: str) -> Billed:
    with read_market(home) as (states, _):
        found = billing.invoice(states.billing, InvoiceId(invoice))
        if found is None:
            fail(say(f"there is no invoice `{invoice}`", f"没有账单 `{invoice}`"))
        batches = {
            (batch.by, batch.batch_root): Contested(batch.first_call, batch.calls, batch.batch_root)
            for batch in cleanroom.batches(states.cleanroom, found.agreement, found.product)
        }
        parties = {by for by, _ in batches} | {found.buyer}
        return Billed(found, batches, {party: key_hex(states, party) for party in sorted(parties)})


def _recorded(billed: Billed, claim: Claim) -> Contested:
    """Return the recorded batch that a claim is against; a claim on anything else is told, and ends the run."""
    batch = claim.batch.batch
    found = billed.batches.get((batch.domain, batch.root))
    if found is None or found.calls != batch.count or not is_signed(claim.batch, billed.keys[batch.domain]):
        fail(
            say(
                f"the claim is against batch {batch.nth} of `{batch.job}` by `{batch.domain}`, which is not recorded so; compare anew",
                f"否认所指 `{batch.domain}` 的 `{batch.job}` 第 {batch.nth} 批与登记不符；请重新核对",
            )
        )
    return found


def _vouchers(file: Path) -> Iterator[Voucher]:
    for nth, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            yield msgspec.json.decode(line, type=Voucher)
        except msgspec.DecodeError as error:
            fail(say(f"`{file}`, line {nth}: {error}", f"`{file}` 第 {nth} 行：{error}"))


def _tell(claim: Claim, ruling: Ruling) -> None:
    batch = claim.batch.batch
    for call, finding in ruling.findings.items():
        typer.echo(f"{batch.domain} {batch.job} {call}: {finding.value}", err=True)


def _print(command: Any) -> None:
    typer.echo(json.dumps(msgspec.to_builtins(command), ensure_ascii=False, indent=2))
