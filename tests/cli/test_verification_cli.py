"""A bureau's side of verification from the command line: persons and their consents, limits, stops, figures."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from terminal import PROGRAM, Mumian

from mumian.domain.figures import Counted, Figures
from mumian.domain.probing import Pattern, Seen
from mumian.domain.reports import Report, Reports
from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.market.trial import uscc

FAULT = 2
DOMAIN = Path("mumian-home/domains/bureau")
DIGEST = "00" * 32
DECLARATION = {
    "unit": "resident",
    "columns": [
        {"type": "column.TextColumn", "name": "resident", "keys": []},
        {"type": "column.IntegerColumn", "name": "income", "unit": "yuan", "lower": 0, "upper": 100_000},
    ],
    "sensitivity": "general_3",
}
SAID = ["lawful_source", "necessary"]


def by(actor: str, command: str, /, **fields: Any) -> dict[str, Any]:
    return {"actor": actor, "command": {"type": command, **fields}}


def separately(activity: str, mark: int) -> dict[str, str]:
    return {"activity": activity, "act_digest": f"{mark:064x}"}


def build(mumian: Mumian) -> str:
    """Make a market with a bureau (party-1), a bank (party-2), three persons; two consent to the bank. Returns the resource."""

    def ok(*words: str | Path, said: Any = None) -> Any:
        ran = mumian(*words, said=said)
        assert ran.code == 0, (words, ran)
        return ran

    ok("init")
    legal = [
        by("exchange", "parties.AdmitParty", kind="legal", name=role, uscc=uscc(nth), roles=[role])
        for nth, role in enumerate(("supplier", "buyer"), 1)
    ]
    persons = [
        by(
            "exchange",
            "parties.AdmitParty",
            kind="natural",
            name="",
            roles=["individual"],
            identity_commitment=f"{n:064x}",
        )
        for n in range(3)
    ]
    ok("submit", "-", said=[*legal, *persons])
    Path("persons.csv").write_text("resident,income\n" + "".join(f"id-{n},{n * 10_000}\n" for n in range(1, 9)))
    Path("declaration.json").write_text(json.dumps(DECLARATION))
    ok("domain", "init", "bureau", "--party", "party-1", "--register")
    ok("domain", "add", "bureau", "persons.csv", "--declaration", "declaration.json")
    words = ["--title", "incomes", "--summary", "incomes", "--industry", "J66", "--from", "2026-01-01", "--submit"]
    factors = (
        "sector=finance", "group=persons", "region=city", "precision=exact", "persons=8", "organisations=0",
        "depth=observed", "coverage_permille=1", "importance=ordinary",
    )  # fmt: skip
    words += [word for each in factors for word in ("--factor", each)]
    graded = ["--impact", "organisation=serious", "--impact", "person=general", "--persons", "--signed-by", "cdo"]
    resource = str(ok("domain", "describe", "bureau", *words, *graded).out.strip())
    opened = ["--purpose", "credit", "--kind", "verification", "--rho", "0", "--predicate", "income > 30000"]
    ok("domain", "allow", "bureau", "--resource", resource, *opened)
    told = {"manners": ["provide"], "kinds": ["basic"], "sensitive": [], "activities": [], "recipients": ["party-2"]}
    items = ["contact", "purposes", "retention", "exercise", "necessity", "effect", "recipients"]
    notice = by(
        "party-1", "consent.PublishNotice", resources=[resource], purposes=["credit"], retention_days=365, items=items,
        text_digest=DIGEST, **told,
    )  # fmt: skip
    facts = {"sensitive": [], "automated": False, "public_images": False, "major_effect": False}
    basis = by(
        "party-1", "consent.DeclareBasis", resource=resource, purpose="credit", basis="consent", kinds=["basic"],
        circumstances=facts, conditions=[], evidence_digest=DIGEST, notice="$1.notice",
    )  # fmt: skip
    given = [
        by(
            person, "consent.GiveConsent", person=person, notice="$1.notice", resources=[resource], purposes=["credit"],
            kinds=["basic"], recipients=["party-2"], separate=[separately("provide", nth)], valid_to="$now+100d",
            act_digest=f"{nth + 50:064x}", age="from_14",
        )
        for nth, person in enumerate(("party-3", "party-4"), 1)
    ]  # fmt: skip
    ok("submit", "-", said=[notice, basis, *given])
    return resource


_built: dict[str, tuple[Path, str]] = {}


@pytest.fixture
def resource(mumian: Mumian, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The market, built once, in a copy of its own for each test."""
    if not _built:
        made, kept = build(mumian), tmp_path_factory.mktemp("bureau") / "kept"
        shutil.copytree(tmp_path, kept)
        _built["bureau"] = kept, made
        return made
    kept, made = _built["bureau"]
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return made


def uses(mumian: Mumian, resource: str) -> dict[str, tuple[int, int]]:
    shown = json.loads(mumian("domain", "consents", "bureau", "--resource", resource, "--json").out)
    return {use["recipient"]: (use["persons"], use["known"]) for use in shown["uses"]}


def test_the_holder_says_who_is_who_and_the_market_who_consents(mumian: Mumian, resource: str) -> None:
    Path("who.csv").write_text("unit,person\nid-1,party-3\nid-2,party-5\n")
    ran = mumian("domain", "persons", "bureau", "--resource", resource, "--file", "who.csv")
    assert (ran.code, ran.out) == (0, "2 units have a person\n")
    assert uses(mumian, resource) == {"party-1": (2, 1), "party-2": (2, 1)}
    told = mumian("domain", "consents", "bureau", "--resource", resource)
    assert "credit, by party-2: 2 persons consent, 1 are known here" in told.out
    assert "id-1" not in told.out + told.err


