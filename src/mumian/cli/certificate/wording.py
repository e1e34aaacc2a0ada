"""The words of a certificate in both languages; it is printed in both at once, whatever the reader's language."""

from __future__ import annotations

from typing import NamedTuple

from mumian.kernel.roles import Right
from mumian.rooms.rights.chain import Break


class Both(NamedTuple):
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh}  {self.en}"


RIGHTS = {
    Right.HOLD: "right to hold",
    Right.USE: "right to use",
    Right.OPERATE: "right to operate",
}
"""In English both vocabularies have one word."""

SOURCES = {
    "collected": Both("采集生成", "collected or generated"),
    "crawled": Both("通过自动化程序收集公开数据", "public data collected by programs"),
    "agreed": Both("协议取得", "obtained under agreement"),
    "derived": Both("衍生创造", "derived"),
}

NOTES = {
    "terms": Both("行使期限、条件的约定", "agreed terms"),
    "judicial_seizure": Both("司法查封等保全", "judicial seizure"),
    "administrative_control": Both("行政临时管制", "administrative control"),
    "ownership_dispute": Both("权属争议", "dispute over the right"),
    "statute": Both("法定事项", "by statute"),
    "other": Both("其他", "other"),
}

STOPS = {
    Break.ENDED: Both("已终止", "has ended"),
    Break.EXPIRED: Both("已届满", "has expired"),
    Break.NOT_YET: Both("尚未生效", "is not in force yet"),
    Break.FROZEN: Both("已冻结", "stands still"),
}
"""Why a right on a certificate cannot be exercised now."""

NONE = Both("无", "none")
YES, NO = Both("可", "allowed"), Both("不可", "not allowed")


def day_zh(day: str) -> str:
    """Return an ISO day as Chinese documents write it: 2026年11月24日."""
    year, month, of_month = day.split("-")
    return f"{int(year)}年{int(month)}月{int(of_month)}日"


def term(first: str, last: str) -> str:
    """Return a term, both days included, in both languages."""
    return f"{day_zh(first)}至{day_zh(last)}  {first} to {last}"
