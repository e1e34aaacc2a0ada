"""What may leave: an answer of the declared shape, with its noise, within a size; and nothing else.

The output is the leak. So the answer is built from the plan's public lists, and then looked at again, as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

import msgspec
import numpy as np

from mumian.domain.refusals import DomainRefusal as R
from mumian.engines.clustered import Integers, by_measure
from mumian.engines.question import width
from mumian.kernel.canonical import INT53_MAX, Int53, Natural, Positive, canonical
from mumian.kernel.ids import JobId
from mumian.kernel.outcome import Refused
from mumian.methods.dp import Noise
from mumian.methods.mechanisms import Mechanism, at_scales, half_width_of, noise_of
from mumian.methods.thresholding import threshold
from mumian.rooms.cleanroom.noise import scale_of
from mumian.rooms.cleanroom.plan import (
    CELLS_MAX,
    AggregatePlan,
    Hex32,
    Measure,
    Mode,
    Units,
    groups,
    has_found_keys,
    question,
)

CONFIDENCE_PERMILLE = 950
ANSWER_BYTES_MAX = 8 * 1024 * 1024


class Row(msgspec.Struct, frozen=True):
    """One group: its keys in the order of the plan's columns, the values of each measure; None: not shown, too few units."""

    keys: tuple[str, ...]
    values: tuple[Int53 | None, ...]


class Cells(msgspec.Struct, frozen=True):
    """Values and how far the noise may have moved them: ±half_widths[m] for measure m, with `confidence_permille`.

    The interval is of the noise alone; values were clamped and contributions bounded before. Exact values have ±0.
    """

    rows: tuple[Row, ...]
    half_widths: tuple[Natural, ...]
    confidence_permille: Positive = CONFIDENCE_PERMILLE


class Answer(msgspec.Struct, frozen=True):
    """What the consumer gets. `salt` keeps the digest in the release from being guessed.

    plan_digest: of the plan that was run. rho_nano, delta_femto: what it cost when it was first asked.
    rules: digests of the owner's analysis rules that it was held against. seq: of the ticket's leaf in the journal.
    """

    job: JobId
    ticket_digest: Hex32
    columns: tuple[str, ...]
    measures: tuple[Measure, ...]
    cells: Cells
    salt: Hex32
    plan_digest: Hex32
    rho_nano: Natural
    delta_femto: Natural
    rules: tuple[Hex32, ...]
    seq: Natural


class Sampler(msgspec.Struct, frozen=True):
    """Where noise comes from; anything but the default is for tests."""

    gaussian: Noise = noise_of(Mechanism.GAUSSIAN)
    laplace: Noise = noise_of(Mechanism.LAPLACE)

    def of(self, mechanism: Mechanism) -> Noise:
        return self.gaussian if mechanism is Mechanism.GAUSSIAN else self.laplace


def add_noise(
    plan: AggregatePlan, totals: Integers, sampler: Sampler, *, keys: Sequence[tuple[str, ...]] = ()
) -> Cells:
    """Return the cells to release. totals: exact, groups of the first measure, then of the next; noise added once.

    keys: of groups that were found in the data, in the order of `totals`; those with too few units stay inside.
    Measures of one scale get their noise in one call.
    """
    named = list(keys) if has_found_keys(plan) else list(_keys(plan))
    blocks = by_measure(question(plan), totals, groups=len(named))
    scales = [scale_of(plan, measure) for measure in plan.measures]
    noise, chosen, noisy = sampler.of(plan.mechanism), np.arange(len(named)), dict[int, list[int]]()
    if has_found_keys(plan):
        units = plan.measures.index(Units())
        tau = threshold(plan.mechanism, l0=plan.l0, scale=scales[units], delta_femto=plan.delta_femto)
        counted = noise(blocks[units].ravel().tolist(), scales[units])
        chosen = np.array([place for place, value in enumerate(counted) if value >= tau], np.int64)
        noisy[units] = [counted[place] for place in chosen]
    exact = {nth: block[chosen].ravel().tolist() for nth, block in enumerate(blocks) if nth not in noisy}
    of_each = [scales[nth] for nth, values in exact.items() for _ in values]
    drawn = iter(at_scales([value for values in exact.values() for value in values], of_each, noise))
    noisy |= {nth: list(islice(drawn, len(values))) for nth, values in exact.items()}
    widths = tuple(
        half_width_of(plan.mechanism, scale=scale, confidence_permille=CONFIDENCE_PERMILLE) for scale in scales
    )
    return Cells(tuple(_rows(plan, [named[place] for place in chosen], noisy)), widths)


def _rows(plan: AggregatePlan, named: Sequence[tuple[str, ...]], noisy: dict[int, list[int]]) -> Iterator[Row]:
    """Yield the rows; where the plan shows groups from so many units on, the others have no values."""
    sizes = [width(measure) for measure in plan.measures]
    units = plan.measures.index(Units()) if plan.units_min else -1
    for place, keys in enumerate(named):
        shown = units < 0 or noisy[units][place] >= plan.units_min
        values = (noisy[nth][place * size : (place + 1) * size] for nth, size in enumerate(sizes))
        flat = tuple(_within(value) for part in values for value in part)
        yield Row(keys, flat if shown else (None,) * len(flat))


def _within(value: int) -> int:
    """Return a value within what JSON carries: beyond it the sampler saturated, which the noise explains as well."""
    return max(-INT53_MAX, min(INT53_MAX, value))


def _keys(plan: AggregatePlan) -> Iterator[tuple[str, ...]]:
    return product(*(key.shown for key in plan.group_by))


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
    values = sum(map(width, plan.measures))
    if answer.columns != tuple(key.column for key in plan.group_by) or answer.measures != plan.measures:
        yield "columns or measures are not the plan's"
    if len(answer.cells.half_widths) != len(plan.measures):
        yield f"{len(answer.cells.half_widths)} intervals for {len(plan.measures)} measures"
    if plan.mode is Mode.PRIVATE and not all(answer.cells.half_widths):
        yield "a value without noise"
    if not has_found_keys(plan):
        yield from _public_faults(plan, answer)
    elif len(answer.cells.rows) * values > CELLS_MAX:
        yield f"{len(answer.cells.rows)} rows of {values} values exceed {CELLS_MAX} cells"
    for row in answer.cells.rows:
        if len(row.values) != values or len(row.keys) != len(plan.group_by):
            yield f"{len(row.keys)} keys and {len(row.values)} values for {len(plan.group_by)} and {values}"
        if any(value is not None and abs(value) > INT53_MAX for value in row.values):
            yield "a value beyond 2^53"


def _public_faults(plan: AggregatePlan, answer: Answer) -> Iterator[str]:
    if len(answer.cells.rows) != groups(plan):
        yield f"{len(answer.cells.rows)} rows for {groups(plan)} groups"
    for row, keys in zip(answer.cells.rows, _keys(plan), strict=False):
        if row.keys != keys:
            yield f"keys `{', '.join(row.keys)}` where the public lists have `{', '.join(keys)}`"
