"""What may leave: an answer of the declared shape, with its noise, within a size; and nothing else.

The output is the leak. So the answer is built from the plan's public lists, and then looked at again, as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import msgspec

from mumian.domain.refusals import DomainRefusal as R
from mumian.engines.clustered import Integers
from mumian.kernel.canonical import INT53_MAX, Int53, Positive, canonical
from mumian.kernel.ids import JobId
from mumian.kernel.outcome import Refused
from mumian.methods.dp import Noise, half_width, sigma_up
from mumian.rooms.cleanroom.plan import AggregatePlan, Hex32, Measure, groups, l2_squared, rho_each_nano

CONFIDENCE_PERMILLE = 950
ANSWER_BYTES_MAX = 8 * 1024 * 1024


class Row(msgspec.Struct, frozen=True):
    """One group: its keys in the order of the plan's columns, one noisy value for each measure."""

    keys: tuple[str, ...]
    values: tuple[Int53, ...]


class Cells(msgspec.Struct, frozen=True):
    """Noisy values and how far the noise may have moved them: ±half_widths[m] for measure m, with `confidence_permille`.

    The interval is of the noise alone; values were clamped and contributions bounded before.
    """

    rows: tuple[Row, ...]
    half_widths: tuple[Positive, ...]
    confidence_permille: Positive = CONFIDENCE_PERMILLE


class Answer(msgspec.Struct, frozen=True):
    """What the consumer gets. `salt` keeps the digest in the release from being guessed."""

    job: JobId
    ticket_digest: Hex32
    columns: tuple[str, ...]
    measures: tuple[Measure, ...]
    cells: Cells
    salt: Hex32


def add_noise(plan: AggregatePlan, totals: Integers, noise: Noise) -> Cells:
    """Return the cells to release. totals: exact, groups of the first measure, then of the next; noise added once.

    Measures of one scale get their noise in one call.
    """
    width = groups(plan)
    sigmas = [sigma_up(l2_squared=l2_squared(plan, m), rho_nano=rho_each_nano(plan)) for m in plan.measures]
    noisy: dict[int, list[int]] = {}
    for sigma in dict.fromkeys(sigmas):
        same = [nth for nth, other in enumerate(sigmas) if other == sigma]
        exact = [value for nth in same for value in totals[nth * width : (nth + 1) * width].tolist()]
        drawn = noise(exact, sigma)
        for place, nth in enumerate(same):
            noisy[nth] = drawn[place * width : (place + 1) * width]
    by_group = zip(*(noisy[nth] for nth in range(len(sigmas))), strict=True)
    widths = tuple(half_width(sigma=sigma, confidence_permille=CONFIDENCE_PERMILLE) for sigma in sigmas)
    return Cells(tuple(Row(keys, values) for keys, values in zip(_keys(plan), by_group, strict=True)), widths)


def _keys(plan: AggregatePlan) -> Iterator[tuple[str, ...]]:
    return product(*(key.values for key in plan.group_by))


def refuse_answer(plan: AggregatePlan, answer: Answer) -> Refused | None:
    """Return why the answer must stay inside, or None."""
    reason = next(_faults(plan, answer), None)
    if reason is not None:
        return Refused(R.GATE_SHAPE, {"reason": reason})
    size_bytes = len(canonical(answer))
    if size_bytes > ANSWER_BYTES_MAX:
        return Refused(R.GATE_SIZE, {"size_bytes": size_bytes, "size_bytes_max": ANSWER_BYTES_MAX})
    return None


def _faults(plan: AggregatePlan, answer: Answer) -> Iterator[str]:
    if answer.columns != tuple(key.column for key in plan.group_by) or answer.measures != plan.measures:
        yield "columns or measures are not the plan's"
    if len(answer.cells.half_widths) != len(plan.measures):
        yield f"{len(answer.cells.half_widths)} intervals for {len(plan.measures)} measures"
    if len(answer.cells.rows) != groups(plan):
        yield f"{len(answer.cells.rows)} rows for {groups(plan)} groups"
    for row, keys in zip(answer.cells.rows, _keys(plan), strict=False):
        if row.keys != keys:
            yield f"keys `{', '.join(row.keys)}` where the public lists have `{', '.join(keys)}`"
        if len(row.values) != len(plan.measures):
            yield f"{len(row.values)} values for {len(plan.measures)} measures"
        if any(abs(value) > INT53_MAX for value in row.values):
            yield "a value beyond 2^53"
