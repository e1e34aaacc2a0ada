"""What can be said about offers and agreements (合约)."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

import msgspec

from mumian.kernel.canonical import Digest as Digest
from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.facts import Facts
from mumian.kernel.ids import AgreementId, OrderId, PartyId, ProductId
from mumian.kernel.outcome import Refusal, Sentence
from mumian.kernel.table import Table
from mumian.kernel.time import Instant
from mumian.policy.model import Policy

OfferId = NewType("OfferId", str)


class TerminationReason(StrEnum):
    """Why an agreement ends."""

    COMPLETED = "completed"  # 履行完毕
    MUTUAL = "mutual"  # 协商一致
    BREACH = "breach"  # 违约
    RIGHTS_LOST = "rights_lost"  # 权利丧失
    SUPERVISION = "supervision"  # 监管要求


class _Command(msgspec.Struct, frozen=True, tag=lambda name: f"contracts.{name}", forbid_unknown_fields=True):
    pass


class MakeOffer(_Command, frozen=True):
    """Offer the product `target` on the terms of `policy` until `valid_until` (exclusive). By the product's seller.

    assignee: the only party who may sign; None is anybody, as often as there are takers.
    """

    target: ProductId
    policy: Policy
    assignee: PartyId | None
    valid_until: Instant


class WithdrawOffer(_Command, frozen=True):
    """Take an offer back. Agreements signed on it stand. By the seller."""

    offer: OfferId


class SignAgreement(_Command, frozen=True):
    """Accept an offer. The signer names the SHA-256 of the policy's canonical bytes, so that both signed the same terms."""

    offer: OfferId
    policy_digest: Digest


class BindOrder(_Command, frozen=True):
    """Note which order an agreement serves. By the market."""

    agreement: AgreementId
    order: OrderId


class FulfilDuty(_Command, frozen=True):
    """Note that a duty of a permission was fulfilled. By the seller, to whom it is owed, or the market."""

    agreement: AgreementId
    duty: str


class CountUse(_Command, frozen=True):
    """Add `uses` to what `count` constraints are decided by. By the market, when a job is ticketed or calls are recorded."""

    agreement: AgreementId
    uses: Positive


class TerminateAgreement(_Command, frozen=True):
    """End an agreement for good. By either party, the regulator or the market."""

    agreement: AgreementId
    reason: TerminationReason


Command = MakeOffer | WithdrawOffer | SignAgreement | BindOrder | FulfilDuty | CountUse | TerminateAgreement


class OfferFacts(Facts, frozen=True, kw_only=True):
    """Facts of `MakeOffer`.

    product_seller: who sells the product; None if there is no such product.
    purposes: what the grants beneath the product allow it for; None if they set no bound.
    """

    product_seller: PartyId | None
    purposes: tuple[str, ...] | None = None


class _Event(msgspec.Struct, frozen=True, tag=lambda name: f"contracts.{name}"):
    pass


class OfferMade(_Event, frozen=True):
    offer: OfferId
    target: ProductId
    policy: Policy
    policy_digest: str
    assigner: PartyId
    assignee: PartyId | None
    valid_until: Instant


class OfferWithdrawn(_Event, frozen=True):
    offer: OfferId


class AgreementSigned(_Event, frozen=True):
    """The terms are the offer's, whose digest the signer named; both parties' signatures are those of their envelopes."""

    agreement: AgreementId
    offer: OfferId
    target: ProductId
    assigner: PartyId
    assignee: PartyId
    policy_digest: str
    signed_at: Instant


class OrderBound(_Event, frozen=True):
    agreement: AgreementId
    order: OrderId


class DutyFulfilled(_Event, frozen=True):
    agreement: AgreementId
    duty: str


class UseCounted(_Event, frozen=True):
    agreement: AgreementId
    uses: Positive


class AgreementTerminated(_Event, frozen=True):
    agreement: AgreementId
    by: PartyId
    reason: TerminationReason
    ended_at: Instant


Event = OfferMade | OfferWithdrawn | AgreementSigned | OrderBound | DutyFulfilled | UseCounted | AgreementTerminated


