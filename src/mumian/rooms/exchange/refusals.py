"""Why the exchange says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class ExchangeRefusal(Refusal):
    """In order of precedence: who speaks, the three gates, what a product stands on, its price, then the deal."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not suspend what stands on a source; that follows when the source ends",
        "`{actor}` 不得直接暂停依附于来源的挂牌；来源终止时由市场自动执行",
    )
    ROLE_MISSING = Sentence(
        "`{actor}` may not {move}: it takes the role {roles}; ask for admission to it",
        "`{actor}` 不能执行 {move}：需要角色 {roles}；请先申请该角色",
    )
    SCENARIO_MISSING = Sentence(
        "no scenario, no registration: name the code and the text of a scenario, not `{code}`",
        "无场景不登记：请填写应用场景的代码和说明（收到 `{code}`）",
        "S21-SCENARIO",
    )
    NOT_REGISTERED = Sentence(
        "no registration, no trade: no product `{product}` is registered; register it first",
        "无登记不交易：产品 `{product}` 未登记；请先登记",
        "S21-REGISTRATION",
    )
    NOT_YOURS = Sentence(
        "`{thing}` belongs to `{owner}`; `{actor}` may not {move} it",
        "`{thing}` 属于 `{owner}`；`{actor}` 无权执行 {move}",
    )
    CERTIFIED_ALREADY = Sentence(
        "{items} of `{product}` are certified by `{certificate}` and others; adopt the certificates, do not examine or charge again",
        "`{product}` 的 {items} 已由登记凭证 `{certificate}` 等证明；应当采信，不得重复审查、重复收费",
        "S1-31",
    )
    NOT_EXAMINED = Sentence(
        "`{product}` cannot pass: {items} were not examined and no certificate answers for them; examine them",
        "`{product}` 不能通过：{items} 未经评估，也没有登记凭证可采信；请补充评估",
        "S21-COMPLIANCE",
    )
    OPERATOR_DEVELOPS = Sentence(
        "`{actor}` operates the public data or is related to its operator ({relation}); only an unrelated merchant develops products from it",
        "`{actor}` 是公共数据运营机构或其关联方（{relation}），运商分离；请由无关联的数据商开发",
        "S3-06",
    )
    REVIEWER_IS_SELLER = Sentence(
        "`{actor}` sells `{product}` and may not review it; let the exchange or another service provider do it",
        "`{actor}` 是产品 `{product}` 的供方，不得自行合规评估；请由交易所或其他服务机构评估",
        "S8-33",
    )
    LISTING_BOUND = Sentence(
        "`{product}` is in `{auction}`, which is not over; the seller changes nothing meanwhile",
        "产品 `{product}` 正在竞价 `{auction}` 中；结束前供方不得变更",
    )
    COMPLIANCE_MISSING = Sentence(
        "no compliance, no listing: `{product}` is {state}; have it pass a review first",
        "无合规不上架：产品 `{product}` 当前为 {state}；请先通过合规评估",
        "S21-COMPLIANCE",
    )
    PRODUCT_STATE_FORBIDS = Sentence(
        "`{product}` is {state}: {move} is not possible, only {possible}",
        "产品 `{product}` 当前为 {state}：不能 {move}，只能 {possible}",
    )
    DISTRIBUTION_OPEN = Sentence(
        "the distribution of `{product}` is not agreed by all; agree on it before the first sale",
        "产品 `{product}` 的收益分配尚未经各方同意；请在首次交易前约定",
        "GZ2023-13",
    )
    SOURCES_NONE_OR_TOO_MANY = Sentence(
        "a product stands on 1 to {sources_max} sources, not {sources}; name its grants and rights",
        "产品应有 1 至 {sources_max} 个来源，收到 {sources} 个；请填写授权或权利编号",
        "S8-33",
    )
    SOURCE_REPEATED = Sentence("source `{source}` is named twice; name it once", "来源 `{source}` 重复；请只填写一次")
    PURPOSE_MISSING = Sentence("a product serves at least one purpose; name it", "产品至少应有一个用途；请填写")
    SOURCE_BROKEN = Sentence(
        "source `{source}` is not in force: broken at `{broken_at}` ({reason}); renew it or drop it",
        "来源 `{source}` 权利链断于 `{broken_at}`（{reason}）；请续权或去除该来源",
        "S8-33",
    )
    NOT_LAWFUL = Sentence(
        "`{resource}`, on which `{source}` stands, holds personal information that may not be processed for this: {why}; see `mumian explain`",
        "`{source}` 所依据的 `{resource}` 含个人信息，不得为此目的处理：{why}；请用 `mumian explain` 查看原因",
        "S7-13",
    )
    SOURCE_NOT_YOURS = Sentence(
        "source `{source}` was not given to `{actor}`; ask `{holder}` for a grant",
        "来源 `{source}` 并未授予 `{actor}`；请向 `{holder}` 申请授权",
        "S8-33",
    )
    SOURCE_NOT_OPERABLE = Sentence(
        "source `{source}` does not carry the right to operate products; ask `{holder}` for it",
        "来源 `{source}` 不含数据产品经营权；请向 `{holder}` 申请",
        "GZ2023-01",
    )
    CORE_DATA = Sentence(
        "source `{source}` is core data, which is never traded; drop it",
        "来源 `{source}` 属核心数据，禁止交易；请去除",
        "S18-MATRIX",
    )
    IMPORTANT_DATA = Sentence(
        "source `{source}` is important data: it takes the competent department's written consent; obtain it or drop it",
        "来源 `{source}` 属重要数据：须主管部门书面同意；请取得同意或去除该来源",
        "S18-MATRIX",
    )
    FORM_TOO_OPEN = Sentence(
        "source `{source}` of level {level} may not leave as {form}; deliver as {forms}",
        "来源 `{source}` 为 {level} 级，不得以 {form} 交付；请改为 {forms}",
        "S18-H",
    )
    PUBLIC_RAW_FILE = Sentence(
        "source `{source}` is public data that is not unconditionally open; deliver a model, a verification or an aggregate, not a file",
        "来源 `{source}` 是未无条件开放的公共数据，不得以原始文件交付；请以模型、核验、统计结果等形式提供",
        "S3-21",
    )
    PRICE_INCOHERENT = Sentence(
        "a {mode} price of {amount_fen} fen per {unit} makes no sense; units: {units}, and only free costs nothing",
        "{mode} 价格 {amount_fen} 分/{unit} 不成立；可用单位：{units}，且仅免费为零",
    )
    TARIFF_UNSOUND = Sentence(
        "the tiers let a buyer gain by buying in parts, or do not fit: {defect}; let bounds rise and rates never",
        "阶梯价格存在拆分套利或不成立：{defect}；上限应逐级提高，单价不得提高",
    )
    UNIT_NOT_OF_PRODUCT = Sentence(
        "`{product}` is of type {type}: a price by {unit} would never be metered; price figures by precision, calls by the call",
        "产品 `{product}` 类型为 {type}，按 {unit} 计价无从计量；统计结果请按精度、调用请按次计价",
    )
    SUPPORT_UNSOUND = Sentence("the support does not fit: {defect}", "计价支撑集不成立：{defect}；请更正后重新提交")
    SHARE_UNSOUND = Sentence(
        "{share_bp} basis points and a trial of {trial_units} are no share of turnover; ask 1 to 10000 and offer no trial",
        "{share_bp}个万分点、试用 {trial_units} 不能作为收益分成；比例须为1至10000个万分点，且不设试用",
    )
    PUBLIC_GOOD_IS_FREE = Sentence(
        "`{product}` is public data for {field}: it is free, not {amount_fen} fen",
        "产品 `{product}` 为公共数据且用于 {field}：应免费，不得收取 {amount_fen} 分",
        "S4-FREE",
    )
    PRICE_MODE_NOT_FOR_KIND = Sentence(
        "{kind} data is not priced as {mode}; choose one of {modes}",
        "{kind} 数据不适用 {mode} 定价；请选择 {modes}",
        "GZ2023-08",
    )
    CEILING_MISSING = Sentence(
        "no ceiling is set for `{product}` per {unit}; have the authorising body set one, or list it free",
        "产品 `{product}`（每 {unit}）尚无上限收费标准；请由授权主体制定，或免费提供",
        "S4-CEILING",
    )
    OVER_CEILING = Sentence(
        "{amount_fen} fen is over the ceiling of {ceiling_fen} fen per {unit} of `{product}`; lower the price",
        "产品 `{product}` 定价 {amount_fen} 分超过上限 {ceiling_fen} 分/{unit}；请降价",
        "S4-CEILING",
    )
    LISTING_UNKNOWN = Sentence("listing `{listing}` does not exist; look it up", "挂牌 `{listing}` 不存在；请核对")
    LISTING_NOT_OPEN = Sentence(
        "listing `{listing}` is {state}; wait until it is open again", "挂牌 `{listing}` 当前为 {state}；请待其恢复"
    )
    PRICE_NOT_POSTED = Sentence(
        "listing `{listing}` is priced by {mode}, not posted; open a negotiation or bid",
        "挂牌 `{listing}` 采用 {mode} 定价，无公开价格；请发起洽谈或参与竞价",
    )
    PRICE_POSTED = Sentence(
        "listing `{listing}` is posted at a price by {mode}; `{because}` cannot set another",
        "挂牌 `{listing}` 已按 {mode} 公开定价；`{because}` 不得另定价格",
    )
    SELF_DEALING = Sentence(
        "`{actor}` sells listing `{listing}` and may not buy it", "`{actor}` 是挂牌 `{listing}` 的供方，不得自行购买"
    )
    EXPIRY_OUT_OF_RANGE = Sentence(
        "the order would expire at {expires_at}; choose an instant after {now} and not after {latest}",
        "订单到期时间 {expires_at} 不合适；请选在 {now} 之后、不晚于 {latest}",
    )
    SUBSCRIPTION_TOO_LONG = Sentence(
        "{quantity} units of listing `{listing}` run {months} months, {months_max} are the most; order fewer",
        "挂牌 `{listing}` 的 {quantity} 个单位为 {months} 个月，最长 {months_max} 个月；请减少数量",
    )
    TRIAL_NOT_OFFERED = Sentence(
        "listing `{listing}` offers {trial_units} units to try, not {quantity}; try fewer, or order",
        "挂牌 `{listing}` 可试用 {trial_units} 个单位，不足 {quantity} 个；请减少数量或直接下单",
    )
    TRIAL_TAKEN = Sentence(
        "`{actor}` tried `{product}` by `{order}` already; order it",
        "`{actor}` 已通过 `{order}` 试用过 `{product}`；请直接下单",
    )
    QUOTE_NOT_BELOW = Sentence(
        "{unit_fen} fen are not below the {posted_fen} fen posted for `{listing}`, or its price has tiers; quote less for a price without tiers",
        "报价 {unit_fen} 分不低于挂牌 `{listing}` 的公开价 {posted_fen} 分，或该价格为阶梯价；请对非阶梯价报更低的价",
    )
    QUOTE_UNKNOWN = Sentence(
        "`{actor}` has no quote `{quote}` for `{listing}`; ask its seller for one",
        "`{actor}` 没有挂牌 `{listing}` 的报价 `{quote}`；请向供方索取",
    )
    QUOTE_SPENT = Sentence(
        "quote `{quote}` was used by `{order}`; ask for another",
        "报价 `{quote}` 已用于订单 `{order}`；请另行索取",
    )
    QUOTE_EXPIRED = Sentence(
        "quote `{quote}` held until {valid_until}, now is {now}; ask for another",
        "报价 `{quote}` 有效期至 {valid_until}（现在 {now}）；请另行索取",
    )
    QUOTE_TOO_SMALL = Sentence(
        "quote `{quote}` is for {quantity_max} units at most, not {quantity}; order less",
        "报价 `{quote}` 最多适用 {quantity_max} 个单位，不适用 {quantity} 个；请减少数量",
    )
    BEYOND_LAST_TIER = Sentence(
        "{quantity} units are beyond the last tier of listing `{listing}`, which ends at {units_max}; order less",
        "{quantity} 个单位超出挂牌 `{listing}` 的最高阶梯 {units_max}；请减少数量",
    )
    AMOUNT_TOO_LARGE = Sentence(
        "{quantity} times {unit_fen} fen exceeds {max_fen} fen; order less",
        "{quantity} × {unit_fen} 分超过 {max_fen} 分；请减少数量",
    )
    PRICE_ABOVE_LIMIT = Sentence(
        "the order costs {amount_fen} fen by version {version} of `{listing}`, your limit is {limit_fen}; raise it or do not order",
        "按挂牌 `{listing}` 第 {version} 版应付 {amount_fen} 分，高于您的限价 {limit_fen} 分；请提高限价或放弃",
    )
    ORDER_UNKNOWN = Sentence("order `{order}` does not exist; look it up", "订单 `{order}` 不存在；请核对")
    ORDER_STATE_FORBIDS = Sentence(
        "`{order}` is {state}: {move} is not possible, only {possible}",
        "订单 `{order}` 当前为 {state}：不能 {move}，只能 {possible}",
    )
    ORDER_BINDS = Sentence(
        "`{order}` was won in `{because}` and binds both sides; deliver it, or let it fall due at {expires_at}",
        "订单 `{order}` 系竞价 `{because}` 成交，对双方均有约束力；请交付，或待其于 {expires_at} 到期",
    )
    ORDER_OVERDUE = Sentence(
        "`{order}` was due at {expires_at}, now is {now}; order anew",
        "订单 `{order}` 已于 {expires_at} 到期（现在 {now}）；请重新下单",
    )
    ORDER_NOT_DUE = Sentence(
        "`{order}` does not expire before {due_at}, now is {now}; wait",
        "订单 `{order}` 在 {due_at} 之前不会到期（现在 {now}）；请等待",
    )
    AGREEMENT_UNKNOWN = Sentence(
        "no agreement `{agreement}` is in force; sign it first", "合约 `{agreement}` 不存在或未生效；请先签署"
    )
    AGREEMENT_MISMATCH = Sentence(
        "agreement `{agreement}` is about `{product}` between `{provider}` and `{consumer}`, `{order}` about `{ordered}` between `{seller}` and `{buyer}`; sign one that matches",
        "合约 `{agreement}` 为 `{provider}` 与 `{consumer}` 关于 `{product}`，订单 `{order}` 为 `{seller}` 与 `{buyer}` 关于 `{ordered}`；请签署相符的合约",
    )
    AGREEMENT_TAKEN = Sentence(
        "agreement `{agreement}` already stands for `{order}`; sign another for this order",
        "合约 `{agreement}` 已用于订单 `{order}`；请为本订单另行签署",
    )
    AGREEMENT_WITHOUT_ORDER = Sentence(
        "agreement `{agreement}` stands for no order of this exchange; public data and metered calls are settled through an order",
        "合约 `{agreement}` 没有对应的场内订单；请先进场下单",
        "S19-EXCHANGE",
    )
    SHARED_ONCE = Sentence(
        "a share of turnover is ordered once, not {quantity} times; order 1 of listing `{listing}`",
        "收益分成一次订购即可，不得订购 {quantity} 份；请对挂牌 `{listing}` 订购1份",
    )
    TURNOVER_OWED = Sentence(
        "`{buyer}` has not reported the turnover of {month} for `{order}`; report it first",
        "`{buyer}` 尚未报送订单 `{order}` {month} 的营业收入；请先报送",
    )
    NOT_SHARED = Sentence(
        "`{order}` is not paid by a share of turnover; nothing is reported for it",
        "订单 `{order}` 并非收益分成计价，无需报送营业收入",
    )
    MONTH_NOT_DUE = Sentence(
        "`{order}` is to be reported from {first} to {last} now, not for {month}; report the months in order",
        "订单 `{order}` 现可报送 {first} 至 {last}，不含 {month}；请按月依次报送",
    )
    TURNOVER_FALLS = Sentence(
        "`{order}` reported {reported_fen} fen for {month} already, more than {turnover_fen}; what was paid too much is settled with the seller",
        "订单 `{order}` {month} 已报送 {reported_fen} 分，多于 {turnover_fen} 分；多付款项请与供方另行结算",
    )
    TURNOVER_TOO_LARGE = Sentence(
        "{turnover_fen} fen for {month} would bring `{order}`, with {reported_fen} fen reported so far, beyond {max_fen}; order anew for what is beyond",
        "订单 `{order}` 已报送 {reported_fen} 分，{month} 再报 {turnover_fen} 分将超过 {max_fen} 分；超出部分请另行订购",
    )
    RENEWAL_LATE = Sentence(
        "`{order}` is {state} and renews no more; order anew",
        "订单 `{order}` 当前为 {state}，不能再设续订；请重新下单",
    )
    NOT_A_SUBSCRIPTION = Sentence(
        "`{order}` is not for a time; accept it, reject it or cancel it",
        "订单 `{order}` 并非按时间订阅；请验收、拒收或取消",
    )
    MORE_THAN_ORDERED = Sentence(
        "{units} units of `{order}` are more than the {units_max} that can be meant; name fewer",
        "订单 `{order}` 的 {units} 个单位超过可计的 {units_max} 个；请减少数量",
    )
    NOT_ENDED = Sentence(
        "`{order}` is {state}; rate it once it is settled, refunded or filed",
        "订单 `{order}` 当前为 {state}；请在结算、退款或备案后评价",
    )
    RATED_ALREADY = Sentence(
        "`{actor}` rated `{order}` already; a rating stands",
        "`{actor}` 已评价订单 `{order}`；评价不得更改",
    )
    INSPECTION_RUNS = Sentence(
        "the buyer may inspect `{order}` until {until}, now is {now}; wait for the buyer's word",
        "订单 `{order}` 的检验期至 {until}（现在 {now}）；请等待需方验收",
    )
    INSPECTION_OVER = Sentence(
        "the inspection of `{order}` ended at {until}, now is {now}; without an objection the delivery counts as accepted",
        "订单 `{order}` 的检验期已于 {until} 届满（现在 {now}）；期内未提异议视为合格",
    )
    NOTHING_TO_BILL = Sentence(
        "`{order}` has {unbilled_calls} calls not billed and {calls_left} calls left to bill; let the buyer order more, or wait for calls",
        "订单 `{order}` 未计费调用 {unbilled_calls} 次，可计费余量 {calls_left} 次；请需方追加订购或等待调用",
    )
