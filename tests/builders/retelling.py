"""A stranger who knows a ticket by the sentences of its history alone: what they would tell, and what they could not understand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from jiesu.desk.history import HistoryLine
from jiesu.tickets.words import Status

__all__ = ["Story", "retell", "strange"]

#: What a Chinese sentence says became of the ticket, the first that fits; None where it may be either of several.
BECAME: Sequence[tuple[str, Status | None]] = [
    (r"^登记诉求|^从.+转入", Status.REGISTERED),
    (r"^请诉求人补充材料", Status.NEED_INFO),
    (r"^直接答复", Status.ANSWERED),
    (r"^告知依法应走的渠道", Status.DIVERTED),
    (r"^派单给|^指定由.+办理", Status.DISPATCHED),
    (r"^签收", Status.IN_PROGRESS),
    (r".+退单（.+审核$", Status.OBJECTED),
    (r".+的退单成立", Status.REGISTERED),
    (r"^批准挂账", Status.LISTED),
    (r"^挂账到期|^销账", Status.IN_PROGRESS),
    (r"^不予受理：", Status.NOT_ACCEPTED),
    (r"^提交办理结果", Status.UNDER_REVIEW),
    (r"^退回修改", Status.IN_PROGRESS),
    (r"^审核通过", Status.AWAITING_SURVEY),
    (r"^诉求人不认可，第\d+次重办", Status.REWORK),
    (r"^办结", Status.CLOSED),
    (r"^重新办理", Status.IN_PROGRESS),
    (r"^诉求人撤回", Status.WITHDRAWN),
    (r"^并案：", Status.MERGED),
    (r"^解除并案", Status.REGISTERED),
    (r"^拆分成", Status.SPLIT),
    (r"^取消拆分", Status.REGISTERED),
    (r"^合回原件", Status.REJOINED),
    (r"^申请复查", Status.RECHECKING),
    (r"^申请复核", Status.REVIEWING),
    (r".+作出复[查核]意见：撤销", Status.IN_PROGRESS),
    (r".+作出复查意见：", Status.CLOSED),
    (r".+作出复核意见：", Status.FINAL),
]
#: Traces of the machine in a sentence for people: codes, raw moments, blanks that nothing filled.
MACHINE = re.compile(
    r"[a-z]+_[a-z]+|VS-\d+|\d{4}-\d\d-\d\d|T\d\d:\d\d|\bNone\b|\{|\}|（）|\(\)|“”|，，|  |有新情况|something happened"
)
#: Sentences that say who has it now.
HANDED = re.compile(
    r"(?:派单给|指定由)(.+?)(?:（第\d+次|办理（)|提级办理，由(.+)接办|重新办理，由(.+)办理|并案：.+，由(.+)答复|一起办的诉求派给(.+)，由它"
)
UNFINISHED = re.compile(
    r"(派单给|指定由|(?<!申)请|由|→ ?|延至|建议由)(?=$|[，。；）（])|，到$|\b(to|by|until|from|of|→) ?(?=$|[,;.)])"
)


@dataclass
class Story:
    """Who had it one after the other, what became of it, and how often it came back."""

    status: Status | None = None
    units: list[str] = field(default_factory=list)
    reworks: int = 0
    dates: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, sentence: str) -> None:
        """Understand one more."""
        if found := HANDED.match(sentence):
            self.units.append(next(unit for unit in found.groups() if unit))
        if found := re.match(r"诉求人不认可，第(\d+)次重办", sentence):
            self.reworks = int(found[1])
        if found := re.match(r"批准延期：原定(.+?)，延至(.+?)(?:（|$)", sentence):
            self.dates.append((found[1], found[2]))
        if sentence.startswith("补充了材料") and self.status is Status.NEED_INFO:
            self.status = Status.REGISTERED
        if sentence.startswith("派单给") and self.status is Status.REWORK:
            self.status = Status.IN_PROGRESS  # in hand at once, without a signature
            return
        self.status = next((status for pattern, status in BECAME if re.match(pattern, sentence)), self.status)


def retell(lines: Sequence[HistoryLine]) -> Story:
    """What somebody knows who has read the Chinese history."""
    story = Story()
    for line in lines:
        story.hear(line.what)
    return story


def strange(lines: Sequence[HistoryLine]) -> list[str]:
    """Sentences in which a machine speaks, or that stop short."""
    return [line.what for line in lines if MACHINE.search(line.what) or UNFINISHED.search(line.what) or not line.what]
