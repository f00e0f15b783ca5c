"""The working calendar: official working days with make-up days, office shifts, and arithmetic on both."""

from jiesu.kit.calendar.calendars import Calendars
from jiesu.kit.calendar.compiling import calendar_from
from jiesu.kit.calendar.days import off_by_law
from jiesu.kit.calendar.loading import NO_EDITS, CalendarEdits, load_calendar, load_calendars
from jiesu.kit.calendar.overview import DayChange, DayView, YearView, differences, year_view
from jiesu.kit.calendar.skips import Skip
from jiesu.kit.calendar.special import DayName
from jiesu.kit.calendar.timeline import OutsideCalendar
from jiesu.kit.calendar.working import WorkingCalendar

__all__ = [
    "NO_EDITS", "CalendarEdits", "Calendars", "DayChange", "DayName", "DayView", "OutsideCalendar", "Skip",
    "WorkingCalendar", "YearView", "calendar_from", "differences", "load_calendar", "load_calendars", "off_by_law", "year_view",
]  # fmt: skip
