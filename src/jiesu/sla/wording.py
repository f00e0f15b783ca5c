"""How dates, limits and what is left of a deadline are written, Chinese and English."""

from datetime import date, datetime, timedelta
from typing import Literal

from jiesu.kit.calendar import WorkingCalendar
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.limits import Limit, Target, Unit

__all__ = [
    "TARGETS",
    "Locale",
    "day_words",
    "humanise_due",
    "lasting_words",
    "limit_words",
    "moment_words",
    "span_words",
]

Locale = Literal["zh", "en"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS: dict[Locale, tuple[str, ...]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
TARGETS: dict[Target, dict[Locale, str]] = {
    Target.SIGN: {"zh": "签收", "en": "sign"},
    Target.FIRST_CONTACT: {"zh": "先行联系", "en": "first contact"},
    Target.RESOLVE: {"zh": "办结", "en": "resolve"},
    Target.NOTICE: {"zh": "受理告知", "en": "notice of acceptance"},
    Target.PLAN: {"zh": "办理方案", "en": "plan"},
    Target.OPINION: {"zh": "处理意见", "en": "written opinion"},
    Target.RECHECK: {"zh": "复查意见", "en": "recheck opinion"},
    Target.REVIEW: {"zh": "复核意见", "en": "review opinion"},
    Target.PLAN_REVIEW: {"zh": "方案复评", "en": "review of the plan"},
    Target.INFORM: {"zh": "进展告知", "en": "news of progress"},
    Target.JUDGE: {"zh": "退单审核", "en": "judging the objection"},
    Target.TASK: {"zh": "协办", "en": "co-handler's task"},
    Target.REPLY: {"zh": "督办答复", "en": "reply to the order"},
}
UNITS: dict[Unit | Literal["days"], str] = {
    "minutes": "分钟",
    "hours": "小时",
    "working_hours": "工作小时",
    "working_days": "个工作日",
    "natural_days": "个自然日",
    "days": "天",
}


def limit_words(limit: Limit, locale: Locale) -> str:
    """ "5 个工作日", "5 working days"."""
    return _quantity(limit.amount, limit.unit, locale)


def day_words(day: date, locale: Locale, *, year: bool = False) -> str:
    """ "9月24日（周四）", "Thu 24 Sep", with the year where asked."""
    weekday = WEEKDAYS[locale][day.weekday()]
    if locale == "en":
        return f"{weekday} {day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
    return (date_words(day) if year else f"{day.month}月{day.day}日") + f"（{weekday}）"


def date_words(day: date | datetime) -> str:
    """2026年11月16日: as documents and reports write it; of a moment, the day in Shanghai."""
    local = day.astimezone(SHANGHAI) if isinstance(day, datetime) else day
    return f"{local.year}年{local.month}月{local.day}日"


def moment_words(moment: datetime, locale: Locale, *, year: bool = False) -> str:
    """The day and the time of day in Shanghai."""
    local = moment.astimezone(SHANGHAI)
    gap = " " if locale == "en" else ""
    return f"{day_words(local.date(), locale, year=year)}{gap}{local:%H:%M}"


def span_words(start: datetime, end: datetime, locale: Locale) -> str:
    """From a moment to another; the day is named once where both share it."""
    link = "至" if locale == "zh" else " to "
    same_day = start.astimezone(SHANGHAI).date() == end.astimezone(SHANGHAI).date()
    last = f"{end.astimezone(SHANGHAI):%H:%M}" if same_day else moment_words(end, locale)
    return f"{moment_words(start, locale)}{link}{last}"


def humanise_due(due_at: datetime, now: datetime, calendar: WorkingCalendar, locale: Locale = "zh") -> str:
    """The moment, then what is left: "11月30日 17:30 · 剩 2 个工作日", or by how much it is late."""
    local, today = due_at.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    if locale == "en":
        moment = f"{local.day} {MONTHS[local.month - 1]}" + (f" {local.year}" if local.year != today.year else "")
    else:
        moment = (f"{local.year}年" if local.year != today.year else "") + f"{local.month}月{local.day}日"
    return f"{moment} {local:%H:%M} · {_left(due_at, now, calendar, locale)}"


def lasting_words(start: datetime, end: datetime, calendar: WorkingCalendar, locale: Locale = "zh") -> str:
    """How long something took, as what is left of a deadline is written: "3 小时", "2 个工作日"."""
    amount, unit = _rounded_down(start, end, calendar)
    return _quantity(amount, unit, locale)


def _left(due_at: datetime, now: datetime, calendar: WorkingCalendar, locale: Locale) -> str:
    late = due_at < now
    amount, unit = _rounded_down(min(due_at, now), max(due_at, now), calendar)
    quantity = _quantity(amount, unit, locale)
    if amount == 0:
        quantity = "不到 1 分钟" if locale == "zh" else "less than a minute"
    if locale == "en":
        return f"{quantity} overdue" if late else f"{quantity} left"
    gap = "" if amount == 0 else " "
    return f"已超时{gap}{quantity}" if late else f"剩{gap}{quantity}"


def _rounded_down(start: datetime, end: datetime, calendar: WorkingCalendar) -> tuple[int, Unit | Literal["days"]]:
    """Minutes below an hour, hours below a day, then working days, or days where no working day lies between."""
    span = end - start
    if span < timedelta(hours=1):
        return span // timedelta(minutes=1), "minutes"
    if span < timedelta(days=1):
        return span // timedelta(hours=1), "hours"
    tick = timedelta(microseconds=1)  # what ends at midnight ends on the day before
    working_days = calendar.working_days_between(start - tick, end - tick)
    return (working_days, "working_days") if working_days else (span // timedelta(days=1), "days")


def _quantity(amount: int, unit: Unit | Literal["days"], locale: Locale) -> str:
    if locale == "zh":
        return f"{amount} {UNITS[unit]}"
    words = unit.replace("_", " ")
    return f"{amount} {words.removesuffix('s') if amount == 1 else words}"
