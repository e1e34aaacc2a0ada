"""Several columns of a row as one integer, exactly: no hash, no false hit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mumian.engines.clustered import Integers, Mask

PACKED_MAX = 2**62


class TooWide(ValueError):  # noqa: N818  # named for what is the matter
    """The columns together have more values than fit in 62 bits."""


def packed(columns: Sequence[Integers], sizes: Sequence[int], *, rows: int) -> tuple[Integers, Mask]:
    """Return each row's integer, and whether the row has a value in every column.

    columns: by row, the value's place among `size` of its column, or -1.
    Raises: TooWide.
    """
    made, whole, wide = np.zeros(rows, np.int64), np.ones(rows, np.bool_), 1
    for places, size in zip(columns, sizes, strict=True):
        wide *= size
        if wide > PACKED_MAX:
            raise TooWide(wide)
        whole &= places >= 0
        made = made * size + np.maximum(places, 0)
    return made, whole
