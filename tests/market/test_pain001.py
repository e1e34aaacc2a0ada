"""A batch as ISO 20022: its totals are its lines', in the order of elements that the schema asks for."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from mumian.kernel.ids import PartyId
from mumian.kernel.time import DAY_MS, start_of
from mumian.market.pain001 import NAMESPACE, pain001_of
from mumian.rooms.settlement.events import DayClosed
from mumian.rooms.settlement.records import BatchId, BatchLine, PayoutId

DAY = date(2026, 9, 30)
AT = start_of(DAY) + DAY_MS + 999
LINES = tuple(
    BatchLine(PartyId(f"party-{nth}"), f"{nth:02x}" * 32, fen, (PayoutId(f"payout-{nth}"),))
    for nth, fen in enumerate((1, 100, 123_456), 1)
)
BATCH = DayClosed(DAY, BatchId("batch-20"), (), LINES)
OF = {"p": NAMESPACE}


def texts(path: str) -> list[str | None]:
    return [each.text for each in ElementTree.fromstring(pain001_of(BATCH, AT)).findall(path, OF)]


def test_number_and_sum_are_those_of_the_lines_in_the_header_and_in_the_block() -> None:
    assert texts(".//p:NbOfTxs") == ["3", "3"]
    assert texts(".//p:CtrlSum") == ["1235.57", "1235.57"]
    assert texts(".//p:InstdAmt") == ["0.01", "1.00", "1234.56"]
    assert texts(".//p:EndToEndId") == ["batch-20.1", "batch-20.2", "batch-20.3"]


def test_an_account_is_a_reference_that_fits_its_field_and_the_whole_digest_is_beside_it() -> None:
    assert texts(".//p:CdtrAcct/p:Id/p:Othr/p:Id") == ["01" * 16, "02" * 16, "03" * 16]
    assert texts(".//p:Ustrd") == [f"account sha256 {line.account_digest}" for line in LINES]


def test_elements_stand_in_the_order_of_the_schema() -> None:
    root = ElementTree.fromstring(pain001_of(BATCH, AT))
    block = [each.tag.partition("}")[2] for each in root.findall("./*/p:PmtInf/*", OF)]
    assert (
        block
        == ["PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt"]
        + ["CdtTrfTxInf"] * 3
    )
    first = [each.tag.partition("}")[2] for each in root.findall("./*/p:PmtInf/p:CdtTrfTxInf[1]/*", OF)]
    assert first == ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"]
    assert texts(".//p:CreDtTm") == ["2026-10-01T00:00:00+08:00"]


def test_a_batch_without_a_line_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="no payment"):
        pain001_of(DayClosed(DAY, BatchId("batch-20"), (), ()), AT)
