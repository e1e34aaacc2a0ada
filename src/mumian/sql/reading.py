"""From text to a tree: limits before the parser sees anything, its complaints turned into ours, places kept.

NotAnswered   raised anywhere below `compile_sql`, caught there: a refusal on its way out
"""

from __future__ import annotations

import logging
import re
from typing import Never

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from mumian.kernel.outcome import Detail, Refusal, Refused
from mumian.sql.refusals import SqlRefusal as R
from mumian.sql.refusals import SqlRefused

TEXT_MAX = 20_000
"""Characters of a query."""

TOKENS_MAX = 3_000
DEPTH_MAX = 12
"""Brackets and CASEs within each other; the parser uses some thirty calls for each."""

PREFIXES_MAX = 8
"""Prefix operators in a row: NOT NOT, - -."""

CHAINED_MAX = 150
"""Operators of a query besides commas."""

NUMBER_MAX = 24
STRING_MAX = 200
SNIPPET_MAX = 60

logging.getLogger("sqlglot").disabled = True  # its warnings quote the text; what it cannot read is refused here

_duckdb = Dialect.get_or_raise("duckdb")
_control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_exponent = re.compile(r"[eE][+-]?(\d+)$")
_function = re.compile(r"[A-Za-z_]\w*\s*\(\s*$")
_select = re.compile(r"(?:\(\s*)?\bselect\s+(?:distinct\s+)?$", re.IGNORECASE)
_join = re.compile(
    r"(?:\b(?:natural|left|right|full|cross|inner|outer|semi|anti|asof|positional)\s+)*(?:\bjoin|,)\s*$", re.IGNORECASE
)
_open = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_close = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_prefix = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE}
_flat = {TokenType.COMMA, TokenType.NUMBER, TokenType.STRING, TokenType.VAR, TokenType.IDENTIFIER} | _open | _close
_first = {TokenType.SELECT, TokenType.WITH, TokenType.FROM, TokenType.L_PAREN}


class NotAnswered(Exception):  # noqa: N818  # named for what is the matter
    """A refusal on its way to `compile_sql`, with what it is about: a part of the tree, offsets, or nothing."""

    def __init__(self, refused: Refused, at: exp.Expr | tuple[int, int] | None) -> None:
        super().__init__(refused.refusal.name)
        self.refused, self.at = refused, at


def no(refusal: Refusal, at: exp.Expr | tuple[int, int] | None = None, **detail: str | int) -> Never:
    """Refuse, at a place. Raises: NotAnswered."""
    raise NotAnswered(Refused(refusal, dict(detail)), at)


def read(text: str) -> exp.Expr:
    """Return the tree of a query's text. Raises: NotAnswered."""
    if len(text) > TEXT_MAX:
        no(R.TEXT_TOO_LONG, (0, 0), characters=len(text), most=TEXT_MAX)
    bad = _control.search(text)
    if bad is not None:
        no(R.CHARACTER_FORBIDDEN, (bad.start(), bad.start()), code=f"U+{ord(bad.group()):04X}")
    try:
        tokens = _duckdb.tokenize(text)
    except TokenError:
        no(R.NOT_READABLE, _unclosed(text))
    _check(tokens)
    try:
        trees = _duckdb.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, text)
    except ParseError as e:
        no(R.NOT_READABLE, _place_of_error(text, e))
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):  # the parser's own faults on odd input
        no(R.NOT_READABLE, (0, len(text) - 1))
    tree = trees[0] if len(trees) == 1 else None
    return tree if tree is not None else no(R.NOT_READABLE, (0, len(text) - 1))


