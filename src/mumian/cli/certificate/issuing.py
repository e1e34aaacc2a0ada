"""`mumian certificate print`, `issue` and `present`: a certificate on paper, as a credential, and as much of it as is asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mumian.cli.certificate import credential
from mumian.cli.certificate.certificate import WITHHELD
from mumian.cli.certificate.opened import NameOption, NumberArgument, Opened, opened
from mumian.cli.certificate.register import Entry
from mumian.cli.certificate.seal import seal
from mumian.cli.opened import HomeOption, fail
from mumian.cli.signers import key_of
from mumian.cli.words import say
from mumian.credentials import sd_jwt
from mumian.credentials.faults import CredentialFault
from mumian.kernel.ids import PartyId
from mumian.kernel.time import GUANGZHOU, Instant
from mumian.market.keys import public_text
from mumian.market.proofs import receipt

MEDIA_TYPE = "application/dc+sd-jwt"
ATTESTATION = "attestation"
"""Stem of the receipt and the leaf inside a printed file: saved side by side, `mumian receipt verify` reads them."""


def register(app: typer.Typer) -> None:
    app.command(
        "print", help=say("print a certificate as PDF, signed by its registry", "打印凭证（PDF，由登记机构签名）")
    )(print_)
    app.command(
        "issue", help=say("issue a certificate as a verifiable credential (SD-JWT VC)", "签发可验证凭证（SD-JWT VC）")
    )(issue)
    app.command("present", help=say("show only parts of a credential", "选择性出示可验证凭证"))(present)


def print_(
    number: NumberArgument,
    home: HomeOption,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=say("file (default NUMBER.pdf)", "文件名（默认 编号.pdf）"))
    ] = None,
    name: NameOption = None,
) -> None:
    with opened(home) as place:
        entry = _printable(place.entry(number, name))
        key, holder = _registry_key(place, entry), _holder_key(place, entry)
        leaf = entry.certificate.attestation.leaf
        proof, body = receipt(place.home.market / "log", leaf)
    attached = [(f"{ATTESTATION}.tlog-proof", proof), (f"{ATTESTATION}.leaf.json", body)]
    path = out or Path(f"{number}.pdf")
    from mumian.cli.certificate.sheet import NoGlyph

    try:
        file = printed(entry, key, now=place.now, salts=secrets.token_bytes, holder=holder, attached=attached)
    except NoGlyph as missing:
        fail(
            say(
                f"the font has no glyph for `{missing}`: a certificate is not printed with a gap",
                f"字体缺字 `{missing}`，不能打印",
            )
        )
    path.write_bytes(file)
    typer.echo(str(path))


def printed(
    entry: Entry,
    key: Ed25519PrivateKey,
    *,
    now: Instant,
    salts: Callable[[int], bytes],
    holder: Ed25519PublicKey | None = None,
    attached: list[tuple[str, bytes]] | None = None,
) -> bytes:
    """Return a certificate as a PDF file that carries its credential, the credential signing every byte of the file.

    salts: gives so many fresh random bytes. holder: see `credential.issue`. attached: further files, by name.
    Raises: sheet.NoGlyph.
    """
    from mumian.cli.certificate.sheet import Attached, draw  # fonts and their machinery: only for who prints

    drawn_salts = [salts(sd_jwt.SALT_BYTES) for _ in WITHHELD]

    def sign(print_sha256: str) -> str:
        turn = count()
        made = credential.issue(
            entry,
            key,
            at_s=now // 1000,
            salt=lambda: drawn_salts[next(turn)],
            holder=holder,
            print_sha256=print_sha256,
        )
        return str(made)

    def sheet(signed: str) -> bytes:
        name = f"{entry.certificate.number}{credential.SUFFIX}"
        files = [Attached(name, MEDIA_TYPE, "Data", "可验证凭证 verifiable credential", signed.encode(), packed=False)]
        files += [
            Attached(name, "application/octet-stream", "Supplement", "存证 proof of attestation", content)
            for name, content in attached or []
        ]
        return draw(
            entry.certificate, files, printed=datetime.fromtimestamp(now // 1000, GUANGZHOU), key=public_text(key)
        )

    return seal(sheet, sign)


def issue(
    number: NumberArgument,
    home: HomeOption,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=say("file (default NUMBER.sd-jwt)", "文件名（默认 编号.sd-jwt）"))
    ] = None,
    name: NameOption = None,
) -> None:
    with opened(home) as place:
        entry = _printable(place.entry(number, name))
        key, holder = _registry_key(place, entry), _holder_key(place, entry)
    made = credential.issue(
        entry, key, at_s=place.now // 1000, salt=lambda: secrets.token_bytes(sd_jwt.SALT_BYTES), holder=holder
    )
    path = out or Path(f"{number}{credential.SUFFIX}")
    path.write_text(f"{made}\n", "ascii")
    typer.echo(str(path))


def present(
    file: Annotated[Path, typer.Argument(help=say("the credential", "可验证凭证文件"))],
    out: Annotated[Path, typer.Option("-o", "--out", help=say("file to write", "输出文件名"))],
    show: Annotated[
        list[str] | None,
        typer.Option(help=say("what to show besides the rest: ", "额外出示的内容：") + ", ".join(WITHHELD)),
    ] = None,
) -> None:
    unknown = set(show or ()) - set(WITHHELD)
    if unknown:
        names = ", ".join(WITHHELD)
        fail(say(f"`{unknown.pop()}` cannot be shown apart; choose of {names}", f"只能选择：{names}"))
    try:
        shown = sd_jwt.show(sd_jwt.parse(file.read_text("utf8", "replace").strip()), set(show or ()))
    except CredentialFault as fault:
        fail(say(f"`{file}` is no credential: {fault}", f"`{file}` 不是可验证凭证：{fault}"))
    out.write_text(f"{shown}\n", "ascii")
    typer.echo(str(out))


def _printable(entry: Entry) -> Entry:
    """Return the entry, or leave saying that none of its rights is left to be certified."""
    if not entry.certificate.rights:
        number = entry.certificate.number
        fail(
            say(
                f"all rights on `{number}` have ended; there is nothing to certify",
                f"凭证 `{number}` 的权利已全部终止，不能出证",
            )
        )
    return entry


def _registry_key(place: Opened, entry: Entry) -> Ed25519PrivateKey:
    """Return the key that the certificate's registry signs with here, or leave saying what is missing."""
    registry = entry.certificate.registry.party
    key = key_of(place.home.folder, registry)
    if key is None:
        folder = place.home.folder / "keys"
        fail(
            say(
                f"the certificate is signed by its registry `{registry}`, whose key is not in `{folder}`",
                f"凭证须由登记机构 `{registry}` 签名，而其密钥不在 `{folder}`",
            )
        )
    if public_text(key) not in place.states.parties.parties[PartyId(registry)].keys:
        fail(
            say(
                f"the key of `{registry}` in this home is not the one that the market lists; register it first",
                f"本机上 `{registry}` 的密钥未在市场登记；请先登记",
            )
        )
    return key


def _holder_key(place: Opened, entry: Entry) -> Ed25519PublicKey | None:
    """Return the newest key of the one holder; None if there are several holders, or no key."""
    holders = {right.holder for right in entry.certificate.rights}
    keys = place.states.parties.parties[PartyId(holders.pop())].keys if len(holders) == 1 else ()
    return credential.read_key(keys[-1]) if keys else None
