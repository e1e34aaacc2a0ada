"""Statements, reconciliation and books for other programs, from the command line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from terminal import Mumian

from mumian.kernel.time import GUANGZHOU
from mumian.market.trial import uscc

FAULT = 2


@pytest.fixture
def paid(mumian: Mumian) -> Mumian:
    """A market whose exchange has mirrored a deposit of 1,234.56 yuan to `party-1`."""
    assert mumian("init").code == 0
    admitted = {"type": "parties.AdmitParty", "kind": "legal", "name": "公司", "uscc": uscc(1), "roles": ["buyer"]}
    assert mumian("submit", "-", said=admitted).code == 0
    bank, cash = _account("bank", mumian), _account("cash", mumian, owner="party-1")
    leg = {"debit": bank, "credit": cash, "amount_fen": 123_456, "memo": "deposit-1"}
    posted: dict[str, Any] = {"type": "ledger.PostTransfers", "legs": [leg]}
    assert mumian("submit", "-", said=posted).code == 0
    return mumian


def _account(purpose: str, mumian: Mumian, *, owner: str = "exchange") -> str:
    accounts: dict[str, dict[str, Any]] = json.loads(mumian("show", "account", "--json").out)
    return next(key for key, each in accounts.items() if (each["owner"], each["purpose"]) == (owner, purpose))


def test_a_statement_shows_what_came_in_and_why(paid: Mumian) -> None:
    shown = paid("statement", "party-1").out
    assert "deposit-1  exchange/bank" in shown
    assert "closing 1,234.56" in shown


def test_a_statement_as_csv_counts_in_fen(paid: Mumian) -> None:
    head, line = paid("statement", "party-1", "--csv").out.strip().splitlines()
    assert head == "day,leaf,purpose,other,why,amount_fen,balance_fen"
    assert line.endswith("cash,exchange/bank,deposit-1,123456,123456")


def test_a_month_before_anything_moved_is_empty(paid: Mumian) -> None:
    shown = paid("statement", "party-1", "--month", "2000-12").out
    assert "closing 0.00" in shown
    assert "deposit-1" not in shown


@pytest.mark.parametrize("asked", [("party-404",), ("party-1", "--month", "2026-13"), ("party-1", "--month", "soon")])
def test_what_cannot_be_stated_is_said_in_a_sentence(paid: Mumian, asked: tuple[str, ...]) -> None:
    ran = paid("statement", *asked)
    assert (ran.code, ran.out) == (FAULT, "")


def test_a_market_reconciles_to_the_fen(paid: Mumian) -> None:
    assert "1 movements on 5 accounts, no fen apart" in paid("reconcile").out


def test_the_ledger_is_printed_for_beancount(paid: Mumian) -> None:
    shown = paid("export", "beancount").out
    assert "  Assets:Exchange:Bank  1234.56 CNY\n  Liabilities:Party-1:Cash  -1234.56 CNY" in shown


def test_a_closed_day_is_a_batch_for_the_bank_with_its_total(paid: Mumian) -> None:
    payout = {"type": "settlement.RequestPayout", "amount_fen": 3_456, "account_digest": "ab" * 32}
    for _ in range(2):
        assert paid("submit", "-", said={"actor": "party-1", "command": payout}).code == 0
    yesterday = (datetime.now(GUANGZHOU) - timedelta(days=1)).date().isoformat()
    assert paid("export", "bank-batch", yesterday).code == FAULT
    assert paid("submit", "-", said={"type": "settlement.CloseDay", "day": yesterday}).code == 0
    head, line, total = paid("export", "bank-batch", yesterday).out.strip().splitlines()
    assert head == "batch,line,party,account_digest,amount_fen,payouts"
    assert line.split(",")[1:5] == ["1", "party-1", "ab" * 32, "6912"]
    assert total.split(",")[1:5] == ["total", "1", "", "6912"]
    assert f"{yesterday} closed, 1 payments of 69.12 in `{line.split(',')[0]}`, imbalance 0.00" in paid("reconcile").out
    batch = paid("export", "bank-batch", yesterday, "--iso20022").out
    assert batch.count("<NbOfTxs>1</NbOfTxs>") == batch.count("<CtrlSum>69.12</CtrlSum>") == 2


def test_a_day_without_payments_is_no_message_to_a_bank(paid: Mumian) -> None:
    yesterday = (datetime.now(GUANGZHOU) - timedelta(days=1)).date().isoformat()
    assert paid("submit", "-", said={"type": "settlement.CloseDay", "day": yesterday}).code == 0
    assert paid("export", "bank-batch", yesterday, "--iso20022").code == FAULT