def _check(tokens: list[Token]) -> None:
    """Refuse what would be too much for the parser, or is no question at all."""
    if not tokens or tokens[0].token_type is TokenType.SEMICOLON:
        no(R.NOT_A_SELECT, (0, 0))
    if len(tokens) > TOKENS_MAX:
        no(R.TOO_MANY_WORDS, (tokens[TOKENS_MAX].start, tokens[TOKENS_MAX].end), words=len(tokens), most=TOKENS_MAX)
    depth = prefixes = chained = 0
    for token in tokens:
        kind, at = token.token_type, (token.start, token.end)
        depth += (kind in _open) - (kind in _close)
        prefixes = prefixes + 1 if kind in _prefix else 0
        chained += kind not in _flat
        if depth > DEPTH_MAX or prefixes > PREFIXES_MAX or chained > CHAINED_MAX:
            no(R.TOO_DEEP, at)
        if kind is TokenType.HINT or any(comment.startswith("+") for comment in token.comments):
            no(R.HINT, at)
        _check_literal(token, at)
    if tokens[0].token_type not in _first:
        no(R.NOT_A_SELECT, (tokens[0].start, tokens[0].end))
    ends = [nth for nth, token in enumerate(tokens) if token.token_type is TokenType.SEMICOLON]
    if ends and ends[0] < len(tokens) - len(ends):
        no(R.SEVERAL_STATEMENTS, (tokens[ends[0] + 1].start, tokens[ends[0] + 1].end))
    del tokens[len(tokens) - len(ends) :]


def _check_literal(token: Token, at: tuple[int, int]) -> None:
    if token.token_type is TokenType.NUMBER:
        exponent = _exponent.search(token.text)
        if len(token.text) > NUMBER_MAX or (exponent and int(exponent.group(1)) > NUMBER_MAX):
            no(R.LITERAL_TOO_LONG, at)
    elif len(token.text) > STRING_MAX:
        no(R.LITERAL_TOO_LONG, at)


def _unclosed(text: str) -> tuple[int, int]:
    """Return the place of the quote that no other closes, as near as can be told."""
    at = max(text.rfind("'"), text.rfind('"'), text.rfind("/*"), text.rfind("$"), 0)
    return at, len(text) - 1


def _place_of_error(text: str, error: ParseError) -> tuple[int, int]:
    found = error.errors[0] if error.errors else {}
    line, column, words = found.get("line"), found.get("col"), found.get("highlight") or ""
    if not line or not column:
        return 0, len(text) - 1
    starts = [0, *(match.end() for match in re.finditer(r"\n", text))]
    end = starts[min(line, len(starts)) - 1] + column - 1
    return max(0, end - len(words) + 1), end


def span(node: exp.Expr) -> tuple[int, int] | None:
    """Return the first and last offset of a part of the tree; of what it stands in, where it left no trace."""
    whole: exp.Expr | None = node
    while whole is not None:
        marks = [each.meta for each in whole.walk() if "start" in each.meta]
        if marks:
            return min(mark["start"] for mark in marks), max(mark["end"] for mark in marks)
        whole = whole.parent
    return None


_named = (exp.Func, exp.Rollup, exp.Cube, exp.GroupingSets)


def place(text: str, node: exp.Expr) -> tuple[int, int] | None:
    """Return the place of a part of the tree, with the words before it that left no trace: a function's name, SELECT."""
    found = span(node)
    if found is None or "start" in node.meta:
        return found
    before = None
    if isinstance(node, _named):
        before = _function.search(text, max(0, found[0] - 80), found[0])
    elif isinstance(node, exp.Query):
        before = _select.search(text, max(0, found[0] - 80), found[0])
    elif isinstance(node, exp.Join):
        before = _join.search(text, max(0, found[0] - 80), found[0])
    return (before.start() if before else found[0]), found[1]


def words(text: str, at: tuple[int, int]) -> str:
    """Return the words of a place, brackets closed, fit to stand in a sentence."""
    start, end = at
    while end + 1 < len(text) and text.count("(", start, end + 1) > text.count(")", start, end + 1):
        end += 1
    found = re.sub(r"\s+", " ", _control.sub(" ", text[start : end + 1])).strip().replace("`", "'")
    return found if len(found) <= SNIPPET_MAX else found[: SNIPPET_MAX - 1] + "…"


def refused_at(text: str, refused: Refused, at: exp.Expr | tuple[int, int] | None) -> SqlRefused:
    """Return a refusal with its place in the text, and its `{found}` filled with the words there."""
    found = (place(text, at) if isinstance(at, exp.Expr) else at) or (0, len(text) - 1)
    start = max(0, min(found[0], len(text) - 1))
    snippet = words(text, (start, found[1])) or "-"
    detail: Detail = {"found": snippet, **refused.detail}
    line = text.count("\n", 0, start) + 1
    return SqlRefused(Refused(refused.refusal, detail), line, start - text.rfind("\n", 0, start), snippet)
