"""Weeks and months of reports, what the season leads to expect, and the remarks drafted from figures."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest

from jiesu.desk.names import Named
from jiesu.desk.reports.charts import bar, columns
from jiesu.desk.reports.periods import BadPeriod, PeriodKind, month_of, period_named, recent, week_of
from jiesu.desk.reports.remarks import change_words, remarks
from jiesu.desk.reports.value import Day, Delay, Figure, Hot, RateLine, Reason, Report, Rung, SurgeLine
from jiesu.desk.reports.words import title_of
from jiesu.kit.clock import SHANGHAI
from jiesu.statistics.surge import SurgePolicy, expected, is_surge_over, season

POLICY = SurgePolicy(weeks=8, minimum=3, floor=0.5, chance=0.001)


def test_a_week_runs_from_monday_to_sunday_and_belongs_to_the_year_of_its_thursday():
    week = week_of(date(2027, 1, 1))
    assert (week.name, week.since, week.until) == ("2026-W53", date(2026, 12, 28), date(2027, 1, 3))
    assert week.before.name == "2026-W52"
    assert period_named("2026-W53") == week
    assert week.span.start == datetime(2026, 12, 28, tzinfo=SHANGHAI)
    assert week.span.end == datetime(2027, 1, 4, tzinfo=SHANGHAI)


def test_a_month_has_all_its_days():
    assert (month_of(date(2026, 2, 9)).until, month_of(date(2026, 12, 31)).until) == (
        date(2026, 2, 28),
        date(2026, 12, 31),
    )
    assert period_named("2026-03").before == month_of(date(2026, 2, 1))
    assert [period.name for period in recent(PeriodKind.MONTHLY, date(2026, 2, 9))][:3] == [
        "2026-02",
        "2026-01",
        "2025-12",
    ]


@pytest.mark.parametrize(
    "name", ["2026-W54", "2026-W00", "2026-13", "2026", "1989-01", "9999-12", "２０２６-11", "2026-11 "]
)
def test_what_is_no_period_is_refused(name):
    with pytest.raises(BadPeriod):
        period_named(name)


def test_what_is_usual_follows_the_weeks_before_and_the_season_of_last_year():
    assert expected(56, 7, POLICY) == 7
    assert expected(56, 30, POLICY) == 30
    assert season(14, 56, 7, POLICY) == 2.0  # twice as many came in that week as in the weeks before it
    assert season(0, 56, 7, POLICY) == 0.5
    assert season(9, 19, 7, POLICY) == 1.0  # too few to tell
    assert is_surge_over(20, expected(56, 7, POLICY), POLICY)
    assert not is_surge_over(20, expected(56, 7, POLICY) * season(14, 56, 7, POLICY), POLICY)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [(5, 4, "比上期多 1 件（+25%）"), (3, 4, "比上期少 1 件（−25%）"), (4, 4, "与上期持平"), (2, 0, "比上期多 2 件")],
)
def test_a_change_is_told_in_number_and_share(now, before, words):
    assert change_words(now, before) == words


def named(name: str) -> Named:
    return Named(name, name)


def line(name: str, score: float | None, *, ranked: bool = True) -> RateLine:
    return RateLine(named(name), 9, 0.9, 0.8, 0.85, score, None, ranked)


QUIET = Report(
    kind="weekly", name="2026-W47", since=date(2026, 11, 16), until=date(2026, 11, 22), over=True, unit=named("市中心"),
    made_at=datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI),
    totals=[Figure(what, 0, 0, {}) for what in ("arrived", "ended", "backlog", "missed", "escalated", "disputed")],
    days=[], rates=[RateLine(named("市中心"), 0, None, None, None, None, None, ranked=False)], ladder=[], categories=[],
    places=[], surges=[], delays=[], reasons=[], chosen=[],
)  # fmt: skip
BUSY = msgspec.structs.replace(
    QUIET,
    totals=[Figure(what, 12, 8, {}) for what in ("arrived", "backlog", "missed", "escalated", "disputed")]
    + [Figure("ended", 8, 8, {})],
    rates=[line("市中心", 0.83), line("甲区", 0.9), line("乙区", 0.71), line("丙区", 0.2, ranked=False)],
    ladder=[Rung(1, 9, 9, 0, {}), Rung(2, 2, 2, 1, {})],
    categories=[Hot(named("抚恤补助"), 7, 2, {})],
    places=[Hot(named("新城区"), 9, 4, {})],
    surges=[SurgeLine(named("抚恤补助"), named("新城区"), 7, 1.2, {})],
    delays=[Delay("HH20261102-00001-4", "抚恤金", None, datetime(2026, 11, 9, 17, 30, tzinfo=SHANGHAI), 13)],
    reasons=[Reason("unsolved", 2)],
)


def test_of_a_quiet_week_little_is_said():
    assert remarks(QUIET) == ["登记诉求 0 件，与上期持平；办结 0 件，与上期持平；期末在办 0 件。"]


def test_each_figure_that_matters_is_in_the_remarks_and_unranked_units_are_not_named():
    said = "\n".join(remarks(BUSY))
    for part in (
        "登记诉求 12 件，比上期多 4 件（+50%）", "进多于出", "抚恤补助（7 件）", "往常同期约 1.2 件", "得分最低的是乙区（71.0 分）",
        "超时督办和提级 2 次，其中 1 次没有按时认领", "已超 13 天", "没有解决 2 件",
    ):  # fmt: skip
        assert part in said
    assert "丙区" not in said
    assert len(remarks(BUSY, "en")) >= 8


def test_a_report_is_called_by_its_week_or_month():
    assert title_of(QUIET) == "一周研判（2026年第47周）"
    assert title_of(month_of(date(2026, 3, 1))) == "月度通报（2026年3月）"


def test_charts_are_pictures_also_of_nothing():
    days = [Day(date(2026, 11, day), day, 0, 0) for day in range(1, 31)]
    assert {picture[:4] for picture in (columns(days), columns([]), bar(0), bar(1))} == {b"\x89PNG"}
