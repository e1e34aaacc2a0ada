"""Why revenue says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class RevenueRefusal(Refusal):
    """In order of precedence: who speaks, what was agreed, what was contributed, what is shared."""

    PRODUCT_UNKNOWN = Sentence(
        "product `{product}` does not exist; register it first", "产品 `{product}` 不存在；请先登记"
    )
    NOT_THE_SELLER = Sentence(
        "`{actor}` does not sell `{product}`; ask `{seller}`",
        "`{actor}` 不是产品 `{product}` 的供方；请由 `{seller}` 提出",
    )
    NOT_THE_MARKET = Sentence(
        "`{actor}` may not share out money; the market does it when a delivery is accepted or calls are billed",
        "`{actor}` 不能发起分账；验收或计费时由市场自动执行",
    )
    SOLD_ALREADY = Sentence(
        "`{product}` was sold already; a distribution is agreed before the first sale: register a new product",
        "产品 `{product}` 已有交易；收益分配须在首次交易前约定：请另行登记产品",
        "GZ2023-13",
    )
    RULE_IN_FORCE = Sentence(
        "version {version} of the distribution of `{product}` is in force for all who agreed; register a new product to change it",
        "产品 `{product}` 的收益分配第 {version} 版已生效；如需变更请另行登记产品",
    )
    RATE_MISSING = Sentence(
        "the part of `{payee}` ({kind}) must be given once, as a rate or as an amount; there is no default",
        "`{payee}`（{kind}）的比例或金额应且只应填写一项；系统不设默认费率",
        "S21-FEES",
    )
    RATES_TOO_HIGH = Sentence(
        "fees add up to {rates_bp} basis points of the gross, more than {whole_bp}; lower them",
        "各项费率合计 {rates_bp} 个基点，超过 {whole_bp}；请降低",
    )
    TOO_MANY_LINES = Sentence(
        "{owners} owners and {fees} fees; there may be {owners_max} and {fees_max} at most",
        "权益方 {owners} 个、费用 {fees} 项；最多 {owners_max} 个、{fees_max} 项",
    )
    PAYEE_UNKNOWN = Sentence(
        "`{payee}` was never admitted to the market and cannot be paid; have it admitted first",
        "`{payee}` 从未准入市场，无法收款；请先办理准入",
    )
    OWNER_REPEATED = Sentence("owner `{owner}` is named twice; name each once", "权益方 `{owner}` 重复；请只填写一次")
    PUBLIC_BODY_PAID = Sentence(
        "`{payee}` is a public body: what its data earns comes back as feedback and budget, not as money; take it out",
        "`{payee}` 为公共管理和服务机构：以成果回馈和预算挂钩体现，不直接分配资金；请去除",
        "S20-FEEDBACK",
    )
    OPERATOR_ONLY_SERVICE_FEE = Sentence(
        "`{payee}` operates the public data: it gets a service fee, not {kind}; change the line",
        "`{payee}` 为公共数据运营机构：仅可收取运营服务费，不得以 {kind} 参与分配；请修改",
        "S20-SEPARATION",
    )
    HOLDER_NOT_NAMED = Sentence(
        "`{holder}` holds a source of `{product}` and is not named; every holder shares: name it",
        "`{holder}` 是产品 `{product}` 的数据来源持有方但未列入；请列入",
        "GZ2023-13",
    )
    NOT_A_HOLDER = Sentence(
        "`{owner}` holds no source of `{product}` that is paid; take it out, or pay it by a fee",
        "`{owner}` 不是产品 `{product}` 的付费来源持有方；请去除，或以费用列支",
    )
    NOBODY_SHARES = Sentence(
        "with no owner the merchant's part is {whole_bp} basis points, not {merchant_bp}; correct it",
        "没有权益方时数据商比例应为 {whole_bp} 个基点，收到 {merchant_bp}；请更正",
    )
    FIXED_SHARES_MISMATCH = Sentence(
        "method {method} of {owners} owners was given {parts} parts adding up to {sum_bp}; `fixed` takes one each adding up to {whole_bp}, the others none",
        "方式 {method}、权益方 {owners} 个，收到 {parts} 个比例合计 {sum_bp}；固定比例须逐一填写且合计 {whole_bp}，其他方式不填",
    )
    COSTS_UNSOUND = Sentence(
        "costs of `{product}`: {costs} lines, `{payee}` among them; there may be {costs_max}, each of a party once that is no public body",
        "产品 `{product}` 的先回收成本 {costs} 项（含 `{payee}`）；最多 {costs_max} 项，每个主体一项，且不得为公共管理和服务机构",
    )
    STEPS_UNSOUND = Sentence(
        "steps of `{product}` are {steps}; give 2 to {steps_max} whose bounds rise, the last without one, where there are owners",
        "产品 `{product}` 的阶梯有 {steps} 级；有权益方时应为 2 至 {steps_max} 级、上限递增且末级不设上限",
    )
    METHOD_TERMS_MISMATCH = Sentence(
        "method {method} does not go with what was given; `score` takes weights of which one at least counts, `shapley` a utility and what becomes of values below zero, the others neither",
        "方式 {method} 与所填内容不符；贡献评分须填权重且至少一项大于零，沙普利值须填效用版本与负值处理办法，其他方式均不填",
    )
    NOT_AGREED = Sentence(
        "no distribution of `{product}` is proposed; its seller agrees on one first",
        "产品 `{product}` 尚无收益分配方案；请由供方先提出",
        "GZ2023-13",
    )
    VERSION_MISMATCH = Sentence(
        "the distribution of `{product}` is at version {version}, you speak of {asked}; read it again",
        "产品 `{product}` 的收益分配为第 {version} 版，您同意的是第 {asked} 版；请重新阅读",
    )
    NOTHING_TO_CONSENT = Sentence(
        "the distribution of `{product}` does not wait for `{actor}`: not an owner, or agreed already",
        "产品 `{product}` 的收益分配不需要 `{actor}` 同意：不是权益方或已同意",
    )
    NOT_IN_FORCE = Sentence(
        "the distribution of `{product}` waits for {waiting} owners, first `{owner}`; have them agree",
        "产品 `{product}` 的收益分配还有 {waiting} 个权益方（如 `{owner}`）未同意；请先取得同意",
        "GZ2023-13",
    )
    NOT_A_RECORDER = Sentence(
        "`{actor}` may not record contributions to `{product}`; its seller `{seller}` or the domain that merged the parts does",
        "`{actor}` 不能登记产品 `{product}` 的贡献；请由供方 `{seller}` 或汇总数据域登记",
    )
    BASIS_TAKEN = Sentence(
        "the contribution `{basis}` to `{product}` is recorded already; correct it under a new name",
        "产品 `{product}` 的贡献 `{basis}` 已登记；更正请使用新的名称",
    )
    METHOD_MISMATCH = Sentence(
        "the owners of `{product}` share by {method}; record what that method counts by",
        "产品 `{product}` 的权益方按 {method} 分配；请登记该方式所依据的贡献",
    )
    UTILITY_MISMATCH = Sentence(
        "values of `{basis}` are of utility `{utility}`, the distribution of `{product}` names `{agreed}`; measure by that",
        "`{basis}` 的数值出自效用 `{utility}`，产品 `{product}` 约定的是 `{agreed}`；请按约定计算",
    )
    OWNERS_MISMATCH = Sentence(
        "`{basis}` speaks of {given} owners, the distribution of `{product}` of {owners}; give one each, in its order",
        "`{basis}` 涉及权益方 {given} 个，产品 `{product}` 的方案为 {owners} 个；请按方案顺序逐一填写",
    )
    BELOW_ZERO = Sentence(
        "`{owner}` is worth {value_nano} nano by `{basis}`, and the rule of `{product}` shares nothing while any is below zero; settle who spoilt the data, then measure anew",
        "`{owner}` 在 `{basis}` 中的贡献为 {value_nano}（十亿分之一单位），产品 `{product}` 约定出现负值时不予分配；请先查明原因再重新计算",
    )
    CELLS_NONE_OR_TOO_MANY = Sentence(
        "a contribution holds 1 to {cells_max} cells, not {cells}; merge them by owners",
        "一次贡献应有 1 至 {cells_max} 格，收到 {cells} 格；请按权益方合并",
    )
    MASK_BEYOND_OWNERS = Sentence(
        "cell mask {mask} names an owner beyond the {owners} of `{product}`; use the order of its distribution",
        "掩码 {mask} 超出产品 `{product}` 的 {owners} 个权益方；请按收益分配方案的顺序",
    )
    CONTRIBUTION_EMPTY = Sentence(
        "all weights of `{basis}` are zero; nothing can be shared by it", "`{basis}` 的权重全部为零；无法据以分配"
    )
    DISTRIBUTED_ALREADY = Sentence(
        "`{sale}` of `{product}` was shared out already; correct it by a transfer",
        "产品 `{product}` 的 `{sale}` 已分账；如需更正请另行转账",
    )
    CONTRIBUTION_MISSING = Sentence(
        "no contribution `{basis}` to `{product}` is recorded; record it first",
        "产品 `{product}` 的贡献 `{basis}` 未登记；请先登记",
        "GZ2023-13",
    )
    SALE_UNKNOWN = Sentence(
        "`{sale}` of `{product}` is no sale that came to its end; waive one that did",
        "产品 `{product}` 没有已完成的交易 `{sale}`；请填写已完成的交易",
    )
    WAIVED_ALREADY = Sentence(
        "what was given up with `{sale}` of `{product}` is recorded already; it is said once",
        "产品 `{product}` 的交易 `{sale}` 的减免已登记；每笔只登记一次",
    )
    NOTHING_WAIVED = Sentence(
        "`{sale}` came to {paid_fen} fen, its list price to {list_fen}; nothing was given up",
        "交易 `{sale}` 成交 {paid_fen} 分，标价为 {list_fen} 分；未放弃收益",
    )
    NOT_FOR_PUBLIC_GOOD = Sentence(
        "`{sale}` of `{product}` is neither to a public body nor for governance or welfare; a rebate in trade is no waiver",
        "产品 `{product}` 的交易 `{sale}` 既非面向公共机构，也不用于公共治理或公益事业；商业折扣不属于公益减免",
        "GZ2023-14",
    )
    FEES_EXCEED_GROSS = Sentence(
        "fixed fees of {fixed_fen} fen and rates of {rates_bp} basis points exceed the {gross_fen} fen of `{sale}`; sell for more",
        "固定费用 {fixed_fen} 分及费率 {rates_bp} 个基点超过 `{sale}` 的 {gross_fen} 分；请提高成交额",
    )
