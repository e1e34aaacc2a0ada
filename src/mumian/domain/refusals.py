"""Why a domain says no: by name, in order of precedence."""

from __future__ import annotations

from mumian.kernel.outcome import Refusal, Sentence


class DomainRefusal(Refusal):
    """Messages first, then tickets, plans, jobs, gates, answers and calls; at the end what an owner hears when adding a file."""

    MESSAGE_MALFORMED = Sentence(
        "the message cannot be read: {reason}; send canonical bytes of a known kind",
        "消息无法读取：{reason}；请按规范字节发送已知类型的消息",
    )
    MESSAGE_SIGNATURE_BAD = Sentence(
        "the message is not signed by its sender: {reason}; sign these very bytes",
        "消息并非由其发送方签名：{reason}；请对原文签名",
    )
    MESSAGE_FOR_ANOTHER = Sentence(
        "the message is for `{to}`, this is `{domain}`; send it there",
        "消息的收件方是 `{to}`，本数据域是 `{domain}`；请改投",
    )
    MESSAGE_STALE = Sentence(
        "the message is of {at}, now is {now}, and this domain listens since {since}; sign it anew",
        "消息时间为 {at}，现在 {now}，本数据域自 {since} 起受理；请重新签发",
    )
    MESSAGE_REPLAYED = Sentence(
        "nonce `{nonce}` was used before; sign the message anew", "随机数 `{nonce}` 已被使用；请重新签发消息"
    )
    JOB_DIFFERS = Sentence(
        "job `{job}` ran before under another ticket; ask the market for a new job",
        "任务 `{job}` 曾以另一张票据执行；请向市场申请新任务",
    )
    TICKET_SIGNER_UNKNOWN = Sentence(
        "the ticket is of market `{market}` and its signature does not verify with the key of `{trusted}`, the only one trusted here",
        "票据出自市场 `{market}`，用本数据域唯一信任的 `{trusted}` 公钥验签不通过",
    )
    TICKET_NOT_YET_VALID = Sentence(
        "the ticket is issued at {issued_at}, now is {now}; set the clocks right",
        "票据签发时间 {issued_at} 晚于现在 {now}；请校准时钟",
    )
    TICKET_EXPIRED = Sentence(
        "the ticket expired at {expires_at}, now is {now}; ask the market for another",
        "票据已于 {expires_at} 过期（现在 {now}）；请向市场重新申请",
    )
    DOMAIN_NOT_NAMED = Sentence(
        "the ticket names no source of domain `{domain}` with key `{key}`",
        "票据没有以密钥 `{key}` 列明数据域 `{domain}` 的来源",
    )
    RESOURCE_UNKNOWN = Sentence(
        "the owner has opened no resource `{resource}` here", "所有者未在本数据域开放数据资源 `{resource}`"
    )
    VERSION_CHANGED = Sentence(
        "the ticket is for version `{asked}` of `{resource}`, here is `{held}`; ask for a ticket for it",
        "票据指向 `{resource}` 的版本 `{asked}`，现有版本为 `{held}`；请就现有版本申请票据",
    )
    OWNER_REFUSES_CONSUMER = Sentence(
        "the owner of `{resource}` does not serve `{consumer}`", "`{resource}` 的所有者不向 `{consumer}` 提供服务"
    )
    OWNER_REFUSES_PURPOSE = Sentence(
        "the owner of `{resource}` allows `{allowed}`, not purpose `{purpose}`",
        "`{resource}` 的所有者允许的用途为 `{allowed}`，不含 `{purpose}`",
    )
    OWNER_REFUSES_KIND = Sentence(
        "the owner of `{resource}` allows `{allowed}`, not a plan of kind `{kind}`",
        "`{resource}` 的所有者允许的任务类型为 `{allowed}`，不含 `{kind}`",
    )
    OWNER_REFUSES_PREDICATE = Sentence(
        "the owner of `{resource}` allows no verification of `{column}` {op} `{value}`",
        "`{resource}` 的所有者不允许核验 `{column}` {op} `{value}`",
    )
    OWNER_REFUSES_BANDS = Sentence(
        "the owner of `{resource}` allows `{column}` to be told in no such {bands} bands; ask in bands of the owner's list",
        "`{resource}` 的所有者不允许以这 {bands} 个区间核验 `{column}`；请使用所有者列明的区间",
    )
    OWNER_REFUSES_KEYS = Sentence(
        "the owner of `{resource}` lets calls give `{allowed}`, not `{column}`; leave it out",
        "`{resource}` 的所有者允许以 `{allowed}` 作为核验键，不含 `{column}`；请去掉该列",
    )
    PLAN_FAULTY = Sentence("the plan means nothing: {reason}", "计划无意义：{reason}")
    UNIT_DIFFERS = Sentence(
        "the plan protects the unit `{asked}`, `{resource}` is declared with `{declared}`",
        "计划的隐私单元为 `{asked}`，`{resource}` 声明的是 `{declared}`",
    )
    PLAN_OUTSIDE_DECLARATION = Sentence(
        "`{resource}`: {reason}; ask only for what is declared", "`{resource}`：{reason}；请在声明范围内提出"
    )
    BOUNDS_DIFFER = Sentence(
        "`{column}` is bounded by {lower} to {upper} in the plan, by {declared_lower} to {declared_upper} in the declaration",
        "`{column}` 在计划中的界为 {lower} 至 {upper}，声明为 {declared_lower} 至 {declared_upper}",
    )
    RULES_UNFIT = Sentence(
        "the owner's rules of `{resource}` show `{column}` otherwise than the data is declared; set them anew",
        "所有者对 `{resource}` 的分析规则中 `{column}` 与数据声明不一致；请重新设定",
    )
    NOT_THE_ROOT = Sentence(
        "job `{job}` is merged by `{root}`, not here or by this sender; ask there",
        "任务 `{job}` 由 `{root}` 汇总，不在此处，也不由该发送方；请向其提出",
    )
    CARD_BAD = Sentence(
        "no card of `{peer}` signed by the key that the ticket names; fetch it again",
        "没有 `{peer}` 以票据所列密钥签名的名片；请重新获取",
    )
    RHO_NOT_CHARGED = Sentence(
        "the plan costs {cost_nano} nano-rho, the ticket charges `{resource}` {charged_nano}",
        "计划的隐私损失为 {cost_nano} nano-rho，票据对 `{resource}` 只扣除 {charged_nano}",
    )
    RHO_OVER_TERMS = Sentence(
        "`{resource}` has {left_nano} nano-rho left by its owner's terms, the plan costs {cost_nano}",
        "按所有者条款 `{resource}` 只余 {left_nano} nano-rho，计划需要 {cost_nano}",
    )
    DELTA_OVER_TERMS = Sentence(
        "`{resource}` has a delta of {left_femto} femto left by its owner's terms, the plan costs {cost_femto}",
        "按所有者条款 `{resource}` 的 δ 只余 {left_femto}（10^-15），计划需要 {cost_femto}",
    )
    ENGINE_FAILED = Sentence(
        "the figures were not computed: {reason}; the loss stays booked, and the same question is free once it is answered",
        "未能完成计算：{reason}；隐私损失不退，同一问题再次提出不另计",
    )
    WITHIN_ONE_DOMAIN = Sentence(
        "{what} are had within one domain only, the ticket names {domains}; group by public lists, with noise",
        "{what}只能在一个数据域内得出，票据列有 {domains} 个；请按公开列表分组并加噪声",
    )
    SUM_MAY_OVERFLOW = Sentence("{reason}", "求和可能溢出：{reason}")
    PEER_FAILED = Sentence(
        "`{peer}` gave no part of job `{job}`: {reason}; nothing was released",
        "`{peer}` 未给出任务 `{job}` 的部分结果：{reason}；未有结果出域",
    )
    GATE_SHAPE = Sentence(
        "the result does not have the declared shape: {reason}; it stays here",
        "结果与声明的结构不符：{reason}；不予出域",
    )
    GATE_SIZE = Sentence(
        "the result has {size_bytes} bytes, at most {size_bytes_max} leave; ask for fewer cells",
        "结果为 {size_bytes} 字节，最多允许 {size_bytes_max} 字节出域；请减少单元格",
    )
    JOB_UNKNOWN = Sentence("no answer of job `{job}` here; run it first", "本数据域没有任务 `{job}` 的结果；请先执行")
    NOT_THE_CONSUMER = Sentence(
        "this of job `{job}` is for its consumer `{consumer}` alone", "任务 `{job}` 的该内容仅交付其需方 `{consumer}`"
    )
    HELD_FOR_REVIEW = Sentence(
        "the answer of job `{job}` waits until `{reviewers}` have looked at it; ask again later",
        "任务 `{job}` 的结果待 `{reviewers}` 审核后方可交付；请稍后再取",
    )
    CALL_MALFORMED = Sentence(
        "a call gives {width} values, one for each of `{columns}`; call {call} does not",
        "每次核验应给出 {width} 个值（`{columns}`）；第 {call} 次不符",
    )
    KEY_TOO_WIDE = Sentence(
        "the key columns `{columns}` together have too many values to be looked up; name fewer",
        "键列 `{columns}` 的取值组合过多，无法查询；请减少键列",
    )
    PROBING_SUSPECTED = Sentence(
        "calls of `{consumer}` to `{resource}` are stopped since {since}: they look like probing; ask its owner to look into it",
        "`{consumer}` 对 `{resource}` 的核验自 {since} 起暂停：疑似试探；请联系其所有者查明",
    )
    RATE_EXCEEDED = Sentence(
        "`{consumer}` may make {a_minute} calls a minute to `{resource}`, {asked} at once are too many now; come back at {at}",
        "`{consumer}` 对 `{resource}` 每分钟可核验 {a_minute} 次，现在无法一次受理 {asked} 次；请于 {at} 再试",
    )
    CALLS_EXHAUSTED = Sentence(
        "job `{job}` covers {calls_max} calls, {made} were made, {asked} more are asked; ask for a new ticket",
        "任务 `{job}` 含 {calls_max} 次核验，已用 {made} 次，又请求 {asked} 次；请申请新票据",
    )
    CALL_UNKNOWN = Sentence(
        "call {call} of job `{job}` is in no closed batch; calls are numbered from 0",
        "任务 `{job}` 的第 {call} 次核验不在任何已封存批次中；编号从 0 起",
    )
    BATCH_DIFFERS = Sentence(
        "no closed batch {nth} of `{job}` has root `{root}`; compare its calls before you acknowledge it",
        "任务 `{job}` 没有根为 `{root}` 的第 {nth} 个已封存批次；请先核对其调用再确认",
    )
    NAME_UNFIT = Sentence(
        "`{name}` cannot name a holding; use lower-case letters, digits, `-` and `_`",
        "`{name}` 不能作为数据资源的名称；请用小写字母、数字、`-` 与 `_`",
    )
    DECLARATION_FAULTY = Sentence("the declaration means nothing: {reason}", "声明无意义：{reason}")
    FILE_UNREADABLE = Sentence(
        "`{file}` cannot be read: {reason}; give a .csv, a .parquet, or a .zip with one .csv in it",
        "`{file}` 无法读取：{reason}；请提供 .csv、.parquet，或只含一个 .csv 的 .zip",
    )
    TABLE_UNREADABLE = Sentence("table `{table}` cannot be read: {reason}", "表 `{table}` 无法读取：{reason}")
    LINES_BROKEN = Sentence(
        "{broken} of {rows} lines of `{file}` are broken and nothing was kept; mend them, or accept that they are left out",
        "`{file}` 的 {rows} 行中有 {broken} 行损坏，未保存任何内容；请修正，或明确同意略去",
    )
    KEY_REPEATS = Sentence(
        "the key `{key}` repeats in {repeats} of {rows} rows, and nothing was kept; declare a key that names each row once, or none",
        "主键 `{key}` 在 {rows} 行中有 {repeats} 行重复，未保存任何内容；请声明能唯一标识每行的主键，或不声明",
    )


