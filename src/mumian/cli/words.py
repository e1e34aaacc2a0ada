"""The language of the command line: English or Chinese, by `--lang` or the locale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence


def choose(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return "zh" or "en": from `--lang` on the command line, else from MUMIAN_LANG, else from the locale."""
    for position, word in enumerate(argv):
        if word.startswith("--lang="):
            return _short(word.removeprefix("--lang="))
        if word == "--lang" and position + 1 < len(argv):
            return _short(argv[position + 1])
    for name in ("MUMIAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return _short(environ[name])
    return "en"


def _short(lang: str) -> str:
    return "zh" if lang.lower().startswith(("zh", "cn", "中")) else "en"


LANG = choose(sys.argv[1:], os.environ)
"""Chosen once, before the help texts are made."""


def say(en: str, zh: str) -> str:
    """Return the one of two texts that the reader reads."""
    return zh if LANG == "zh" else en