def test_who_withdraws_is_out_of_the_next_list(mumian: Mumian, resource: str) -> None:
    assert uses(mumian, resource) == {"party-1": (2, 0), "party-2": (2, 0)}
    withdrawn = mumian("submit", "-", said=by("party-4", "consent.WithdrawConsent", consent="consent-13"))
    assert withdrawn.code == 0, withdrawn
    assert uses(mumian, resource) == {"party-1": (1, 0), "party-2": (1, 0)}


def test_a_person_is_forgotten_at_its_word(mumian: Mumian, resource: str) -> None:
    Path("who.csv").write_text("unit,person\nid-1,party-3\nid-2,party-3\nid-3,party-5\n")
    assert mumian("domain", "persons", "bureau", "--resource", resource, "--file", "who.csv").code == 0
    ran = mumian("domain", "persons", "bureau", "--resource", resource, "--erase", "party-3")
    assert ran.out == "`party-3` is forgotten: 2 units\n"
    assert b"party-3" not in (DOMAIN / "persons" / f"{resource}.jsonl").read_bytes()


def test_a_list_goes_to_a_domain_elsewhere_as_a_file_signed_by_the_market(mumian: Mumian, resource: str) -> None:
    words = ("domain", "consents", "bureau", "--resource", resource)
    assert mumian(*words, "--to", "list.json").code == 0
    assert mumian(*words, "--from", "list.json").code == 0
    changed = Path("list.json").read_text().replace("party-3", "party-5")
    Path("list.json").write_text(changed)
    ran = mumian(*words, "--from", "list.json")
    assert (ran.code, "are not by" in ran.err) == (FAULT, True)


def test_limits_are_set_one_by_one_and_outlive_new_terms(mumian: Mumian, resource: str) -> None:
    words = ("domain", "limits", "bureau", "--resource", resource)
    assert mumian(*words, "--persons", "--band", "income 30000 60000", "--per-minute", "500").code == 0
    assert mumian(*words, "--probing", "questions_max=2", "--key-column", "resident", "--consents-hours", "6").code == 0
    opened = ["--purpose", "credit", "--kind", "verification", "--rho", "0"]
    terms = json.loads(mumian("domain", "allow", "bureau", "--resource", resource, *opened).out)
    assert (terms["persons"], terms["calls_per_minute_max"], terms["key_columns"]) == (True, 500, ["resident"])
    assert terms["bands"] == [{"column": "income", "edges": [30_000, 60_000]}]
    assert (terms["probing"]["questions_max"], terms["consents_age_ms_max"]) == (2, 6 * 3_600_000)


def test_what_the_catalog_knows_to_be_about_persons_is_told_of_by_consent_alone(mumian: Mumian, resource: str) -> None:
    opened = ["--purpose", "credit", "--kind", "verification", "--rho", "0"]
    assert json.loads(mumian("domain", "allow", "bureau", "--resource", resource, *opened).out)["persons"] is True
    ran = mumian("domain", "limits", "bureau", "--resource", resource, "--no-persons")
    assert (ran.code, "holds personal information" in ran.err) == (FAULT, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--band", "income"], "is not"),
        (["--band", "income 5 5"], "is not"),
        (["--band", "income x"], "is not"),
        (["--probing", "questions_max"], "is not NAME=NUMBER"),
        (["--probing", "luck=3"], "is not NAME=NUMBER"),
        (["--probing", "questions_max=64"], "that is no limit"),
    ],
)
def test_a_limit_that_means_nothing_is_told(mumian: Mumian, resource: str, words: list[str], sentence: str) -> None:
    ran = mumian("domain", "limits", "bureau", "--resource", resource, *words)
    assert (ran.code, sentence in ran.err) == (FAULT, True), ran


def test_who_serves_has_fetched_the_consents_before_the_first_answer(
    mumian: Mumian, resource: str, tmp_path: Path
) -> None:
    path = DOMAIN / "consents" / f"{resource}.json"
    assert not path.exists()
    command = [*PROGRAM, "domain", "serve", "bureau", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        serving.stdout.readline()
        serving.terminate()
    assert b"party-3" in path.read_bytes()


def test_a_stop_is_shown_and_lifted(mumian: Mumian, resource: str) -> None:
    assert mumian("domain", "reports", "bureau").out == "nobody was stopped\n"
    seen = Seen(1, calls=900, asked=900, answered=3, run=0, questions=1)
    job = JobId("job-7")
    made = Report(
        0, 1_790_000_000_000, PartyId("party-2"), "main", (ResourceId(resource),), Pattern.SPARSE, seen, job, (job,)
    )
    Reports(DOMAIN / "reports").file(made)
    shown = mumian("domain", "reports", "bureau").out
    assert all(word in shown for word in ("party-2", "sparse", "900", "job-7"))
    assert mumian("domain", "lift", "bureau", "party-2").code == 0
    (report,) = json.loads(mumian("domain", "reports", "bureau", "--json").out)
    assert report["lifted_at"] > made.at
    again = mumian("domain", "lift", "bureau", "party-2")
    assert (again.code, "is not stopped" in again.err) == (FAULT, True)


def test_figures_are_told_to_the_holder(mumian: Mumian, resource: str) -> None:
    counted = Figures(DOMAIN / "figures.bin")
    counted.count(Counted.CALLS, 1_200)
    counted.count(Counted.WITHOUT_CONSENT, 30)
    for spent_ns in [1_000_000] * 99 + [9_000_000]:
        counted.took(spent_ns)
    told = mumian("domain", "figures", "bureau").out
    assert "1,200 calls answered" in told
    shown = json.loads(mumian("domain", "figures", "bureau", "--json").out)
    assert msgspec.to_builtins(counted.shown()) == shown
    assert 1_000 <= shown["p50_us"] <= shown["p99_us"] <= 1_126
