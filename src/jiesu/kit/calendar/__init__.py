"""The working calendar: official working days with make-up days, office shifts, and arithmetic on both."""

from jiesu.kit.calendar.calendars import Calendars
from jiesu.kit.calendar.days import DayName
from jiesu.kit.calendar.loading import load_calendar
from jiesu.kit.calendar.timeline import OutsideCalendar
from jiesu.kit.calendar.working import Skip, WorkingCalendar

__all__ = ["Calendars", "DayName", "OutsideCalendar", "Skip", "WorkingCalendar", "load_calendar"]
