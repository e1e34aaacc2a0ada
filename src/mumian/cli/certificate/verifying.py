"""`mumian certificate verify`: whether a sheet, a credential or a scanned code is genuine, and what it is worth today."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn, TypeAlias

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace

from mumian.cli.certificate import credential
from mumian.cli.certificate.certificate import Attestation, Certificate
from mumian.cli.certificate.code import Code, parse_code
from mumian.cli.certificate.opened import Opened, opened
from mumian.cli.certificate.register import Entry, Unregistered, keys_of, read_entry
from mumian.cli.certificate.seal import sealed_in
from mumian.cli.certificate.wording import NOTES, STOPS
from mumian.cli.opened import REFUSED, HomeOption, clock_in, fail
from mumian.cli.words import say
from mumian.credentials import sd_jwt
from mumian.credentials.faults import CredentialFault, Forged, Malformed, OutOfTime, Undisclosed
from mumian.credentials.sd_jwt import SdJwt
from mumian.kernel.time import Instant
from mumian.rooms.property_register.certificate import is_number

Keys: TypeAlias = Iterable[tuple[Ed25519PublicKey, bool]]
"""Of a registry: each with whether it still signs by it."""

PDF = b"%PDF-"
FAULTS: dict[type[CredentialFault], str] = {
    Malformed: "格式不符",
    Forged: "签名与登记机构公钥不符",
    Undisclosed: "出示的内容与签名不符",
    OutOfTime: "不在有效期内",
}


class Given(NamedTuple):
    """What is to be verified: a credential, or the code off a sheet. print_sha256: that a sheet's credential must name."""

    credential: SdJwt | None = None
    code: Code | None = None
    print_sha256: str = ""


def register(app: typer.Typer) -> None:
    app.command(
        "verify",
        help=say(
            "verify a printed file, a credential, or the text of a scanned code",
            "核验打印文件、可验证凭证或扫码所得文本",
        ),
    )(verify)


