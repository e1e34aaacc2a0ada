"""Why the property register says no."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class PropertyRefusal(Refusal):
    """In order of precedence."""

    ONLY_THE_MARKET = Sentence(
        "`{actor}` does not say when a limit is over; the market's clock does",
        "`{actor}` 不得宣告期限届满；由市场时钟处理",
    )
    RULE_NOT_IN_FORCE = Sentence(
        "rule `{rule}` is not in force on {day} in the rulebook that this market decides by; register from its first day on",
        "规则 `{rule}` 于 {day} 在本市场所用规则库中不施行；请自其施行之日起申请登记",
    )
    UNKNOWN = Sentence("no {noun} `{id}`; check the id", "没有 {noun} `{id}`；请核对编号")
    NOT_A_REGISTRY = Sentence(
        "`{party}` is no registry of data property; name one that is",
        "`{party}` 不是数据产权登记机构；请选择登记机构",
        "S1-07",
    )
    NOT_THE_REGISTRY = Sentence(
        "`{id}` lies with the registry `{registry}`, not with `{actor}`; let `{registry}` act",
        "`{id}` 由登记机构 `{registry}` 办理，`{actor}` 无权；请由 `{registry}` 办理",
    )
    NOT_REGISTRY_OR_REGULATOR = Sentence(
        "`{actor}` is neither the registry `{registry}` of `{id}` nor a regulator; apply to one of them",
        "`{actor}` 既非 `{id}` 的登记机构 `{registry}`，也非监管机构；请向其提出",
    )
    NOT_AN_APPLICANT = Sentence(
        "`{actor}` is not among the applicants of `{id}`; let one of them speak",
        "`{actor}` 不是 `{id}` 的申请人；请由申请人办理",
    )
    NOT_YOURS = Sentence(
        "`{id}` is `{owner}`'s to act on, not `{actor}`'s; ask `{owner}`",
        "`{id}` 应由 `{owner}` 办理，`{actor}` 无权；请由 `{owner}` 发起",
    )
    SELF_REGISTRATION = Sentence(
        "`{registry}` would register for itself; it applies to another registry",
        "`{registry}` 不得在本机构为自己登记；请向其他登记机构申请",
        "S1-07",
    )
    WRONG_STAGE = Sentence(
        "`{id}` is `{stage}`, this needs `{needed}`; see what is to be done next",
        "`{id}` 处于 `{stage}`，该操作须处于 `{needed}`；请按流程办理",
    )
    PUBLICITY_CLOSED = Sentence(
        "`{application}` is `{stage}`: objections are heard while it is in publicity; object to its certificate instead",
        "`{application}` 处于 `{stage}`：异议应在公示期内提出；登记后请对凭证提出异议",
        "S1-29",
    )
    RETURNED_ONCE = Sentence(
        "`{application}` was returned for supplements already; that is done once, so accept it or decline",
        "`{application}` 已告知补正；补正须一次性告知，请受理或不予受理",
        "S1-17",
    )
    EXTENDED_ONCE = Sentence(
        "the review of `{application}` was extended by {work_days} work days already; that is done once",
        "`{application}` 的审查已延长 {work_days} 个工作日；仅可延长一次",
        "S1-LIMITS",
    )
    EXTENSION_OUTSIDE = Sentence(
        "an extension has 1 to {limit} work days, not {work_days}; choose within that",
        "延长期限为 1 至 {limit} 个工作日，收到 {work_days}；请改正",
        "S1-LIMITS",
    )
    REVIEW_OVERDUE = Sentence(
        "the review of `{application}` is over its limit; it can no longer be extended, decide it",
        "`{application}` 的审查已逾期，不得再延长；请作出决定",
        "S1-LIMITS",
    )
    ROUNDS_USED_UP = Sentence(
        "evidence for `{application}` was asked for {rounds} times; decide on what there is",
        "`{application}` 已要求补证 {rounds} 次；请依现有材料决定",
    )
    OWN_MATTER = Sentence(
        "`{party}` has a part in `{id}` itself; an objection is another's, withdraw or change it instead",
        "`{party}` 是 `{id}` 的当事人；异议由他人提出，请撤回或变更",
    )
    OBJECTED_ALREADY = Sentence(
        "`{objection}` of `{party}` against `{id}` is not decided; wait for it, or withdraw it first",
        "`{party}` 对 `{id}` 的异议 `{objection}` 尚未办结；请待其办结或先撤回",
    )
    TOO_MANY = Sentence(
        "`{id}` has {count} {part}, {count_max} at most; settle those first",
        "`{id}` 已有 {count} 项 {part}，上限 {count_max} 项；请先处理",
    )
    EMPTY = Sentence("the list `{part}` is empty; name at least one", "`{part}` 为空；请至少填写一项")
    REPEATED = Sentence("`{part}` names `{item}` twice; name each once", "`{part}` 中 `{item}` 重复；每项只写一次")
    FORM_DIFFERS = Sentence(
        "the supplement is `{kind}` of `{subject}`, `{application}` is `{was}` of `{about}`; supplement the same",
        "补正为 `{subject}` 的 `{kind}`，`{application}` 为 `{about}` 的 `{was}`；补正不得改变申请事项",
        "S1-17",
    )
    NOT_ADMITTED = Sentence(
        "`{party}` is not admitted to the market; have it admitted first", "`{party}` 未准入市场；请先办理准入"
    )
    ANOTHER_REGISTRY = Sentence(
        "`{certificate}` was issued by `{issuer}`, which is still there, not by `{registry}`; apply to `{issuer}`",
        "凭证 `{certificate}` 由 `{issuer}` 核发且其仍在登记，并非 `{registry}`；请向 `{issuer}` 申请",
    )
    RESOURCE_WITHDRAWN = Sentence(
        "resource `{resource}` is withdrawn; its holder must offer it again first",
        "数据资源 `{resource}` 已撤回；须先由持有人重新提供",
    )
    NAME_LENGTH = Sentence(
        "the name of `{resource}` has {chars} characters, 1 to {chars_max} fit; amend its description",
        "`{resource}` 的名称为 {chars} 字，应为 1 至 {chars_max} 字；请修改编目",
        "S1-19",
    )
    SUMMARY_LENGTH = Sentence(
        "the summary of `{resource}` has {chars} characters, 1 to {chars_max} fit; amend its description",
        "`{resource}` 的概述为 {chars} 字，应为 1 至 {chars_max} 字；请修改编目",
        "S1-19",
    )
    TEXT_LENGTH = Sentence(
        "`{part}` has {chars} characters, 1 to {chars_max} fit; write 无 if there is nothing to say",
        "`{part}` 有 {chars} 字，应为 1 至 {chars_max} 字；无限制请填“无”",
        "S1-19",
    )
    TEXT_HIDDEN = Sentence(
        "`{part}` holds characters that cannot be seen; type it anew", "`{part}` 含有不可见字符；请重新输入", "S1-19"
    )
    HOLDER_NOT_APPLICANT = Sentence(
        "`{holder}` of claim {claim} is not among the applicants; whoever gets a right applies for it",
        "第 {claim} 项权利的权利人 `{holder}` 不在申请人之列；权利人须为申请人",
    )
    CLAIM_UNKNOWN = Sentence(
        "a statement is made of claim {claim}, there are {claims}; number them from 0",
        "陈述针对第 {claim} 项权利，共 {claims} 项；请自 0 起编号",
    )
    DUTY_DATA = Sentence(
        "`{resource}` is {kind} data from source `{source_type}`: what public bodies collect in their duties is not registered as property; register it as public data resource",
        "`{resource}` 为 {kind} 数据、来源 `{source_type}`：党政机关履职数据不进行数据产权登记；请办理公共数据资源登记",
        "S1-15",
    )
    PRODUCT_NOT_CODED = Sentence(
        "`{resource}` is a product of public data without a public data resource registration in force; register it there first",
        "`{resource}` 是授权运营产品，尚无有效的公共数据资源登记；请先办理",
        "S1-15",
    )
    SOURCE_DISAGREES = Sentence(
        "the application says `{source_type}`, the catalog says `{described}` of `{resource}`; correct one of them",
        "申请的数据来源为 `{source_type}`，目录中 `{resource}` 的来源为 `{described}`；请更正其一",
        "S1-19",
    )
    NOT_A_NATURAL_PERSON = Sentence(
        "`{holder}` of claim {claim} is no natural person, the source is `{source_type}`; name the source that applies",
        "第 {claim} 项权利的权利人 `{holder}` 不是自然人，而来源为 `{source_type}`；请填写适用的来源",
        "S1-21-R3",
    )
    NEEDS_INFO = Sentence(
        "claim {claim} cannot be decided by row {row} without an answer to `{question}`; state yes or no",
        "第 {claim} 项权利依 {row} 尚缺 `{question}` 的答复，无法判断；请答是或否",
        "S1-21-FACTS",
    )
    ENTRUSTED_DATA = Sentence(
        "`{resource}` is processed on another's behalf: no law and no contract gives `{holder}` the right of claim {claim}; its principal may register",
        "`{resource}` 为受托处理数据，无法律规定或合同约定使 `{holder}` 享有第 {claim} 项权利；请由委托人登记",
        "S1-21-R7",
    )
    NOT_REGISTRABLE = Sentence(
        "the right `{right}` in `{source_type}` data is not registered: against row {row} stands `{failed}`; leave claim {claim} out",
        "`{source_type}` 数据的 `{right}` 权不予登记：与 {row} 不符的是 `{failed}`；请删去第 {claim} 项",
        "S1-21",
    )
    NOT_PARTY_TO_FUSION = Sentence(
        "`{holder}` of claim {claim} is not among the parties to the fused data; name all of them",
        "第 {claim} 项权利的权利人 `{holder}` 不在融合数据参与方之列；请列明全部参与方",
        "S1-21-R5b",
    )
    CONSENT_MISSING = Sentence(
        "to operate fused data, `{holder}` needs the consent of every other party; missing: `{missing}`",
        "`{holder}` 登记融合数据经营权须其他参与方全部同意；尚缺：`{missing}`",
        "S1-21-R5b",
    )
    BASIS_DOES_NOT_FIT = Sentence(
        "row {row} rests on `{needed}`, claim {claim} shows `{basis}`; show the document that it rests on",
        "{row} 的权利依据应为 `{needed}`，第 {claim} 项提交的是 `{basis}`；请提交相应文件",
        "S1-19",
    )
    ALREADY_REGISTERED = Sentence(
        "`{holder}` has the right `{right}` in `{resource}` under `{certificate}` in force; use that, or let it end first",
        "`{holder}` 对 `{resource}` 的 `{right}` 权已有有效凭证 `{certificate}`；请直接使用，或待其终止后再登记",
        "S1-31",
    )
    TERM_EMPTY = Sentence(
        "the term would end at {valid_to}, which is not after {since}; choose a later end",
        "期限止于 {valid_to}，未晚于 {since}；请改为更晚的时间",
        "S1-26",
    )
    TERM_OVER_FIVE_YEARS = Sentence(
        "a right is registered for {years} years at most, until {limit}; {valid_to} is later, choose an earlier end",
        "登记有效期不超过 {years} 年，即止于 {limit}；{valid_to} 过晚，请改为更早的时间",
        "S1-26",
    )
    LEGACY_ENDED = Sentence(
        "the former certificate `{number}` ended at {valid_to}; register anew instead",
        "旧证 `{number}` 已于 {valid_to} 届满；请办理初次登记",
        "S1-41",
    )
    LEGACY_IMPORTED = Sentence(
        "the former certificate `{number}` of `{system}` was imported as `{certificate}`; use that",
        "`{system}` 的旧证 `{number}` 已导入为 `{certificate}`；请直接使用",
        "S1-41",
    )
    NOTHING_TO_ADOPT = Sentence(
        "`{application}` is `{kind}`: only what was examined for a former certificate is adopted; examine it",
        "`{application}` 为 `{kind}`：仅旧证已审事项可简化审查；请审查",
        "S1-41",
    )
    GROUNDS_MISSING = Sentence(
        "a check of `{application}` fails and no ground is given; name the ground of refusal",
        "`{application}` 有审查事项不符，但未列明理由；请填写不予登记的情形",
        "S1-22",
    )
    WAIVER_NOT_ASKED = Sentence(
        "the applicant of `{application}` did not ask to go without publicity; make it public",
        "`{application}` 的申请人未申请不公示；请予公示",
        "S1-PUBLICITY",
    )
    LINE_UNKNOWN = Sentence(
        "`{certificate}` has {lines} lines, none is number {line}; number them from 0",
        "凭证 `{certificate}` 共 {lines} 行，没有第 {line} 行；请自 0 起编号",
    )
    LINE_ENDED = Sentence(
        "line {line} of `{certificate}` has ended (`{reason}`); there is nothing left to change",
        "凭证 `{certificate}` 第 {line} 行已终止（`{reason}`）；不能再变动",
    )
    NOT_THE_HOLDER = Sentence(
        "line {line} of `{certificate}` is `{holder}`'s, who is not among the applicants; let `{holder}` apply",
        "凭证 `{certificate}` 第 {line} 行的权利人是 `{holder}`，不在申请人之列；请由 `{holder}` 申请",
    )
    SEVERAL_HOLDERS = Sentence(
        "the lines named of `{certificate}` belong to `{holder}` and `{other}`; object to each holder by itself",
        "所列凭证 `{certificate}` 各行分属 `{holder}` 与 `{other}`；请分别提出异议",
    )
    RIGHT_FROZEN = Sentence(
        "line {line} of `{certificate}` stands still by seizure, control or dispute; have that lifted first",
        "凭证 `{certificate}` 第 {line} 行因查封、管制或争议被冻结；请先解除",
        "S1-23",
    )
    KEEPS_THE_RIGHT = Sentence(
        "the transferor of `{certificate}` would keep the right; that is a licence and not registered as transfer",
        "凭证 `{certificate}` 的转让方拟保留权利；此为许可，不办理转让登记",
        "S1-KINDS",
    )
    TRANSFER_TO_HOLDER = Sentence(
        "`{party}` holds line {line} of `{certificate}` already; name another transferee",
        "`{party}` 已是凭证 `{certificate}` 第 {line} 行的权利人；请填写其他受让方",
    )
    BEYOND_TRANSFEROR = Sentence(
        "the transferred right would hold until {valid_to}, the transferor's ends at {limit}; stay within it",
        "受让权利拟止于 {valid_to}，转让方的权利止于 {limit}；不得超出",
        "S1-KINDS",
    )
    SOURCE_CHANGED = Sentence(
        "the change would turn {part} `{was}` of `{certificate}` into `{becomes}`; a change of source or data is registered anew",
        "变更拟将凭证 `{certificate}` 的 {part} 由 `{was}` 改为 `{becomes}`；来源、数据等重大变更须重新登记",
        "S1-KINDS",
    )
    RENEWAL_NOT_OPEN = Sentence(
        "line {line} of `{certificate}` is renewed from {opens} to {closes}, today is {today}; apply then",
        "凭证 `{certificate}` 第 {line} 行的续期申请期为 {opens} 至 {closes}，今日 {today}；请届时申请",
        "S1-26",
    )
    RENEWAL_LATE = Sentence(
        "line {line} of `{certificate}` could be renewed until {closes}, today is {today}; register anew",
        "凭证 `{certificate}` 第 {line} 行的续期申请截至 {closes}，今日 {today}；请重新登记",
        "S1-36",
    )
    NOT_LONGER = Sentence(
        "line {line} of `{certificate}` holds until {held} already, {valid_to} is not later; choose a later end",
        "凭证 `{certificate}` 第 {line} 行已有效至 {held}，{valid_to} 并未延后；请改为更晚的时间",
        "S1-26",
    )
    BEYOND_OBJECTION = Sentence(
        "`{objection}` is about the lines {lines}, the note `{kind}` names {asked}; note `ownership_dispute` on those lines",
        "异议 `{objection}` 涉及第 {lines} 行，备注 `{kind}` 却及于第 {asked} 行；请仅就所涉各行备注 `ownership_dispute`",
        "S1-29",
    )
    NOTE_REMOVED = Sentence("`{note}` was removed already", "备注 `{note}` 已涂销")
