"""Why the public register says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class PublicRegisterRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not say when a limit is over; the market's clock does",
        "`{actor}` 不得宣告期限届满；由市场时钟处理",
    )
    NOT_A_REGISTRY = Sentence(
        "`{registry}` is no public institution that registers public data; name one that is",
        "`{registry}` 不是公共数据资源登记机构（应为事业单位）；请选择登记机构",
        "S2-INSTITUTION",
    )
    ONLY_REGISTRY_OR_BUREAU = Sentence(
        "`{actor}` is neither the registry of `{entry}` (`{registry}`) nor a data bureau; report it to one of them",
        "`{actor}` 既非 `{entry}` 的登记机构（`{registry}`），也非数据主管部门；请向其报告",
        "S2-20",
    )
    OTHER_REGISTER = Sentence(
        "`{id}` is a certificate of data property, which is another register; name an entry or a query code of this one",
        "`{id}` 是数据产权登记凭证，属于另一登记；请填写公共数据资源登记的编号",
        "S2-SCOPE",
    )
    UNKNOWN = Sentence("no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_YOURS = Sentence(
        "`{id}` is `{owner}`'s to act on, not `{actor}`'s; ask `{owner}`",
        "`{id}` 应由 `{owner}` 办理，`{actor}` 无权；请由 `{owner}` 发起",
    )
    ENTRY_ENDED = Sentence(
        "`{entry}` is `{state}`; only a registration in force is changed, register anew",
        "`{entry}` 已 `{state}`；只能变动有效的登记，请重新登记",
    )
    WRONG_STAGE = Sentence(
        "`{submission}` is `{stage}`, this needs `{needed}`; see what is to be done next",
        "`{submission}` 处于 `{stage}`，该操作须处于 `{needed}`；请按流程办理",
    )
    WITHDRAWN = Sentence(
        "resource `{resource}` is withdrawn; its holder must offer it again first",
        "数据资源 `{resource}` 已撤回；须先由持有人重新提供",
    )
    NOT_PUBLIC_DATA = Sentence(
        "`{resource}` is {kind} data; only public data is registered here, other data as property",
        "`{resource}` 是 {kind} 数据；此处仅登记公共数据，其他数据请办理数据产权登记",
        "S2-SCOPE",
    )
    NOT_A_SUBJECT = Sentence(
        "`{actor}` registers no public data: it is neither public body nor holds a product of operation or a utility's data",
        "`{actor}` 不是登记主体：既非党政机关、事业单位，也不持有授权运营产品或公用企业数据",
        "S2-SCOPE",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "the rule `{rule}` that this rests on is not in force on this day; wait for the rule that follows it",
        "该程序所依据的规则 `{rule}` 当日不施行；请待后续规定",
    )
    PENDING = Sentence(
        "`{submission}` of the same kind is not decided for `{thing}`; finish or withdraw it first",
        "`{thing}` 的同类申请 `{submission}` 尚未办结；请先办结或撤回",
    )
    ALREADY_REGISTERED = Sentence(
        "`{resource}` is registered as `{entry}` under `{code}`; change or renew that",
        "`{resource}` 已登记为 `{entry}`（`{code}`）；请办理变更或续展",
    )
    NEEDS_INFO = Sentence(
        "a fact is missing, state it and submit again: {question}",
        "缺少判断所需的事实，请补充后再提交：{question}",
        "S2-MATERIALS",
    )
    MATERIAL_REPEATED = Sentence(
        "the material `{material}` is given twice, or was stored as evidence already; give each once",
        "材料 `{material}` 重复，或已在存证时提交；每项只提交一次",
    )
    NOTHING_CHANGED = Sentence(
        "`{entry}` holds just these materials already; submit what changed",
        "`{entry}` 的登记材料与此相同；请提交变化的内容",
        "S2-CHANGE",
    )
    SUPPLEMENT_ASKED = Sentence(
        "`{submission}` was supplemented once, and all that is missing is asked for at once; accept or reject it",
        "`{submission}` 已补正一次，补正应一次性告知；请受理或不予受理",
        "S2-SUPPLEMENT",
    )
    NOTHING_ASKED = Sentence(
        "the notice names no material; name all that is missing, at once",
        "未列明须补正的材料；请一次性告知",
        "S2-SUPPLEMENT",
    )
    NOT_ASKED_FOR = Sentence(
        "the material `{material}` was not asked for, `{asked}` was; supplement just that",
        "未要求补正 `{material}`，要求的是 `{asked}`；请按要求补正",
        "S2-SUPPLEMENT",
    )
    RENEWAL_TOO_EARLY = Sentence(
        "`{entry}` may be renewed from {opens_on} on, the last {days} days of its term; apply then",
        "`{entry}` 自 {opens_on} 起方可续展（期满前 {days} 日内）；请届时申请",
        "S2-TERM",
    )
    TERM_EMPTY = Sentence(
        "the term would end at {valid_to}, which is not after {after}; state when the operation ends",
        "期限止于 {valid_to}，不晚于 {after}；请核对授权运营期限",
        "S2-TERM",
    )
    PUBLICITY_OVER = Sentence(
        "`{submission}` is no longer made public; what is registered wrongly is corrected on request",
        "`{submission}` 公示期已满；登记有误的请申请更正",
        "S2-OBJECTION",
    )
    REAL_NAME_NEEDED = Sentence(
        "an objection is raised under one's real name; let it be shown, or leave it",
        "异议应实名提出；请同意以实名提出，否则不予受理",
        "S2-OBJECTION",
    )
    ALREADY_OBJECTED = Sentence(
        "your objection `{objection}` is not decided; add to it there",
        "您的异议 `{objection}` 尚未处理；请在该异议中补充",
        "S2-OBJECTION",
    )
    TOO_MANY_OBJECTIONS = Sentence(
        "`{submission}` has {objections} objections, {objections_max} at most; turn to the registry",
        "`{submission}` 已有 {objections} 项异议，上限 {objections_max} 项；请联系登记机构",
    )
    OBJECTION_DECIDED = Sentence(
        "`{objection}` is decided; it stands as it was decided", "`{objection}` 已处理；以处理结果为准"
    )
    SERIALS_USED_UP = Sentence(
        "all {serials} codes `{prefix}` of this month are given; record it next month",
        "本月号段 `{prefix}` 的 {serials} 个流水号已用尽；请下月登记",
        "S2-CODE",
    )