class ContractsRefusal(Refusal):
    """In order of precedence."""

    MARKET_ONLY = Sentence(
        "`{actor}` may not record this; the market does when it happens",
        "`{actor}` 无权记录此事项；由市场在事项发生时自动记录",
    )
    PRODUCT_UNKNOWN = Sentence(
        "product `{product}` does not exist; name a registered product", "产品 `{product}` 不存在；请填写已登记的产品"
    )
    NOT_THE_SELLER = Sentence(
        "`{actor}` may not offer `{product}`, which `{seller}` sells; ask its seller",
        "`{actor}` 无权对 `{product}` 发出要约（卖方为 `{seller}`）；请由卖方发起",
    )
    OFFER_UNKNOWN = Sentence("offer `{offer}` does not exist; check its id", "要约 `{offer}` 不存在；请核对编号")
    NOT_YOUR_OFFER = Sentence(
        "`{actor}` may not act on offer `{offer}`, which is for `{party}`; ask for an offer of your own",
        "`{actor}` 无权处理要约 `{offer}`（当事方为 `{party}`）；请另行索取要约",
    )
    SAME_PARTY = Sentence(
        "`{actor}` cannot agree with itself; an agreement needs two parties", "`{actor}` 不能与自己签约；合约须有两方"
    )
    OFFER_CLOSED = Sentence(
        "offer `{offer}` is {status}; ask the seller for a new one",
        "要约 `{offer}` 状态为 {status}；请向卖方索取新要约",
    )
    OFFER_EXPIRED = Sentence(
        "offer `{offer}` was valid until {valid_until}, now is {now}; ask the seller for a new one",
        "要约 `{offer}` 有效期至 {valid_until}（现在 {now}）；请向卖方索取新要约",
    )
    VALIDITY_PAST = Sentence(
        "the offer would be valid until {valid_until}, which is not after now ({now}); choose a later instant",
        "要约有效期 {valid_until} 不晚于当前时间 {now}；请改为更晚的时间",
    )
    POLICY_NOT_AN_OFFER = Sentence(
        "the policy is of type `{type}`; an offer carries a policy of type `Offer`",
        "策略类型为 `{type}`；要约须使用 `Offer` 类型的策略",
    )
    POLICY_UNSOUND = Sentence("the policy cannot be decided: {defect}; amend it", "策略无法裁决：{defect}；请修订策略")
    POLICY_OF_OTHERS = Sentence(
        "rule `{rule}` names `{named}` as {field} where the offer has `{expected}`; make them agree",
        "规则 `{rule}` 的 {field} 为 `{named}`，与要约的 `{expected}` 不符；请改为一致",
    )
    PURPOSE_BEYOND_RIGHTS = Sentence(
        "permission `{rule}` allows the purpose `{purpose}`, the grants beneath `{product}` allow {allowed}; narrow it",
        "许可 `{rule}` 的用途 `{purpose}` 超出 `{product}` 所依据授权的用途 {allowed}；请收窄用途",
        "GZ2023-05",
    )
    DIGEST_MISMATCH = Sentence(
        "you sign `{signed}`, offer `{offer}` has the policy `{offered}`; read the offer again and sign its digest",
        "所签摘要 `{signed}` 与要约 `{offer}` 的策略摘要 `{offered}` 不符；请重新阅读要约后签署",
    )
    ALREADY_SIGNED = Sentence(
        "`{actor}` already has agreement `{agreement}` on offer `{offer}`; use it",
        "`{actor}` 已就要约 `{offer}` 签有合约 `{agreement}`；请直接使用",
    )
    AGREEMENT_UNKNOWN = Sentence(
        "agreement `{agreement}` does not exist; check its id", "合约 `{agreement}` 不存在；请核对编号"
    )
    NOT_A_PARTY = Sentence(
        "`{actor}` may not act on agreement `{agreement}` between `{assigner}` and `{assignee}`; ask one of them",
        "`{actor}` 无权处理 `{assigner}` 与 `{assignee}` 之间的合约 `{agreement}`；请由当事方发起",
    )
    AGREEMENT_ENDED = Sentence(
        "agreement `{agreement}` ended at {ended_at} ({reason}); sign a new one",
        "合约 `{agreement}` 已于 {ended_at} 终止（{reason}）；请另行签约",
    )
    ORDER_BOUND = Sentence(
        "agreement `{agreement}` already serves order `{order}`; sign another for the new order",
        "合约 `{agreement}` 已对应订单 `{order}`；新订单请另行签约",
    )
    DUTY_UNKNOWN = Sentence(
        "no permission of agreement `{agreement}` has the duty `{duty}`; name one of its duties",
        "合约 `{agreement}` 的许可中没有义务 `{duty}`；请填写其中的义务",
    )
    DUTY_FULFILLED = Sentence(
        "the duty `{duty}` of agreement `{agreement}` was fulfilled before; nothing is left to do",
        "合约 `{agreement}` 的义务 `{duty}` 此前已履行；无需重复",
    )


class OfferStatus(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class Offer(msgspec.Struct, frozen=True):
    """An offer to one party closes when it is signed; an open offer stays open until withdrawn or expired."""

    target: ProductId
    policy: Policy
    policy_digest: str
    assigner: PartyId
    assignee: PartyId | None
    valid_until: Instant
    status: OfferStatus = OfferStatus.OPEN


class Agreement(msgspec.Struct, frozen=True):
    """policy: the offer's, bound to the two parties. fulfilled: duties done. ended_at: None while it is in force."""

    offer: OfferId
    target: ProductId
    assigner: PartyId
    assignee: PartyId
    policy: Policy
    signed_at: Instant
    order: OrderId | None = None
    fulfilled: tuple[str, ...] = ()
    ended_at: Instant | None = None
    ended_for: TerminationReason | None = None


class State(msgspec.Struct):
    """offers, agreements: by id. uses: agreement → uses so far, apart from the agreement so that counting stays cheap.

    by_signer: `offer/assignee` → the latest agreement. by_party: `party/agreement` → "assigner" or "assignee".
    by_product: `product/agreement` → assignee. by_order: order → agreement.
    """

    offers: Table[Offer]
    agreements: Table[Agreement]
    uses: Table[Natural]
    by_signer: Table[AgreementId]
    by_party: Table[str]
    by_product: Table[PartyId]
    by_order: Table[AgreementId]
