"""Why the clean room says no."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.kernel.outcome import Refusal, Refused, Sentence


class CleanroomRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` neither stops jobs nor escalates reviews; that follows when what they read by ends or a limit is over",
        "`{actor}` 不得直接停止任务或上报审核；权利终止、个人撤回同意或期限届满时由市场自动执行",
    )
    RESOURCE_UNKNOWN = Sentence(
        "resource `{resource}` does not exist; describe it first", "数据资源 `{resource}` 不存在；请先编目"
    )
    BUDGET_UNKNOWN = Sentence("budget `{budget}` does not exist; open it first", "隐私预算 `{budget}` 不存在；请先设立")
    NOT_THE_HOLDER = Sentence(
        "`{actor}` may not set the terms of `{resource}`, which `{holder}` holds; ask its holder",
        "`{actor}` 无权设定 `{resource}` 的使用条款（持有方为 `{holder}`）；请由持有方设定",
        "GZ2023-05",
    )
    BUDGET_EXISTS = Sentence(
        "`{resource}` already has the budget `{budget}` for the unit `{unit}`; refresh it",
        "`{resource}` 对隐私单元 `{unit}` 已有预算 `{budget}`；请追加",
    )
    UNTIL_PAST = Sentence(
        "the budget would end at {until}, which is not after now ({now}); choose a later instant",
        "预算截止时间 {until} 不晚于当前时间 {now}；请改为更晚的时间",
    )
    BUDGET_TOO_LARGE = Sentence(
        "the budget would exceed {max_rho_nano} nano-rho; no budget may",
        "预算将超过 {max_rho_nano} nano-rho 的上限；请减少追加额",
    )
    DELTA_TOO_LARGE = Sentence(
        "the budget's delta would be {delta_femto} femto, above the {max_femto} of which privacy can be spoken; add less",
        "预算的 δ 将为 {delta_femto}（10^-15），超过上限 {max_femto}；请减少",
    )
    SHARE_ABOVE_TOTAL = Sentence(
        "one consumer's {share_rho_nano} nano-rho exceed the {rho_nano} of all; lower the share",
        "单个需方的 {share_rho_nano} nano-rho 超过总额 {rho_nano}；请降低单方额度",
    )
    PRODUCT_UNKNOWN = Sentence(
        "no product `{product}` answers jobs; name a product that aggregates or verifies",
        "没有可计算的产品 `{product}`；请填写聚合或核验类产品",
    )
    NOT_YOUR_AGREEMENT = Sentence(
        "`{actor}` has no agreement `{agreement}` on `{product}`; sign one first",
        "`{actor}` 没有关于 `{product}` 的合约 `{agreement}`；请先签约",
    )
    AGREEMENT_DENIES = Sentence(
        "agreement `{agreement}` does not allow this job: {why}", "合约 `{agreement}` 不许可该任务：{why}"
    )
    PRECISION_SPENT = Sentence(
        "the job asks for {asked_nano} nano-rho, the order of `{agreement}` covers {left_nano} more; ask less precisely or order more",
        "任务要求 {asked_nano} 纳rho，合约 `{agreement}` 的订单尚余 {left_nano}；请降低精度或追加订购",
    )
    NOT_BY_PRECISION = Sentence(
        "the order of `{agreement}` is priced by precision, an exact answer has none; ask for one with noise",
        "合约 `{agreement}` 的订单按精度计价，精确结果无从计价；请申请含噪结果",
    )
    COVERAGE_SPENT = Sentence(
        "the answer and the rows of the support that it tells first count {units}, the order of `{agreement}` covers {left} more; ask for less or order more",
        "结果及其新覆盖的支撑集行共计 {units} 个单位，合约 `{agreement}` 的订单尚余 {left} 个；请缩小查询或追加订购",
    )
    NOT_BY_COVERAGE = Sentence(
        "the order of `{agreement}` is priced by coverage: {defect}; ask exactly, of the columns that its price names",
        "合约 `{agreement}` 的订单按覆盖计价：{defect}；请以精确方式查询价格所列字段",
    )
    NO_SOURCE = Sentence(
        "product `{product}` stands on no source; add its grants first", "产品 `{product}` 没有数据来源；请先补充授权"
    )
    CHAIN_BROKEN = Sentence(
        "the chain of rights from `{resource}` to `{product}` is broken at `{link}` ({reason}); restore the grant first",
        "从 `{resource}` 到 `{product}` 的权利链在 `{link}` 处中断（{reason}）；请先恢复授权",
        "GZ2023-01",
    )
    POLICY_DENIES = Sentence(
        "`{resource}` may not be used so by its holder's standing policies: {why}; stay within them or ask the holder",
        "`{resource}` 持有人设定的使用策略不允许此次使用：{why}；请遵守策略或与持有人协商",
        "GZ2023-05",
    )
    NOT_LAWFUL = Sentence(
        "`{resource}` holds personal information that may not be processed for this: {why}; see `mumian explain`",
        "`{resource}` 含个人信息，不得为此目的处理：{why}；请用 `mumian explain` 查看原因",
        "S7-13",
    )
    VERSION_MISSING = Sentence(
        "resource `{resource}` has no published version; its holder publishes one first",
        "数据资源 `{resource}` 没有已发布的版本；请由持有方先发布",
    )
    ORDER_NOT_OPEN = Sentence(
        "no order on agreement `{agreement}` is paid into escrow; order first",
        "合约 `{agreement}` 没有已托管价款的订单；请先下单",
    )
    PLAN_FAULTY = Sentence("the plan makes no sense: {fault}; amend it", "计算方案不成立：{fault}；请修改")
    PLAN_OF_OTHER_KIND = Sentence(
        "product `{product}` answers by {product_kind}, the plan asks for {plan_kind}; ask for what it offers",
        "产品 `{product}` 的形态为 {product_kind}，方案要求 {plan_kind}；请按产品形态提出",
        "GZ2023-07",
    )
    RULES_FAULTY = Sentence("the analysis rules mean nothing: {fault}; amend them", "分析规则不成立：{fault}；请修改")
    EXACT_OF_PERSONS = Sentence(
        "`{resource}` holds personal information: exact answers need a compliance decision; name its digest, or leave them out",
        "`{resource}` 含个人信息：精确结果须有合规决定；请填写其摘要，或不开放精确结果",
        "GZ2023-07",
    )
    RULES_MISSING = Sentence(
        "`{resource}` has no analysis rules, so nothing may be asked of it; its holder publishes them",
        "`{resource}` 没有分析规则，不可查询；请由持有方发布",
        "GZ2023-07",
    )
    TABLE_UNKNOWN = Sentence(
        "no table `{table}` can be read here; there is `{tables}`", "没有可读取的表 `{table}`；可用：`{tables}`"
    )
    TEMPLATE_UNKNOWN = Sentence(
        "there is no template `{template}`; only approved queries are answered without one that is free: `{templates}`",
        "没有查询模板 `{template}`；未开放自由查询时只答复已批准的模板：`{templates}`",
    )
    TEMPLATE_MISFIT = Sentence("{fault}; ask within the template", "{fault}；请在模板范围内查询")
    UNIT_OTHER = Sentence(
        "the plan protects the unit `{unit}`, `{table}` is declared with `{declared}`; name that",
        "方案的隐私单元为 `{unit}`，`{table}` 声明的是 `{declared}`；请改用",
    )
    EXACT_DENIED = Sentence(
        "`{table}` is not answered exactly; ask with differential privacy",
        "`{table}` 不提供精确结果；请使用差分隐私查询",
    )
    BOUND_TOO_WIDE = Sentence(
        "`{bound}` is {asked}, `{table}` allows at most {most}; ask for less",
        "`{bound}` 为 {asked}，`{table}` 至多允许 {most}；请降低",
    )
    UNITS_MIN_MISSING = Sentence(
        "groups of `{table}` need {wanted} units to be shown, the plan shows them from {units_min} on; count units and set it",
        "`{table}` 的分组至少须有 {wanted} 个隐私单元才可显示，方案设为 {units_min}；请计数并设定",
    )
    JOIN_NOT_BY_KEY = Sentence(
        "`{table}` is joined by its key `{key}` and by nothing else", "`{table}` 只能按其主键 `{key}` 关联"
    )
    JOIN_LEAVES_UNIT = Sentence(
        "`{table}` protects the unit `{unit}`; join it by that unit, so that nobody's rows change another's",
        "`{table}` 的隐私单元为 `{unit}`；请按该单元关联，避免影响他人数据",
    )
    COLUMN_UNKNOWN = Sentence(
        "`{table}` has no public column `{column}`; see its rules", "`{table}` 没有公开的列 `{column}`；请查看其规则"
    )
    COLUMN_DENIED = Sentence(
        "`{column}` of `{table}` may not be used to {use}; allowed: {allowed}",
        "`{table}` 的列 `{column}` 不得用于 {use}；允许：{allowed}",
    )
    COMPARISON_DENIED = Sentence(
        "`{column}` may not be compared by {op}; allowed: {allowed}", "`{column}` 不得以 {op} 比较；允许：{allowed}"
    )
    VALUE_OUTSIDE = Sentence(
        "`{value}` is not what `{column}` may be asked for; allowed: {allowed}",
        "`{column}` 不可按 `{value}` 查询；允许：{allowed}",
    )
    NOT_A_NUMBER = Sentence(
        "`{column}` is text; only numbers are added up or put in bins", "`{column}` 为文本；只有数值可求和或分段"
    )
    BOUNDS_BEYOND = Sentence(
        "`{column}` is clamped to {lower} to {upper}, its public bounds are {public_lower} to {public_upper}; stay within them, and for exact answers keep to them",
        "`{column}` 的截断范围为 {lower} 至 {upper}，公开范围为 {public_lower} 至 {public_upper}；请不超出，精确结果须与之一致",
    )
    WITHIN_ONE_DOMAIN = Sentence(
        "{what} come from one table of one domain, here are {tables} in {domains}; ask for each alone, or with noise by lists",
        "{what} 只能来自一个数据域的一张表，此处为 {domains} 个域的 {tables} 张；请逐一查询，或按公开列表加噪查询",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "the answer would be reviewed, and rule `{rule}` sets no limit for that yet; adopt a newer rulebook first",
        "结果须经出域审核，而规则 `{rule}` 尚未施行；请先采用新版规则库",
    )
    BUDGET_MISSING = Sentence(
        "`{resource}` has no budget for the unit `{unit}`; its holder opens one or the plan names another unit",
        "`{resource}` 对隐私单元 `{unit}` 没有预算；请由持有方设立或改用其他隐私单元",
    )
    BUDGET_CLOSED = Sentence(
        "budget `{budget}` of `{resource}` ended at {until}, now is {now}; ask its holder to extend it",
        "`{resource}` 的预算 `{budget}` 已于 {until} 截止（现在 {now}）；请持有方延期",
    )
    BUDGET_EXHAUSTED = Sentence(
        "the plan costs {rho_nano} nano-rho, budget `{budget}` of `{resource}` has {left_rho_nano} left; ask for less",
        "方案需 {rho_nano} nano-rho，`{resource}` 的预算 `{budget}` 仅剩 {left_rho_nano}；请降低精度要求",
    )
    CONSUMER_SHARE_EXHAUSTED = Sentence(
        "the plan costs {rho_nano} nano-rho, your share of budget `{budget}` of `{resource}` has {left_rho_nano} left; ask for less",
        "方案需 {rho_nano} nano-rho，您在 `{resource}` 预算 `{budget}` 中的额度仅剩 {left_rho_nano}；请降低精度要求",
    )
    DELTA_EXHAUSTED = Sentence(
        "the plan costs a delta of {delta_femto} femto, budget `{budget}` of `{resource}` has {left_delta_femto} left; group by public lists",
        "方案需 δ {delta_femto}（10^-15），`{resource}` 的预算 `{budget}` 仅剩 {left_delta_femto}；请按公开列表分组",
    )
    JOB_UNKNOWN = Sentence("job `{job}` does not exist; check its id", "任务 `{job}` 不存在；请核对编号")
    NOT_A_DOMAIN_OF_JOB = Sentence(
        "`{actor}` keeps no source of job `{job}`; only a domain of the job may say this",
        "`{actor}` 不持有任务 `{job}` 的任何来源；仅任务所涉数据域可操作",
    )
    NOT_THE_ROOT = Sentence(
        "`{actor}` may not release job `{job}`, whose root domain is `{root}`; send the partial there",
        "`{actor}` 无权出域任务 `{job}` 的结果（汇总域为 `{root}`）；请将部分结果交汇总域",
    )
    REVIEW_WITHHELD = Sentence(
        "`{by}` withheld the answer of job `{job}` (`{reason}`); it does not leave, ask for something else",
        "`{by}` 不同意任务 `{job}` 的结果出域（`{reason}`）；请另行查询",
        "GZ2023-07",
    )
    JOB_CLOSED = Sentence("job `{job}` is {status}; request a new one", "任务 `{job}` 状态为 {status}；请重新申请")
    TICKET_EXPIRED = Sentence(
        "the ticket of job `{job}` expired at {expires_at}, now is {now}; request a new one",
        "任务 `{job}` 的票据已于 {expires_at} 到期（现在 {now}）；请重新申请",
    )
    TICKET_LIVE = Sentence(
        "the ticket of job `{job}` lasts until {expires_at}, now is {now}; wait or refuse it",
        "任务 `{job}` 的票据至 {expires_at} 才到期（现在 {now}）；请等待或拒绝",
    )
    RELEASE_TOO_LARGE = Sentence(
        "{rows} rows exceed the {rows_max} that job `{job}` may release; release what the ticket says",
        "任务 `{job}` 至多出域 {rows_max} 行，收到 {rows} 行；请按票据出域",
        "GZ2023-07",
    )
    RELEASE_DIFFERS = Sentence(
        "job `{job}` replays `{replayed}`, whose answer is `{released}`, not `{digest}`; give the same answer again",
        "任务 `{job}` 重放 `{replayed}`，其结果为 `{released}` 而非 `{digest}`；请返回相同结果",
    )
    REVIEW_NOT_NEEDED = Sentence(
        "nobody asks to review the answer of job `{job}`; release it", "任务 `{job}` 的结果无须审核；请直接出域"
    )
    REVIEW_EXISTS = Sentence(
        "the answer of job `{job}` was submitted for review and is {status}; it is submitted once",
        "任务 `{job}` 的结果已提交审核（{status}）；每个任务只能提交一次",
    )
    REVIEW_NEEDED = Sentence(
        "the answer of job `{job}` leaves only after `{reviewers}` looked at it; say `cleanroom.SubmitForReview` first",
        "任务 `{job}` 的结果须经 `{reviewers}` 审核后出域；请先提交 `cleanroom.SubmitForReview`",
        "GZ2023-07",
    )
    REVIEW_OPEN = Sentence(
        "the answer of job `{job}` is under review, `{waiting}` has not agreed; wait for the decision",
        "任务 `{job}` 的结果正在审核，`{waiting}` 尚未同意；请等待决定",
        "GZ2023-07",
    )
    REVIEW_DIFFERS = Sentence(
        "what was reviewed of job `{job}` is `{reviewed}`, not `{digest}`; release what was reviewed",
        "任务 `{job}` 经审核的结果为 `{reviewed}` 而非 `{digest}`；请按审核结果出域",
        "GZ2023-07",
    )
    REVIEW_MISSING = Sentence(
        "no answer of job `{job}` waits for a review; its root domain submits one",
        "任务 `{job}` 没有待审核的结果；请由汇总域提交",
    )
    NOT_A_REVIEWER = Sentence(
        "`{actor}` does not decide on the answer of job `{job}`; that is for `{waiting}`",
        "`{actor}` 无权决定任务 `{job}` 的结果能否出域；应由 `{waiting}` 决定",
    )
    AGREEMENT_NOT_IN_FORCE = Sentence(
        "no agreement `{agreement}` on `{product}` is in force; sign one first",
        "没有关于 `{product}` 的有效合约 `{agreement}`；请先签约",
    )
    NOT_A_HOLDER = Sentence(
        "`{actor}` keeps no source of `{product}`; only its domains meter calls",
        "`{actor}` 不持有 `{product}` 的任何来源；仅其数据域可计量",
    )
    BATCH_NOT_CONTIGUOUS = Sentence(
        "the batch begins at call {first_call}, the next call is {next_call}; send the batches in order",
        "批次从第 {first_call} 次调用开始，应从第 {next_call} 次开始；请按顺序提交",
    )
    CALLS_NOT_COVERED = Sentence(
        "{calls} calls after {made_calls} exceed the {covered_calls} that tickets cover; request a verification job first",
        "已有 {made_calls} 次调用，再加 {calls} 次将超过票据覆盖的 {covered_calls} 次；请先申请核验任务",
    )
    CHARGE_TOO_LARGE = Sentence(
        "{calls} calls cost {charge_fen} fen, with those before more than {max_fen}; split the batch",
        "{calls} 次调用计 {charge_fen} 分，累计超过 {max_fen} 分的上限；请拆分批次",
    )


_ORDER: dict[Refusal, int] = {refusal: nth for nth, refusal in enumerate(CleanroomRefusal)}


def foremost(found: Iterable[Refused | None]) -> Refused | None:
    """Return the refusal that comes first in the order of precedence, of equal ones the first that was found, or None."""
    return min((each for each in found if each is not None), key=lambda each: _ORDER[each.refusal], default=None)
