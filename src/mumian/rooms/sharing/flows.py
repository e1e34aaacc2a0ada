"""What a share crosses: departments, levels, regions (跨部门、跨层级、跨区域)."""

from __future__ import annotations

from mumian.rooms.sharing.records import Body
from mumian.rooms.sharing.vocabulary import Flow


def flows_between(one: Body, other: Body) -> tuple[Flow, ...]:
    """Return what data crosses on its way between two bodies, in the order of `Flow`."""
    crossed = {
        Flow.CROSS_DEPARTMENT: one.department != other.department,
        Flow.CROSS_LEVEL: one.level is not other.level,
        Flow.CROSS_REGION: not _one_lies_in_the_other(one.region, other.region),
    }
    return tuple(flow for flow in Flow if crossed[flow])


def _one_lies_in_the_other(one: str, other: str) -> bool:
    """Tell whether one division is the other or lies in it: `440106` in `440100`, that in `440000`, all in `000000`."""
    short, long = sorted((_stem(one), _stem(other)), key=len)
    return long.startswith(short)


def _stem(region: str) -> str:
    """Return the division code without the pairs of noughts that it ends with."""
    while region.endswith("00"):
        region = region[:-2]
    return region
