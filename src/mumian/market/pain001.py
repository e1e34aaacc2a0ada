"""A closed day's batch as ISO 20022 pain.001.001.09, what a corporate sends to its bank (customer credit transfer initiation).

Bank accounts stay references: the bank's own numbers are filled in by whoever keeps them, outside the journal.
"""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree

from mumian.kernel.time import GUANGZHOU, Instant, day_of
from mumian.rooms.settlement.events import DayClosed
from mumian.rooms.settlement.records import BatchLine

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SCHEME = "sha256/128"
"""A reference of an account is the first 128 bits of its digest: `Othr/Id` holds 34 signs. The whole is in the remittance."""

REFERENCE_DIGITS = 32
UNKNOWN_AGENT = "NOTPROVIDED"
CURRENCY = "CNY"


def pain001_of(closed: DayClosed, at: Instant) -> str:
    """Return the document of a batch with at least one line. at: of the leaf that closed the day.

    Amounts are yuan with two decimals; `CtrlSum` is their sum and `NbOfTxs` their number, for the file and for its one block.
    Raises: ValueError: the batch has no line, which the format cannot say.
    Source: ISO 20022 message definition pain.001.001.09, CustomerCreditTransferInitiationV09.
    """
    if not closed.lines:
        raise ValueError(f"`{closed.batch}` has no payment")
    root = ElementTree.Element("Document", {"xmlns": NAMESPACE})
    message = ElementTree.SubElement(root, "CstmrCdtTrfInitn")
    header = ElementTree.SubElement(message, "GrpHdr")
    _put(header, "MsgId", closed.batch)
    _put(header, "CreDtTm", datetime.fromtimestamp(at // 1000, tz=GUANGZHOU).isoformat())
    _total(header, closed)
    _put(header, "InitgPty/Nm", "exchange")
    block = ElementTree.SubElement(message, "PmtInf")
    _put(block, "PmtInfId", closed.batch)
    _put(block, "PmtMtd", "TRF")
    _total(block, closed)
    _put(block, "ReqdExctnDt/Dt", day_of(at).isoformat())
    _put(block, "Dbtr/Nm", "exchange")
    _put(block, "DbtrAcct/Id/Othr/Id", "exchange/bank")
    _put(block, "DbtrAgt/FinInstnId/Othr/Id", UNKNOWN_AGENT)
    for nth, line in enumerate(closed.lines, 1):
        _transfer(block, f"{closed.batch}.{nth}", line)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _transfer(block: ElementTree.Element, name: str, line: BatchLine) -> None:
    transfer = ElementTree.SubElement(block, "CdtTrfTxInf")
    _put(transfer, "PmtId/EndToEndId", name)
    amount = ElementTree.SubElement(ElementTree.SubElement(transfer, "Amt"), "InstdAmt", {"Ccy": CURRENCY})
    amount.text = _yuan(line.amount_fen)
    _put(transfer, "Cdtr/Nm", line.party)
    account = ElementTree.SubElement(ElementTree.SubElement(transfer, "CdtrAcct"), "Id")
    other = ElementTree.SubElement(account, "Othr")
    _put(other, "Id", line.account_digest[:REFERENCE_DIGITS])
    _put(other, "SchmeNm/Prtry", SCHEME)
    _put(transfer, "RmtInf/Ustrd", f"account sha256 {line.account_digest}")


def _total(place: ElementTree.Element, closed: DayClosed) -> None:
    _put(place, "NbOfTxs", str(len(closed.lines)))
    _put(place, "CtrlSum", _yuan(sum(line.amount_fen for line in closed.lines)))


def _yuan(amount_fen: int) -> str:
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def _put(place: ElementTree.Element, path: str, text: str) -> None:
    """Add the elements of `path`, one in the other; the innermost says `text`."""
    for name in path.split("/"):
        place = ElementTree.SubElement(place, name)
    place.text = text
