"""`mumian person`: what a person says and sees, with the vault that alone knows who it is.

A resident id, a name or a petition's text is read from a prompt, standard input or a file, never from the command's own
words: those stay in a shell's history and in the list of processes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from mumian.cli.opened import HomeOption, JsonOption, clock_of, fail, opened, read_market
from mumian.cli.submit import said
from mumian.cli.words import say
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.ids import OPERATOR, PartyId, ResourceId
from mumian.kernel.roles import Role
from mumian.kernel.time import DAY_MS, day_of, iso
from mumian.market.home import Home
from mumian.market.leaf import Leaf
from mumian.market.rooms import States
from mumian.market.sequencer import Sequencer
from mumian.market.uses import uses_of
from mumian.rooms.clocks.model import ClockSet
from mumian.rooms.consent import views
from mumian.rooms.consent.commands import GiveConsent, RecordGuardian, SubmitPetition, WithdrawConsent
from mumian.rooms.consent.events import ConsentGiven, ConsentWithdrawn, PetitionReceived
from mumian.rooms.consent.vocabulary import (
    Activity,
    Age,
    Asked,
    ConsentId,
    DeletionCause,
    InfoKind,
    MandateId,
    NoticeId,
    SeparateConsent,
)
from mumian.rooms.parties import views as parties
from mumian.rooms.parties.model import AdmitParty, PartyKind
from mumian.vault.entries import Identity, TextKind
from mumian.vault.faults import NobodyThere
from mumian.vault.vault import Kept, Vault

T = TypeVar("T")

MINOR_YEARS = 14  # S7-28

app = typer.Typer(no_args_is_help=True, help=say("a person's consents, petitions and record", "个人：同意、行权与记录"))

PersonArgument = Annotated[str, typer.Argument(help=say("the person's party id", "个人的主体编号"))]
AsOption = Annotated[
    str,
    typer.Option(
        "--as",
        help=say(
            "who speaks: guardian, agent or processor (default: the person)",
            "发言主体：监护人、受托人或处理者（默认本人）",
        ),
    ),
]
MandateOption = Annotated[str, typer.Option(help=say("mandate under which an agent speaks", "受托人所依据的委托"))]


def _vault(place: Home) -> Vault:
    return Vault(place.folder / "vault" / "persons.db")


def _today(place: Home) -> date:
    return day_of(clock_of(place)())


@app.command(
    "admit", help=say("admit a person; only a commitment leaves the vault", "办理个人准入；仅承诺值离开保险库")
)
def admit(
    home: HomeOption,
    file: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "JSON with resident_id, name, contact, guardian (default: standard input)",
                "含 resident_id、name、contact、guardian 的 JSON（默认标准输入）",
            )
        ),
    ] = None,
    relation: Annotated[
        Path | None, typer.Option(help=say("evidence that the guardian is one", "监护关系证明文件"))
    ] = None,
) -> None:
    identity = _identity(file)
    if identity.guardian and relation is None:
        fail(say("a guardian is recorded with its evidence; give --relation", "登记监护人须有证明；请提供 --relation"))
    with opened(home) as (place, market), _vault(place) as vault:
        kept = vault.keep(identity, today=_today(place))
        party = kept.party or _admitted(place, market, vault, kept)
        if relation is not None and identity.guardian:
            _record_guardian(place, market, party, PartyId(identity.guardian), relation)
    typer.echo(party)


def _identity(file: Path | None) -> Identity:
    """Read who a person is: from a file, from standard input, or, at a terminal, by asking."""
    if file is None and sys.stdin.isatty():
        resident = typer.prompt(say("resident id", "居民身份证号"), hide_input=True)
        name = typer.prompt(say("name", "姓名"))
        contact = typer.prompt(say("contact", "联系方式"), default="", show_default=False)
        return Identity(resident, name, contact)
    raw = sys.stdin.buffer.read() if file is None else file.read_bytes()
    try:
        return msgspec.json.decode(raw, type=Identity)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fail(say(f"this is no person in JSON: {error}", f"不是 JSON 格式的个人信息：{error}"))


def _admitted(place: Home, market: Sequencer, vault: Vault, kept: Kept) -> PartyId:
    """Admit who is in the vault and not yet linked; go on where an admission was cut short."""
    party: PartyId | None = market.ask(lambda s: s.parties.by_commitment.get(kept.commitment))
    if party is None:
        command = AdmitParty(PartyKind.NATURAL, "", None, kept.commitment, (Role.INDIVIDUAL,))
        try:
            party = PartyId(said(place, market, OPERATOR, command).events[0].party)
        except typer.Exit:
            vault.discard(kept.commitment)  # whom the market does not take, the vault does not keep
            raise
    vault.link(kept.commitment, party)
    return party


def _record_guardian(place: Home, market: Sequencer, person: PartyId, guardian: PartyId, relation: Path) -> None:
    known: PartyId | None = market.ask(lambda s: views.guardian_of(s.consent, person))
    if known != guardian:
        said(place, market, OPERATOR, RecordGuardian(person, guardian, _digest_of(relation)))


@app.command("consent", help=say("consent to what a notice tells", "就告知事项作出同意"))
def consent(
    person: PersonArgument,
    notice: Annotated[str, typer.Argument(help=say("the notice", "告知书编号"))],
    act: Annotated[Path, typer.Option(help=say("evidence of the act: what was seen and signed", "同意行为的证据文件"))],
    home: HomeOption,
    resource: Annotated[list[str] | None, typer.Option(help=say("default: all told", "默认为告知的全部"))] = None,
    purpose: Annotated[list[str] | None, typer.Option(help=say("default: all told", "默认为告知的全部"))] = None,
    kind: Annotated[list[InfoKind] | None, typer.Option(help=say("default: all told", "默认为告知的全部"))] = None,
    to: Annotated[list[str] | None, typer.Option(help=say("recipients (default: nobody)", "接收方（默认无）"))] = None,
    separate: Annotated[
        list[str] | None,
        typer.Option(help=say("ACTIVITY=EVIDENCE, one for each separate consent", "活动=证据文件，每项单独同意一个")),
    ] = None,
    days: Annotated[int, typer.Option(help=say("for how many days", "期限（天）"))] = 365,
    age: Annotated[
        Age | None, typer.Option(help=say("of a person who is not in this vault", "本保险库中没有的人的年龄"))
    ] = None,
    speaker: AsOption = "",
    mandate: MandateOption = "",
    relation: Annotated[
        Path | None,
        typer.Option(help=say("evidence of guardianship, through a processor", "监护关系证明（经由处理者）")),
    ] = None,
    supersedes: Annotated[str, typer.Option(help=say("consent that this one replaces", "拟替代的同意"))] = "",
) -> None:
    party, separately = PartyId(person), tuple(_separate(text) for text in separate or ())
    with opened(home) as (place, market), _vault(place) as vault:
        told = market.ask(lambda s: s.consent.notices.get(notice))
        if told is None:
            fail(say(f"there is no notice `{notice}`; check its id", f"没有告知书 `{notice}`；请核对编号"))
        command = GiveConsent(
            party, NoticeId(notice), tuple(map(ResourceId, resource or told.resources)), tuple(purpose or told.purposes),
            tuple(kind or told.kinds), tuple(map(PartyId, to or ())), separately, clock_of(place)() + days * DAY_MS,
            _digest_of(act), _age(vault, party, _today(place)) or age, MandateId(mandate) if mandate else None,
            None if relation is None else _digest_of(relation), ConsentId(supersedes) if supersedes else None,
        )  # fmt: skip
        leaf = said(place, market, speaker or person, command)
    typer.echo(_first(leaf, ConsentGiven).consent)


def _separate(text: str) -> SeparateConsent:
    """Read `ACTIVITY=FILE`."""
    name, _, file = text.partition("=")
    if name not in {activity.value for activity in Activity} or not file:
        names = ", ".join(activity.value for activity in Activity)
        fail(
            say(
                f"`{text}` is no separate consent; write ACTIVITY=FILE, the activity one of {names}",
                f"`{text}` 不是单独同意；请写作 活动=文件，活动为 {names} 之一",
            )
        )
    return SeparateConsent(Activity(name), _digest_of(Path(file)))


def _age(vault: Vault, person: PartyId, today: date) -> Age | None:
    """Return what the vault knows of a person's age: the fact alone, never the date of birth."""
    try:
        return Age.UNDER_14 if vault.is_under(person, MINOR_YEARS, today=today) else Age.FROM_14
    except NobodyThere:
        return None


