"""Why the room of sharing says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class SharingRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not say when a limit is over; the market's clock does",
        "`{actor}` 不得宣告期限届满；由市场时钟处理",
    )
    NOT_A_BUREAU = Sentence(
        "`{party}` is no data bureau; turn to one", "`{party}` 不是公共数据主管部门；请向主管部门提出"
    )
    TOO_LATE = Sentence(
        "`{id}` was not answered in time and lies with `{bureau}`; `{actor}` decides on it no more",
        "`{id}` 逾期未答复，已转由 `{bureau}` 裁定；`{actor}` 不再办理",
    )
    NOT_A_PUBLIC_BODY = Sentence(
        "`{party}` is no public body; public bodies share data among each other",
        "`{party}` 不是公共管理和服务机构；共享在公共管理和服务机构之间进行",
        "GZ2023-02",
    )
    NOT_THE_OPERATOR = Sentence(
        "`{actor}` operates `{resource}` under no authorisation in force; results are fed back by who operates the data",
        "`{actor}` 未取得 `{resource}` 的有效授权运营；成果由运营机构回馈",
        "S20-FEEDBACK",
    )
    ONLY_ORGANISATIONS = Sentence(
        "`{actor}` is a natural person; tickets are raised by bodies, companies and operators",
        "`{actor}` 为自然人；供需对接由机构、企业、运营机构提出",
    )
    UNKNOWN = Sentence("no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_YOURS = Sentence(
        "`{id}` is `{owner}`'s to act on, not `{actor}`'s; ask `{owner}`",
        "`{id}` 应由 `{owner}` 办理，`{actor}` 无权；请由 `{owner}` 办理",
    )
    BODY_OF_ANOTHER = Sentence(
        "`{body}` is under `{bureau}`, which is in office; let it move the body",
        "`{body}` 归口 `{bureau}`，该主管部门仍在任；请由其调整",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "the setting `{rule}` is not in force in this market; adopt a rulebook that has it",
        "本市场未施行设置 `{rule}`；请先采用包含该设置的规则库",
    )
    WITHDRAWN = Sentence(
        "resource `{resource}` is withdrawn; its holder must describe it anew",
        "数据资源 `{resource}` 已撤下；须由持有人重新编目",
    )
    NOT_PUBLIC_DATA = Sentence(
        "`{resource}` is {kind} data; only public data has share and open attributes",
        "`{resource}` 是 {kind} 数据；仅公共数据设共享、开放属性",
        "GZ2023-02",
    )
    WRONG_STATE = Sentence(
        "`{id}` is `{state}`, this needs `{needed}`; see what is to be done next",
        "`{id}` 处于 `{state}`，该操作须处于 `{needed}`；请按流程办理",
    )
    NEEDS_INFO = Sentence(
        "a fact is missing, state it and submit again: {question}",
        "缺少判断所需的事实，请补充后再提交：{question}",
    )
    REASON_MISPLACED = Sentence(
        "the {part} attribute is `unconditional` and gives a reason; leave the reason out, or change the level",
        "{part} 属性为 `unconditional`，不应附理由；请删去理由或更改属性",
    )
    FILE_NEEDS_OPEN = Sentence(
        "the data would be had as a file, its open attribute is `{level}`; raw public data is a file only if it is open to all",
        "原始数据拟以文件开放，但开放属性为 `{level}`；仅无条件开放的公共数据可开放原始文件",
        "GZ2023-07",
    )
    NOT_CONFIRMED = Sentence(
        "no attributes of `{resource}` are confirmed; its holder sets them, its data bureau confirms",
        "`{resource}` 的共享、开放属性尚未确认；请由持有人设定、主管部门确认",
        "GZ2023-02",
    )
    OWN_DATA = Sentence(
        "`{actor}` holds `{resource}` itself; use it without asking", "`{actor}` 即为 `{resource}` 的持有人；可直接使用"
    )
    ALREADY_REQUESTED = Sentence(
        "`{share}` for the same data and purpose is `{state}`; use it, or end it first",
        "同一数据、同一用途的 `{share}` 处于 `{state}`；请直接使用，或先终止",
    )
    DUTY_ITEM_UNKNOWN = Sentence(
        "the duty inventory of `{actor}` has no item `{duty_item}`; list it first, data is shared for duties",
        "`{actor}` 的职能数据清单没有 `{duty_item}`；共享须基于履职，请先列入清单",
        "GZ2023-02",
    )
    FIELD_OUTSIDE = Sentence(
        "`{field}` is not among the fields of `{thing}`; name fields of its dictionary",
        "`{field}` 不在 `{thing}` 的字段之内；请填写其字段字典中的字段",
    )
    PERIOD_EMPTY = Sentence(
        "the use would end at {use_to}, which is not after now {now}; choose a later end",
        "使用期止于 {use_to}，不晚于当前 {now}；请改为更晚的时间",
    )
    PERIOD_TOO_LONG = Sentence(
        "the use would last until {use_to}, {days_max} days from now end at {limit}; shorten it and ask again in time",
        "使用期止于 {use_to}，超过自今日起 {days_max} 日（{limit}）；请缩短并按期重新申请",
    )
    GRANT_AGAINST_ATTRIBUTE = Sentence(
        "`{resource}` is not shared by its confirmed attribute; change that first, or refuse",
        "`{resource}` 的共享属性为不予共享；请先变更属性，或不予共享",
    )
    CONDITIONS_MISPLACED = Sentence(
        "`{resource}` is shared unconditionally; grant it without conditions",
        "`{resource}` 为无条件共享；不得附加条件",
    )
    PERIOD_WIDER = Sentence(
        "the grant would last until {use_to}, {asked} was asked for; grant that or less",
        "授予使用期至 {use_to}，申请为 {asked}；不得超出申请",
    )
    REASON_DOES_NOT_FIT = Sentence(
        "`{reason}` is no reason to refuse data that is shared `{level}`; give one of `{fitting}`, or grant it",
        "对 `{level}` 共享的数据，`{reason}` 不构成不予共享的理由；可用理由为 `{fitting}`，否则应予共享",
    )
    FEEDBACK_NOT_DUE = Sentence(
        "the use feedback of `{share}` is `{feedback}`; nothing more is to be reported",
        "`{share}` 的成效反馈状态为 `{feedback}`；无需再报",
    )
    TEXT_UNFIT = Sentence(
        "`{part}` has {chars} characters, 1 to {chars_max} that can be seen fit; rewrite it",
        "`{part}` 有 {chars} 字，应为 1 至 {chars_max} 个可见字符；请修改",
    )
    WAY_DOES_NOT_FIT = Sentence(
        "`{resource}` cannot be had by way of `{way}` for `{raiser}`: its attribute there is `{level}`; choose another way",
        "`{raiser}` 不能以 `{way}` 方式获得 `{resource}`：相应属性为 `{level}`；请选择其他方式",
    )
    VERSION_UNKNOWN = Sentence(
        "no version of `{resource}` with that digest was published since the defect was reported; publish the corrected one first",
        "自问题提出以来，`{resource}` 未发布该摘要的版本；请先发布更正后的版本",
    )
