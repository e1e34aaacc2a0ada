"""Why the service market says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class ServicesRefusal(Refusal):
    """In order of precedence."""

    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}` is not in force in this market; adopt a rulebook that has it",
        "规则 `{rule}` 在本市场尚未施行；请先采用含该规则的规则库",
    )
    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not meet time limits; the market does when they are over",
        "`{actor}` 不得处理期限；期限届满由市场处理",
    )
    NOT_A_SUPERVISOR = Sentence(
        "`{actor}` is neither the exchange nor a regulator; qualifications are theirs to give and to take",
        "`{actor}` 既非交易所也非监管机构；资质由其授予和处置",
    )
    QUALIFICATION_UNKNOWN = Sentence(
        "there is no qualification `{qualification}`; look it up", "没有资质 `{qualification}`；请核对"
    )
    ENGAGEMENT_UNKNOWN = Sentence(
        "there is no engagement `{engagement}`; look it up", "没有服务委托 `{engagement}`；请核对"
    )
    NOT_YOURS = Sentence(
        "to {move} `{engagement}` is for `{owner}`, not for `{actor}`; let `{owner}` speak",
        "对 `{engagement}` 的 {move} 应由 `{owner}` 作出，而非 `{actor}`；请由其发起",
    )
    STANDING_FORBIDS = Sentence(
        "`{qualification}` is {state}, which does not let one {move} it; possible: {possible}",
        "`{qualification}` 的状态为 {state}，不能 {move}；可行的操作：{possible}",
    )
    STATE_FORBIDS = Sentence(
        "`{engagement}` is {state}, which does not let one {move} it; possible: {possible}",
        "`{engagement}` 的状态为 {state}，不能 {move}；可行的操作：{possible}",
    )
    NOT_A_PROVIDER = Sentence(
        "`{provider}` is not an active service provider of this market; have it admitted as one",
        "`{provider}` 不是本市场有效的第三方专业服务机构；请先办理准入",
    )
    VALIDITY_PAST = Sentence(
        "valid until {valid_until} is not after now ({now}); choose a later instant",
        "有效期止 {valid_until} 不晚于当前时间 {now}；请改为更晚的时间",
    )
    QUALIFICATION_SUSPENDED = Sentence(
        "`{qualification}` of `{provider}` for {kind} is suspended; restore or revoke it first",
        "`{provider}` 的 {kind} 资质 `{qualification}` 处于暂停状态；请先恢复或撤销",
    )
    NOT_QUALIFIED = Sentence(
        "`{provider}` has no qualification in force for {kind}; choose one that has",
        "`{provider}` 没有有效的 {kind} 资质；请另选机构",
        "GZ2023-11",
    )
    OWN_SERVICE = Sentence(
        "`{actor}` cannot engage itself; choose another provider", "`{actor}` 不能委托自己；请另选机构"
    )
    SUBJECT_MISSING = Sentence(
        "{kind} judges something; name the resource, product or order", "{kind} 须有评价对象；请填写资源、产品或订单"
    )
    SUBJECT_UNKNOWN = Sentence(
        "there is no resource, product or order `{subject}`; look it up", "没有资源、产品或订单 `{subject}`；请核对"
    )
    SUBJECT_NOT_YOURS = Sentence(
        "`{actor}` is no side of `{subject}`; its buyer or its seller may have it judged",
        "`{actor}` 不是 `{subject}` 的当事方；应由其买方或卖方委托",
    )
    CONFLICT_OF_INTEREST = Sentence(
        "`{provider}` must not judge `{subject}`: `{party}`, itself or related to it, is its {interest}; choose another",
        "`{provider}` 应当回避 `{subject}`：其本身或关联方 `{party}` 是该对象的 {interest}；请另选机构",
        "GZ2023-11",
    )
    DUE_OUT_OF_RANGE = Sentence(
        "due at {due_at} is not between now ({now}) and {latest}; choose an instant between them",
        "期限 {due_at} 不在当前时间 {now} 与 {latest} 之间；请改期",
    )
    RATED_ALREADY = Sentence(
        "`{engagement}` was rated {stars} already; a rating is given once",
        "`{engagement}` 已评 {stars} 分；只能评价一次",
    )
    RATER_RELATED = Sentence(
        "`{actor}` is related to `{provider}`; what related parties say of each other is no rating",
        "`{actor}` 与 `{provider}` 为关联方；关联方之间的评价不予采信",
    )
