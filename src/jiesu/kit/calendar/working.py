"""The calendar people reckon with: aware moments in, aware UTC out, names for what is skipped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from jiesu.kit.calendar.editions import days_document, hours_document
from jiesu.kit.calendar.skips import Gap, Skip, joined, office_gaps
from jiesu.kit.calendar.special import DayName, SpecialDay, SpecialDays
from jiesu.kit.calendar.timeline import DAY, Timeline
from jiesu.kit.clock import SHANGHAI, aware_utc

__all__ = ["WorkingCalendar"]

TICK = timedelta(microseconds=1)
WORKING_DAY = DayName("工作日", "working day")
WEEKEND = DayName("周末", "weekend")
REST_DAY = DayName("休息日", "rest day")


@dataclass(frozen=True, slots=True, eq=False)
class WorkingCalendar:
    """Takes aware moments in any zone, reckons in Asia/Shanghai, answers in aware UTC. Made by `load_calendar`.

    Every method raises ValueError for a moment without a zone and OutsideCalendar beyond 2000–2099.
    """

    #: what identifies the calendar's content, for explanations and for recomputing
    version: str
    first: date
    special: Mapping[date, SpecialDay] = field(repr=False)
    published: frozenset[int] = field(repr=False)
    timeline: Timeline = field(repr=False)

    def is_working_day(self, day: date) -> bool:
        return bool(self.timeline.working[self.timeline.check((day - self.first).days)])

    def is_provisional(self, day: date) -> bool:
        """True while the official arrangement of that year is not published."""
        return day.year not in self.published

    def day_name(self, day: date, locale: Literal["zh", "en"] = "zh") -> str:
        """What the day is called: 国庆节, 调休上班, 周末, 工作日."""
        name = self._name(day)
        return name.en if locale == "en" else name.zh

    def add_working_time(self, start: datetime, delta: timedelta) -> datetime:
        """The earliest moment by which that much office time has passed since `start`; backwards when negative.

        Earliest: two hours from 10:00 end at 12:00, not at 14:30. A zero delta gives `start` back.
        """
        if not delta:
            return aware_utc(start)
        return self._moment(self.timeline.at(self.timeline.worked(self._ticks(start)) + delta // TICK))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Office time from `start` to `end`; negative when `end` is the earlier."""
        return TICK * (self.timeline.worked(self._ticks(end)) - self.timeline.worked(self._ticks(start)))

    def share(self, start: datetime, end: datetime, share: float, working: bool) -> datetime:
        """The moment by which that share (0 to 1) of the time from `start` to `end` has passed.

        Counted in working time, or in natural time: asked for or where no office time lies between the two. Raises
        ValueError for a share beyond 0 to 1.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"{share} is no share of a time; use 0 to 1.")
        work = self.working_time_between(start, end) if working else timedelta()
        if work:
            return self.add_working_time(start, work * share)
        return aware_utc(start) + (aware_utc(end) - aware_utc(start)) * share

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many working days lie after `start`'s date up to `end`'s date; negative when `end` is the earlier."""
        first, last = self._ticks(start) // DAY, self._ticks(end) // DAY
        return self.timeline.working_days_up_to(last) - self.timeline.working_days_up_to(first)

    def add_working_days(self, start: datetime, count: int) -> datetime:
        """Close of office on the `count`-th working day after `start`'s date (次日起算). Raises ValueError below 1."""
        day = self.timeline.nth_working_after(self._ticks(start) // DAY, _at_least_one(count))
        return self._moment(self.timeline.close(day))

    def working_days_before(self, moment: datetime, count: int) -> datetime:
        """The same time of day on the `count`-th working day before the moment's date, be that office time or not.

        Raises ValueError below 1.
        """
        ticks = self._ticks(moment)
        day = self.timeline.nth_working_before(ticks // DAY, _at_least_one(count))
        return self._moment(day * DAY + ticks % DAY)

    def add_natural_days(self, start: datetime, count: int) -> datetime:
        """Close of office `count` days after `start`'s date; on a rest day, of the next working day."""
        return self.next_close(self.nominal_close(start, count))

    def nominal_close(self, start: datetime, count: int) -> datetime:
        """Close of office `count` days after `start`'s date, be it a working day or not. Raises ValueError below 1."""
        return self._moment(self.timeline.close(self._ticks(start) // DAY + _at_least_one(count)))

    def next_close(self, moment: datetime) -> datetime:
        """The first close of office of a working day at or after the moment."""
        return self._moment(self.timeline.next_close(self._ticks(moment)))

    def is_office_time(self, moment: datetime) -> bool:
        """True inside a shift of a working day; a shift's last instant is outside."""
        return self.next_office_time(moment) == moment

    def next_office_time(self, moment: datetime) -> datetime:
        """The moment itself inside office hours, else the start of the next shift."""
        return self._moment(self.timeline.next_office(self._ticks(moment)))

    def skipped(self, start: datetime, end: datetime) -> tuple[Skip, ...]:
        """Every span between the two without working time, named, neighbours of one name joined, in order.

        Costs as much as the days between: meant for explaining, not for reckoning.
        """
        first, last = self._ticks(start), self._ticks(end)
        gaps = (gap for index in range(first // DAY, last // DAY + 1) for gap in self._gaps(index))
        clipped = ((max(opens, first), min(closes, last), name, rest) for opens, closes, name, rest in gaps)
        spans = joined(gap for gap in clipped if gap[0] < gap[1])
        return tuple(Skip(self._moment(a), self._moment(b), name.zh, name.en, rest) for a, b, name, rest in spans)

    def make_up_days(self, start: datetime, end: datetime) -> tuple[date, ...]:
        """Dates after `start`'s up to `end`'s that are worked although the week would rest, in order."""
        first, last = (moment.astimezone(SHANGHAI).date() for moment in (start, end))
        return tuple(sorted(day for day, special in self.special.items() if special.works and first < day <= last))

    def document(self) -> dict[str, Any]:
        """What the calendar says, as JSON can keep it; `calendar_from` reads it back. Some twenty kilobytes."""
        shared = days_document(SpecialDays(self.special, self.published))
        return shared | hours_document(self.first, self.timeline.plans)

    def _ticks(self, moment: datetime) -> int:
        local = aware_utc(moment).astimezone(SHANGHAI)
        clock = ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond
        return self.timeline.check((local.date() - self.first).days) * DAY + clock

    def _moment(self, ticks: int) -> datetime:
        midnight = datetime(self.first.year, self.first.month, self.first.day, tzinfo=SHANGHAI)
        return (midnight + TICK * ticks).astimezone(UTC)

    def _name(self, day: date) -> DayName:
        special = self.special.get(day)
        if special is not None:
            return special.name
        if self.is_working_day(day):
            return WORKING_DAY
        return WEEKEND if day.isoweekday() >= 6 else REST_DAY

    def _gaps(self, index: int) -> Iterable[Gap]:
        """The spans of one day outside its shifts."""
        start = index * DAY
        if self.timeline.working[index]:
            return office_gaps(start, start + DAY, self.timeline.shifts(index))
        return ((start, start + DAY, self._name(self.first + timedelta(days=index)), True),)


def _at_least_one(count: int) -> int:
    if count < 1:
        raise ValueError(f"Cannot count {count} days; count at least one.")
    return count
