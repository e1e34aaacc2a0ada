"""Why the room of consent says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class ConsentRefusal(Refusal):
    """In order of precedence: who speaks, what there is, how it stands, what it says, what the law asks."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not say when a term is over; the market's clock does",
        "期限届满由市场时钟认定，`{actor}` 无权作出",
    )
    ONLY_THE_EXCHANGE = Sentence(
        "guardians are recorded by the exchange, not by `{actor}`; show it the evidence",
        "监护关系由交易所登记，`{actor}` 无权作出；请向其提交证明",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}` is not in force on {day} under this market's rulebook; adopt a newer one, or wait for the day",
        "规则 `{rule}` 在 {day} 依本市场规则库尚未施行；请采用新版规则库，或待其施行",
    )
    UNKNOWN = Sentence("there is no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_YOURS = Sentence(
        "`{actor}` has no say over `{id}`; that is for `{whose}` or who may act for it",
        "`{actor}` 无权处置 `{id}`；应由 `{whose}` 或其依法代理人办理",
    )
    NOT_A_PERSON = Sentence(
        "`{party}` is no natural person with the role `individual`; have the exchange admit it so",
        "`{party}` 不是具有 `individual` 角色的自然人；请由交易所办理准入",
    )
    PARTY_UNKNOWN = Sentence(
        "`{party}` is not admitted, or has left; name a party of this market",
        "`{party}` 未获准入或已退出；请填写本市场主体",
    )
    NOT_THE_HOLDER = Sentence(
        "`{resource}` is held by `{holder}`, not by `{actor}`; its holder is the processor who answers for it",
        "数据资源 `{resource}` 由 `{holder}` 持有，不是 `{actor}`；应由持有人（处理者）办理",
    )
    RESOURCE_WITHDRAWN = Sentence(
        "`{resource}` was withdrawn from the catalog; name another", "数据资源 `{resource}` 已撤下；请填写其他资源"
    )
    ENDED = Sentence(
        "`{id}` is over since `{at}`; nothing more can be done with it", "`{id}` 已于 `{at}` 终结，不能再办理"
    )
    ALREADY_DONE = Sentence("`{id}` is {what} already; nothing to do", "`{id}` 已处于 {what} 状态；无需再办理")
    NEEDS_INFO = Sentence(
        "this cannot be decided without an answer to: {question}", "尚缺事实，无法裁决；请说明：{question}"
    )
    NO_PERSONAL_INFORMATION = Sentence(
        "`{resource}` is graded as holding no personal information; grade it again if it does",
        "数据资源 `{resource}` 分级时载明不含个人信息；如有，请重新分级",
        "S7-04",
    )
    EMPTY = Sentence("no {part} is named; name at least one", "未填写 {part}；请至少填写一项")
    REPEATED = Sentence(
        "`{value}` is named twice among the {part}; name it once", "{part} 中 `{value}` 重复；请删去一项"
    )
    TOO_MANY_USES = Sentence(
        "resources, purposes and recipients make {uses} uses together, {uses_max} at most; split the consent",
        "资源、目的与接收方合计 {uses} 项用途，上限 {uses_max}；请拆分",
    )
    MISPLACED = Sentence(
        "`{field}` has no place where `{asked}` is asked for; leave it out",
        "请求 `{asked}` 时不应填写 `{field}`；请删去",
    )
    TERM_OVER = Sentence(
        "the term ends at `{valid_to}`, not after now, `{now}`; name a later end",
        "期限终点 `{valid_to}` 不晚于当前 `{now}`；请填写更晚的时间",
    )
    NOTICE_SUPERSEDED = Sentence(
        "notice `{notice}` was superseded by `{by}`; refer to the newest version",
        "告知书 `{notice}` 已由 `{by}` 取代；请引用最新版本",
        "S7-14",
    )
    NOTICE_INCOMPLETE = Sentence(
        "the notice does not tell `{item}`; tell it", "告知事项缺少 `{item}`；请补充告知", "S7-17"
    )
    RECIPIENTS_NOT_TOLD = Sentence(
        "the notice names {recipients} recipients and does not tell `{item}`: name, contact, purpose, manner, kinds; tell it",
        "告知书载有 {recipients} 个接收方，却未告知 `{item}`（名称、联系方式、目的、方式、种类）；请补充告知",
        "S7-23",
    )
    SENSITIVITY_NOT_TOLD = Sentence(
        "something is sensitive and the notice does not tell `{item}`; tell it",
        "涉及敏感个人信息，却未告知 `{item}`；请补充告知",
        "S7-30",
    )
    SENSITIVE_UNMARKED = Sentence(
        "information of the kind `{kind}` is sensitive and is not marked so; mark it",
        "`{kind}` 类信息属于敏感个人信息而未标明；请标明",
        "S7-28",
    )
    TELLING_EACH = Sentence(
        "with `{why}` publishing the rules is not enough; tell each person",
        "涉及 `{why}`，仅公开处理规则不足以告知；请逐一告知",
        "S10-NOTICE",
    )
    NOT_SMALL = Sentence(
        "`{processor}` handles the information of {persons} persons, the simplified form is for fewer than {persons_below}",
        "`{processor}` 处理 {persons} 人的个人信息，简化措施限于不满 {persons_below} 人",
        "S10-SCOPE",
    )
    SIMPLIFIED_NOT_YET = Sentence(
        "on {day} no rule allows a simplified form; use the full one",
        "{day} 尚无规则允许简化形式；请采用完整形式",
        "S10-PIPIA",
    )
    OUTSIDE_NOTICE = Sentence(
        "{part} `{asked}` is not told by notice `{notice}`; publish a new version and ask for consent to it",
        "告知书 `{notice}` 未告知 {part} `{asked}`；请发布新版本并重新取得同意",
        "S7-14",
    )
    TERM_BEYOND_NOTICE = Sentence(
        "the consent runs until `{valid_to}`, the notice tells that data is kept {retention_days} days; end it sooner",
        "同意期限至 `{valid_to}`，超出告知的保存期限 {retention_days} 天；请缩短",
        "S7-17",
    )
    GUARDIAN_NEEDED = Sentence(
        "`{person}` is under fourteen; a parent or other guardian must say this",
        "`{person}` 不满十四周岁；应由父母或者其他监护人作出",
        "S7-31",
    )
    GUARDED = Sentence(
        "`{person}` is recorded under the guardian `{guardian}`, so under fourteen; end the guardianship or say `under_14`",
        "`{person}` 登记有监护人 `{guardian}`，即不满十四周岁；请先终止监护登记，或填写 `under_14`",
        "S7-31",
    )
    MINOR_RULES_MISSING = Sentence(
        "notice `{notice}` has no special rules for those under fourteen; publish a version that has",
        "告知书 `{notice}` 没有针对不满十四周岁未成年人的专门规则；请发布含该规则的版本",
        "S7-31",
    )
    MINOR_UNMARKED = Sentence(
        "notice `{notice}` does not mark the information of those under fourteen as sensitive; publish a version that does",
        "告知书 `{notice}` 未将不满十四周岁未成年人的信息标明为敏感；请发布标明的版本",
        "S7-28",
    )
    PERSON_HAS_KEY = Sentence(
        "`{person}` signs with a key of its own; `{processor}` does not consent for it",
        "`{person}` 有自己的密钥，应自行签署；`{processor}` 不得代为同意",
        "S7-14",
    )
    MANDATE_OUTSIDE = Sentence(
        "mandate `{mandate}` does not reach `{asked}`; ask the person for a wider one",
        "委托 `{mandate}` 不及于 `{asked}`；请由本人扩大授权",
    )
    BOTH_SIDES = Sentence(
        "`{agent}` would act for the person and for `{processor}` (`{path}`); an agent stands on one side",
        "`{agent}` 将同时代表个人与 `{processor}`（`{path}`）；受托人不得双方代理",
    )
    AGENT_UNFIT = Sentence(
        "`{agent}` is no broker, merchant, supplier or service provider of this market; choose one that is",
        "`{agent}` 不是本市场的数据经纪人、数据商、供方或服务机构；请另行选择",
    )
    BUNDLED = Sentence(
        "the separate consent to `{activity}` was given in one act with another; ask for it by itself",
        "对 `{activity}` 的单独同意与其他同意一并作出；请单独取得",
        "S7-14",
    )
    NOT_REPLACEABLE = Sentence(
        "`{consent}` is no consent of `{person}` to `{processor}` in force; name the one that the new consent replaces",
        "`{consent}` 不是 `{person}` 对 `{processor}` 有效的同意；请填写拟替代的同意",
    )
    CONSENT_OVERLAPS = Sentence(
        "`{consent}` covers `{resource}` for `{purpose}` already; name it in `supersedes`",
        "`{consent}` 已涵盖 `{resource}` 用于 `{purpose}`；请在 `supersedes` 中填写",
    )
    MUST_BE_TOLD = Sentence(
        "processing on the basis `{basis}` is told to persons, `{untold}` does not spare it; name the notice",
        "以 `{basis}` 为基础的处理应当告知，`{untold}` 不能免除；请填写告知书",
        "S7-18",
    )
    CONDITION_UNMET = Sentence(
        "the basis `{basis}` asks for `{condition}`, which is stated as not met; choose another basis or do not process",
        "`{basis}` 要求 `{condition}`，而所述为不具备；请另择基础或不予处理",
        "S7-13",
    )
    NO_BASIS = Sentence(
        "no legal basis is declared for `{resource}` and the purpose `{purpose}`; its holder must declare one",
        "`{resource}` 用于 `{purpose}` 未声明合法性基础；应由持有人声明",
        "S7-13",
    )
    KIND_OUTSIDE = Sentence(
        "the declared basis of `{resource}` for `{purpose}` does not cover information of the kind `{kind}`; declare it anew",
        "`{resource}` 用于 `{purpose}` 所声明的基础不涵盖 `{kind}` 类信息；请重新声明",
        "S7-14",
    )
    SENSITIVE_UNDECLARED = Sentence(
        "`{resource}` holds sensitive information and its basis for `{purpose}` was declared without; declare it anew",
        "`{resource}` 含敏感个人信息，而用于 `{purpose}` 的基础声明未载明；请重新声明",
        "S7-28",
    )
    WITHDRAWALS_PENDING = Sentence(
        "{withdrawn} persons must be out of `{resource}`, {confirmed} are confirmed; its holder must confirm the others",
        "`{resource}` 应剔除 {withdrawn} 人，已确认 {confirmed} 人；应由持有人确认其余",
        "S7-15",
    )
    NO_CONSENT = Sentence(
        "no consent in force lets `{recipient}` use `{resource}` for `{purpose}`; ask the persons",
        "没有有效同意允许 `{recipient}` 将 `{resource}` 用于 `{purpose}`；请取得个人同意",
        "S7-13-1",
    )
    SEPARATE_CONSENT_MISSING = Sentence(
        "persons consented to `{purpose}` with `{resource}`, nobody separately to `{activity}`; ask for it by itself",
        "个人同意将 `{resource}` 用于 `{purpose}`，但无人单独同意 `{activity}`；请单独取得同意",
        "S7-29",
    )
    COUNT_OUTSIDE = Sentence(
        "{withdrawals} withdrawals cannot be confirmed: {confirmed} are, {withdrawn} there are; confirm more than the first",
        "无法确认 {withdrawals} 项撤回：已确认 {confirmed} 项，共 {withdrawn} 项；请确认此后的数目",
    )
    VERSION_UNKNOWN = Sentence(
        "no version of `{resource}` has the digest `{digest}`; publish it first",
        "`{resource}` 没有摘要为 `{digest}` 的版本；请先发布",
    )
    VERSION_TOO_OLD = Sentence(
        "the version of `{published_at}` is older than the withdrawal of `{at}`; publish one without that person",
        "`{published_at}` 发布的版本早于 `{at}` 的撤回；请发布剔除该人的版本",
    )
    CONTENT_MISSING = Sentence("the assessment lacks `{content}`; add it", "影响评估缺少 `{content}`；请补充", "S7-56")
    STILL_KEPT = Sentence(
        "assessment `{pipia}` is kept until {day}; delete it after that day",
        "影响评估 `{pipia}` 应保存至 {day}；请在其后删除",
        "S7-56",
    )
    PIPIA_MISSING = Sentence(
        "no assessment of impact covers `{activity}` with `{resource}`; assess it first",
        "`{resource}` 的 `{activity}` 未经个人信息保护影响评估；请先行评估",
        "S7-55",
    )
    PIPIA_ADVERSE = Sentence(
        "assessment `{pipia}` found `{activity}` with `{resource}` not acceptable; change the processing and assess again",
        "影响评估 `{pipia}` 认为 `{resource}` 的 `{activity}` 不可接受；请调整后重新评估",
        "S7-55",
    )
    NOT_THE_PROCESSOR = Sentence(
        "`{processor}` neither holds `{resource}` nor processes it jointly; ask `{holder}`",
        "`{processor}` 既不持有 `{resource}`，也不共同处理；请向 `{holder}` 提出",
    )
    KIN_NOT_ENTITLED = Sentence(
        "kin may not do this: `{why}`; it takes a lawful interest of their own, and no other arrangement of the dead",
        "近亲属不得行使：`{why}`；须为自身合法、正当利益，且死者生前无另行安排",
        "S7-49",
    )
    IDENTITY_UNVERIFIED = Sentence(
        "it is not verified who asks in `{petition}`; verify that first",
        "尚未核验 `{petition}` 申请人的身份；请先核验",
        "S7-50",
    )
    TOO_LATE = Sentence(
        "`{petition}` was not answered in time; it cannot be extended any more, answer it",
        "`{petition}` 已逾期，不能再延长；请尽快答复",
        "S7-50",
    )
    TRANSFER_UNMET = Sentence(
        "`{condition}` is stated as not met, so nothing is transferred; refuse the petition with the reason",
        "所述 `{condition}` 不具备，不得转移；请说明理由予以拒绝",
        "S6-25",
    )
    FEE_UNDUE = Sentence(
        "a fee of {fee_fen} fen is not due: it is petition {times} of the year for a transfer, {free_times} are free",
        "不得收取 {fee_fen} 分费用：本年第 {times} 次转移请求，{free_times} 次以内免费",
        "S6-25",
    )
    REASON_UNFIT = Sentence(
        "`{reason}` is no reason to refuse `{asked}` in this state; name another, or do what is asked",
        "`{reason}` 不能作为此时拒绝 `{asked}` 的理由；请另述理由或予以办理",
        "S7-50",
    )
    TERMS_INCOMPLETE = Sentence(
        "the contract of entrusted processing does not settle `{term}`; settle it",
        "委托处理合同未约定 `{term}`；请补充约定",
        "S7-21",
    )
    JOINT_TERMS_INCOMPLETE = Sentence(
        "the agreement on joint processing does not settle `{term}`; settle it",
        "共同处理约定未载明 `{term}`；请补充约定",
        "S7-20",
    )
    WITH_ITSELF = Sentence(
        "`{party}` holds `{resource}` itself; name another party", "`{party}` 自己持有 `{resource}`；请填写其他主体"
    )
    REENTRUST_NEEDS_CONSENT = Sentence(
        "`{holder}` has not agreed that `{entrustment}` is entrusted further to `{to}`; ask it first",
        "`{holder}` 未同意将 `{entrustment}` 转委托给 `{to}`；请先取得同意",
        "S7-21",
    )
    REENTRUST_WIDER = Sentence(
        "{part} `{asked}` is beyond what `{entrustment}` entrusts; stay within it",
        "{part} `{asked}` 超出 `{entrustment}` 的约定；请在其范围内转委托",
        "S7-21",
    )
    TOO_DEEP = Sentence(
        "`{entrustment}` is {links} entrustments deep, {links_max} at most; let its holder entrust directly",
        "`{entrustment}` 已转委托 {links} 层，上限 {links_max}；请由持有人直接委托",
    )
    STILL_ENTRUSTED = Sentence(
        "`{entrustment}` is in force; what becomes of its data is confirmed after its end",
        "`{entrustment}` 仍然有效；数据返还或者删除应在终止后确认",
        "S7-21",
    )
