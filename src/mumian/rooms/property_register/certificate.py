"""The numbers that registration gives, and the two vocabularies that a certificate is printed in."""

from __future__ import annotations

import re
from datetime import date

from mumian.kernel.roles import Right

_shape = re.compile(r"SJ(\d{2})(\d)(\d{4})(0[1-9]|1[0-2])(\d{4})", re.ASCII)

DISPLAY_NAMES = {
    "gz2023": {
        Right.HOLD: "数据资源持有权",
        Right.USE: "数据加工使用权",
        Right.OPERATE: "数据产品经营权",
    },
    "national2026": {
        Right.HOLD: "数据持有权",
        Right.USE: "数据使用权",
        Right.OPERATE: "数据经营权",
    },
}
"""The policy's words of 2023 and the national words of 2026 (政策第1条; S1 第3条); a certificate prints both."""


def month_prefix(*, institution: str, day: date) -> str:
    """Return what all certificate numbers of a month begin with: SJ, region and institution, YYYYMM (S1 附件6)."""
    return f"SJ{institution}{day.year:04d}{day.month:02d}"


def number(prefix: str, serial: int) -> str:
    """Return the certificate number, 15 characters. serial: 1 to 9,999."""
    return f"{prefix}{serial:04d}"


def is_number(text: str) -> bool:
    """Tell whether `text` has the form of a certificate number; it has no check digit (domain-rules §2.5)."""
    match = _shape.fullmatch(text)
    return match is not None and match[5] != "0000"
