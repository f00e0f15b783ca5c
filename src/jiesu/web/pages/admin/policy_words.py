"""The ladder in words: when a rung is due, on what conditions, what lifts a ticket at once."""

from __future__ import annotations

from jiesu.kit.locale import Locale
from jiesu.sla.rungs import Condition, CountRule, Rung

__all__ = ["condition_words", "count_words", "when_words"]

_UNITS = {
    "hours": ("小时", "hours"),
    "working_hours": ("工作小时", "working hours"),
    "days": ("天", "days"),
    "working_days": ("个工作日", "working days"),
}
_COUNTS = {
    "rework": ("重办第{n}次", "rework {n}"),
    "dissatisfied": ("第{n}次不满意", "{n} times dissatisfied"),
    "units_passed": ("换到第{n}个单位", "{n} units passed"),
}
_LIMITS = {"hours": ("按小时的时限", "limits in hours"), "days": ("按天的时限", "limits in days")}


def when_words(rung: Rung, locale: Locale) -> str:
    """ "用去80%时", "到期前24小时", "到期时", "超时1个工作日"."""
    english, after = locale == "en", rung.after
    if after.share is not None:
        share = f"{after.share:.0%}"
        return f"{share} of the time is gone" if english else f"用去{share}时"
    if not after.offset:
        return "when due" if english else "到期时"
    amount, unit = abs(after.offset), _UNITS[after.unit][english]
    if english:
        return f"{amount} {unit} {'before' if after.early else 'after'} it is due"
    return f"到期前{amount}{unit}" if after.early else f"超时{amount}{unit}"


def condition_words(rung: Rung, locale: Locale) -> str:
    """For what it holds; empty where it holds for all."""
    english = locale == "en"
    said = [_LIMITS[rung.limits][english]] if rung.limits in _LIMITS else []
    return ("; " if english else "；").join([*said, *_facts(rung.when, english=english)])


def _facts(when: Condition, *, english: bool) -> list[str]:
    said = []
    if when.classes:
        said.append(("classes " if english else "等级") + " ".join(when.classes))
    if when.categories:
        said.append(("categories " if english else "类别") + " ".join(when.categories))
    said += [words[english].format(n=number) for what, words in _COUNTS.items() if (number := getattr(when, what))]
    if when.vulnerable:
        said.append("vulnerable petitioners" if english else "需要照顾的诉求人")
    return said


def count_words(rule: CountRule, locale: Locale) -> str:
    """ "重办第3次：直接到L4"."""
    english = locale == "en"
    what = _COUNTS[rule.what][english].format(n=rule.at)
    return f"{what}: L{rule.level} at once" if english else f"{what}：直接到L{rule.level}"
