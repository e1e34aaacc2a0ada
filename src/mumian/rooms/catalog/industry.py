"""Industries (所属行业): the 20 sections of GB/T 4754-2017 and the divisions in each."""

from __future__ import annotations

SECTIONS: dict[str, tuple[str, int, int]] = {
    "A": ("农、林、牧、渔业", 1, 5),
    "B": ("采矿业", 6, 12),
    "C": ("制造业", 13, 43),
    "D": ("电力、热力、燃气及水生产和供应业", 44, 46),
    "E": ("建筑业", 47, 50),
    "F": ("批发和零售业", 51, 52),
    "G": ("交通运输、仓储和邮政业", 53, 60),
    "H": ("住宿和餐饮业", 61, 62),
    "I": ("信息传输、软件和信息技术服务业", 63, 65),
    "J": ("金融业", 66, 69),
    "K": ("房地产业", 70, 70),
    "L": ("租赁和商务服务业", 71, 72),
    "M": ("科学研究和技术服务业", 73, 75),
    "N": ("水利、环境和公共设施管理业", 76, 79),
    "O": ("居民服务、修理和其他服务业", 80, 82),
    "P": ("教育", 83, 83),
    "Q": ("卫生和社会工作", 84, 85),
    "R": ("文化、体育和娱乐业", 86, 90),
    "S": ("公共管理、社会保障和社会组织", 91, 96),
    "T": ("国际组织", 97, 97),
}
"""Section letter (门类) → its name, its first and its last division (大类)."""


def is_industry(code: str) -> bool:
    """Tell whether `code` is a section (`G`) or a section with one of its divisions (`G56`)."""
    section = SECTIONS.get(code[:1])
    if section is None:
        return False
    division = code[1:]
    if not division:
        return True
    _, first, last = section
    return len(division) == 2 and division.isascii() and division.isdigit() and first <= int(division) <= last


def section_name(code: str) -> str:
    """Return the Chinese name of the section that `code` lies in."""
    return SECTIONS[code[0]][0]
