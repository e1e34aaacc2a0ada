"""Why the room of operation says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class OperationRefusal(Refusal):
    """In order of precedence."""

    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}`, on which this rests, is not in force today by the market's rulebook; wait for it or adopt a newer rulebook",
        "本事项所依据的规则 `{rule}` 今日在本市场规则库中未施行；请待其施行或采用新版规则库",
    )
    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not say this; it follows from time or from other decisions by itself",
        "`{actor}` 不得作此声明；它由期限或其他裁决自动产生",
    )
    ONLY_A_PUBLIC_BODY = Sentence(
        "`{actor}` is no public body; plans and consents are those of public bodies",
        "`{actor}` 不是公共管理和服务机构；方案与同意由公共管理和服务机构作出",
        "S3-09",
    )
    ONLY_A_DATA_BUREAU = Sentence(
        "`{actor}` is no data bureau; ask the data bureau of this level",
        "`{actor}` 不是公共数据主管部门；请由同级公共数据主管部门办理",
        "S3-APPROVAL",
    )
    ONLY_AN_AUTHORITY = Sentence(
        "`{actor}` is neither the body, nor a data bureau, nor a regulator; report the act to one of them",
        "`{actor}` 既非实施机构，也非主管部门或监管机构；请向其举报",
        "S3-PROHIBITED",
    )
    NOT_AN_OPERATOR = Sentence(
        "`{party}` is no public data operator in the market; have it admitted as one or choose another",
        "`{party}` 不是已准入的公共数据运营机构；请先准入或另行选择",
        "S3-02",
    )
    NOT_A_MERCHANT = Sentence(
        "`{party}` is no data merchant in the market; public data is developed by data merchants",
        "`{party}` 不是已准入的数据商；公共数据由数据商开发利用",
        "S20-SEPARATION",
    )
    UNKNOWN = Sentence("no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_YOURS = Sentence(
        "`{id}` is for `{owner}` to decide on, not for `{actor}`; ask `{owner}`",
        "`{id}` 由 `{owner}` 决定，`{actor}` 无权处置；请由 `{owner}` 办理",
    )
    OWN_APPROVAL = Sentence(
        "`{actor}` drafted `{plan}` and cannot record its approval too; let the data bureau of this level do so",
        "`{plan}` 由 `{actor}` 编制，不得自行记载审议结果；请由同级主管部门记载",
        "S3-APPROVAL",
    )
    NOT_THE_SOURCE = Sentence(
        "no data of `{scenario}` comes from `{actor}`; its departments are `{departments}`",
        "`{scenario}` 所申请数据并非来自 `{actor}`；数源部门为 `{departments}`",
        "S20-REVIEW",
    )
    WRONG_STAGE = Sentence(
        "`{id}` is `{stage}`, this needs `{needed}`; take the steps between first",
        "`{id}` 处于 `{stage}`，本步骤须处于 `{needed}`；请先完成其间步骤",
    )
    ALREADY_DONE = Sentence(
        "`{actor}` has done this for `{id}` already; nothing to do again",
        "`{actor}` 已就 `{id}` 办理过本步骤；无需重复办理",
    )
    NEEDS_INFO = Sentence(
        "this cannot be decided before a fact is stated: `{question}`; state it and ask again",
        "缺少作出决定所需的事实：`{question}`；请补充后再办理",
    )
    PLAN_ITEM_MISSING = Sentence(
        "the plan lacks its item `{item}`; a plan has twelve items, write it down",
        "实施方案缺少内容 `{item}`；方案应当包括十二项内容，请补充",
        "S3-09",
    )
    AGREEMENT_ITEM_MISSING = Sentence(
        "the agreement lacks its item `{item}`; an agreement has thirteen items, write it down",
        "授权运营协议缺少内容 `{item}`；协议应当包括十三项内容，请补充",
        "S3-14",
    )
    TEXT_UNFIT = Sentence(
        "`{field}` has {chars} characters; it needs 1 to {chars_max} that a reader can see",
        "`{field}` 为 {chars} 字；须为1至 {chars_max} 个可见字符",
    )
    DAY_IN_FUTURE = Sentence(
        "`{day}` is after today `{today}`; record what has happened", "`{day}` 晚于今日 `{today}`；请记载已发生的事项"
    )
    OUT_OF_ORDER = Sentence(
        "`{day}` is before `{after}`, the day of what must come first; check both days",
        "`{day}` 早于在先事项之日 `{after}`；请核对日期",
        "S3-DECISION",
    )
    MODE_AND_SCENARIO = Sentence(
        "mode `{mode}` and scenario `{scenario}` do not go together; WHOLE names none, SECTOR and SCENARIO name one",
        "授权模式 `{mode}` 与 `{scenario}` 不符；整体授权不填，分领域、依场景授权须填一项",
        "S3-09",
    )
    NO_RESOURCES = Sentence(
        "no resource is named; name what data is asked for", "未列明数据资源；请列明所涉数据", "S3-14"
    )
    REPEATED = Sentence("`{id}` is named twice; name it once", "`{id}` 重复列明；请只列一次")
    WITHDRAWN = Sentence(
        "resource `{resource}` is withdrawn; its holder must offer it again first",
        "数据资源 `{resource}` 已撤回；须先由持有人重新提供",
    )
    NOT_PUBLIC_DATA = Sentence(
        "`{resource}` is {kind} data; only public data is given to an operator by authorisation",
        "`{resource}` 是 {kind} 数据；仅公共数据可授权运营",
        "S2-SCOPE",
    )
    CONSENT_MISSING = Sentence(
        "`{resource}` is held by `{holder}`; to operate it until {valid_to} needs `{holder}`'s consent, ask for it",
        "`{resource}` 由 `{holder}` 持有；用于授权运营至 {valid_to} 须经 `{holder}` 同意，请先取得",
        "S3-05",
    )
    CONSENT_TO_SELF = Sentence(
        "`{resource}` is `{actor}`'s own; it needs nobody's consent to have it operated",
        "`{resource}` 为 `{actor}` 自有；授权运营无需另行同意",
        "S3-05",
    )
    NOT_CODED = Sentence(
        "`{resource}` has no public data resource registration in force; data to be operated is registered first",
        "`{resource}` 没有有效的公共数据资源登记；纳入授权运营的应先登记",
        "S2-SCOPE",
    )
    RESOURCE_OUTSIDE = Sentence(
        "`{resource}` is not among the resources of `{within}`; stay within it or have it changed",
        "`{resource}` 不在 `{within}` 的资源范围内；请在范围内办理或先行变更",
        "S3-14",
    )
    PRODUCT_OUTSIDE = Sentence(
        "product `{product}` is not on the list of `{within}`; stay within it or have it changed",
        "产品 `{product}` 不在 `{within}` 的清单内；请在清单内办理或先行变更",
        "S3-14",
    )
    TERM_EMPTY = Sentence(
        "the term ends at {valid_to}, which is not after both its start {valid_from} and now {now}; choose a later end",
        "期限止于 {valid_to}，未晚于起始 {valid_from} 及当前 {now}；请改为更晚的时间",
    )
    TERM_TOO_LONG = Sentence(
        "the term would last until {valid_to}; {years} years from its start end at {limit}: shorten it",
        "期限至 {valid_to}，超过自起始日起 {years} 年（{limit}）；请缩短",
        "S3-TERM",
    )
    TERM_OUTSIDE = Sentence(
        "the term {valid_from} to {valid_to} leaves that of `{within}`, {from} to {to}; stay within it",
        "期限 {valid_from} 至 {valid_to} 超出 `{within}` 的期限 {from} 至 {to}；请在其内确定",
        "S3-TERM",
    )
    RAW_DATA = Sentence(
        "raw public data does not leave the platform; choose a model, verification, report or aggregate",
        "公共数据原始数据不出域；请选择模型、核验、报告或汇总结果",
        "S3-21",
    )
    ACCOUNTS_NOT_SEPARATE = Sentence(
        "the accounts of an authorised operation are kept apart from the operator's others; agree on that",
        "授权运营的成本收入须单独核算；请予约定",
        "S3-ACCOUNTS",
    )
    REDEVELOPMENT_OPEN = Sentence(
        "the agreement lets the operator take part in redeveloping what was delivered; it must promise not to",
        "协议未排除运营机构参与已交付产品和服务的再开发；须约定不得再开发",
        "S3-06",
    )
    CEILING_MISSING = Sentence(
        "product `{product}` is for `{use}` and charged; agree on its ceiling and unit",
        "产品 `{product}` 用于 `{use}`，属收费产品；请约定上限收费标准及计费单位",
        "S4-CEILING",
    )
    FREE_OF_CHARGE = Sentence(
        "product `{product}` is for `{use}` and free; leave out what it would cost",
        "产品 `{product}` 用于 `{use}`，应当免费；请删去收费",
        "S4-FREE",
    )
    MAJOR_CHANGE = Sentence(
        "`{plan}` is in force and its item `{item}` would change; draft a plan that replaces it, it goes the whole way again",
        "`{plan}` 已生效，变更 `{item}` 属重大变更；请另行编制替代方案并按原流程办理",
        "S3-CHANGE",
    )
    NO_COMPETITION = Sentence(
        "`{method}` leaves no competition; choose an operator by `{methods}`",
        "`{method}` 缺乏公平竞争；请以 `{methods}` 方式选择运营机构",
        "S3-SELECTION",
    )
    POWER_ABUSED = Sentence(
        "the call is limited by `{restraint}`, an abuse of administrative power; call again without it",
        "选择公告含限制条件 `{restraint}`，属滥用行政权力排除、限制竞争；请取消后重新公告",
        "S3-PROHIBITED",
    )
    OPERATOR_IS_MERCHANT = Sentence(
        "`{party}` is also a data merchant; an operator takes no part in developing products, so it gives up one role",
        "`{party}` 兼为数据商；运营机构不得参与产品开发，须先放弃其一",
        "S3-06",
    )
    NOT_A_LEGAL_PERSON = Sentence(
        "`{party}` is no legal person; an operator is one", "`{party}` 不是法人；运营机构应为法人", "S3-02"
    )
    CONDITION_UNMET = Sentence(
        "`{party}` does not show or meet the condition `{kind}` of the plan; supply it or choose another",
        "`{party}` 未证明或不满足方案条件 `{kind}`；请补充或另行选择",
        "S3-09",
    )
    TOO_MANY_CANDIDATES = Sentence(
        "`{selection}` has {candidates} candidates already, the most there can be; conclude it",
        "`{selection}` 已有 {candidates} 个候选机构，达到上限；请先完成选择",
    )
    TOO_FEW_CANDIDATES = Sentence(
        "`{selection}` has {candidates} candidates, `{method}` needs {needed}; wait for more or call again",
        "`{selection}` 有 {candidates} 个候选机构，`{method}` 至少须 {needed} 个；请待更多参与或重新公告",
        "S3-SELECTION",
    )
    NOT_A_CANDIDATE = Sentence(
        "`{party}` has not bid in `{selection}`; choose one of its candidates",
        "`{party}` 未参与 `{selection}`；请在候选机构中选择",
        "S3-SELECTION",
    )
    OPERATOR_RELATED = Sentence(
        "operator `{operator}` and merchant `{merchant}` are one or related ({path}); they must not be",
        "运商分离：运营机构 `{operator}` 与数据商 `{merchant}` 同一或存在关联（{path}）；须予分离",
        "S3-06",
    )
    LINK_UNFIT = Sentence(
        "`{follows}` and `{link}` do not make a supplement or renewal of `{selection}`; name the agreement that it follows and how",
        "`{follows}` 与 `{link}` 不构成对 `{selection}` 协议的补充或续约；请写明所依协议及方式",
        "S3-14",
    )
    AGREEMENT_IN_FORCE = Sentence(
        "`{operation}` is in force under `{selection}`; supplement or renew it",
        "`{selection}` 已有生效协议 `{operation}`；请以补充或续约办理",
        "S3-14",
    )
    EVALUATION_FAILED = Sentence(
        "`{operation}` failed its evaluation of {year}; it is not renewed, select anew",
        "`{operation}` {year} 年度评价不合格；不得续约，请重新选择",
        "S3-EXIT",
    )
    TERMS_DIFFER = Sentence(
        "`{signed}` was signed, the terms of `{id}` are `{terms}`; sign what the other side has",
        "所签为 `{signed}`，`{id}` 的条款为 `{terms}`；请签署同一文本",
        "S3-14",
    )
    NOT_VETTED = Sentence(
        "`{merchant}` has not passed the vetting of `{operator}`; apply for it first",
        "`{merchant}` 尚未通过 `{operator}` 的进驻核查；请先申请",
        "S20-VETTING",
    )
    SECOND_SCENARIO = Sentence(
        "the application names `{first}` and `{second}`; one scenario, one application: apply twice",
        "申请同时列明 `{first}` 与 `{second}`；一场景一申请，请分别申请",
        "S20-SCENARIO",
    )
    SCENARIO_OUTSIDE = Sentence(
        "`{operation}` is for scenario `{authorized}`, the application for `{scenario}`; ask for an authorisation of it",
        "`{operation}` 的授权场景为 `{authorized}`，申请场景为 `{scenario}`；请另行取得授权",
        "S20-SCENARIO",
    )
    PRODUCT_DIFFERS = Sentence(
        "product `{product}` has the {part} `{held}`, this is `{asked}`; name the product that it is",
        "产品 `{product}` 的 {part} 为 `{held}`，本次为 `{asked}`；请写明相应产品",
        "S3-14",
    )
    SCENARIO_TAKEN = Sentence(
        "`{merchant}` has `{taken}` open for scenario `{scenario}` on `{resource}`; one scenario, one application",
        "`{merchant}` 就场景 `{scenario}` 对 `{resource}` 已有申请 `{taken}`；一场景一申请",
        "S20-SCENARIO",
    )
    OBJECTION_UNFIT = Sentence(
        "verdict `{verdict}` and objection `{objection}` do not go together; a failed review names one, a passed review none",
        "审核结论 `{verdict}` 与理由 `{objection}` 不符；不通过须写明理由，通过不写",
        "S20-REVIEW",
    )
    ACT_UNFIT = Sentence(
        "`{actor}` gives `{scenario}` up without an act; acts are named by operator, body, bureau or regulator",
        "`{actor}` 放弃 `{scenario}` 不填违规行为；违规行为由运营机构、实施机构、主管部门或监管机构认定",
    )
    UNIT_DIFFERS = Sentence(
        "product `{product}` is charged by `{agreed}`, the price is by `{unit}`; price it by `{agreed}`",
        "产品 `{product}` 约定按 `{agreed}` 计费，所列为 `{unit}`；请按 `{agreed}` 定价",
        "S4-CEILING",
    )
    OVER_CEILING = Sentence(
        "{amount_fen} fen for `{product}` exceeds {ceiling_fen} fen; lower it",
        "产品 `{product}` 的 {amount_fen} 分高于 {ceiling_fen} 分；请降低",
        "S4-CEILING",
    )
    YEAR_OUTSIDE = Sentence(
        "{year} is not a year of `{operation}`, which runs from {first} to {last}; name one that is",
        "{year} 年不在 `{operation}` 的运营年度 {first} 至 {last} 内；请核对",
    )
    YEAR_NOT_OVER = Sentence(
        "{year} is not over; come back with it next year", "{year} 年度尚未结束；请于次年办理", "S28-YEARLY"
    )
    ALREADY_FILED = Sentence(
        "{year} of `{operation}` is on file already; it is filed once",
        "`{operation}` {year} 年度已归档；每年度一次",
        "S4-REPORT",
    )
    LINE_MISSING = Sentence(
        "product `{product}` has no line; account for each product, at 0 where nothing was sold",
        "产品 `{product}` 没有核算行；请逐项核算，无销售的填0",
        "S3-ACCOUNTS",
    )
    AMOUNT_TOO_LARGE = Sentence(
        "the amounts add up to more than {fen_max} fen; check them", "金额合计超过 {fen_max} 分；请核对"
    )
    SUBSIDY_OVER_COST = Sentence(
        "subsidies of {subsidy_fen} fen exceed the cost of {cost_fen} fen; check both",
        "政府补助 {subsidy_fen} 分高于成本 {cost_fen} 分；请核对",
        "S4-MAR",
    )
    PROFIT_RATE_TOO_HIGH = Sentence(
        "a profit rate of {rate_bp} basis points exceeds {rate_bp_max}; lower it",
        "准许利润率 {rate_bp} 个基点高于上限 {rate_bp_max}；请降低",
        "S4-MAR",
    )
    NOTHING_ALLOWED = Sentence(
        "the allowed revenue comes to 0 fen; check cost and tax", "最高准许收入为0分；请核对成本与税金", "S4-MAR"
    )
    CEILING_STANDS = Sentence(
        "the deviation of {year} asks for `{adjustment}`; ceilings are adjusted where it exceeds the limit",
        "{year} 年度偏离对应的处理为 `{adjustment}`；超过限度方可调整上限收费标准",
        "S4-DEVIATION",
    )
    DISCLOSURE_ITEM_MISSING = Sentence(
        "the page lacks `{item}`; the `{side}` discloses `{items}`",
        "披露内容缺少 `{item}`；`{side}` 应披露 `{items}`",
        "S28-YEARLY",
    )
