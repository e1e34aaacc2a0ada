"""Why the room of contracts says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class ContractsRefusal(Refusal):
    """In order of precedence."""

    MARKET_ONLY = Sentence(
        "`{actor}` may not record this; the market does when it happens",
        "`{actor}` 无权记录此事项；由市场在事项发生时自动记录",
    )
    RESOURCE_UNKNOWN = Sentence(
        "resource `{resource}` does not exist; describe it first", "数据资源 `{resource}` 不存在；请先编目"
    )
    NOT_THE_HOLDER = Sentence(
        "`{actor}` does not set policies on `{resource}`, which `{holder}` holds; ask its holder",
        "`{actor}` 无权对 `{resource}`（持有人为 `{holder}`）设定使用策略；请由持有人设定",
        "GZ2023-05",
    )
    POLICY_NOT_A_SET = Sentence(
        "the policy is of type `{type}` with conflict strategy `{conflict}`; on a resource stands a `Set` with `prohibit`",
        "策略类型为 `{type}`、冲突规则为 `{conflict}`；资源上的策略须为 `Set` 且冲突规则为 `prohibit`",
    )
    POLICIES_TOO_MANY = Sentence(
        "`{resource}` has {policies} policies and may have {policies_max}; detach one, or join two",
        "`{resource}` 已有 {policies} 项策略，上限 {policies_max} 项；请先撤下或合并",
    )
    POLICY_UNKNOWN = Sentence(
        "no policy `{policy}` stands on `{resource}`; check its id", "`{resource}` 上没有策略 `{policy}`；请核对编号"
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
