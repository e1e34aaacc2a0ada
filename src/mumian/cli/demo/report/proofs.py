"""What was refused before everybody's eyes, and how an outsider checks all of it."""

from __future__ import annotations

import shlex

from mumian.cli.demo.report.table import Field, Figure, Head, table
from mumian.cli.demo.report.words import seconds
from mumian.cli.demo.story import Proofs, Shown, Story
from mumian.cli.markup import Markup, Part, both, el, facts, lead, quoted, section

_REFUSALS = (
    Head("what was tried", "所试之事"),
    Head("refused as", "不予名称"),
    Head("what the market said", "市场的答复"),
    Head("rule", "依据"),
    Head("leaf", "记录", True),
)


def refusals(story: Story) -> Markup:
    """Return the refusals that were shown live."""
    told = lead(
        "A market is known by what it refuses. Each no has a name, says what to do next, and is a leaf of the journal like any yes.",
        "看一个市场，要看它拒绝什么。每个“不”都有名称、有出路，并与每个“是”一样写入日志。",
    )
    rows = [_refusal(shown) for shown in story.refusals]
    return section(
        "refusals", "Refused, live", "当场不予", told, table("Refusals shown live", "当场展示的不予", _REFUSALS, rows)
    )


def _refusal(shown: Shown) -> list[Field]:
    return [
        both(shown.what_en, shown.what_zh),
        el("code", shown.name, class_="id"),
        both(quoted(shown.en), quoted(shown.zh)),
        el("code", shown.rule, class_="id") if shown.rule else "—",
        Figure(shown.seq, shown.seq),
    ]


def proofs(story: Story) -> Markup:
    """Return the proofs and the commands that check them."""
    proved = story.proofs
    told = lead(
        "Nothing here asks for trust. From the leaves alone, anyone derives every hash, signature, decision and balance again.",
        "这里无需信任任何人。仅凭记录本身，任何人都能重新推导每个哈希、签名、裁决与余额。",
    )
    parts: list[Part] = [told, el("div", _held(proved), _caught(proved), class_="cards"), _facts(proved)]
    return section(
        "proofs", "The proofs", "证明", *parts, el("h3", both("Check it yourself", "自行核验")), *_commands(story)
    )


def _held(proved: Proofs) -> Markup:
    spent = seconds(proved.audit_milli)
    said = both(
        f"All {proved.leaves:,} leaves up to the audit hold: hashes, root, signatures, decisions, rows and {proved.laws} laws, derived again in {spent} s.",
        f"截至审计的 {proved.leaves:,} 条记录全部成立：哈希、根、签名、裁决、数据行与 {proved.laws} 条定律，重新推导用时 {spent} 秒。",
    )
    return el(
        "article",
        el("h3", el("span", "✓ ", class_="good"), both("The audit passes", "审计通过")),
        el("p", said),
        class_="card",
    )


def _caught(proved: Proofs) -> Markup:
    said = both(
        f"In a copy, one byte of leaf {proved.caught_seq:,} was flipped. The audit named that leaf:",
        f"在一份副本中，第 {proved.caught_seq:,} 条记录被改动一个字节。审计指出了这一条：",
    )
    title = el("h3", el("span", "✗ ", class_="bad"), both("One flipped byte is caught", "改动一个字节即被发现"))
    return el("article", title, el("p", said), el("p", el("code", proved.caught)), class_="card")


def _facts(proved: Proofs) -> Markup:
    receipt = both(
        f"leaf {proved.receipt_seq:,}, proved offline by {proved.receipt_hashes} hashes",
        f"第 {proved.receipt_seq:,} 条，以 {proved.receipt_hashes} 个哈希离线证明",
    )
    return facts(
        (both("root of the journal", "日志的根"), el("code", proved.root)),
        (both("market's verifier key", "市场公钥（vkey）"), el("code", proved.vkey)),
        (both("receipt", "回执"), receipt),
        (both("witness", "见证者"), el("code", proved.witness) if proved.witness else "—"),
    )


def _commands(story: Story) -> list[Markup]:
    home, vkey, seq = shlex.quote(story.home), shlex.quote(story.proofs.vkey), story.proofs.receipt_seq
    proof = shlex.quote(f"{story.home}/receipt/leaf-{seq}.tlog-proof")
    export = shlex.quote(f"{story.home}/export")
    steps = (
        ("audit the market where it lies", "就地审计市场", f"mumian fsck {home}"),
        (
            "audit its export, with no trust in the operator",
            "审计其导出，无需信任运营者",
            f"mumian fsck {export} --vkey {vkey}",
        ),
        (
            "verify a receipt with no market at hand",
            "离线验证回执，无需市场在线",
            f"mumian receipt verify {proof} --vkey {vkey}",
        ),
    )
    return [
        el("div", el("p", both(en, zh)), el("pre", el("code", line), tabindex=0), class_="command")
        for en, zh, line in steps
    ]
