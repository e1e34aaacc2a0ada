"""Conditions in one form: the prime implicates of their conjunctive normal form, whatever way they were written.

A clause says of some columns which values make it true; a row stays if every clause is true of it. Two conditions that keep
the same rows of every table have the same clauses.
Source: Quine 1955, A way to simplify truth functions; iterated consensus with sets of values instead of literals, as in
Rudell & Sangiovanni-Vincentelli 1987, Multiple-valued minimization.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TypeAlias

from sqlglot import exp

from mumian.engines.question import ALTERNATIVES_MAX, CLAUSES_MAX
from mumian.sql.columns import Field
from mumian.sql.conditions import All, Atom, Formula, Some
from mumian.sql.ranges import Ranges, covers, intersection, union
from mumian.sql.reading import NotAnswered, no
from mumian.sql.refusals import SqlRefusal as R

Allowed: TypeAlias = tuple[Ranges, bool]
"""Values that make a clause true, and whether a missing one does."""

Clause: TypeAlias = frozenset[tuple[Field, Allowed]]

WORK_MAX = 4 * CLAUSES_MAX
"""Clauses on the way; more than this is refused."""


def clauses(formula: Formula, *, at: exp.Expr) -> list[Clause]:
    """Return the prime implicates, in order of their columns and values; of what is always true none.

    Raises: NotAnswered: nothing can satisfy the formula, or it takes too many clauses.
    """
    try:
        found = _primes(_normal(formula))
    except NotAnswered as e:
        raise NotAnswered(e.refused, at) from None
    if frozenset() in found:
        names = sorted({field.name for field in fields(formula)})
        no(R.ASKS_NOTHING, at, column=", ".join(names[:5]) or "-")
    if len(found) > CLAUSES_MAX:
        no(R.CONDITION_TOO_LARGE, at, most=CLAUSES_MAX)
    return sorted(found, key=order_of)


def order_of(clause: Clause) -> list[tuple[str, Allowed]]:
    return sorted((field.name, allowed) for field, allowed in clause)


def fields(formula: Formula) -> Iterator[Field]:
    """Yield the column of every comparison."""
    if isinstance(formula, Atom):
        yield formula.field
    else:
        for part in formula.parts:
            yield from fields(part)


def _normal(formula: Formula) -> set[Clause]:
    if isinstance(formula, Atom):
        return _reduced([_clause({formula.field: (formula.values, formula.missing)})])
    parts = _merged(formula)
    if isinstance(formula, All):
        return _reduced(clause for part in parts for clause in _normal(part))
    made: set[Clause] = {frozenset()}
    for part in parts:
        made = _reduced(_either(a, b) for a in made for b in _normal(part))
    return made


def _merged(formula: All | Some) -> list[Formula]:
    """Return the parts, comparisons of one column made one: long lists cost no product."""
    join = intersection if isinstance(formula, All) else union
    atoms: dict[Field, Atom] = {}
    others: list[Formula] = []
    for part in formula.parts:
        if not isinstance(part, Atom):
            others.append(part)
        elif part.field in atoms:
            before = atoms[part.field]
            missing = before.missing and part.missing if isinstance(formula, All) else before.missing or part.missing
            atoms[part.field] = Atom(part.field, join(before.values, part.values), missing)
        else:
            atoms[part.field] = part
    return [*atoms.values(), *others]


def _clause(allowed: dict[Field, Allowed]) -> Clause | None:
    """Return a clause without columns that make nothing true, or None if it is always true."""
    if any(missing and values == field.universe for field, (values, missing) in allowed.items()):
        return None
    return frozenset((field, each) for field, each in allowed.items() if each != ((), False))


def _either(a: Clause, b: Clause) -> Clause | None:
    """Return the clause that is true where one of two is."""
    made = dict(a)
    for field, (values, missing) in b:
        before, gone = made.get(field, ((), False))
        made[field] = union(before, values), missing or gone
    return _clause(made)


def _resolved(a: Clause, b: Clause, on: Field) -> Clause | None:
    """Return what two clauses imply together: on one column what both allow, on all others what either does."""
    left, right = dict(a), dict(b)
    (values, missing), (others, gone) = left.pop(on), right.pop(on)
    made = _either(frozenset(left.items()), frozenset(right.items()))
    both: Allowed = intersection(values, others), missing and gone
    return None if made is None else _clause({**dict(made), on: both})


def _implies(a: Clause, b: Clause) -> bool:
    """Return whether `b` is true wherever `a` is, by its columns alone."""
    right = dict(b)
    for field, (values, missing) in a:
        others, gone = right.get(field, ((), False))
        if not covers(others, values) or missing > gone:
            return False
    return True


def _reduced(found: Iterable[Clause | None]) -> set[Clause]:
    """Return clauses without those that others imply; unit clauses of a column met first."""
    made: set[Clause] = set()
    for clause in found:
        if clause is not None:
            _add(made, clause)
    return made


def _add(made: set[Clause], clause: Clause) -> bool:
    if any(_implies(other, clause) for other in made):
        return False
    made -= {other for other in made if _implies(clause, other)}
    made.add(clause)
    if len(made) > WORK_MAX or len(clause) > ALTERNATIVES_MAX:
        no(R.CONDITION_TOO_LARGE, most=CLAUSES_MAX)
    return True


def _primes(start: set[Clause]) -> set[Clause]:
    """Return the closure under resolution, without what others imply."""
    made = set(start)
    todo = list(combinations(sorted(made, key=order_of), 2))
    steps = 0
    while todo:
        a, b = todo.pop()
        steps += 1
        if steps > 40 * WORK_MAX:
            no(R.CONDITION_TOO_LARGE, most=CLAUSES_MAX)
        if a not in made or b not in made:
            continue
        for field in dict(a).keys() & dict(b).keys():
            resolved = _resolved(a, b, field)
            if resolved is not None and _add(made, resolved):
                todo += [(resolved, other) for other in made if other != resolved]
    return made
