"""Query codes of the public register (登记结果查询码). The unified coding is not published: a stand-in, marked in S2-CODE."""

from __future__ import annotations

import re
from datetime import date

_property_certificate = re.compile(r"SJ\d{13}", re.ASCII)


def public_prefix(*, head: str, institution: str, day: date) -> str:
    """Return what all query codes of a month begin with: head, region, YYYYMM. institution: its first 2 digits count."""
    return f"{head}{institution[:2]}{day.year:04d}{day.month:02d}"


def public_code(prefix: str, serial: int) -> str:
    """Return the query code of a registration. serial: 1 to 999,999."""
    return f"{prefix}{serial:06d}"


def is_property_certificate(text: str) -> bool:
    """Tell whether `text` has the form of a certificate of data property (S1 附件6), which is another register's."""
    return _property_certificate.fullmatch(text) is not None