@app.command("withdraw", help=say("withdraw a consent, at once", "撤回同意，即时生效"))
def withdraw(
    consent: Annotated[str, typer.Argument(help=say("the consent", "同意编号"))],
    home: HomeOption,
    evidence: Annotated[
        Path | None,
        typer.Option(help=say("the person's word, where a processor passes it on", "处理者转达时的本人意思证据")),
    ] = None,
    speaker: AsOption = "",
    mandate: MandateOption = "",
) -> None:
    under = MandateId(mandate) if mandate else None
    command = WithdrawConsent(ConsentId(consent), under, None if evidence is None else _digest_of(evidence))
    with opened(home) as (place, market):
        record = market.ask(lambda s: s.consent.consents.get(consent))
        leaf = said(place, market, speaker or (record.person if record is not None else OPERATOR), command)
        until = _answered_by(leaf)
    resources = ", ".join(_first(leaf, ConsentWithdrawn).resources)
    typer.echo(
        say(
            f"`{consent}` is withdrawn: what stood on it in {resources} has ended, what was done before stays as it was",
            f"`{consent}` 已撤回：{resources} 中以其为据的处理即行终止，此前的处理不受影响",
        )
    )
    if until:
        typer.echo(say(f"the data must be deleted by {until}", f"应在 {until} 前删除"))


