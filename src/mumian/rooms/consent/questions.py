"""The questions that `NEEDS_INFO` asks, by the code that its detail names."""

from __future__ import annotations

from typing import NamedTuple

from mumian.rooms.consent.vocabulary import Condition, PortCondition


class Question(NamedTuple):
    en: str
    zh: str


_conditions = {
    Condition.NECESSARY: Question("is the processing necessary for this basis?", "处理是否为该基础所必需？"),
    Condition.PERSON_IS_PARTY: Question("is the person a party to the contract?", "个人是否为合同的一方当事人？"),
    Condition.LABOUR_RULES: Question("are there labour rules made by law?", "是否有依法制定的劳动规章制度？"),
    Condition.COLLECTIVE_CONTRACT: Question("is there a collective contract?", "是否有依法签订的集体合同？"),
    Condition.STATUTORY_DUTY: Question("which law makes it a duty?", "是否为法定职责或者法定义务？"),
    Condition.PUBLIC_HEALTH_EVENT: Question("is there a public health event?", "是否为应对突发公共卫生事件？"),
    Condition.LIFE_OR_PROPERTY: Question(
        "does it protect life, health or property in an emergency?", "是否在紧急情况下为保护生命健康和财产安全？"
    ),
    Condition.PUBLIC_INTEREST: Question("does it serve the public interest?", "是否为公共利益？"),
    Condition.REASONABLE_SCOPE: Question("does it stay within reason?", "是否在合理的范围内？"),
    Condition.LAWFULLY_PUBLIC: Question(
        "did the person make it public, or is it lawfully public?", "是否由个人自行公开或者已合法公开？"
    ),
    Condition.LAW_PROVIDES: Question(
        "which law or administrative regulation provides for it?", "由哪部法律、行政法规规定？"
    ),
    Condition.SENSITIVE_NECESSITY: Question(
        "is there a specific purpose and sufficient necessity for the sensitive information?",
        "处理敏感个人信息是否具有特定的目的和充分的必要性？",
    ),
}
_transfer = {
    PortCondition.IDENTITY_VERIFIED: Question("can the true identity be verified?", "能否验证请求人的真实身份？"),
    PortCondition.CONSENTED_OR_CONTRACT: Question(
        "was it provided by consent or collected under a contract?", "是否为本人同意提供的或者基于合同收集的？"
    ),
    PortCondition.FEASIBLE: Question("is the transfer technically feasible?", "转移是否具备技术可行性？"),
    PortCondition.HARMS_NOBODY: Question("does it harm nobody else's rights?", "是否不损害他人合法权益？"),
}

QUESTIONS: dict[str, Question] = {
    "resource.persons": Question(
        "does the resource hold personal information? grade it", "数据资源是否含个人信息？请先分级"
    ),
    "notice.sensitive": Question("is any of the information sensitive?", "所涉信息是否有敏感个人信息？"),
    "notice": Question("which notice told the persons, or why was nobody told?", "以哪份告知书告知，或者因何不告知？"),
    "scale.persons": Question(
        "how many persons' information does the processor handle?", "处理者处理多少人的个人信息？"
    ),
    "circumstances.sensitive": Question("is any of the information sensitive?", "所涉信息是否有敏感个人信息？"),
    "circumstances.automated": Question("are decisions about persons automated?", "是否进行自动化决策？"),
    "circumstances.public_images": Question(
        "are images of public places used for other ends than public security?",
        "是否将公共场所图像用于维护公共安全以外的目的？",
    ),
    "circumstances.major_effect": Question(
        "has it a major effect on the persons' rights?", "是否对个人权益有重大影响？"
    ),
    "person.age": Question("is the person under the age of fourteen?", "该人是否不满十四周岁？"),
    "guardian.relation": Question(
        "what shows that whoever consented is the guardian?", "何以证明同意人是监护人？请提供关系证明摘要"
    ),
    "withdrawal.evidence": Question("what shows the person's withdrawal?", "何以证明本人撤回？请提供证据摘要"),
    "petition.evidence": Question("what shows the person's petition?", "何以证明本人请求？请提供证据摘要"),
    "petition.cause": Question("why must it be deleted?", "因何请求删除？"),
    "petition.to": Question("who is to receive the information?", "转移给谁？"),
    "petition.kin": Question("what shows death and kinship?", "何以证明死亡事实与亲属关系？"),
    "kin.own_interest": Question("is it for a lawful interest of the kin's own?", "是否为近亲属自身的合法、正当利益？"),
    "kin.arranged_otherwise": Question("did the dead arrange otherwise?", "死者生前是否另有安排？"),
    **{f"conditions.{condition}": question for condition, question in _conditions.items()},
    **{f"transfer.{condition}": question for condition, question in _transfer.items()},
}
"""Code → what to ask, in both languages."""
