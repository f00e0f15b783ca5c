"""Working time as integers: precompiled sums and bisection, so that a minute and two years cost the same."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from jiesu.kit.calendar.shifts import MINUTE, Shift, ShiftPlan

__all__ = ["DAY", "OutsideCalendar", "Timeline"]

#: a day in microseconds: Asia/Shanghai has kept UTC+8 without summer time since 1992
DAY = 24 * 60 * MINUTE


class OutsideCalendar(ValueError):
    """The moment lies outside the years the calendar reaches (2000–2099)."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Timeline:
    """Moments are microseconds of Shanghai wall time since the calendar's first day; days are indices from it."""

    plans: ShiftPlan
    #: one byte a day, 1 where it is worked
    working: bytes
    #: indices of the working days
    days: Sequence[int]
    #: working microseconds before each working day, and one entry more for the total
    done: Sequence[int]

    def shifts(self, index: int) -> tuple[Shift, ...]:
        """The day's office shifts, also where it is a rest day."""
        return self.plans.plans[self.plans.plan_of[index]].shifts

    def close(self, index: int) -> int:
        """The end of the day's last shift."""
        return self.check(index) * DAY + self.shifts(index)[-1][1]

    def check(self, index: int) -> int:
        """The index itself. Raises OutsideCalendar for a day before the first or after the last."""
        if not 0 <= index < len(self.working):
            raise OutsideCalendar("This lies outside the calendar's years, 2000–2099.")
        return index

    def next_working(self, index: int) -> int:
        """The first working day on or after the index."""
        return self.nth_working(bisect_left(self.days, index))

    def nth_working_after(self, index: int, count: int) -> int:
        return self.nth_working(bisect_right(self.days, index) + count - 1)

    def nth_working_before(self, index: int, count: int) -> int:
        return self.nth_working(bisect_left(self.days, index) - count)

    def nth_working(self, position: int) -> int:
        if not 0 <= position < len(self.days):
            raise OutsideCalendar("No working day is left in the calendar's years, 2000–2099.")
        return self.days[position]

    def working_days_up_to(self, index: int) -> int:
        return bisect_right(self.days, index)

    def worked(self, moment: int) -> int:
        """Working microseconds from the first day up to a moment."""
        index, within = divmod(moment, DAY)
        before = self.done[bisect_left(self.days, self.check(index))]
        if not self.working[index]:
            return before
        return before + sum(min(max(within - start, 0), end - start) for start, end in self.shifts(index))

    def at(self, worked: int) -> int:
        """The earliest moment with that much work before it: the inverse of `worked`."""
        if not 0 < worked <= self.done[-1]:
            raise OutsideCalendar("The result lies outside the calendar's years, 2000–2099.")
        position = bisect_left(self.done, worked) - 1
        rest = worked - self.done[position]
        index = self.days[position]
        for start, end in self.shifts(index):
            if rest <= end - start:
                break
            rest -= end - start
        return index * DAY + start + rest

    def next_close(self, moment: int) -> int:
        """The first close of a working day at or after the moment; midnight may close the day before."""
        index = (moment - 1) // DAY
        close = self.close(self.next_working(index))
        return close if close >= moment else self.close(self.next_working(index + 1))

    def next_office(self, moment: int) -> int:
        """The moment itself inside a shift, else the start of the next one."""
        index = self.next_working(moment // DAY)
        within = moment - index * DAY
        for start, end in self.shifts(index):
            if within < end:
                return index * DAY + max(start, within)
        following = self.next_working(index + 1)
        return following * DAY + self.shifts(following)[0][0]
