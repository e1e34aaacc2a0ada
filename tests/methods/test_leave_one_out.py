"""Leave-one-out: the last marginal worth, and what it does not see."""

from __future__ import annotations

import pytest

from mumian.methods.leave_one_out import leave_one_out


def test_in_a_game_that_adds_up_everybody_is_worth_their_own_part() -> None:
    assert leave_one_out(3, lambda mask: sum(worth for bit, worth in enumerate((1, 2, 4)) if mask >> bit & 1)) == [
        1,
        2,
        4,
    ]


def test_two_who_can_replace_one_another_are_worth_nothing_and_two_who_need_one_another_everything() -> None:
    assert leave_one_out(2, lambda mask: int(mask != 0)) == [0, 0]
    assert leave_one_out(2, lambda mask: int(mask == 3)) == [1, 1]


def test_a_game_without_players_is_an_error() -> None:
    with pytest.raises(ValueError, match="`0` players"):
        leave_one_out(0, lambda mask: mask)
