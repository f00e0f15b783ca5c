"""The single lines an explanation is made of."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from jiesu.kit.calendar import Skip, WorkingCalendar
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.deadlines import Pause, PlannedDeadline, nominal_end
from jiesu.sla.limits import ClockKind
from jiesu.sla.wording import TARGETS, Locale, day_words, limit_words, moment_words, span_words

__all__ = ["Step", "beginning", "ending", "make_up_days", "paused", "rolled", "skips"]

LOCALES: tuple[Locale, Locale] = ("zh", "en")
COUNTING = {
    "minutes": ("连续计时", "running day and night"),
    "hours": ("连续计时", "running day and night"),
    "working_hours": ("只计办公时间", "counted in office hours only"),
    "working_days": ("次日起算，末日下班截止", "counted from the next day, ending at the close of office"),
    "natural_days": (
        "次日起算，末日下班截止，逢休息日顺延",
        "counted from the next day, ending at the close of office, rolling off rest days",
    ),
}


class Step(Struct, frozen=True):
    """One line of an explanation, in both languages; times aware UTC."""

    kind: Literal["start", "rule", "calendar", "skip", "make_up", "pause", "roll", "due"]
    zh: str
    en: str
    start: datetime | None = None
    end: datetime | None = None


def beginning(planned: PlannedDeadline, calendar: WorkingCalendar) -> Iterator[Step]:
    """From when, by which rule, by which calendar."""
    event = ("登记", "registration") if planned.clock is ClockKind.PETITIONER else ("派单", "dispatch")
    moments = [moment_words(planned.start_at, locale, year=True) for locale in LOCALES]
    zh, en = f"起算：{moments[0]}，自{event[0]}起", f"Start: {moments[1]}, at {event[1]}"
    yield Step("start", zh, en, planned.start_at)
    counting, target = COUNTING[planned.limit.unit], TARGETS[planned.target]
    yield Step(
        "rule",
        f"规则：{target['zh']}时限 {limit_words(planned.limit, 'zh')}，{counting[0]}",
        f"Rule: {target['en']} within {limit_words(planned.limit, 'en')}, {counting[1]}",
    )
    yield Step("calendar", f"日历：版本 {calendar.version}", f"Calendar: version {calendar.version}")


def skips(planned: PlannedDeadline, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> Iterator[Step]:
    """Rest days for working days; lunch and nights too for working hours; nothing for natural time."""
    if not planned.limit.counts_work:
        return
    for start, end in _running(planned, pauses):
        for skip in calendar.skipped(start, end):
            if skip.rest_days or not planned.limit.counts_days:
                zh, en = (_skip_words(skip, locale) for locale in LOCALES)
                yield Step("skip", f"跳过：{skip.name} {zh}", f"Skipped: {skip.name_en}, {en}", skip.start, skip.end)


def _running(planned: PlannedDeadline, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    start = planned.start_at
    for pause in pauses:
        yield start, pause.start
        if pause.end is None:
            return
        start = pause.end
    if start < planned.due_at:
        yield start, planned.due_at


def _skip_words(skip: Skip, locale: Locale) -> str:
    if not skip.rest_days:
        return span_words(skip.start, skip.end, locale)
    first, last = _local_day(skip.start), _local_day(skip.end - timedelta(microseconds=1))
    link = "至" if locale == "zh" else " to "
    return day_words(first, locale) + ("" if first == last else f"{link}{day_words(last, locale)}")


def make_up_days(planned: PlannedDeadline, calendar: WorkingCalendar) -> Iterator[Step]:
    if not planned.limit.counts_work:
        return
    counted_from = planned.start_at if planned.limit.counts_days else planned.start_at - timedelta(days=1)
    for day in calendar.make_up_days(counted_from, planned.due_at):
        zh = f"计入：{day_words(day, 'zh')}{calendar.day_name(day)}"
        en = f"Counted: {day_words(day, 'en')}, {calendar.day_name(day, 'en')}"
        yield Step("make_up", zh, en, datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC))


def paused(pause: Pause) -> Step:
    zh, en = (
        span_words(pause.start, pause.end, locale) if pause.end else moment_words(pause.start, locale)
        for locale in LOCALES
    )
    if pause.end is None:
        zh, en = f"{zh}起", f"since {en}"
    reason = (f"（{pause.reason}）", f" ({pause.reason})") if pause.reason else ("", "")
    return Step("pause", f"暂停：{zh}{reason[0]}", f"Paused: {en}{reason[1]}", pause.start, pause.end)


def rolled(planned: PlannedDeadline, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> Iterator[Step]:
    """The line that says a natural-day limit would have ended on a rest day."""
    if planned.limit.unit != "natural_days":
        return
    nominal = nominal_end(planned.limit, planned.start_at, calendar, pauses)
    day, due_day = _local_day(nominal), _local_day(planned.due_at)
    if calendar.is_working_day(day) or calendar.next_close(nominal) != planned.due_at:
        return
    zh = f"顺延：末日{day_words(day, 'zh')}为{calendar.day_name(day)}，顺延至{day_words(due_day, 'zh')}"
    en = f"Rolled: {day_words(day, 'en')} is {calendar.day_name(day, 'en')}, so to {day_words(due_day, 'en')}"
    yield Step("roll", zh, en, nominal, planned.due_at)


def ending(planned: PlannedDeadline, pauses: Sequence[Pause]) -> Step:
    """When it is due; during a pause, that this will be reckoned anew."""
    if any(pause.end is None for pause in pauses):
        return Step(
            "due", "到期：暂停中，恢复后按剩余时限重新计算", "Due: paused; reckoned from what remained once resumed"
        )
    zh, en = (moment_words(planned.due_at, locale, year=True) for locale in LOCALES)
    if planned.provisional:
        year = _local_day(planned.due_at).year
        zh += f"（暂定：{year}年放假安排尚未公布，公布后重新计算）"
        en += f" (provisional: the holidays of {year} are not published yet)"
    return Step("due", f"到期：{zh}", f"Due: {en}", end=planned.due_at)


def _local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
