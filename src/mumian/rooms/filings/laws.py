"""What always holds of filings and of the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.kernel.roles import DataKind
from mumian.rooms.filings.model import State
from mumian.rooms.filings.records import FilingState


def no_public_data_is_filed_as_sold_outside(state: State) -> Iterator[str]:
    """公共数据产品应当进场交易 (S19)."""
    for key, record in state.filings.under():
        if record.data_kind is DataKind.PUBLIC:
            yield f"`{key}` files public data as sold off the exchange"


def what_is_confirmed_has_a_number_of_its_own(state: State) -> Iterator[str]:
    numbers = Counter[str]()
    for key, record in state.filings.under():
        if bool(record.number) is not (record.state is FilingState.CONFIRMED):
            yield f"`{key}` is {record.state.value} with number `{record.number}`"
        numbers[record.number] += bool(record.number)
    yield from (f"`{number}` was given {count} times" for number, count in numbers.items() if count > 1)


def no_contract_stands_twice(state: State) -> Iterator[str]:
    """A contract is behind one filing at most that was not withdrawn: nothing enters the index twice."""
    for key, record in state.filings.under():
        if record.state is not FilingState.WITHDRAWN and state.by_contract.get(record.contract_digest) != key:
            yield f"`{key}` shares its contract with another filing"


def no_family_is_shown_and_suppressed(state: State) -> Iterator[str]:
    for month, index in state.indexes.under():
        both = {figure.family for figure in index.figures} & set(index.suppressed)
        if both:
            yield f"{month} shows and suppresses `{sorted(both)}`"


LAWS = (
    no_public_data_is_filed_as_sold_outside,
    what_is_confirmed_has_a_number_of_its_own,
    no_contract_stands_twice,
    no_family_is_shown_and_suppressed,
)
