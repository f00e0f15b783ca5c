"""An explanation a clerk can check by hand, and what the command prints."""

import json
from datetime import datetime

import pytest

from jiesu.kit.clock import SHANGHAI
from jiesu.sla.classes import ClockKind, Limit, Target
from jiesu.sla.deadlines import Pause, PlannedDeadline, due, due_after_pauses
from jiesu.sla.explain import Moved, UnknownClass, command_view, explain


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def planned(limit, start, calendar, *, target=Target.RESOLVE, pauses=()):
    end = due_after_pauses(limit, at(start), pauses, calendar)
    return PlannedDeadline(ClockKind.PETITIONER, target, limit, at(start), end.due_at, end.provisional)


def test_ten_working_days_over_the_holidays_name_everything_that_was_skipped_or_counted(calendar):
    lines = explain(planned(Limit(10, "working_days"), "2026-09-24 10:00", calendar), calendar).lines()
    assert lines == [
        "起算：2026年9月24日（周四）10:00，自登记起",
        "规则：办结时限 10 个工作日，次日起算，末日下班截止",
        f"日历：版本 {calendar.version}",
        "跳过：中秋节 9月25日（周五）至9月27日（周日）",
        "跳过：国庆节 10月1日（周四）至10月7日（周三）",
        "计入：10月10日（周六）调休上班",
        "跳过：周末 10月11日（周日）",
        "到期：2026年10月15日（周四）17:30",
    ]


def test_working_hours_name_lunch_and_night_and_read_in_english_too(calendar):
    explanation = explain(
        planned(Limit(4, "working_hours"), "2026-09-20 11:30", calendar, target=Target.SIGN), calendar
    )
    assert explanation.lines("en") == [
        "Start: Sun 20 Sep 2026 11:30, at registration",
        "Rule: sign within 4 working hours, counted in office hours only",
        f"Calendar: version {calendar.version}",
        "Counted: Sun 20 Sep, make-up working day",
        "Skipped: lunch break, Sun 20 Sep 12:00 to 14:30",
        "Skipped: after hours, Sun 20 Sep 17:30 to Mon 21 Sep 08:30",
        "Due: Mon 21 Sep 2026 09:00",
    ]
    assert "跳过：午休 9月20日（周日）12:00至14:30" in explanation.lines()


def test_natural_days_say_why_they_rolled(calendar):
    lines = explain(planned(Limit(15, "natural_days"), "2026-09-20 10:00", calendar), calendar).lines()
    assert "顺延：末日10月5日（周一）为国庆节，顺延至10月8日（周四）" in lines
    assert not any(line.startswith("跳过") for line in lines)


def test_a_pause_is_told_and_what_it_covers_is_not_skipped_twice(calendar):
    pauses = [Pause(at("2026-09-28 08:30"), at("2026-10-08 08:30"), "等待补充材料")]
    explanation = explain(
        planned(Limit(5, "working_days"), "2026-09-24 10:00", calendar, pauses=pauses), calendar, pauses=pauses
    )
    assert [step.kind for step in explanation.steps] == [
        "start", "rule", "calendar", "skip", "pause", "make_up", "skip", "due",
    ]  # fmt: skip
    assert explanation.lines()[4] == "暂停：9月28日（周一）08:30至10月8日（周四）08:30（等待补充材料）"
    assert explanation.lines()[-1] == "到期：2026年10月13日（周二）17:30"


def test_a_clock_that_stands_still_does_not_pretend_to_a_date(calendar):
    pauses = [Pause(at("2026-09-28 08:30"))]
    deadline = planned(Limit(5, "working_days"), "2026-09-24 10:00", calendar)
    lines = explain(deadline, calendar, pauses=pauses).lines()
    assert lines[-2:] == ["暂停：9月28日（周一）08:30起", "到期：暂停中，恢复后按剩余时限重新计算"]


def test_a_provisional_date_says_which_year_is_missing(calendar):
    lines = explain(planned(Limit(10, "working_days"), "2026-12-24 10:00", calendar), calendar).lines()
    assert lines[-1] == "到期：2027年1月8日（周五）17:30（暂定：2027年放假安排尚未公布，公布后重新计算）"


