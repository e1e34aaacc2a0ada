"""Invented people: resident ids with a right check character, of nobody."""

from __future__ import annotations

from stdnum.cn import ric

from mumian.vault.entries import Identity


def resident_id(born: str, nth: int = 1) -> str:
    """Return the nth invented resident id of who was born on `born`, YYYYMMDD."""
    stem = f"360426{born}{nth:03d}"
    return stem + str(ric.calc_check_digit(stem + "0"))


ANN = Identity(resident_id("19910101"), "欧阳安娜", "139 0000 0000")
BEN = Identity(resident_id("19850615", 2), "贝恩", "ben@example.org")
KID = Identity(resident_id("20130921", 3), "小孩", "", "party-7")
