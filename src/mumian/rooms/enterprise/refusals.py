"""Why the room of companies says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class EnterpriseRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` is not the market, which alone says that a time has come; wait for it",
        "`{actor}` 不是市场系统；期限由系统执行，请等待",
    )
    NOT_AN_ORGANISATION = Sentence(
        "`{actor}` is a natural person or has left; only an organisation has a desk, licences and openings",
        "`{actor}` 为自然人或已退出；仅组织可设首席数据官、签订授权许可、发布开放清单",
        "GZ2023-03-OFFICER",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}` is not in force in this market; adopt a rulebook that has it",
        "规则 `{rule}` 在本市场尚未施行；请先采用含该规则的规则库",
    )
    UNKNOWN = Sentence("there is no {noun} `{id}`; look it up", "没有 {noun} `{id}`；请核对")
    NOT_YOURS = Sentence(
        "`{id}` is `{owner}`'s, not `{actor}`'s; let `{owner}` speak",
        "`{id}` 属于 `{owner}`，`{actor}` 无权处置；请由 `{owner}` 办理",
    )
    NOT_A_SIDE = Sentence(
        "`{actor}` is no side of `{licence}`, which is between `{first}` and `{second}`; let one of them speak",
        "`{actor}` 不是 `{licence}` 的当事方（`{first}` 与 `{second}`）；请由当事方办理",
    )
    OFFICE_ENDED = Sentence(
        "`{officer}` is out of office (`{reason}`); appoint anew", "`{officer}` 已离任（`{reason}`）；请重新任命"
    )
    SCOPE_UNCLEAR = Sentence(
        "the scope is `{scope}`; name at least one duty, each once",
        "职责范围为 `{scope}`；请至少填写一项，且不重复",
        "GZ2023-03-OFFICER",
    )
    TERM_EMPTY = Sentence(
        "the term from {valid_from} to {valid_to} leaves no time after {now}; choose a later end",
        "期限自 {valid_from} 至 {valid_to}，在 {now} 之后没有剩余；请更正",
    )
    TERMS_OVERLAP = Sentence(
        "the term overlaps that of `{officer}`, who is still in office then; end or hand over that office first",
        "任期与 `{officer}` 重叠；请先办理离任或交接",
        "GZ2023-03-OFFICER",
    )
    TOO_MANY_OFFICES = Sentence(
        "{open} offices have not ended, {open_max} at most may follow each other; end one first",
        "尚有 {open} 个任期未结束，上限 {open_max}；请先结束一个",
    )
    LICENCE_WITH_SELF = Sentence(
        "`{actor}` would license to itself; name another company", "`{actor}` 不能与自己签订许可；请填写另一方"
    )
    OTHER_NOT_ADMITTED = Sentence(
        "`{party}` is no organisation that is admitted here; have it admitted first",
        "`{party}` 不是已入场的组织；请先办理入场",
    )
    NOT_A_LICENCE = Sentence(
        "the model `{model}` gives no right in data: an entrusted processor and an intermediary have none; use `provision` or `fusion`",
        "`{model}` 示范文本不授予数据权利：受托处理者与中介不享有数据产权；请用 `provision` 或 `fusion`",
        "S1-21-R7",
    )
    NO_DATA = Sentence("neither side gives data; at least one leg gives some", "双方均未提供数据；至少一方应提供")
    SECTION_REPEATED = Sentence(
        "the section `{section}` stands twice; keep one", "条款 `{section}` 重复；请保留一份", "S29-SECTIONS"
    )
    SECTION_MISSING = Sentence(
        "the contract lacks the section `{section}`; write it and give its digest",
        "合同缺少条款 `{section}`；请补充并填写其摘要",
        "S29-SECTIONS",
    )
    PURPOSE_MISSING = Sentence(
        "what the `{side}` side gives names no purpose; name each that it is given for",
        "`{side}` 方所授数据未列明用途；请逐项列明",
        "GZ2023-05",
    )
    PRICE_INCOHERENT = Sentence(
        "`{form}` at {price_fen} fen makes no sense: free costs nothing, all else something",
        "`{form}` 计价 {price_fen} 分不成立：免费为零，其余不为零",
    )
    LICENCE_STATE_FORBIDS = Sentence(
        "`{licence}` is `{state}`, this takes one of `{states}`",
        "`{licence}` 当前为 `{state}`，须为 `{states}`",
    )
    VERSION_STALE = Sentence(
        "`{licence}` stands at version {version}, you speak of {asked}; read it and speak again",
        "`{licence}` 现为第 {version} 版，所指为第 {asked} 版；请阅后再办",
    )
    OFFICER_NOT_IN_OFFICE = Sentence(
        "`{signed_by}` is no officer of `{party}` in office for licensing; let the one in office sign, or appoint",
        "`{signed_by}` 不是 `{party}` 在任且负责授权的首席数据官；请由在任者签署或先行任命",
        "GZ2023-03-OFFICER",
    )
    NEEDS_INFO = Sentence(
        "this needs to know `{question}` of `{party}`; let it state that first",
        "尚需 `{party}` 说明 `{question}`；请其先行说明",
        "GZ2023-03-FAIR",
    )
    NOT_THE_WEAKER = Sentence(
        "`{actor}` is not the weaker side of `{licence}`; only a small firm opposite a leading company acknowledges",
        "`{actor}` 不是 `{licence}` 的弱势一方；仅中小微企业面对国有、龙头、平台企业时须确认",
        "GZ2023-03-FAIR",
    )
    NOT_HEAVIER = Sentence(
        "`{term}` is no heavier on `{actor}`; acknowledge what is: `{heavier}`",
        "`{term}` 并未加重 `{actor}` 的负担；须确认的是 `{heavier}`",
        "GZ2023-03-FAIR",
    )
    SIGNED_ALREADY = Sentence(
        "`{actor}` has signed version {version} of `{licence}`; wait for the other side",
        "`{actor}` 已签署 `{licence}` 第 {version} 版；请等待对方",
    )
    UNACKNOWLEDGED_ASYMMETRY = Sentence(
        "`{terms}` are heavier on `{party}` and not acknowledged by it; let its officer acknowledge or change them",
        "`{terms}` 对 `{party}` 更重且其尚未确认；请由其首席数据官确认或修改条款",
        "GZ2023-03-FAIR",
    )
    NOTICE_GIVEN = Sentence(
        "`{actor}` has given notice of `{licence}`; wait until its days are over",
        "`{actor}` 已就 `{licence}` 发出解除通知；请等待期满",
    )
    END_REASON_FORBIDDEN = Sentence(
        "`{actor}` may not end `{licence}` as `{reason}`, only as `{possible}`; or give notice",
        "`{actor}` 不得以 `{reason}` 终止 `{licence}`，仅可为 `{possible}`；或发出解除通知",
    )
    NOT_A_LEADER = Sentence(
        "`{actor}` states itself no state company, leader of an industry or platform; those keep this list",
        "`{actor}` 未申明为国有、行业龙头或平台企业；开放清单由其发布",
        "GZ2023-03-LEAD",
    )
    SUBJECT_UNKNOWN = Sentence(
        "`{subject}` is no resource or product on offer; describe or register it first",
        "`{subject}` 不是在录的数据资源或产品；请先编目或登记",
    )
    SUBJECT_OPEN = Sentence(
        "`{subject}` is open already, by `{opening}`; close that first", "`{subject}` 已由 `{opening}` 开放；请先关闭"
    )
    AUDIENCE_UNCLEAR = Sentence(
        "the opening is for `{for_whom}`; name micro, small or medium firms, each once",
        "开放对象为 `{for_whom}`；请填写微型、小型、中型企业，且不重复",
        "GZ2023-03-LEAD",
    )
    TEXT_LENGTH = Sentence(
        "`{part}` has {chars} characters, 1 to {chars_max} fit; rewrite it",
        "`{part}` 有 {chars} 字，应为 1 至 {chars_max} 字；请修改",
    )
    TEXT_HIDDEN = Sentence(
        "`{part}` holds characters that cannot be seen; type it anew", "`{part}` 含有不可见字符；请重新输入"
    )
    OPENING_OVER = Sentence(
        "the opening would close at {until}, now is {now}; choose a later end",
        "开放将于 {until} 截止，现在是 {now}；请填写更晚的时间",
    )
    OPENING_CLOSED = Sentence("`{opening}` is closed; look for another", "`{opening}` 已关闭；请另寻其他")
    NOT_FOR_YOU = Sentence(
        "`{opening}` is for `{for_whom}` firms, `{actor}` is `{size}` and `{weight}`; ask its publisher for a licence",
        "`{opening}` 面向 `{for_whom}` 企业，`{actor}` 为 `{size}`、`{weight}`；请与发布方另行协商",
        "GZ2023-03-LEAD",
    )
    ENQUIRY_WAITS = Sentence(
        "`{actor}` asked for `{opening}` by `{enquiry}`, which waits for an answer; wait",
        "`{actor}` 已以 `{enquiry}` 申请 `{opening}`，尚待答复；请等待",
    )
    ENQUIRY_ANSWERED = Sentence("`{enquiry}` is answered; let the firm ask again", "`{enquiry}` 已答复；请对方重新申请")
    DECLINE_UNEXPLAINED = Sentence(
        "a request is granted without a reason against it, or declined with one; give one or the other",
        "同意申请不得附拒绝理由，拒绝须说明理由；请更正",
        "GZ2023-03-LEAD",
    )
    LICENCE_DOES_NOT_FIT = Sentence(
        "`{licence}` is no licence between `{publisher}` and `{firm}`; name theirs or none",
        "`{licence}` 不是 `{publisher}` 与 `{firm}` 之间的许可；请更正或留空",
    )