def test_the_command_shows_every_target_of_the_class_with_offset(policy, calendar):
    view = command_view(policy, calendar, "P2", at("2026-09-24 10:00"))
    assert (view["class"], view["from"]) == ("P2", "2026-09-24T10:00:00+08:00")
    assert [(deadline["target"], deadline["due_at"], deadline["provisional"]) for deadline in view["deadlines"]] == [
        ("sign", "2026-09-24T16:30:00+08:00", False),
        ("first_contact", "2026-09-25T10:00:00+08:00", False),
        ("resolve", "2026-10-09T17:30:00+08:00", False),
        ("inform", "2026-09-30T17:30:00+08:00", False),
    ]
    assert "跳过：国庆节 10月1日（周四）至10月7日（周三）" in view["deadlines"][2]["explanation"]
    assert (
        f"规则：办结时限 5 个工作日，次日起算，末日下班截止（时限规则 {policy.version} 版）"
        in view["deadlines"][2]["explanation"]
    )
    assert json.loads(json.dumps(view)) == view


def test_a_petition_s_recheck_and_review_are_shown_from_the_day_they_are_asked_for(policy, calendar):
    lines = {
        row["target"]: row["explanation"]
        for row in command_view(policy, calendar, "X", at("2026-09-24 10:00"))["deadlines"]
    }
    assert lines["recheck"][0] == "起算：2026年9月24日（周四）10:00，自申请复查起"
    assert lines["review"][-1] == "到期：2026年10月26日（周一）17:30"  # 24 October is a Saturday


def test_news_are_counted_from_the_last_ones(policy, calendar):
    lines = command_view(policy, calendar, "P2", at("2026-09-24 10:00"), "en")["deadlines"][3]["explanation"]
    assert lines[0] == "Start: Thu 24 Sep 2026 10:00, at signing or the last news"


def test_an_extension_is_told_with_both_dates_who_decided_and_why(calendar):
    deadline = planned(Limit(5, "working_days"), "2026-11-02 09:00", calendar)
    old, new = deadline.due_at, at("2026-11-13 17:30")
    extended = PlannedDeadline(deadline.clock, deadline.target, deadline.limit, deadline.start_at, new, False)
    move = Moved(at("2026-11-05 10:00"), old, new, ("新城区中心", "Xincheng centre"), "等外单位回函")
    explanation = explain(extended, calendar, moves=[move])
    assert explanation.lines()[-3:] == [
        "跳过：周末 11月7日（周六）至11月8日（周日）",
        "延期：原定11月9日（周一）17:30，延至11月13日（周五）17:30，由新城区中心批准，原因：等外单位回函",
        "到期：2026年11月13日（周五）17:30",
    ]
    assert "granted by Xincheng centre" in explanation.lines("en")[-2]


def test_a_date_that_a_published_calendar_moved_says_so(calendar):
    deadline = planned(Limit(5, "working_days"), "2026-11-02 09:00", calendar)
    move = Moved(at("2026-11-05 10:00"), at("2026-11-06 17:30"), deadline.due_at)
    line = explain(deadline, calendar, moves=[move]).lines()[-2]
    assert line == "日历更新：11月5日（周四）公布了新的放假安排，原定11月6日（周五）17:30，改为11月9日（周一）17:30"


def test_the_reasons_we_pause_for_are_told_in_words(calendar):
    pauses = [Pause(at("2026-09-28 08:30"), at("2026-10-08 08:30"), "need_info")]
    explanation = explain(
        planned(Limit(5, "working_days"), "2026-09-24 10:00", calendar, pauses=pauses), calendar, pauses=pauses
    )
    assert "（等诉求人补充材料）" in explanation.lines()[4]
    assert "waiting for the petitioner's details" in explanation.lines("en")[4]


def test_the_command_names_the_classes_when_asked_for_another(policy, calendar):
    with pytest.raises(UnknownClass, match="P0, P1, P2, P3, P4, C, X"):
        command_view(policy, calendar, "P9", at("2026-09-24 10:00"))


@pytest.mark.parametrize("code", ["P0", "P1", "P2", "P3", "P4", "C", "X"])
def test_every_line_of_every_class_is_told_in_both_languages(policy, calendar, code):
    for target, limit in policy.classes[code].limits.items():
        end = due(limit, at("2026-09-24 10:00"), calendar)
        deadline = PlannedDeadline(ClockKind.UNIT, target, limit, at("2026-09-24 10:00"), end.due_at, end.provisional)
        explanation = explain(deadline, calendar)
        assert len(explanation.lines("zh")) == len(explanation.lines("en")) >= 4
        assert all(line.isascii() for line in explanation.lines("en"))