class ExactRefusal(Refusal):
    """Why an answer without noise is refused. None tells which unit, or how many: the number is the holder's public rule."""

    EXACT_GROUPS_MET = Sentence(
        "parties that are related now have had exact answers from `{resource}` apart from each other; ask for a private answer",
        "现为关联方的主体此前分别从 `{resource}` 获得过精确结果；请改为差分隐私查询",
    )
    EXACT_CAP = Sentence(
        "{asked_cells} cells more are asked, {left_cells} are left of the {cells_max} exact ones for you and your related parties; ask for a private answer",
        "又请求 {asked_cells} 个单元格，贵方及关联方可得的 {cells_max} 个精确单元格仅余 {left_cells} 个；请改为差分隐私查询",
    )
    EXACT_TIGHTENED = Sentence(
        "the holder asks for {units_min} units a cell now, and what was shown before does not hold to it; ask for a private answer",
        "持有方现要求每个单元格至少 {units_min} 个单元，此前已披露的结果达不到该要求；请改为差分隐私查询",
    )
    EXACT_UNFIT = Sentence(
        "no cell has {units_min} units of which none weighs too much; ask for coarser groups",
        "没有单元格达到 {units_min} 个单元且无单元占比过高；请使用更粗的分组",
    )
    EXACT_NEAR = Sentence(
        "the answer is the same as, or less than {units_min} units from, one that you or your related parties have; use that one or ask for a private answer",
        "该结果与贵方或关联方已得结果相同，或相差不足 {units_min} 个单元；请使用已有结果或改为差分隐私查询",
    )
    EXACT_DEPENDENT = Sentence(
        "with earlier answers to you or your related parties the answer may tell of fewer than {units_min} units; ask for a private answer",
        "该结果与贵方或关联方已得结果结合后，可能涉及不足 {units_min} 个单元；请改为差分隐私查询",
    )
