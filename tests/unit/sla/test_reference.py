"""Ten thousand random limits over 2004–2027 fall due where a walk minute by minute says."""

import random
from datetime import timedelta

import chinese_calendar
import pytest

from jiesu.sla.deadlines import due
from jiesu.sla.limits import Limit
from tests.unit.kit.other_hours import CALENDARS
from tests.unit.sla.minute_walk import DAY, FIRST, LAST, PLANS, MinuteWalk, OffTheTable

CASES = 2500
MOST = {"minutes": 3 * DAY, "hours": 240, "working_hours": 120, "working_days": 60, "natural_days": 90}
SPECIAL = sorted((day - FIRST).days for day in [*chinese_calendar.holidays, *chinese_calendar.workdays])


def random_case(chance):
    """Half of the starts lie within ten days of a holiday or a make-up day, the others anywhere."""
    day = chance.choice(SPECIAL) + chance.randint(-10, 10) if chance.random() < 0.5 else chance.randrange(8766)
    minute = max(0, min(day, (LAST - FIRST).days)) * DAY + chance.choice(
        [chance.randrange(DAY), chance.choice([0, 510, 720, 870, 1050, 1439])]
    )
    unit = chance.choice(list(MOST))
    return minute, Limit(chance.randint(1, MOST[unit]), unit)


@pytest.mark.parametrize("name", PLANS)
def test_a_walk_minute_by_minute_agrees(name):
    calendar, walk, chance = CALENDARS[name], MinuteWalk(PLANS[name]), random.Random(f"{name} 2026")
    agreed = 0
    while agreed < CASES:
        minute, limit = random_case(chance)
        try:
            end = walk.due(limit.amount, limit.unit, minute)
        except OffTheTable:
            continue
        start, moment = walk.moment(minute), walk.moment(end)
        assert due(limit, start, calendar).due_at == moment, (start, limit)
        work = walk.minutes.count(1, minute, end)
        assert calendar.working_time_between(start, moment) == timedelta(minutes=work), (start, limit)
        assert calendar.is_office_time(start) == bool(walk.minutes[minute]), start
        agreed += 1
