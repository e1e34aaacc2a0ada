"""Ids of a leaf that makes several things: numbered without gap, whatever was made before."""

from __future__ import annotations

import pytest

from mumian.kernel.ids import free_id, is_id, new_id


@pytest.mark.parametrize("made", [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1_000])
def test_the_next_id_is_the_first_that_is_not_taken(made: int) -> None:
    taken = {new_id("right", 17, nth) for nth in range(made)} | {"right-18", "right-170"}
    assert free_id(taken, "right", 17) == new_id("right", 17, made)
    assert is_id(free_id(taken, "right", 17))
    slow = next(key for nth in range(made + 1) if (key := new_id("right", 17, nth)) not in taken)
    assert free_id(taken, "right", 17) == slow
