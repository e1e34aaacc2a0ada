"""Exact answers priced by what they cover, from the command line: the support from published rules, the price, the answer, the bill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terminal import Mumian, Ran
from test_domain_cli import FAULT, PURPOSE, Town, shelf, town

from mumian.kernel.ids import ProductId
from mumian.methods.tariff import Tier, cost_fen

__all__ = ["town"]  # the fixture

BY_DISTRICT = "SELECT district, COUNT(*) AS n FROM deliveries WHERE minutes > 60 GROUP BY district"
IN_ALL = "SELECT COUNT(*) AS n FROM deliveries WHERE minutes > 60"
TIERS = [{"up_to": 100, "unit_fen": 50}, {"up_to": 2_000, "unit_fen": 8}]


@pytest.fixture
def agreement(mumian: Mumian, town: Town) -> str:
    """The insurer's agreement on figures of the first courier's deliveries, answered exactly and priced by coverage."""
    rules: dict[str, Any] = json.loads(Path("north.rules.json").read_text())
    uses = [{**rule, "uses": [use for use in rule["uses"] if use != "aggregate"]} for rule in rules["rules"]]
    exact = {"units_min": 3, "dominance_units": 1, "dominance_permille": 900, "cells_max": 1_000}
    Path("north.rules.json").write_text(json.dumps({**rules, "rules": uses, "exact": exact}))
    assert (
        mumian(
            "domain", "rules", "north", "--resource", town.resources[0], "--file", "north.rules.json", "--submit"
        ).code
        == 0
    )
    rights = json.loads(mumian("show", "right", "--json").out)
    use = next(key for key, right in rights.items() if (right["holder"], right["right"]) == ("party-1", "use"))
    items = [*shelf("party-1", [use], ["party-1"], 1, checks=False)]
    made = mumian("submit", "-", said=items[:3])
    assert made.code == 0, made
    product = made.events[0]["product"]
    support = mumian("support", product, "--rows", "500")
    assert (support.code, "left out" in support.err and "vehicle" in support.err) == (0, True), support
    price = {"mode": "tiered", "amount_fen": 50, "unit": "coverage", "tiers": TIERS, "support": json.loads(support.out)}
    listed = {"type": "exchange.ListProduct", "product": product, "price": price}
    offered = {**items[-1]["command"], "target": product}
    offered["policy"]["permission"][0]["target"] = product
    sold = mumian("submit", "-", said=[{"actor": "party-1", "command": each} for each in (listed, offered)])
    assert sold.code == 0, sold
    order = {"listing": sold.events[0]["listing"], "quantity": 600, "max_price_fen": 10**6, "expires_at": "$now+30d"}
    sign = {"offer": sold.events[1]["offer"], "policy_digest": sold.events[1]["policy_digest"]}
    bought = [
        {"type": "exchange.PlaceOrder", **order},
        {"type": "contracts.SignAgreement", **sign},
        {"type": "exchange.SignDeal", "order": "$1.order", "agreement": "$2.agreement"},
    ]
    ran = mumian("submit", "-", said=[{"actor": "party-4", "command": each} for each in bought])
    assert ran.code == 0, ran
    return str(next(event["agreement"] for event in ran.events if "agreement" in event))


def asked(mumian: Mumian, agreement: str, *words: str) -> Ran:
    return mumian("query", *words, "--exact", "--agreement", agreement, "--purpose", PURPOSE)


def test_an_exact_answer_is_priced_before_it_is_asked_and_paid_when_it_leaves(mumian: Mumian, agreement: str) -> None:
    told = json.loads(asked(mumian, agreement, BY_DISTRICT, "--explain", "--json").out)["price"]
    assert (told["unit"], told["amount_fen"]) == ("coverage", cost_fen([Tier(**tier) for tier in TIERS], told["units"]))
    assert 100 < told["units"] < 400  # of 500 rows those of the listed districts, late
    ran = asked(mumian, agreement, BY_DISTRICT, "--json")
    assert ran.code == 0, ran
    assert [name for name, _ in json.loads(ran.out)["rows"]] == ["Tianhe", "Yuexiu"]
    orders = json.loads(mumian("show", "order", "--json").out)
    (order,) = (each for each in orders.values() if each["agreement"] == agreement)
    assert order["calls"] == told["units"]
    said = asked(mumian, agreement, IN_ALL, "--explain")
    assert "paid when the answer leaves: 1 units of coverage, 0.08 yuan" in said.out, said


def test_what_has_no_support_is_told(mumian: Mumian, town: Town) -> None:
    nothing = mumian("support", ProductId("product-404"))
    assert (nothing.code, "has published what may be asked" in nothing.err) == (FAULT, True)
    wrong = mumian("support", town.joint_product, "--table", "parcels")
    assert (wrong.code, "choose a table by --table: deliveries" in wrong.err) == (FAULT, True)
