"""Quiet hours: when a message to a petitioner is sent, and what a wrong file is told."""

from datetime import datetime, time
from pathlib import Path

import pytest

from jiesu.kit.clock import SHANGHAI
from jiesu.kit.config import ConfigMistake
from jiesu.notifications.quiet import QuietHours, load_quiet

FILE = Path(__file__).parents[2] / "config" / "messages" / "quiet.toml"
CLASSES = ("P0", "P1", "P2")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def quiet() -> QuietHours:
    return load_quiet(FILE, CLASSES)


@pytest.mark.parametrize(
    ("decided", "sent"),
    [
        (at(2, 20, 59, 59), at(2, 20, 59, 59)),
        (at(2, 21), at(3, 7)),
        (at(2, 23, 59, 59), at(3, 7)),
        (at(3, 0), at(3, 7)),
        (at(3, 6, 59, 59), at(3, 7)),
        (at(3, 7), at(3, 7)),
        (at(30, 22), datetime(2026, 12, 1, 7, tzinfo=SHANGHAI)),
    ],
)
def test_what_is_decided_at_night_is_sent_in_the_morning(quiet, decided, sent):
    assert quiet.goes_out(decided, "progress", "P2") == sent


@pytest.mark.parametrize(
    ("name", "service_class", "waits"),
    [
        ("receipt", "P2", False),
        ("receipt_dispatched", None, False),
        ("reception_booked", None, False),
        ("survey", "P0", False),
        ("survey", "P1", True),
        ("reception_cancelled", None, True),
    ],
)
def test_receipts_and_emergencies_go_at_any_hour(quiet, name, service_class, waits):
    assert (quiet.goes_out(at(2, 23), name, service_class) > at(2, 23)) is waits


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    noon = QuietHours(time(12), time(14))
    assert [noon.goes_out(at(2, hour), "survey").astimezone(SHANGHAI).hour for hour in (11, 12, 13, 14)] == [
        11,
        14,
        14,
        14,
    ]
    assert QuietHours().morning(at(2, 0)) is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"recheck_asked"', '"recheck_askt"', "at_once is 'recheck_askt'"),
        ('["P0"]', '["PO"]', "classes is 'PO'"),
        ("ends = 07:00:00", 'ends = "seven"', "ends is 'seven'"),
        ("begins", "beginns", "beginns"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, named: str):
    path = tmp_path / "quiet.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigMistake, match=named):
        load_quiet(path, CLASSES)
