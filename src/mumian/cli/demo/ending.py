"""Acts 8, 10 and 11: settlement, the regulator's and an outsider's checks, and what the market refuses."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from mumian.cli.demo import calls, deal
from mumian.cli.demo.cast import Cast, pay_in
from mumian.cli.demo.certifying import certify
from mumian.cli.demo.shelf import OnShelf
from mumian.cli.demo.stage import OffScript, Stage
from mumian.cli.demo.story import Proofs
from mumian.cli.demo.supply import PURPOSE, Holding
from mumian.cli.submit import client_id
from mumian.journal.note import Signer
from mumian.journal.publish import ExportReader
from mumian.journal.receipt import parse_receipt, verify_receipt
from mumian.journal.schemes import COSIGNATURE_V1
from mumian.journal.tiles import WIDTH
from mumian.journal.witness import watch
from mumian.journal.witness_http import witness_app, witness_server
from mumian.journal.witness_store import WitnessStore
from mumian.kernel.ids import OPERATOR, GrantId
from mumian.market.audit import Audit
from mumian.market.proofs import audit_folder, export, receipt
from mumian.market.rooms import ROOMS
from mumian.market.witnesses import Witness, add_witness, cosign
from mumian.rooms.cleanroom.model import RequestJob
from mumian.rooms.exchange.model import CloseUsage, FileDeal
from mumian.rooms.rights.model import RevokeGrant
from mumian.rooms.rights.vocabulary import EndReason

WITNESS_NAME = "witness.example/demo"


def settle(stage: Stage, cast: Cast, bought: deal.Deal, made: calls.Made) -> None:
    """Act 8: the escrow is posted and shared out, the calls are billed and shared out, both deals are filed."""
    stage.act(8, "settled: escrow posted, everybody paid by contribution", "结算：托管款过账，按贡献分配")
    deal.accept(stage, cast, bought)
    calls.bill(stage, cast, made)
    stage.say(OPERATOR, FileDeal(bought.order, None))
    stage.say(cast.merchant, CloseUsage(made.deal.order))
    stage.say(OPERATOR, FileDeal(made.deal.order, None))


def refuse(stage: Stage, cast: Cast, bought: deal.Deal, risk: OnShelf, holdings: list[Holding]) -> None:
    """Act 11: what is refused although everybody is admitted and paid up."""
    stage.act(11, "what the market refuses", "市场不予办理的事项")
    costly = msgspec.structs.replace(deal.PLAN, rho_nano=2_500_000_000)
    stage.show_refusal(
        cast.insurer,
        RequestJob(bought.agreement, risk.product, PURPOSE, costly, "risk-2"),
        "cleanroom.ORDER_NOT_OPEN",
        "another job under an order that is settled",
        "订单已结清后再次申请计算任务",
    )
    again = deal.strike(stage, cast, risk, "aggregate")
    stage.show_refusal(
        cast.insurer,
        RequestJob(again.agreement, risk.product, PURPOSE, costly, "risk-2"),
        "cleanroom.BUDGET_EXHAUSTED",
        "a privacy budget that does not suffice",
        "隐私预算不足",
    )
    stage.show_refusal(
        cast.insurer,
        RequestJob(again.agreement, risk.product, "marketing", deal.PLAN, "risk-3"),
        "cleanroom.AGREEMENT_DENIES",
        "a purpose outside the agreement",
        "超出合约约定的用途",
    )
    used = client_id()
    pay_in(stage, cast.insurer, 100, used)
    stage.show_refusal(
        OPERATOR,
        FileDeal(bought.order, None),
        "envelope.ID_REUSED",
        "an id used again for other content",
        "重复使用编号提交其他内容",
        used,
    )
    holding = holdings[0]
    stage.say(holding.holder, RevokeGrant(GrantId(holding.grant), EndReason.GIVEN_UP))
    fresh = msgspec.structs.replace(deal.PLAN, rho_nano=500_000_000)
    stage.show_refusal(
        cast.insurer,
        RequestJob(again.agreement, risk.product, PURPOSE, fresh, "risk-4"),
        "cleanroom.CHAIN_BROKEN",
        "the next job after an airline revoked its grant",
        "授权撤回后的下一次计算任务",
    )


def prove(stage: Stage, cast: Cast, number: str) -> Proofs:
    """Act 10: a witness cosigns, an export is audited, a receipt is verified offline, a flipped byte is caught."""
    stage.act(10, "checked by a regulator and by somebody who trusts nobody", "监管查看，以及不信任任何人的第三方核验")
    with _witness(stage) as key:
        witnessed = cosign(stage.home)
    if witnessed.failures:
        raise OffScript(f"the witness did not cosign: {witnessed.failures}")
    stage.market.close()
    out = stage.home.folder / "export"
    store = stage.home.open_store(mode="read")
    began = time.perf_counter()
    try:
        export(store, ExportReader(stage.home.market / "log").note(), stage.home.verifier(), out)
        audited = audit_folder(out, stage.home.verifier(), rows=store)
    finally:
        store.close()
    spent = int((time.perf_counter() - began) * 1000)
    if audited.fault is not None:
        raise OffScript(f"the audit found {audited.fault}")
    stage.tell(f"audit of the export: {audited.leaves} leaves hold", f"导出审计：{audited.leaves} 条记录全部成立")
    seq = audited.leaves - 1
    proof, entry = receipt(out, seq)
    verify_receipt(proof, entry, stage.home.verifier(), witnesses=[key.verifier])
    kept = stage.home.folder / "receipt"
    kept.mkdir(exist_ok=True)
    (kept / f"leaf-{seq}.tlog-proof").write_bytes(proof)
    (kept / f"leaf-{seq}.leaf.json").write_bytes(entry)
    certify(stage, cast, number)
    caught = _flip_a_byte(stage)
    stage.market = stage.home.open_market(stage.clock)
    assert caught.fault is not None
    return Proofs(
        leaves=audited.leaves,
        root=audited.root,
        vkey=str(stage.home.verifier()),
        audit_milli=spent,
        laws=sum(len(room.laws) for room in ROOMS.values()),
        receipt_seq=seq,
        receipt_hashes=len(parse_receipt(proof).proof),
        witness=key.verifier.name,
        caught=f"{caught.fault.law}: {caught.fault.place}",
        caught_seq=caught.fault.seq,
    )


def _flip_a_byte(stage: Stage) -> Audit:
    """Flip one bit in the middle of a copy's first bundle, audit the copy, and return what the audit says."""
    copy = stage.home.folder / "tampered"
    shutil.copytree(stage.home.folder / "export", copy)
    size = ExportReader(copy).checkpoint().size
    name = "000" if size >= WIDTH else f"000.p/{size}"
    bundle = copy / "tile" / "entries" / name
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    caught = audit_folder(copy, stage.home.verifier())
    shutil.rmtree(copy)
    if caught.fault is None:
        raise OffScript("a flipped byte was not caught")
    stage.tell(
        f"one byte flipped in a copy: leaf {caught.fault.seq} does not hold",
        f"副本中翻转一个字节：第 {caught.fault.seq} 条记录不成立",
    )
    return caught


@contextmanager
def _witness(stage: Stage) -> Iterator[Signer]:
    """Serve an independent witness over HTTP on this machine while the block runs."""
    folder = stage.home.folder / "witness"
    signer = Signer(WITNESS_NAME, secrets.token_bytes(32), scheme=COSIGNATURE_V1)
    trusted = watch([stage.home.verifier()])
    app = witness_app(WitnessStore(folder), signer, trusted, clock=lambda: stage.clock() // 1000)
    server = witness_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    add_witness(stage.home, Witness(f"http://127.0.0.1:{server.effective_port}", str(signer.verifier)))
    try:
        yield signer
    finally:
        server.close()
        thread.join(timeout=5)
