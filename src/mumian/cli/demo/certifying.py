"""In act 9: a certificate is printed, and its credential is verified by a library that shares no code with ours."""

from __future__ import annotations

import secrets

from mumian.cli.certificate import credential
from mumian.cli.certificate.issuing import printed
from mumian.cli.certificate.opened import opened
from mumian.cli.demo.cast import Cast
from mumian.cli.demo.stage import OffScript, Stage
from mumian.credentials import sd_jwt
from mumian.kernel.roles import Right


def certify(stage: Stage, cast: Cast, number: str) -> None:
    """Print certificate `number` into the home, issue its credential, have another library read it, and forge it once."""
    from mumian.cli.certificate.opinion import read_elsewhere  # a package of the demo alone

    key = stage.keys[cast.registry]
    with opened(stage.home.folder) as place:
        entry = place.entry(number)
    now = stage.clock()
    made = str(credential.issue(entry, key, at_s=now // 1000, salt=lambda: secrets.token_bytes(sd_jwt.SALT_BYTES)))
    folder = stage.home.folder / "certificates"
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.pdf").write_bytes(printed(entry, key, now=now, salts=secrets.token_bytes))
    (folder / f"{number}{credential.SUFFIX}").write_text(f"{made}\n", "ascii")
    claims = read_elsewhere(made, key.public_key())
    if claims["number"] != number or {right["right"] for right in claims["rights"]} != {each.value for each in Right}:
        raise OffScript(f"another library reads `{claims}` in the credential of `{number}`")
    header, payload, rest = made.split(".", 2)
    forged = ".".join((header, payload[:-1] + ("A" if payload[-1] != "A" else "B"), rest))
    try:
        read_elsewhere(forged, key.public_key())
    except Exception:  # whatever that library says of it, it says no
        stage.tell(
            f"certificate {number} is printed; the library `sd-jwt` verifies its credential, and refuses a forged one",
            f"凭证 {number} 已打印；第三方库 `sd-jwt` 验证通过其可验证凭证，并识破伪造",
        )
        return
    raise OffScript("a forged credential was not seen")
