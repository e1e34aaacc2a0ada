"""Analysis rules for a holding: a draft from its declaration, for its owner to narrow. Nothing is in force before it is set."""

from __future__ import annotations

from mumian.domain.declaration import AnyColumn, Declaration, IntegerColumn
from mumian.domain.plans import public_column
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Use

_LISTED = (Use.GROUP, Use.FILTER, Use.OUTPUT, Use.VERIFY)
_NUMBER = (Use.AGGREGATE, Use.GROUP, Use.FILTER, Use.OUTPUT, Use.VERIFY)


def drafted(declaration: Declaration, table: str) -> AnalysisRules:
    """Return rules by which everything declared may be asked for, as its kind allows: what an owner starts from.

    The unit is joined and verified by only; text without a public list is verified by only; numbers are added up,
    compared, put in bins; text with a list is grouped by and compared.
    """
    return AnalysisRules(
        table=table,
        unit=declaration.unit,
        columns=tuple(map(public_column, declaration.columns)),
        rules=tuple(ColumnRule(column.name, _uses(declaration, column)) for column in declaration.columns),
        key=declaration.key,
    )


def _uses(declaration: Declaration, column: AnyColumn) -> tuple[Use, ...]:
    joins = (Use.JOIN,) if column.name == declaration.unit or column.name in declaration.key else ()
    if column.name == declaration.unit:
        return (Use.JOIN, Use.VERIFY)
    if isinstance(column, IntegerColumn):
        return (*joins, *_NUMBER)
    return (*joins, *(_LISTED if column.keys else (Use.VERIFY,)))
