"""Domains from the command line: taken in, described, opened, served, asked; in this process and over HTTP the same."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from terminal import PROGRAM, Mumian, in_a_process

from mumian.market.trial import uscc

REFUSED, FAULT = 1, 2
HOME = Path("mumian-home")
PURPOSE = "delivery-insurance"
LISTED = ["Tianhe", "Yuexiu"]
DIGEST = "00" * 32
DECLARATION: dict[str, Any] = {
    "unit": "vehicle",
    "columns": [
        {"type": "column.TextColumn", "name": "vehicle", "keys": []},
        {"type": "column.TextColumn", "name": "district", "keys": LISTED},
        {"type": "column.IntegerColumn", "name": "minutes", "unit": "min", "lower": 0, "upper": 240},
    ],
    "sensitivity": "general_2",
}


class Town(NamedTuple):
    """Two couriers with a domain each, a merchant's product on both, a verification on the first one's, an insurer's deals."""

    resources: list[str]
    joint: str
    joint_agreement: str
    joint_product: str
    checks: str
    digests: list[str]


def deliveries(first: str) -> str:
    rows = [f"{first}{van:02d},{LISTED[van % 2]},{20 + van + 10 * nth}" for van in range(40) for nth in range(4)]
    return "\n".join(["vehicle,district,minutes", *rows]) + "\n"


def plan(rho_nano: int = 500_000_000) -> dict[str, Any]:
    measures = [{"type": "measure.Count"}, {"type": "measure.Sum", "column": "minutes", "lower": 0, "upper": 120}]
    keys = [{"column": "district", "values": LISTED}]
    shape = {"unit": "vehicle", "l0": 1, "linf_rows": 4, "rho_nano": rho_nano, "where": []}
    return {"type": "plan.AggregatePlan", "group_by": keys, "measures": measures, **shape}


def policy(action: str, product: str) -> dict[str, Any]:
    only = {"type": "constraint", "left_operand": "purpose", "operator": "eq", "right_operand": PURPOSE}
    permit = {"uid": "permit", "action": action, "target": product, "constraints": [only]}
    return {"uid": f"terms-{action}", "type": "Offer", "permission": [permit]}


def by(actor: str, command: str, /, **fields: Any) -> dict[str, Any]:
    return {"actor": actor, "command": {"type": command, **fields}}


def admissions() -> list[dict[str, Any]]:
    roles = ["supplier", "supplier", "data_merchant", "buyer", "registry"]
    admitted = [
        by("exchange", "parties.AdmitParty", kind="legal", name=role, uscc=uscc(nth), roles=[role])
        for nth, role in enumerate(roles, 1)
    ]
    leg = {"debit": "account-0.4", "credit": "$4.account", "amount_fen": 10**9, "memo": "deposit"}
    return [*admitted, by("exchange", "ledger.PostTransfers", legs=[leg])]


def applied(nth: int, resource: str) -> Iterator[dict[str, Any]]:
    """Apply for USE and OPERATE of what party `nth` has, and pass it at once, as its registry would: items $`3n - 2` to $`3n`."""
    party, application = f"party-{nth}", f"${3 * nth - 2}.application"
    holds = [{"condition": "lawful_source", "holds": True}]
    claim = {"holder": party, "basis": "collection", "proof_digest": DIGEST}
    content = {
        "resource": resource, "origin": "collected", "source_type": "self_generated", "records": 160,
        "size_bytes": 3_000, "restrictions": {}, "evidence": {"sample": DIGEST, "acquisition": DIGEST},
    }  # fmt: skip
    form = {
        "type": "initial", "applicants": [{"party": party, "contact_commitment": DIGEST}], "content": content,
        "claims": [{**claim, "right": "use"}, {**claim, "right": "operate"}], "statements": holds,
        "waive_publicity": True,
    }  # fmt: skip
    found = {"description": "holds", "source": "holds", "right": "holds", "report_digest": DIGEST}
    yield by(party, "property_register.SubmitApplication", registry="party-5", form=form)
    yield by("party-5", "property_register.AcceptApplication", application=application)
    yield by(
        "party-5", "property_register.ConcludeReview", application=application, findings=found, found=holds, waive=True
    )


def rights(resources: list[str], uses: list[str]) -> Iterator[dict[str, Any]]:
    """Items 1 and 2 grant the use of both to the merchant, 3 and 4 open budgets."""
    for nth, use in enumerate(uses, 1):
        to = {"parent": use, "grantee": "party-3", "right": "use", "purposes": [PURPOSE]}
        rest = {"territory": ["CN"], "fields": [], "onward": False, "terms_digest": DIGEST}
        yield by(f"party-{nth}", "rights.GrantRight", **to, **rest, valid_from="$now", valid_to="$now+800d")
    for nth, resource in enumerate(resources, 1):
        loss = {"rho_nano": 3 * 10**9, "per_consumer_rho_nano": 2 * 10**9}
        unit = {"resource": resource, "privacy_unit": "vehicle", "until": "$now+365d"}
        yield by(f"party-{nth}", "cleanroom.OpenBudget", **unit, **loss)


