"""Laws of deadlines that hold for every unit of limit and in every calendar."""

from datetime import date, datetime, timedelta
from typing import get_args

from hypothesis import assume, given
from hypothesis import strategies as st

from jiesu.kit.calendar import CalendarEdits, load_calendars
from jiesu.kit.clock import SHANGHAI
from jiesu.sla.deadlines import Pause, due, due_after_pauses
from jiesu.sla.limits import Limit, Unit
from tests.unit.kit.other_hours import CALENDARS, FOLDER

calendars = st.sampled_from(list(CALENDARS.values()))
limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(get_args(Unit)))
moments = st.builds(
    lambda day, minute: datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(minutes=minute),
    st.dates(date(2004, 1, 1), date(2028, 12, 31)),
    st.integers(0, 1439),
)
spans = st.timedeltas(timedelta(0), timedelta(days=20))
shares = st.floats(0, 1)

SPRING_2027 = {"name": "春节", "name_en": "Spring Festival", "from": "2027-02-04", "to": "2027-02-11"}
YEAR_2027 = {"year": 2027, "published": True, "off": [SPRING_2027], "work": [{"days": ["2027-01-31"]}]}
PUBLISHED = load_calendars(FOLDER, CalendarEdits(years={2027: YEAR_2027})).default


def paused_within(limit, start, calendar, share):
    """A moment at which the limit, running from `start`, has not yet run out."""
    end = due(limit, start, calendar).due_at
    moment = start + (end - start) * share
    assume(moment < end)
    return moment


@given(calendars, limits, moments)
def test_a_deadline_lies_after_its_start(calendar, limit, start):
    assert due(limit, start, calendar).due_at > start


@given(calendars, limits, moments, moments)
def test_a_later_start_never_gives_an_earlier_deadline(calendar, limit, one, other):
    first, second = sorted((one, other))
    assert due(limit, first, calendar).due_at <= due(limit, second, calendar).due_at


@given(calendars, limits, moments, spans)
def test_a_start_a_little_later_never_gives_an_earlier_deadline(calendar, limit, start, later):
    assert due(limit, start, calendar).due_at <= due(limit, start + later / 10, calendar).due_at


@given(calendars, limits, moments)
def test_a_longer_limit_never_ends_earlier(calendar, limit, start):
    longer = Limit(limit.amount + 1, limit.unit)
    assert due(limit, start, calendar).due_at <= due(longer, start, calendar).due_at


@given(calendars, limits, moments, shares, spans, shares)
def test_splitting_a_pause_in_two_changes_nothing(calendar, limit, start, share, length, cut):
    began = paused_within(limit, start, calendar, share)
    ended, middle = began + length, began + length * cut
    whole = due_after_pauses(limit, start, [Pause(began, ended)], calendar)
    assert due_after_pauses(limit, start, [Pause(began, middle), Pause(middle, ended)], calendar) == whole


@given(calendars, limits, moments, shares)
def test_pausing_for_no_time_changes_nothing(calendar, limit, start, share):
    moment = paused_within(limit, start, calendar, share)
    assert due_after_pauses(limit, start, [Pause(moment, moment)], calendar) == due(limit, start, calendar)


@given(calendars, limits, moments, shares, spans)
def test_a_pause_never_brings_a_deadline_forward(calendar, limit, start, share, length):
    began = paused_within(limit, start, calendar, share)
    paused = due_after_pauses(limit, start, [Pause(began, began + length)], calendar)
    assert paused.due_at >= due(limit, start, calendar).due_at


@given(limits, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001 - the zone is put on below
def test_publishing_a_year_moves_nothing_that_falls_due_before_it(limit, local):
    start = local.replace(tzinfo=SHANGHAI)
    before, after = (due(limit, start, calendar) for calendar in (CALENDARS["office"], PUBLISHED))
    if before.due_at < datetime(2027, 1, 1, tzinfo=SHANGHAI):
        assert before == after
    if limit.unit in ("minutes", "hours"):
        assert before.due_at == after.due_at
