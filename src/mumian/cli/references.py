"""Words in a file of commands that are filled in as it is submitted.

$N.FIELD       what the Nth item (from 1) made: FIELD of its first event that has one, as `$1.party`
$now           the instant of submission, in ms; `$now+30d` is 30 days later, `$now-12h` 12 hours before
$sha256:FILE   SHA-256 of a file, named as seen from the file of commands

Only a string that is such a word as a whole is one; all others stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from mumian.cli.words import say
from mumian.kernel.canonical import sha256_hex
from mumian.kernel.time import DAY_MS, Instant
from mumian.market.leaf import Leaf

_MADE = re.compile(r"\$([1-9][0-9]{0,5})\.([a-z_]+)")
_NOW = re.compile(r"\$now(?:([+-])([0-9]{1,6})([dh]))?")
_FILE = re.compile(r"\$sha256:(.+)")
_UNIT_MS = {"d": DAY_MS, "h": DAY_MS // 24}


class NothingThere(Exception):  # noqa: N818  # told to people
    """A word points to what is not there."""


def waits(value: Any) -> bool:
    """Tell whether `value` names what an earlier item made, so that this one cannot be read before that is known."""
    match value:
        case str():
            return _MADE.fullmatch(value) is not None
        case list():
            return any(map(waits, value))
        case dict():
            return any(map(waits, value.values()))
        case _:
            return False


def filled(value: Any, leaves: Sequence[Leaf], *, now: Instant, beside: Path) -> Any:
    """Return `value` with every word filled in.

    leaves: answers to the items before this one. beside: folder that files are named from.
    Raises: NothingThere.
    """
    match value:
        case str():
            return _word(value, leaves, now=now, beside=beside)
        case list():
            return [filled(each, leaves, now=now, beside=beside) for each in value]
        case dict():
            return {name: filled(each, leaves, now=now, beside=beside) for name, each in value.items()}
        case _:
            return value


def _word(text: str, leaves: Sequence[Leaf], *, now: Instant, beside: Path) -> Any:
    if made := _MADE.fullmatch(text):
        return _made(leaves, nth=int(made[1]), field=made[2], word=text)
    if moment := _NOW.fullmatch(text):
        sign, count, unit = moment.groups()
        shift_ms = int(count) * _UNIT_MS[unit] if sign else 0
        return now - shift_ms if sign == "-" else now + shift_ms
    if named := _FILE.fullmatch(text):
        return _digest(beside / named[1], word=text)
    return text


def _made(leaves: Sequence[Leaf], *, nth: int, field: str, word: str) -> Any:
    if nth > len(leaves):
        raise NothingThere(
            say(f"`{word}` names item {nth}, which is not before it", f"`{word}` 所指第 {nth} 项不在本项之前")
        )
    leaf = leaves[nth - 1]
    if leaf.refused:
        raise NothingThere(
            say(f"`{word}` names item {nth}, which was refused", f"`{word}` 所指第 {nth} 项已被不予办理")
        )
    for event in leaf.events:
        if field in event.__struct_fields__:
            return msgspec.to_builtins(getattr(event, field))
    raise NothingThere(say(f"`{word}`: item {nth} made no `{field}`", f"`{word}`：第 {nth} 项没有产生 `{field}`"))


def _digest(file: Path, *, word: str) -> str:
    try:
        return sha256_hex(file.read_bytes())
    except OSError as error:
        raise NothingThere(
            say(
                f"`{word}`: `{file}` cannot be read ({error.strerror})",
                f"`{word}`：无法读取 `{file}`（{error.strerror}）",
            )
        ) from error