def verify(
    file: Annotated[
        str,
        typer.Argument(
            help=say(
                "PDF, credential or scanned text; `-` for standard input", "PDF、可验证凭证或扫码文本；- 表示标准输入"
            )
        ),
    ],
    home: HomeOption,
    key: Annotated[
        str,
        typer.Option(
            help=say(
                "the registry's public key, or a file with it: verify offline, without a market",
                "登记机构公钥，或含公钥的文件：离线核验",
            )
        ),
    ] = "",
) -> None:
    given = _read(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    if key:
        _tell_signed(_verify_alone(given, key, clock_in(home)()))
        return
    with opened(home) as place:
        entry = _verify_in(place, given)
    if given.code is not None:
        typer.echo(say("compare the sheet with what the register says:", "请将纸面内容与登记簿内容比对："))
    _tell_standing(entry)


def _read(data: bytes) -> Given:
    """Return what a file is, or leave saying that it is nothing that a certificate comes as."""
    if data.startswith(PDF):
        sealed = sealed_in(data)
        if sealed is None:
            _doubt("the file carries no credential, or more than one", "文件未附可验证凭证，或附有多个")
        return Given(credential=_parsed(sealed[0]), print_sha256=sealed[1])
    text = data.decode("utf8", "replace").strip()
    code = parse_code(text)
    return Given(code=code) if code is not None else Given(credential=_parsed(text))


def _parsed(text: str) -> SdJwt:
    try:
        return sd_jwt.parse(text)
    except CredentialFault as fault:
        _doubt(
            f"it is neither a printed file nor a credential nor a code: {fault}",
            f"既非打印文件，也非可验证凭证或扫码文本：{fault}",
        )


def _verify_alone(given: Given, key: str, now: Instant) -> Certificate:
    """Check a credential with nothing but the registry's key at hand."""
    if given.credential is None:
        _doubt(
            "a code is not signed; verify it against a market with --home", "扫码文本没有签名；请用 --home 对照市场核验"
        )
    path = Path(key)
    try:
        known = credential.read_key(path.read_text("utf8", "replace") if path.is_file() else key)
    except CredentialFault as fault:
        fail(say(f"the key cannot be read: {fault}", f"公钥无法读取：{fault}"))
    return _checked(given, [(known, True)], now)


def _verify_in(place: Opened, given: Given) -> Entry:
    """Check a credential or a code against the register of a market."""
    number, attested = _claimed(given)
    if not is_number(number):
        _doubt(f"`{number}` is not the number of a certificate", f"`{number}` 不是凭证编号")
    if attested.origin != place.origin:
        _doubt(
            f"it is attested in `{attested.origin}`, not in `{place.origin}`: ask that market",
            f"存证在 `{attested.origin}`，不在 `{place.origin}`：请向该市场核验",
        )
    try:
        entry = read_entry(place.store, place.states, number, origin=place.origin, now=place.now)
    except Unregistered:
        _doubt(f"no certificate `{number}` is registered", f"登记簿中没有凭证 `{number}`")
    held, said = entry.certificate, None
    if given.credential is not None:
        keys = ((credential.read_key(text), is_live) for text, is_live in keys_of(place.states, held.registry.party))
        said = _checked(given, keys, place.now)
        if said.registry.party != held.registry.party:
            _doubt(
                f"`{said.registry.party}` issued it, but `{held.registry.party}` registered the right",
                f"由 `{said.registry.party}` 签发，但登记机构为 `{held.registry.party}`",
            )
    if attested != held.attestation:
        _doubt(
            f"its record is not the one in the register (edition {held.edition}): either it is forged, or the registration "
            "has changed since; ask for the current certificate",
            f"其记录与登记簿（第 {held.edition} 版）不一致：系伪造，或登记已变更；请索取现行凭证",
        )
    if said is not None and not _agrees(said, held):
        _doubt(
            "it says something else than the register: the record prevails, and its registry has to explain",
            "其内容与登记簿不符：以存证为准，请登记机构说明",
        )
    return entry


def _agrees(said: Certificate, held: Certificate) -> bool:
    """Tell whether a certificate says what the register does, as far as it was shown.

    Notes may have come and gone since, and persons' names stand in no register.
    """
    shown = {name: getattr(said, name) or getattr(held, name) for name in ("restrictions", "evidence")}
    names = {one.party: one.name for one in held.holders or ()}
    holders = said.holders and tuple(replace(one, name=names.get(one.party) or "") for one in said.holders)
    organisations = {(one.party, one.name) for one in said.holders or () if names.get(one.party)}
    same = replace(said, holders=holders or held.holders, notes=held.notes, print_sha256="", **shown)
    return same == held and organisations <= set(names.items())


def _claimed(given: Given) -> tuple[str, Attestation]:
    if given.code is not None:
        return given.code.number, given.code.attestation
    assert given.credential is not None
    try:
        said = credential.unverified(given.credential)
    except CredentialFault as fault:
        _doubt_fault(fault)
    return said.number, said.attestation


def _checked(given: Given, keys: Keys, now: Instant) -> Certificate:
    """Return what a credential says after checking it, and the sheet that carries it."""
    assert given.credential is not None
    try:
        said, is_live = _signed_by(given.credential, keys, now)
    except CredentialFault as fault:
        _doubt_fault(fault)
    if not is_live:
        _doubt(
            "its registry has revoked the key that signed it; ask for a new one", "签名密钥已被登记机构撤销；请重新出证"
        )
    if said.print_sha256 != given.print_sha256:
        if given.print_sha256:
            _doubt("the file was changed after it was signed", "文件在签名后被改动")
        _doubt("the credential was taken out of a printed file: verify that file", "该凭证取自打印文件：请核验原文件")
    return said


def _signed_by(given: SdJwt, keys: Keys, now: Instant) -> tuple[Certificate, bool]:
    """Return what the credential says, and whether the key that signed it is still its registry's.

    Raises: CredentialFault: none of the keys signed it, or it does not hold all the same.
    """
    forged = Forged("its registry has no key that signed it")
    for key, is_live in keys:
        try:
            return credential.verify(given, key, now_s=now // 1000), is_live
        except Forged as fault:
            forged = fault
    raise forged


def _tell_signed(said: Certificate) -> None:
    _tell(
        f"signed by the key: certificate {said.number} of `{said.registry.party}`, valid until {said.valid_to}",
        f"签名有效：登记机构 `{said.registry.party}` 的凭证 {said.number}，有效期至 {said.valid_to}",
    )
    _tell_content(said)
    typer.echo(
        say(
            "what happened since it was signed is not known here: ask the market whether it is still in force",
            "签名之后的变化在此无从得知：请向市场查询是否仍然有效",
        )
    )


def _tell_standing(entry: Entry) -> None:
    """Say that the certificate is genuine, and whether all of its rights hold today; if not, leave with code 1."""
    said = entry.certificate
    standing = {line: (why, reasons) for line, why, reasons in entry.stops}
    stopped = [(right.line, *standing[right.line]) for right in said.rights if right.line in standing]
    if said.rights and not stopped:
        _tell(
            f"proved: certificate {said.number} of `{said.registry.party}` is in the register and in force until {said.valid_to}",
            f"已证明：登记机构 `{said.registry.party}` 的凭证 {said.number} 与登记簿一致，有效期至 {said.valid_to}",
        )
        _tell_content(said)
        return
    _tell(f"genuine: certificate {said.number} is in the register, but", f"凭证 {said.number} 与登记簿一致，但：")
    for line, why, reasons in stopped:
        words = [say(NOTES[reason].en, NOTES[reason].zh) for reason in reasons]
        because = f" ({', '.join(words)})" if words else ""
        typer.secho(say(f"line {line} {STOPS[why].en}{because}", f"第 {line} 项{STOPS[why].zh}{because}"), fg="red")
    if not said.rights:
        typer.secho(say("all of its rights have ended", "其权利已全部终止"), fg="red")
    raise typer.Exit(REFUSED)


def _tell_content(said: Certificate) -> None:
    typer.echo(f"{said.title} ({said.resource})")
    names = {one.party: one.name for one in said.holders or ()}
    for right in said.rights:
        holder = f"{right.holder} {names.get(right.holder, '')}".strip()
        typer.echo(f"{right.line}  {right.name_2026} / {right.name_2023}  {holder}  {right.to}")


def _tell(en: str, zh: str) -> None:
    typer.secho(say(en, zh), fg="green")


def _doubt_fault(fault: CredentialFault) -> NoReturn:
    _doubt(str(fault), f"{FAULTS[type(fault)]}（{fault}）")


def _doubt(en: str, zh: str) -> NoReturn:
    """Say why it cannot be believed, and leave with code 1."""
    typer.secho(say(f"NOT PROVED: {en}", f"未能证明：{zh}"), err=True, fg="red")
    raise typer.Exit(REFUSED)
