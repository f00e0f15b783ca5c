"""The single lines an explanation is made of."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from jiesu.kit.calendar import Skip, WorkingCalendar
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.deadlines import Pause, PlannedDeadline, nominal_end
from jiesu.sla.limits import ClockKind, Target
from jiesu.sla.wording import TARGETS, Locale, day_words, limit_words, moment_words, span_words

__all__ = ["Moved", "Step", "beginning", "ending", "make_up_days", "moved", "paused", "rolled", "skips"]

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
#: what starts a deadline that does not begin with its clock
BEGINS = {
    Target.INFORM: ("签收或上次告知", "signing or the last news"),
    Target.PLAN_REVIEW: ("告知方案或上次复评", "telling the plan or its last review"),
    Target.RECHECK: ("申请复查", "the request for a recheck"),
    Target.REVIEW: ("申请复核", "the request for a review"),
    Target.JUDGE: ("退单", "the objection"),
    Target.TASK: ("交办协办", "the task being given"),
    Target.REPLY: ("发出督办单", "the order being given"),
}
#: what starts the opinion that takes the place of a revoked one
ANEW = ("责令重新处理", "the order to handle it anew")
CLOCK_BEGINS = {ClockKind.PETITIONER: ("登记", "registration"), ClockKind.UNIT: ("派单", "dispatch")}
REASONS = {
    "need_info": ("等诉求人补充材料", "waiting for the petitioner's details"),
    "hearing": ("举行听证", "hearing"),
}


class Step(Struct, frozen=True):
    """One line of an explanation, in both languages; times aware UTC."""

    kind: Literal["start", "rule", "calendar", "skip", "make_up", "pause", "roll", "extension", "moved", "due"]
    zh: str
    en: str
    start: datetime | None = None
    end: datetime | None = None


class Moved(Struct, frozen=True):
    """A date that was moved at a moment, from `old` to `new`.

    An extension says who decided it (Chinese and English name; empty where the reader is not told) and why; without a
    `reason` it was a newly published calendar that moved the date.
    """

    at: datetime
    old: datetime
    new: datetime
    by: tuple[str, str] = ("", "")
    reason: str | None = None


def beginning(
    planned: PlannedDeadline, calendar: WorkingCalendar, policy_version: str = "", *, anew: bool = False
) -> Iterator[Step]:
    """From when, by which rule, by which calendar."""
    event = ANEW if anew else BEGINS.get(planned.target) or CLOCK_BEGINS[planned.clock]
    moments = [moment_words(planned.start_at, locale, year=True) for locale in LOCALES]
    zh, en = f"起算：{moments[0]}，自{event[0]}起", f"Start: {moments[1]}, at {event[1]}"
    yield Step("start", zh, en, planned.start_at)
    counting, target = COUNTING[planned.limit.unit], TARGETS[planned.target]
    version = (f"（时限规则 {policy_version} 版）", f" (rules of {policy_version})") if policy_version else ("", "")
    yield Step(
        "rule",
        f"规则：{target['zh']}时限 {limit_words(planned.limit, 'zh')}，{counting[0]}{version[0]}",
        f"Rule: {target['en']} within {limit_words(planned.limit, 'en')}, {counting[1]}{version[1]}",
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
    first, last = _local_day(skip.start), _last_day(skip.end)
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
    why = REASONS.get(pause.reason, (pause.reason, pause.reason))
    reason = (f"（{why[0]}）", f" ({why[1]})") if pause.reason else ("", "")
    return Step("pause", f"暂停：{zh}{reason[0]}", f"Paused: {en}{reason[1]}", pause.start, pause.end)


def rolled(planned: PlannedDeadline, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> Iterator[Step]:
    """The line that says a natural-day limit would have ended on a rest day."""
    if planned.limit.unit != "natural_days":
        return
    nominal = nominal_end(planned.limit, planned.start_at, calendar, pauses)
    day, due_day = _last_day(nominal), _last_day(planned.due_at)
    if calendar.is_working_day(day) or calendar.next_close(nominal) != planned.due_at:
        return
    zh = f"顺延：末日{day_words(day, 'zh')}为{calendar.day_name(day)}，顺延至{day_words(due_day, 'zh')}"
    en = f"Rolled: {day_words(day, 'en')} is {calendar.day_name(day, 'en')}, so to {day_words(due_day, 'en')}"
    yield Step("roll", zh, en, nominal, planned.due_at)


def moved(move: Moved) -> Step:
    """The line that names the old date and the new one."""
    old, new = ([moment_words(moment, locale) for locale in LOCALES] for moment in (move.old, move.new))
    if move.reason is None:
        day = [day_words(_local_day(move.at), locale) for locale in LOCALES]
        zh = f"日历更新：{day[0]}公布了新的放假安排，原定{old[0]}，改为{new[0]}"
        en = f"Calendar: new holidays were published on {day[1]}, which moved {old[1]} to {new[1]}"
        return Step("moved", zh, en, move.at)
    by = (f"，由{move.by[0]}批准", f", granted by {move.by[1]}") if move.by[0] else ("", "")
    zh = f"延期：原定{old[0]}，延至{new[0]}{by[0]}，原因：{move.reason}"
    en = f"Extended: from {old[1]} to {new[1]}{by[1]}, because: {move.reason}"
    return Step("extension", zh, en, move.at)


def ending(planned: PlannedDeadline, pauses: Sequence[Pause]) -> Step:
    """When it is due; during a pause, that this will be reckoned anew."""
    if any(pause.end is None for pause in pauses):
        return Step(
            "due", "到期：暂停中，恢复后按剩余时限重新计算", "Due: paused; reckoned from what remained once resumed"
        )
    zh, en = (moment_words(planned.due_at, locale, year=True) for locale in LOCALES)
    if planned.provisional:
        year = _last_day(planned.due_at).year
        zh += f"（暂定：{year}年放假安排尚未公布，公布后重新计算）"
        en += f" (provisional: the holidays of {year} are not published yet)"
    return Step("due", f"到期：{zh}", f"Due: {en}", end=planned.due_at)


def _local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _last_day(end: datetime) -> date:
    """The day that an end belongs to: an office that closes at midnight closes on the day before."""
    return _local_day(end - timedelta(microseconds=1))
