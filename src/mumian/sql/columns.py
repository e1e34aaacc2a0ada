"""Which declared column a name in the text means, and what its values are as a set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from sqlglot import exp

from mumian.engines.question import Op
from mumian.kernel.canonical import INT53_MAX
from mumian.rooms.cleanroom.analysis import AnalysisRules, Kind, PublicColumn
from mumian.rooms.cleanroom.refusals import CleanroomRefusal
from mumian.sql.literals import Scalar, numeral
from mumian.sql.ranges import EVERYTHING, HIGH, LOW, Ranges
from mumian.sql.reading import no
from mumian.sql.refusals import SqlRefusal as R


@dataclass(frozen=True)
class Field:
    """A column that a query reads. name: the plan's, `table.column` of a joined one. rules: of the table that it is of."""

    name: str
    column: PublicColumn
    rules: AnalysisRules

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def is_integer(self) -> bool:
        return self.column.kind is Kind.INTEGER

    @property
    def scale(self) -> int:
        """Return how many integers one of the column's unit is."""
        return int(10**self.column.decimals)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return the public list of a text column, value → place."""
        return {value: place for place, value in enumerate(self.column.keys)}

    @property
    def universe(self) -> Ranges:
        """Return all its values: integers, or places in the public list, or one place for texts that are not listed."""
        return EVERYTHING if self.is_integer else ((0, max(0, len(self.column.keys) - 1)),)

    def key_integer(self, key: str) -> int | None:
        """Return the integer that a listed key of an integer column stands for, or None if it is no numeral."""
        value = numeral(key)
        scaled = None if value is None else value * self.scale
        return scaled.numerator if scaled is not None and scaled.denominator == 1 else None

    def comparable(self, value: Scalar, node: exp.Expr) -> int | Fraction:
        """Return a literal as this column has it. Raises: NotAnswered: of another kind, not listed, too large."""
        kind = f"number ({self.column.unit or '-'})" if self.is_integer else "text"
        if self.is_integer:
            found = numeral(value) if isinstance(value, str) else value
            if not isinstance(found, Fraction):
                no(R.LITERAL_KIND, node, column=self.name, kind=kind)
            scaled = found * self.scale
            return scaled if abs(scaled) < INT53_MAX else no(R.LITERAL_TOO_LONG, node)
        if not isinstance(value, str):
            no(R.LITERAL_KIND, node, column=self.name, kind=kind)
        if value not in self.places:
            allowed = ", ".join(self.column.keys[:20]) or "-"
            shown = value.replace("`", "'")[:60]
            no(CleanroomRefusal.VALUE_OUTSIDE, node, column=self.name, value=shown, allowed=allowed)
        return self.places[value]


def satisfying(op: Op, value: int | Fraction) -> Ranges:
    """Return the integers that compare so with a number."""
    match op:
        case Op.EQ:
            return ((int(value), int(value)),) if value == int(value) else ()
        case Op.LT:
            return ((LOW, ceil(value) - 1),)
        case Op.LE:
            return ((LOW, floor(value)),)
        case Op.GT:
            return ((floor(value) + 1, HIGH),)
        case _:
            return ((ceil(value), HIGH),)


@dataclass(frozen=True)
class Scope:
    """The columns that a query can name. sources: by alias, then by name, both lower case. merged: joined by USING, the
    first table's."""

    sources: Mapping[str, Mapping[str, Field]]
    merged: frozenset[str] = frozenset()

    def fields(self) -> Iterator[tuple[str, Field]]:
        """Yield every column with its name here, those merged once."""
        for nth, columns in enumerate(self.sources.values()):
            yield from ((name, field) for name, field in columns.items() if not nth or name not in self.merged)

    def field(self, node: exp.Column) -> Field:
        """Return the column that is named. Raises: NotAnswered: there is none, or several."""
        named, source = name_of(node.this), name_of(node.args.get("table"))
        tables = ", ".join(self.sources)
        if not isinstance(node.this, exp.Identifier):
            no(R.STAR, node)
        if node.args.get("db") or node.args.get("catalog") or (source and source not in self.sources):
            no(R.COLUMN_SOURCE, node, tables=tables)
        if source:
            found = [self.sources[source].get(named)]
        else:
            found = [field for name, field in self.fields() if name == named]
        if not found or found[0] is None:
            no(CleanroomRefusal.COLUMN_UNKNOWN, node, column=clean(node.name), table=source or tables)
        if len(found) > 1:
            no(R.COLUMN_AMBIGUOUS, node, column=clean(node.name))
        return found[0]


def name_of(node: exp.Expr | None) -> str:
    """Return an identifier as names are compared: without case."""
    return str(node.this).lower() if isinstance(node, exp.Identifier) else ""


def clean(name: str) -> str:
    """Return a name out of the text, fit to stand in a sentence."""
    return name.replace("`", "'").replace("\n", " ")[:60]


def fields_of(rules: AnalysisRules, *, prefix: str = "") -> dict[str, Field]:
    """Return a table's columns by name in lower case; of names that differ by case only, none is found by that."""
    made: dict[str, Field] = {}
    for column in rules.columns:
        made.setdefault(column.name.lower(), Field(prefix + column.name, column, rules))
    return made
