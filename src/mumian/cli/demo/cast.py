"""Act 1: who takes part. Sixteen airlines, two public bodies, an operator, a merchant, an insurer, a registry, a regulator."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mumian.cli.demo.data import Flights, split_by_airline
from mumian.cli.demo.stage import ORIGIN, Stage
from mumian.kernel.ids import OPERATOR, AccountId, PartyId
from mumian.kernel.roles import Role
from mumian.market.trial import uscc
from mumian.rooms.ledger.model import Leg, PostTransfers, Purpose
from mumian.rooms.ledger.views import account_of
from mumian.rooms.oversight.model import OpenMarket
from mumian.rooms.parties.model import PartyKind
from mumian.rulebook.rules import RULEBOOK_VERSION, load

DEPOSIT_FEN = 200_000_000
"""What the insurer pays in: two million yuan."""


class Cast(NamedTuple):
    """Everybody, by what they do. airlines: in the order of their size, with their parts of the data."""

    registry: PartyId
    regulator: PartyId
    operator: PartyId
    merchant: PartyId
    claimant: PartyId
    subsidiary: PartyId
    insurer: PartyId
    bureau: PartyId
    public_registry: PartyId
    weather: PartyId
    aircraft: PartyId
    airlines: dict[PartyId, Flights]


def admit_all(stage: Stage, incoming: Path) -> Cast:
    """Open the market and admit everybody; the insurer pays in."""
    stage.act(1, "who takes part", "准入各方主体")
    key = stage.open_key()
    stage.say(OPERATOR, OpenMarket(ORIGIN, "木棉数据交易所（演示）", uscc(0), RULEBOOK_VERSION, load().digest(), key))
    stage.names[OPERATOR] = "木棉数据交易所（演示）"
    body = PartyKind.PUBLIC_BODY
    registry = stage.admit("数据产权登记机构", Role.REGISTRY)
    regulator = stage.admit("数据监管机构", Role.REGULATOR, kind=body)
    operator = stage.admit("公共数据运营公司", Role.PUBLIC_DATA_OPERATOR, Role.SUPPLIER)
    merchant = stage.admit("航延数据商", Role.DATA_MERCHANT)
    claimant = stage.admit("冒名信息公司", Role.SUPPLIER)
    subsidiary = stage.admit("运营公司控股数据商", Role.DATA_MERCHANT)
    insurer = stage.admit("珠江保险公司", Role.BUYER)
    bureau = stage.admit("公共数据主管部门", Role.DATA_BUREAU, kind=body)
    public_registry = stage.admit("公共数据资源登记机构", Role.REGISTRY, kind=body)
    weather = stage.admit_holder("Weather Bureau", "weather", Role.PUBLIC_BODY, kind=body)
    aircraft = stage.admit_holder("Aircraft Registry", "aircraft", Role.PUBLIC_BODY, kind=body)
    airlines = {
        stage.admit_holder(part.name, part.code.lower(), Role.SUPPLIER): part for part in split_by_airline(incoming)
    }
    stage.connect()
    pay_in(stage, insurer, DEPOSIT_FEN)
    officials = (registry, regulator, operator, merchant, claimant, subsidiary, insurer, bureau, public_registry)
    return Cast(*officials, weather, aircraft, airlines)


def pay_in(stage: Stage, party: PartyId, amount_fen: int, id_: str = "") -> None:
    """Mirror money that arrived at the exchange's bank for `party`."""
    bank, cash = cash_of(stage, OPERATOR, Purpose.BANK), cash_of(stage, party)
    stage.say(OPERATOR, PostTransfers((Leg(bank, cash, amount_fen, "deposit"),)), id_)


def cash_of(stage: Stage, party: PartyId, purpose: Purpose = Purpose.CASH) -> AccountId:
    """Return the account that everybody got on admission."""
    account = stage.market.ask(lambda states: account_of(states.ledger, party, purpose))
    assert account is not None
    return account
