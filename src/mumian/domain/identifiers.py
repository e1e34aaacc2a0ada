"""Chinese identifiers in text: found by shape, and by checksum where they have one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from stdnum.cn import ric, uscc

from mumian.rooms.catalog.levels import Level

SHARE_PERMILLE = 500
"""A column is taken for an identifier when this share of its sampled values is one."""

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class Identifier(StrEnum):
    RESIDENT_ID = "resident-id"  # 公民身份号码, GB 11643-1999
    USCC = "uscc"  # 统一社会信用代码, GB 32100-2015
    MOBILE = "mobile"  # 手机号码
    PLATE = "plate"  # 机动车号牌, GA 36-2018
    EMAIL = "email"


PERSONAL: dict[Identifier, Level] = {
    Identifier.RESIDENT_ID: Level.GENERAL_4,
    Identifier.MOBILE: Level.GENERAL_3,
    Identifier.PLATE: Level.GENERAL_3,
    Identifier.EMAIL: Level.GENERAL_3,
}
"""Identifiers of natural persons, with the level proposed for a table that has them."""

_shapes: dict[Identifier, re.Pattern[str]] = {
    Identifier.RESIDENT_ID: re.compile(r"[1-9]\d{16}[\dXx]"),
    Identifier.USCC: re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}"),
    Identifier.MOBILE: re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}"),
    Identifier.PLATE: re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][·. ]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]"),
    Identifier.EMAIL: re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
}
_checks: dict[Identifier, Any] = {
    Identifier.RESIDENT_ID: ric.is_valid,
    Identifier.USCC: uscc.is_valid,
}


def identify(text: str) -> Identifier | None:
    """Return which identifier `text` is as a whole, its checksum verified, or None."""
    for identifier, shape in _shapes.items():
        if shape.fullmatch(text) and _checks.get(identifier, lambda _: True)(text):
            return identifier
    return None


def identifier_of(sample: Iterable[str]) -> tuple[Identifier | None, int, int]:
    """Return the identifier that a column's sample shows, how many of its values are one, and the sample's size."""
    found: dict[Identifier, int] = {}
    size = 0
    for text in sample:
        size += 1
        identifier = identify(text.strip())
        if identifier is not None:
            found[identifier] = found.get(identifier, 0) + 1
    if not found:
        return None, 0, size
    most = max(found, key=found.__getitem__)
    return (most if found[most] * 1000 >= size * SHARE_PERMILLE else None), found[most], size
