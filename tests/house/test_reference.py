"""The reference pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from mumian.cli.reference import pages
from mumian.market.rooms import ROOM_OF_COMMAND

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["commands.md", "events.md", "refusals.md", "laws.md", "settings.md"])
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text("utf8") == pages()[name], "run `make docs`"


def test_every_command_says_what_it_does() -> None:
    assert [kind.__name__ for kind in ROOM_OF_COMMAND if not vars(kind).get("__doc__")] == []
