"""The page on SQL says what is so: each query on it is compiled, and what came of it is what stands below."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from schema import ask

from mumian.sql.compiling import Compiled

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sql.md"
BLOCKS = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text("utf8"), re.MULTILINE | re.DOTALL)
EXAMPLES = [example.rpartition("\n-- ") for block in BLOCKS for example in block.strip().split("\n\n")]


@pytest.mark.parametrize(("text", "outcome"), [(text, outcome) for text, _, outcome in EXAMPLES])
def test_an_example_of_the_page_comes_out_as_it_says(text: str, outcome: str) -> None:
    made = ask(text)
    assert outcome == ("answered" if isinstance(made, Compiled) else f"refused: {made.say()}")


def test_the_page_has_examples_of_both() -> None:
    outcomes = {outcome.partition(":")[0] for _, _, outcome in EXAMPLES}
    assert outcomes == {"answered", "refused"}
