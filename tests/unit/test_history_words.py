"""Every event has words for staff; petitioners read only what concerns them; nothing that is recorded breaks a page."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from jiesu.audit.trail import Told
from jiesu.desk.history import _line, _unknown
from jiesu.desk.history_words import PETITIONER, STAFF, say
from jiesu.reactions import HANDLERS, UNTRAILED

MOVED = {"old": "2026-11-09T09:30:00Z", "new": "2026-11-16T09:30:00Z", "clock": "petitioner", "target": "resolve"}
SAMPLES = {
    "PetitionerContacted": {"outcome": "reached"},
    "SurveyAnswered": {"solved": "yes", "satisfied": None},
    "Escalated": {"level": 2, "clock": "unit"},
    "TicketReclassed": {"old_class": "P2", "service_class": "P1"},
    "DeadlineMoved": MOVED,
    "FilesAttached": {"by": {"kind": "petitioner"}, "count": 1},
}
TRAILED = sorted(event.__name__ for event in HANDLERS if event not in UNTRAILED)
#: What the ladder and other colleagues of this code record.
FOREIGN = ["TakenOver", "AckOverdue"]
#: Business among colleagues.
INTERNAL = {
    "PartRejoined",
    *(
        "NoteAdded",
        "ResultSubmitted",
        "ResultSentBack",
        "Escalated",
        "EscalationAcknowledged",
        "PetitionerRevealed",
        "PersonalFileOpened",
    ),
    *(
        "ExtensionAsked",
        "ExtensionRefused",
        "ExtensionLapsed",
        "ObjectionLapsed",
        *("ListingAsked", "ListingRefused", "ListingLapsed"),
        *("FollowerJoined", "FollowerLeft"),
        "CallbackTried",
        *("ExclusionAsked", "ExclusionSeconded", "ExclusionGranted", "ExclusionRefused", "ExclusionLapsed"),
        *("OrderIssued", "ReplyGiven", "ReplyAccepted", "ReplyReturned", "OrderEnded"),
        *("TaskAsked", "TaskObjected", "TaskKept", "TaskRelieved", "TaskFinished"),
        "AckOverdue",
        "WithheldRead",
        "HoldSet",
        "CaseOwned",
        "HoldLifted",
        "DataErased",
    ),
}
RULES = SimpleNamespace(
    organisation=SimpleNamespace(find_unit=lambda _: None), catalogue=SimpleNamespace(category=lambda _: None)
)


def entry(kind: str, data: dict) -> Told:
    return Told(seq=1, at=datetime(2026, 11, 2, 1, tzinfo=UTC), kind=kind, data=data)


def test_a_dispatch_that_changes_the_class_says_so():
    data = {"unit": "U", "round": 1, "service_class": "P1", "class_changed": True}
    assert say(STAFF, "TicketDispatched", data, english=False) == "派单给{unit}（第{round}次，等级{service_class}）"
    assert "class" not in (say(STAFF, "TicketDispatched", data | {"class_changed": False}, english=True) or "")


@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("kind", [*TRAILED, *FOREIGN])
def test_staff_read_a_sentence_about_every_event(kind: str, english: bool):
    assert say(STAFF, kind, SAMPLES.get(kind, {}), english=english)


@pytest.mark.parametrize("kind", [*TRAILED, *FOREIGN])
def test_petitioners_read_about_everything_but_business_among_colleagues(kind: str):
    told = say(PETITIONER, kind, SAMPLES.get(kind, {}), english=False) is not None
    assert told == (kind not in INTERNAL)


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("data", [{}, {"by": {"kind": "ghost"}}, {"old": "soon", "level": 9, "by": None}])
@pytest.mark.parametrize("kind", [*TRAILED, *FOREIGN, "SomethingNew"])
def test_an_event_that_carries_less_or_is_unknown_breaks_no_history(kind: str, data: dict, locale: str):
    seen = [_line(entry(kind, data), RULES, locale, table) for table in (STAFF, PETITIONER)]
    assert seen[0] is not None or kind == "SomethingNew"
    assert kind in _unknown(entry(kind, data), locale).what
    assert all("{" not in line.what for line in seen if line)


def test_a_moved_date_names_both_dates_and_the_cause():
    line = _line(entry("DeadlineMoved", MOVED | {"cause": "calendar"}), RULES, "zh", PETITIONER)
    assert line.what == "办理期限变更：原定11月9日（周一）17:30，改为11月16日（周一）17:30（放假安排公布）"


def test_a_date_of_the_unit_s_clock_is_no_news_for_the_petitioner():
    moved = entry("DeadlineMoved", MOVED | {"clock": "unit"})
    assert _line(moved, RULES, "zh", PETITIONER) is None
    assert _line(moved, RULES, "zh", STAFF).what.startswith("单位时限（办结）变更")


def test_what_the_system_notes_is_not_shown_to_the_petitioner():
    data = SAMPLES["TicketReclassed"] | {"reason": "L3"}
    by_ladder, by_staff = ({"by": {"kind": kind}} for kind in ("system", "staff"))
    assert _line(entry("TicketReclassed", data | by_ladder), RULES, "zh", PETITIONER).detail is None
    assert _line(entry("TicketReclassed", data | by_staff), RULES, "zh", PETITIONER).detail == "L3"


def test_which_date_nobody_acknowledged_is_said_and_entries_of_before_are_read_too():
    late = {"level": 2, "unit": "VS-150102", "told": "VS-1501", "clock": "unit", "target": "sign"}
    words, _ = STAFF["AckOverdue"]
    assert words(late, False) == "{unit}没有按时认领L2督办 · 单位时限（签收），转告{told}"
    assert words({"level": 2, "unit": "VS-150102", "told": None}, False) == "{unit}没有按时认领L2督办"