@app.command("consents", help=say("every consent of a person", "个人的全部同意"))
def consents(person: PersonArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    def seen(s: States) -> list[dict[str, Any]]:
        return [
            {
                "consent": name,
                "processor": each.processor,
                "resources": each.resources,
                "purposes": each.purposes,
                "kinds": each.kinds,
                "recipients": each.recipients,
                "separate": tuple(one.activity for one in each.separate),
                "given": iso(each.given_at),
                "until": iso(each.valid_to),
                "state": each.ended or "granted",
            }
            for name, each in views.consents_of(s.consent, PartyId(person))
        ]

    _tell(_read(home, person, seen), as_json, say("consents", "同意"))


@app.command("uses", help=say("every use of a person's data", "个人数据的每一次使用"))
def uses(person: PersonArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    def seen(s: States) -> list[dict[str, Any]]:
        found = (msgspec.to_builtins(each) for each in uses_of(s, PartyId(person)))
        return [{**each, "at": iso(each["at"])} for each in found]

    def held(s: States) -> list[dict[str, Any]]:
        return [
            {
                "resource": each.resource,
                "processor": each.processor,
                "consent": each.consent,
                "purposes": each.purposes,
                "recipients": each.recipients,
                "since": iso(each.since),
                "until": "" if each.until is None else iso(each.until),
            }
            for each in views.held_of(s.consent, PartyId(person))
        ]

    lay, used = _read(home, person, lambda s: (held(s), seen(s)))
    if as_json:
        typer.echo(json.dumps({"held": lay, "uses": used}, indent=2, ensure_ascii=False))
        return
    _tell(lay, as_json, say("where the data lay", "数据所在"))
    _tell(used, as_json, say("uses", "使用记录"))


@app.command("request", help=say("ask a processor for what the law gives a person", "向处理者行使法定权利"))
def request(
    person: PersonArgument,
    processor: Annotated[str, typer.Argument(help=say("who processes the data", "处理者"))],
    asked: Annotated[Asked, typer.Argument(help=say("what is asked for", "请求事项"))],
    home: HomeOption,
    resource: Annotated[
        list[str] | None, typer.Option(help=say("default: all that it holds", "默认为其持有的全部"))
    ] = None,
    text: Annotated[
        Path | None, typer.Option(help=say("the petition's text (default: standard input)", "请求正文（默认标准输入）"))
    ] = None,
    cause: Annotated[DeletionCause | None, typer.Option(help=say("of a deletion", "请求删除的事由"))] = None,
    to: Annotated[str, typer.Option(help=say("who receives a transfer", "转移的接收方"))] = "",
    speaker: AsOption = "",
    mandate: MandateOption = "",
) -> None:
    body = _text(text)
    with opened(home) as (place, market), _vault(place) as vault:
        commitment = vault.keep_text(PartyId(person), TextKind.PETITION, body)
        command = SubmitPetition(
            PartyId(person), PartyId(processor), asked, tuple(map(ResourceId, resource or ())), commitment,
            MandateId(mandate) if mandate else None, cause, PartyId(to) if to else None,
        )  # fmt: skip
        try:
            leaf = said(place, market, speaker or person, command)
        except typer.Exit:
            vault.erase_text(commitment)
            raise
    petition, until = _first(leaf, PetitionReceived).petition, _answered_by(leaf)
    typer.echo(say(f"{petition}, to be answered by {until}", f"{petition}，应在 {until} 前答复"))


def _text(file: Path | None) -> str:
    raw = sys.stdin.buffer.read() if file is None else file.read_bytes()
    try:
        return raw.decode("utf8").strip()
    except UnicodeDecodeError:
        fail(say("the text is not UTF-8; save it as UTF-8", "正文不是 UTF-8 编码；请以 UTF-8 保存"))


@app.command("erase", help=say("erase who a person is; the journal still verifies", "删除个人身份信息；日志仍可验证"))
def erase(person: PersonArgument, home: HomeOption) -> None:
    place = Home(home)
    with _vault(place) as vault:
        vault.erase(PartyId(person), at=clock_of(place)())
    typer.echo(
        say(
            f"`{person}` is erased from the vault: nothing opens its commitment any more, and the journal is as it was",
            f"`{person}` 已从保险库删除：其承诺值不再能打开，日志未变",
        )
    )


@app.command("check", help=say("check that the vault opens a person's commitment", "核对保险库能否打开个人的承诺值"))
def check(person: PersonArgument, home: HomeOption) -> None:
    record = _read(home, person, lambda s: parties.party(s.parties, PartyId(person)))
    assert record is not None
    with _vault(Home(home)) as vault:
        vault.verify(PartyId(person), commitment=record.identity_commitment)
    typer.echo(
        say(
            f"the commitment of `{person}` stands for the person in this vault",
            f"`{person}` 的承诺值对应本保险库中的个人",
        )
    )


def _read(home: Path, person: str, view: Callable[[States], T]) -> T:
    """Return what `view` sees of a market, which is only read, of a person that there is."""
    with read_market(home) as (states, _):
        record = parties.party(states.parties, PartyId(person))
        if record is None or record.kind is not PartyKind.NATURAL:
            fail(say(f"`{person}` is no person of this market", f"`{person}` 不是本市场的个人"))
        return view(states)


E = TypeVar("E")


def _first(leaf: Leaf, kind: type[E]) -> E:
    return next(event for event in leaf.events if isinstance(event, kind))


def _answered_by(leaf: Leaf) -> str:
    """Return the last day of the limit that a leaf set for an answer, or nothing."""
    due = [
        event.clock.due_at for event in leaf.events if type(event) is ClockSet and event.clock.kind == "consent.answer"
    ]
    return day_of(due[0] - 1).isoformat() if due else ""


def _digest_of(file: Path) -> str:
    return sha256_hex(file.read_bytes())


def _tell(rows: Sequence[dict[str, Any]], as_json: bool, title: str) -> None:
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        typer.echo(say(f"{title}: none", f"{title}：无"))
        return
    drawn = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        drawn.add_row(*(", ".join(cell) if isinstance(cell, list | tuple) else str(cell) for cell in row.values()))
    Console().print(drawn)