def shelf(seller: str, sources: list[str], owners: list[str], at: int, *, checks: bool) -> Iterator[dict[str, Any]]:
    """A product from registration (item `at`) to its offer, the last item."""
    product, verify = f"${at}.product", {"product_type": "verify", "delivery": "verify_qa"}
    kind = verify if checks else {"product_type": "indicator", "delivery": "sandbox"}
    scenario = {"code": "FIN-02", "text": "late delivery", "field": "industry"}
    yield by(
        seller, "exchange.RegisterProduct", title="x", **kind, sources=sources, purposes=[PURPOSE], scenario=scenario
    )
    share = {"method": "fixed", "merchant_bp": 0, "owner_bp": [10_000 // len(owners)] * len(owners)}
    yield by(seller, "revenue.AgreeDistribution", product=product, fees=[], owners=owners, **share)
    for owner in owners:
        if owner != seller:
            yield by(owner, "revenue.ConsentToDistribution", product=product, version=1)
    yield by("exchange", "exchange.ReviewCompliance", product=product, verdict="passed", report_digest=DIGEST)
    price = {"mode": "per_call", "amount_fen": 2, "unit": "call"}
    fixed = {"mode": "fixed", "amount_fen": 100, "unit": "product"}
    yield by(seller, "exchange.ListProduct", product=product, price=price if checks else fixed)
    terms = policy("verify" if checks else "aggregate", product)
    yield by(seller, "contracts.MakeOffer", target=product, policy=terms, assignee=None, valid_until="$now+30d")


def deal(listing: int, product: int, at: int, asked: dict[str, Any], *, quantity: int) -> Iterator[dict[str, Any]]:
    """An order (item `at`) to its job, the last item. listing, product: items that made them."""
    order = {"listing": f"${listing}.listing", "quantity": quantity, "max_price_fen": 10**6, "expires_at": "$now+30d"}
    yield by("party-4", "exchange.PlaceOrder", **order)
    offer = f"${listing + 1}.offer"
    yield by("party-4", "contracts.SignAgreement", offer=offer, policy_digest=f"${listing + 1}.policy_digest")
    agreement = f"${at + 1}.agreement"
    yield by("party-4", "exchange.SignDeal", order=f"${at}.order", agreement=agreement)
    what = {"agreement": agreement, "product": f"${product}.product", "purpose": PURPOSE, "plan": asked}
    yield by("party-4", "cleanroom.RequestJob", **what, nonce="first")


def build(mumian: Mumian) -> Town:
    def ok(*words: str | Path, said: Any = None) -> Any:
        ran = mumian(*words, said=said)
        assert ran.code == 0, (words, ran)
        return ran

    Path("declaration.json").write_text(json.dumps(DECLARATION))
    ok("init")
    ok("submit", "-", said=admissions())
    ok("key", "party-4", "--register")
    resources, digests = [], []
    for nth, name in enumerate(("north", "south"), 1):
        Path(f"{name}.csv").write_text(deliveries(name[0]))
        ok("domain", "init", name, "--party", f"party-{nth}", "--register")
        added = ok("domain", "add", name, f"{name}.csv", "--declaration", "declaration.json", "--json")
        digests.append(json.loads(added.out)["version"])
        words = ["--title", name, "--summary", name, "--industry", "G60", "--from", "2026-01-01", "--submit"]
        graded = ["--impact", "organisation=serious", "--signed-by", "cdo"]
        resources.append(ok("domain", "describe", name, *words, *graded).out.strip())
        kinds = ["--kind", "aggregate", "--kind", "verification", "--predicate", "minutes > 60"]
        ok("domain", "allow", name, "--resource", resources[-1], "--purpose", PURPOSE, "--rho", "3", *kinds)
        Path(f"{name}.rules.json").write_text(ok("domain", "rules", name, "--table", "deliveries").out)
        ok("domain", "rules", name, "--resource", resources[-1], "--file", f"{name}.rules.json", "--submit")
    verify = {"type": "plan.VerificationPlan", "key_columns": ["vehicle", "district"], "calls_max": 4}
    verify["predicate"] = {"column": "minutes", "op": "gt", "value": 60}
    said = ok("submit", "-", said=[*applied(1, resources[0]), *applied(2, resources[1])]).events
    uses = [each["registration"] for each in said if each.get("record", {}).get("right") == "use"]
    items = [*rights(resources, uses)]
    joint = len(items) + 1
    items += shelf("party-3", ["$1.grant", "$2.grant"], ["party-1", "party-2"], joint, checks=False)
    checks = len(items) + 1
    items += shelf("party-1", uses[:1], ["party-1"], checks, checks=True)
    items += deal(checks - 2, joint, len(items) + 1, plan(), quantity=1)
    items += deal(len(items) - 5, checks, len(items) + 1, verify, quantity=100)
    events = ok("submit", "-", said=items).events
    jobs = [event for event in events if event["type"] == "cleanroom.TicketIssued"]
    first = jobs[0]
    return Town(resources, first["job"], first["agreement"], first["product"], jobs[1]["job"], digests)


_built: dict[str, tuple[Path, Town]] = {}


@pytest.fixture
def town(mumian: Mumian, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town, built once, in a copy of its own for each test."""
    if not _built:
        made, kept = build(mumian), tmp_path_factory.mktemp("town") / "kept"
        shutil.copytree(tmp_path, kept)
        _built["town"] = kept, made
        return made
    kept, made = _built["town"]
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return made


@contextmanager
def served(folder: Path, name: str, *words: str) -> Iterator[str]:
    """Serve a domain in a process of its own and yield its URL."""
    command = [*PROGRAM, "domain", "serve", name, "--port", "0", *words]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        try:
            yield serving.stdout.readline().split()[-1]
        finally:
            serving.terminate()


def ask_again(mumian: Mumian, town: Town, nonce: str, rho_nano: int = 500_000_000) -> str:
    """Ask for a further job under the same agreement and return its id."""
    what = {"agreement": town.joint_agreement, "product": town.joint_product, "purpose": PURPOSE}
    ran = mumian("submit", "-", said=by("party-4", "cleanroom.RequestJob", **what, plan=plan(rho_nano), nonce=nonce))
    assert ran.code == 0, ran
    return next(event["job"] for event in ran.events if event["type"] == "cleanroom.TicketIssued")


def answer(job: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(f"answer-{job}.json").read_bytes())
    return found


def shape(found: dict[str, Any]) -> Any:
    """What of an answer does not depend on the noise."""
    cells = found["cells"]
    return found["columns"], found["measures"], [row["keys"] for row in cells["rows"]], cells["half_widths"]


def test_a_job_over_two_domains_is_run_recorded_and_collected_in_one_command(mumian: Mumian, town: Town) -> None:
    ran = mumian("domain", "run", town.joint)
    assert (ran.code, ran.err.strip()) == (0, f"answer in answer-{town.joint}.json")
    assert "Tianhe" in ran.out
    assert " … " in ran.out
    cells = answer(town.joint)["cells"]
    exact = {"Tianhe": 160, "Yuexiu": 160}
    for row in cells["rows"]:
        assert abs(row["values"][0] - exact[row["keys"][0]]) < 8 * cells["half_widths"][0]
    assert json.loads(mumian("show", "job", town.joint).out)["status"] == "released"
    newest = mumian("journal", "tail", "-n", "1").out.split()
    assert newest[1:3] == ["party-1", "RecordRelease"]


def test_a_job_that_ran_gives_the_same_answer_again_and_records_nothing(mumian: Mumian, town: Town) -> None:
    assert mumian("domain", "run", town.joint).code == 0
    first, size = Path(f"answer-{town.joint}.json").read_bytes(), mumian("journal", "checkpoint").out.splitlines()[1]
    assert mumian("domain", "run", town.joint).code == 0
    assert Path(f"answer-{town.joint}.json").read_bytes() == first
    assert mumian("journal", "checkpoint").out.splitlines()[1] == size


def test_the_same_question_gets_the_same_answer_at_no_cost(mumian: Mumian, town: Town) -> None:
    assert mumian("domain", "run", town.joint).code == 0
    spent = [mumian("show", "budget", "--json").out, mumian("domain", "show", "north").out]
    again = ask_again(mumian, town, "second")
    assert mumian("domain", "run", again).code == 0
    assert answer(again) == answer(town.joint)
    assert [mumian("show", "budget", "--json").out, mumian("domain", "show", "north").out] == spent
    assert json.loads(mumian("show", "job", again).out)["status"] == "released"
    third = ask_again(mumian, town, "third")
    assert mumian("domain", "run", third).code == 0
    assert answer(third) == answer(town.joint)


def test_an_answer_waits_until_every_holder_that_asks_for_it_has_agreed(mumian: Mumian, town: Town) -> None:
    rules = json.loads(Path("south.rules.json").read_text())
    Path("south.rules.json").write_text(json.dumps({**rules, "review": True}))
    of = ("--resource", town.resources[1], "--file", "south.rules.json", "--submit")
    assert mumian("domain", "rules", "south", *of).code == 0
    job = ask_again(mumian, town, "looked-at", rho_nano=400_000_000)
    for _ in range(2):  # asking again changes nothing
        waits = mumian("domain", "run", job)
        assert (waits.code, waits.out) == (REFUSED, ""), waits
        assert "waits for `party-2`" in waits.err
    assert not Path(f"answer-{job}.json").exists()
    shown = json.loads(mumian("domain", "review", "north", job).out)
    assert shown["job"] == job
    assert mumian("domain", "review", "north", job, "--agree").code == REFUSED  # north did not ask to look
    assert mumian("domain", "review", "south", job, "--agree", "--reason", "case-7").code == 0
    ran = mumian("domain", "run", job)
    assert (ran.code, answer(job)["job"]) == (0, job)
    assert json.loads(mumian("show", "job", job).out)["status"] == "released"


def test_a_withheld_answer_never_leaves_though_the_domain_has_it(mumian: Mumian, town: Town, tmp_path: Path) -> None:
    rules = json.loads(Path("north.rules.json").read_text())
    Path("north.rules.json").write_text(json.dumps({**rules, "review": True}))
    assert (
        mumian(
            "domain", "rules", "north", "--resource", town.resources[0], "--file", "north.rules.json", "--submit"
        ).code
        == 0
    )
    job = ask_again(mumian, town, "withheld", rho_nano=400_000_000)
    assert mumian("domain", "run", job).code == REFUSED
    assert mumian("domain", "review", "north", job, "--withhold", "--reason", "too-fine").code == 0
    ran = mumian("domain", "run", job)
    assert (ran.code, "withheld" in ran.err) == (REFUSED, True)
    assert mumian("domain", "release", "north", job).code == REFUSED
    with served(tmp_path, "south") as south, served(tmp_path, "north", "--peer", f"party-2={south}") as north:
        past = mumian("domain", "run", job, "--url", f"party-1={north}")
    assert past.code == REFUSED
    assert not Path(f"answer-{job}.json").exists()


def test_over_http_and_in_one_process_a_job_is_the_same(mumian: Mumian, town: Town, tmp_path: Path) -> None:
    assert mumian("domain", "run", town.joint).code == 0
    fresh = ask_again(mumian, town, "fresh", rho_nano=500_000_001)
    ticket = json.loads(mumian("ticket", fresh).out)
    with served(tmp_path, "south") as south, served(tmp_path, "north", "--peer", f"party-2={south}") as north:
        over_http = mumian("domain", "run", fresh, "--url", f"party-1={north}")
        assert over_http.code == 0, over_http
        first, north_answer = answer(fresh), Path(f"answer-{fresh}.json").read_bytes()
        earlier = mumian("domain", "run", town.joint, "--url", f"party-1={north}", "--json")
        busy = mumian("domain", "run", fresh)
    assert json.loads(earlier.out) == answer(town.joint)
    assert (busy.code, "served by another process" in busy.err) == (FAULT, True)
    assert shape(first) == shape(answer(town.joint))
    assert json.loads(mumian("ticket", fresh).out) == ticket
    assert mumian("domain", "run", fresh).code == 0
    assert Path(f"answer-{fresh}.json").read_bytes() == north_answer
    assert mumian("fsck", HOME).code == 0


def test_a_root_here_reaches_the_others_over_http(mumian: Mumian, town: Town, tmp_path: Path) -> None:
    with served(tmp_path, "south") as south:
        assert mumian("domain", "run", town.joint, "--url", f"party-2={south}").code == 0
    first = Path(f"answer-{town.joint}.json").read_bytes()
    assert mumian("domain", "run", town.joint).code == 0
    assert Path(f"answer-{town.joint}.json").read_bytes() == first


def test_a_consumer_without_the_roots_key_is_told_what_the_root_has_to_record(
    mumian: Mumian, town: Town, tmp_path: Path
) -> None:
    shutil.copytree(HOME, "consumer")
    shutil.rmtree("consumer/domains")
    nowhere = mumian("domain", "run", town.joint, "--home", "consumer")
    assert (nowhere.code, "no domain of `party-1` in `consumer`" in nowhere.err) == (FAULT, True)
    with served(tmp_path, "south") as south, served(tmp_path, "north", "--peer", f"party-2={south}") as north:
        ran = mumian("domain", "run", town.joint, "--home", "consumer", "--url", f"party-1={north}")
    assert ran.code == 0
    command = ran.err[ran.err.index("{") : ran.err.rindex("}") + 1]
    recorded = mumian("submit", "-", "--as", "party-1", said=command)
    assert (recorded.code, recorded.events[0]["type"]) == (0, "cleanroom.ReleaseRecorded")


def test_an_owners_no_holds_from_the_next_message_on(mumian: Mumian, town: Town, tmp_path: Path) -> None:
    terms = ["--resource", town.resources[0], "--purpose", PURPOSE, "--kind", "aggregate", "--rho", "3"]
    with served(tmp_path, "south") as south, served(tmp_path, "north", "--peer", f"party-2={south}") as north:
        assert mumian("domain", "allow", "north", *terms, "--refuse", "party-4").code == 0
        ran = mumian("domain", "run", town.joint, "--url", f"party-1={north}")
    assert (ran.code, "party-1: domain.OWNER_REFUSES_CONSUMER" in ran.err) == (REFUSED, True)
    assert not Path(f"answer-{town.joint}.json").exists()


def test_calls_are_answered_metered_and_recorded_once(mumian: Mumian, town: Town) -> None:
    Path("calls.csv").write_text("district,vehicle\nYuexiu,n39\nTianhe,n39\n")
    ran = mumian("domain", "check", town.checks, "--key", "n00,Tianhe", "--file", "calls.csv")
    assert (ran.code, ran.out) == (0, "n00,Tianhe,no\nn39,Yuexiu,yes\nn39,Tianhe,unknown\n")
    recorded = mumian("domain", "check", town.checks, "--record")
    assert (recorded.code, recorded.err.startswith("3 calls recorded: ")) == (0, True)
    assert mumian("domain", "check", town.checks, "--record").err == ""
    more = mumian("domain", "check", town.checks, "--key", "n01,Yuexiu", "--record")
    assert (more.out, more.err.startswith("1 calls recorded: ")) == ("n01,Yuexiu,no\n", True)
    beyond = mumian("domain", "check", town.checks, "--key", "n01,Yuexiu")
    assert (beyond.code, "domain.CALLS_EXHAUSTED" in beyond.err) == (REFUSED, True)


def test_a_consumers_own_meter_agrees_until_it_is_altered(mumian: Mumian, town: Town) -> None:
    made = mumian("domain", "check", town.checks, "--key", "n00,Tianhe", "--key", "n39,Yuexiu", "--keep", "own.jsonl")
    assert made.code == 0
    same = mumian("domain", "compare", town.checks, "own.jsonl")
    assert (same.code, "batch 0: 2 calls agree" in same.out) == (0, True)
    own = Path("own.jsonl")
    own.write_text(own.read_text().replace('"answer":"no"', '"answer":"yes"'))
    other = mumian("domain", "compare", town.checks, "own.jsonl")
    assert (other.code, "1 of 2 calls differ" in other.out, "  0 answer" in other.out) == (REFUSED, True, True)


def test_a_consumer_claims_what_differs_and_acknowledges_what_agrees(mumian: Mumian, town: Town) -> None:
    words = ("--keep", "own.jsonl", "--vouchers", "vouchers.jsonl")
    assert mumian("domain", "check", town.checks, "--key", "n00,Tianhe", "--key", "n39,Yuexiu", *words).code == 0
    own = Path("own.jsonl")
    kept = own.read_text()
    own.write_text(kept.replace('"answer":"no"', '"answer":"yes"'))
    differs = mumian("domain", "compare", town.checks, "own.jsonl", "--claim", "claim.json", "--acknowledge")
    assert differs.code == REFUSED
    (claim,) = json.loads(Path("claim.json").read_text())
    assert claim["denied"] == [0]
    shown = mumian("domain", "evidence", "north", "claim.json", "--out", "shown.json")
    assert (shown.code, shown.out) == (0, "1 batches, 0 acknowledged, 1 calls proved\n")
    own.write_text(kept)
    agrees = mumian("domain", "compare", town.checks, "own.jsonl", "--acknowledge")
    assert (agrees.code, "2 calls agree" in agrees.out) == (0, True)
    shown = mumian("domain", "evidence", "north", "claim.json", "--out", "shown.json")
    assert shown.out == "1 batches, 1 acknowledged, 1 calls proved\n"
    assert b"n39" in base64.b64decode(json.loads(Path("vouchers.jsonl").read_text())["request"])
    assert "n39" not in Path("shown.json").read_text()
    Path("claim.json").write_text("[{}]")
    assert "`claim.json` cannot be read" in mumian("domain", "evidence", "north", "claim.json", "--out", "o.json").err


def test_calls_over_http_are_answered_as_here(mumian: Mumian, town: Town, tmp_path: Path) -> None:
    here = mumian("domain", "check", town.checks, "--key", "n39,Yuexiu")
    with served(tmp_path, "north") as north:
        there = mumian("domain", "check", town.checks, "--key", "n39,Yuexiu", "--url", f"party-1={north}", "--record")
    assert (here.out, there.code, there.out) == ("n39,Yuexiu,yes\n", 0, "n39,Yuexiu,yes\n")
    assert there.err.startswith("2 calls recorded: ")


def test_what_a_domain_speaks_for_its_holder_is_signed_by_its_key(mumian: Mumian, town: Town) -> None:
    ran = mumian(
        "submit", "-", "--as", "party-2", said={"type": "ledger.OpenAccount", "owner": "party-2", "purpose": "fees"}
    )
    leaf = json.loads(mumian("journal", "show", str(json.loads(ran.out)["seq"])).out)
    assert leaf["signature"]["key"] == json.loads(mumian("domain", "show", "south").out)["key"]


def test_a_domain_shows_what_it_holds_allows_and_has_spent(mumian: Mumian, town: Town) -> None:
    assert mumian("domain", "run", town.joint).code == 0
    shown = json.loads(mumian("domain", "show", "north").out)
    (held,) = shown["holdings"]
    assert (held["version"], held["rows"], held["units"]) == (town.digests[0], 160, 40)
    assert shown["terms"][0]["predicates"] == [{"column": "minutes", "op": "gt", "value": 60}]
    assert shown["spent_rho_nano"] == {"main": 500_000_000}
    assert [each["domain"] for each in json.loads(mumian("domain", "list", "--json").out)] == ["north", "south"]
    assert "south" in mumian("domain", "list").out


def test_a_draft_has_names_and_types_of_the_file_and_no_value_of_it(mumian: Mumian, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("区域;重量;件数;日期\n天河;1.5;3;2026-01-02\n".encode("gb18030"))
    ran = mumian("domain", "draft", "a.csv", "--encoding", "gb18030")
    drafted = json.loads(ran.out)
    assert ran.code == 0
    assert (drafted["unit"], drafted["sensitivity"], drafted["delimiter"]) == (None, None, ";")
    number = {"type": "column.IntegerColumn", "unit": "", "lower": None, "upper": None, "keys": []}
    assert drafted["columns"] == [
        {"type": "column.TextColumn", "name": "区域", "keys": None},
        {**number, "name": "重量", "decimals": None},
        {**number, "name": "件数", "decimals": 0},
        {"type": "column.TextColumn", "name": "日期", "keys": None},
    ]
    assert "天河" not in ran.out
    duckdb.connect().execute("COPY (SELECT 'x' AS a, 1.25::DECIMAL(9,2) AS b) TO 'b.parquet'")
    columns = json.loads(mumian("domain", "draft", "b.parquet").out)["columns"]
    assert [column.get("decimals") for column in columns] == [None, 2]


def test_a_draft_is_taken_only_when_every_choice_is_made(mumian: Mumian, town: Town) -> None:
    drafted = json.loads(mumian("domain", "draft", "north.csv").out)
    Path("draft.json").write_text(json.dumps(drafted))
    ran = mumian("domain", "add", "north", "north.csv", "--declaration", "draft.json", "--holding", "next")
    assert ran.code == FAULT
    for sentence in (
        "write `unit`",
        "write `sensitivity`",
        "column `district`: write `keys`",
        "column `minutes`: write `lower`",
    ):
        assert sentence in ran.err
    vehicle, district, minutes = drafted["columns"]
    columns = [{**vehicle, "keys": []}, {**district, "keys": LISTED}, {**minutes, "lower": 0, "upper": 240}]
    Path("draft.json").write_text(
        json.dumps({**drafted, "columns": columns, "unit": "vehicle", "sensitivity": "general_2"})
    )
    added = mumian("domain", "add", "north", "north.csv", "--declaration", "draft.json", "--holding", "next")
    assert (added.code, "160 rows of 40 units taken in as `next`" in added.out) == (0, True)


def test_broken_lines_are_told_by_number_and_left_out_only_on_the_owners_word(mumian: Mumian, town: Town) -> None:
    Path("broken.csv").write_text("vehicle,district,minutes\nn1,Tianhe,30\nn2,Tianhe,soon\nn3,Tianhe\nn4,Yuexiu,9\n")
    words = ["domain", "add", "north", "broken.csv", "--declaration", "declaration.json", "--holding", "other"]
    refused = mumian(*words)
    assert (refused.code, "2 of 4 lines of `broken.csv` are broken" in refused.err) == (REFUSED, True)
    assert "line 3: `minutes` is no number as declared" in refused.err
    assert "line 4: fewer fields than the header names" in refused.err
    assert json.loads(mumian("domain", "show", "north").out)["holdings"][0]["name"] == "main"
    taken = mumian(*words, "--accept-broken")
    assert (taken.code, "2 rows of 2 units" in taken.out, "2 broken lines left out:" in taken.out) == (0, True, True)
    assert "  line 3: `minutes` is no number as declared" in taken.out
    assert "accessibility   50.0 %  (2 / 4)" in taken.out


def test_a_description_is_printed_as_commands_that_submit_takes(mumian: Mumian, town: Town) -> None:
    words = ["--title", "x", "--summary", "x", "--industry", "G60", "--from", "2026-01-01", "--signed-by", "cdo"]
    factors = ("sector=transport", "group=persons", "region=city", "persons=40", "organisations=0", "depth=observed")
    stated = [word for each in (*factors, "coverage_permille=1", "importance=ordinary") for word in ("--factor", each)]
    graded = ["--impact", "person=general", "--persons", *stated]
    printed = mumian("domain", "describe", "north", *words, *graded)
    commands = json.loads(printed.out)
    assert [command["type"].partition(".")[2] for command in commands] == [
        "DescribeResource",
        "PublishVersion",
        "ClassifyResource",
    ]
    ran = mumian("submit", "-", "--as", "party-1", said=commands)
    assert (ran.code, [event["type"] for event in ran.events][-1]) == (0, "catalog.ResourceClassified")


def test_a_new_version_of_a_resource_is_published(mumian: Mumian, town: Town) -> None:
    Path("north.csv").write_text(deliveries("m"))
    assert mumian("domain", "add", "north", "north.csv", "--declaration", "declaration.json").code == 0
    resource = town.resources[0]
    ran = mumian("domain", "describe", "north", "--resource", resource, "--submit")
    assert (ran.code, ran.out.strip()) == (0, resource)
    assert json.loads(mumian("show", "resource", resource).out)["versions"] == 2
    stale = mumian("domain", "run", town.joint)
    assert (stale.code, "domain.VERSION_CHANGED" in stale.err) == (REFUSED, True)


def test_a_domain_whose_key_the_market_does_not_take_is_not_made(mumian: Mumian, town: Town) -> None:
    ran = mumian("domain", "init", "west", "--party", "party-77", "--register")
    assert (ran.code, "parties.PARTY_UNKNOWN" in ran.err) == (REFUSED, True)
    assert not (HOME / "domains" / "west").exists()
    (HOME / "keys" / "exchange.key").rename("away")
    ran = mumian("domain", "init", "west", "--party", "party-3", "--register")
    assert (ran.code, "only the exchange registers keys for others" in ran.err) == (FAULT, True)
    made = mumian("domain", "init", "west", "--party", "party-3")
    assert (made.code, json.loads(made.out)["type"]) == (0, "parties.RegisterKey")
    assert (HOME / "domains" / "west" / "identity.key").stat().st_mode & 0o077 == 0


def test_a_domain_without_a_market_at_hand_trusts_the_key_that_it_is_given(mumian: Mumian, town: Town) -> None:
    vkey = (HOME / "market" / "vkey").read_text().strip()
    ran = mumian("domain", "init", "afar", "--party", "party-9", "--vkey", vkey, "--home", "elsewhere")
    assert ran.code == 0
    assert json.loads(mumian("domain", "show", "afar", "--home", "elsewhere").out)["market"] == vkey


WRONG: list[tuple[str, int, str]] = [
    ("init Nörd --party party-3", FAULT, "`Nörd` cannot name a domain"),
    ("init ../x --party party-3", FAULT, "`../x` cannot name a domain"),
    ("init north --party party-1", FAULT, "`mumian-home/domains/north` exists"),
    ("init west --party party-4", FAULT, "`party-4` speaks with key"),
    ("init west --party party-3 --vkey nonsense", FAULT, ""),
    ("init west --party party-3 --home nowhere", FAULT, "there is no market in `nowhere`"),
    ("show west", FAULT, "there is no domain `west` in `mumian-home`"),
    ("draft none.csv", FAULT, "`none.csv` cannot be read"),
    ("draft declaration.json", FAULT, "`declaration.json` is no kind of file that is read here"),
    ("draft north.csv --encoding klingon", FAULT, "unknown encoding: klingon"),
    ("draft binary.csv", FAULT, "`binary.csv` cannot be read"),
    ("draft binary.parquet", FAULT, "`binary.parquet` cannot be read"),
    ("add west north.csv --declaration declaration.json", FAULT, "there is no domain `west`"),
    ("add north none.csv --declaration declaration.json", REFUSED, "domain.FILE_UNREADABLE"),
    ("add north north.csv --declaration none.json", FAULT, "No such file or directory: none.json"),
    ("add north north.csv --declaration north.csv", FAULT, "`north.csv`: JSON is malformed"),
    ("add north north.csv --declaration other.json", FAULT, "`other.json`: "),
    ("add north north.csv --declaration declaration.json --holding A!", REFUSED, "domain.NAME_UNFIT"),
    ("add north binary.csv --declaration declaration.json", REFUSED, "domain.FILE_UNREADABLE"),
    ("add north --declaration declaration.json", FAULT, "give a file, or both --postgres and --table"),
    ("add north north.csv --table t --declaration declaration.json", FAULT, "give a file, or both --postgres and --table"),
    (
        "add north --postgres postgresql://u:p@127.0.0.1:1/x --table t --declaration declaration.json",
        REFUSED,
        "domain.TABLE_UNREADABLE: table `t` cannot be read: no connection",
    ),
    ("describe north", FAULT, "--title is needed"),
    ("describe north --holding none", FAULT, "`north` holds no `none`"),
    ("describe north --resource resource-99 --submit", REFUSED, "catalog."),
    ("describe north --resource resource-99 --impact all=bad", FAULT, "`--impact all=bad` is not WHOM=HOW"),
    ("allow north --resource R --purpose x --kind aggregate --rho 1", FAULT, "`R` is no resource's id"),
    ("allow north --resource resource-1 --purpose x --kind aggregate --rho -1", FAULT, "`--rho -1` is not a number"),
    ("allow north --resource resource-1 --purpose x --kind aggregate --rho NaN", FAULT, "`--rho NaN`"),
    ("allow north --resource resource-1 --purpose x --kind aggregate --rho 1e-10", FAULT, "`--rho 1e-10`"),
    ("allow north --resource resource-1 --purpose x --kind all --rho 1", FAULT, "all"),
    ("allow north --resource resource-1 --purpose x --kind aggregate --rho 1 --predicate minutes", FAULT, "`minutes` is not"),
    ("allow north --resource resource-1 --purpose x --kind aggregate --rho 1 --predicate minutes_>_x", FAULT, "cannot be compared so with `x`"),
    ("allow north --resource resource-1 --purpose x --kind aggregate --rho 1 --predicate district_=_Atlantis", FAULT, "cannot be compared so"),
    ("serve north --peer party-2", FAULT, "`party-2` is not PARTY=URL"),
    ("run job-99", FAULT, "there is no job `job-99`"),
    ("run CHECKS", FAULT, "is a verification; make its calls with `mumian domain check"),
    ("run JOINT --url http://127.0.0.1:1", FAULT, "`http://127.0.0.1:1` is not PARTY=URL"),
    ("run JOINT --url party-1=http://127.0.0.1:1", FAULT, "gives no answer"),
    ("run JOINT --url party-2=http://127.0.0.1:1", REFUSED, "domain.PEER_FAILED"),
    ("check JOINT --key n00,Tianhe", FAULT, "is an aggregate; run it with `mumian domain run"),
    ("check CHECKS", FAULT, "give calls by --key v1,v2 or --file calls.csv"),
    ("check CHECKS --key n00", FAULT, "`--key n00` gives 1 values; a call gives 2: vehicle,district"),
    ("check CHECKS --file declaration.json", FAULT, "`declaration.json` has no column `vehicle, district`"),
    ("check CHECKS --file none.csv", FAULT, "No such file or directory: none.csv"),
    ("check CHECKS --file binary.csv", FAULT, ""),
    ("check CHECKS --key n00,Tianhe --domain party-2", FAULT, "say whose data to ask: --domain, one of party-1"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "sentence"), WRONG, ids=[words for words, _, _ in WRONG])
def test_wrong_input_is_answered_by_a_sentence(
    mumian: Mumian, town: Town, tmp_path: Path, words: str, code: int, sentence: str
) -> None:
    for name in ("binary.csv", "binary.parquet"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00\x9c\n\xff\xff")
    (tmp_path / "other.json").write_text('{"unit": "vehicle", "columns": [17]}')
    places = {"JOINT": town.joint, "CHECKS": town.checks}
    ran = mumian("domain", *(places.get(word, word).replace("_", " ") for word in words.split()))
    assert (ran.code, bool(ran.err.strip())) == (code, True), ran
    assert sentence in " ".join(ran.err.replace("│", " ").split())
    assert "Traceback" not in ran.out + ran.err


def test_a_consumers_key_is_where_it_speaks(mumian: Mumian, town: Town) -> None:
    (HOME / "keys" / "party-4.key").rename("away")
    ran = mumian("domain", "run", town.joint)
    assert (ran.code, "the key of consumer `party-4` is not in" in ran.err) == (FAULT, True)


@pytest.mark.parametrize("file", ["domain.json", "terms/{resource}.json", "identity.key"])
def test_a_damaged_file_of_a_domain_is_named(mumian: Mumian, town: Town, file: str) -> None:
    damaged = HOME / "domains" / "north" / file.format(resource=town.resources[0])
    damaged.write_bytes(b"\xff{")
    for words in (["show", "north"], ["run", town.joint]):
        ran = mumian("domain", *words)
        assert (ran.code, f"`{damaged}`" in ran.err) == (FAULT, True), ran


def test_a_domain_speaks_chinese(mumian: Mumian, town: Town, tmp_path: Path) -> None:
    assert "没有数据域 `west`" in in_a_process("--lang", "zh", "domain", "show", "west", cwd=tmp_path).err
    added = in_a_process(
        "--lang", "zh", "domain", "add", "north", "north.csv", "--declaration", "declaration.json", cwd=tmp_path
    )
    assert "已录入 `main`：160 行，40 个隐私单元" in added.out
    draft = in_a_process("--lang", "zh", "domain", "draft", "north.csv", cwd=tmp_path)
    assert "请为每个 null 填写值" in draft.err
