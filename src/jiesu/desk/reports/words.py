"""How reports name themselves and what they count, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.desk.reports.periods import Period
from jiesu.desk.reports.value import Report
from jiesu.kit.locale import Locale

__all__ = ["LEVELS", "REASON_WORDS", "TOTAL_WORDS", "file_name", "title_of"]

Words = tuple[str, str]

TOTAL_WORDS: Mapping[str, Words] = {
    "arrived": ("登记", "filed"),
    "ended": ("办结", "ended"),
    "backlog": ("期末在办", "open at the end"),
    "missed": ("到期没有办结", "date not kept"),
    "escalated": ("有督办的", "escalated"),
    "disputed": ("诉求人不认可", "not accepted"),
}
REASON_WORDS: Mapping[str, Words] = {
    "unsolved": ("没有解决", "not solved"),
    "partly": ("只解决了一部分", "solved in part"),
    "dissatisfied": ("解决了但不满意", "solved, not satisfied"),
    "not_contacted": ("没有人联系", "nobody got in touch"),
}
LEVELS: Mapping[int, Words] = {
    1: ("预警", "warning"), 2: ("督办", "supervision"), 3: ("提级督办", "escalated"), 4: ("领导包案", "leader-owned"),
    5: ("月度通报", "bulletin"),
}  # fmt: skip


def title_of(report: Report | Period, locale: Locale = "zh") -> str:
    """ "一周研判（2026年第48周）", "月度通报（2026年11月）"."""
    if report.kind == "weekly":
        year, week = report.name.split("-W")
        return f"Weekly analysis {report.name}" if locale == "en" else f"一周研判（{year}年第{int(week)}周）"
    year, month = report.name.split("-")
    return f"Monthly bulletin {report.name}" if locale == "en" else f"月度通报（{year}年{int(month)}月）"


def file_name(report: Report) -> str:
    """What the Word file is called."""
    return f"{title_of(report)}{report.unit.name}.docx"
