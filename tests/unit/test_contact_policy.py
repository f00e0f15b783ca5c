"""How often people are contacted: months by reason, and mistakes in the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.outreach.policy import load_contact_policy, months_after
from jiesu.outreach.words import Way

CONFIG = Path(__file__).parents[2] / "config" / "contact.toml"
DAY = date(2026, 11, 30)
GOOD = 'version = "1"\ncall_months = 3\nvisit_months = 12\n[reasons.general]\nzh = "普遍"\nen = "General"\n'


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 1, 31), 12, date(2027, 1, 31)),
    ],
)
def test_months_end_on_the_last_day_where_the_day_is_missing(day, months, later):
    assert months_after(day, months) == later


def test_a_reason_has_months_of_its_own_or_those_of_all():
    policy = load_contact_policy(CONFIG)
    assert policy.due_after("general", Way.CALL, DAY) == date(2027, 2, 28)
    assert policy.due_after("disabled", Way.CALL, DAY) == date(2027, 2, 28)
    assert policy.due_after("disabled", Way.VISIT, DAY) == date(2027, 5, 30)


def test_who_is_listed_for_a_reason_that_left_the_file_is_contacted_as_for_the_first():
    policy = load_contact_policy(CONFIG)
    assert policy.due_after("gone", Way.VISIT, DAY) == policy.due_after("general", Way.VISIT, DAY)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (GOOD.replace("call_months = 3", "call_months = 0"), "call_months"),
        (GOOD.replace("general", '"a b"'), "reasons.a b"),
        (GOOD + "visit = 3\n", "reasons"),
        (GOOD.partition("[")[0], ""),
    ],
)
def test_a_mistake_is_named(tmp_path, text, key):
    (tmp_path / "contact.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistake) as mistake:
        load_contact_policy(tmp_path / "contact.toml")
    assert mistake.value.key.startswith(key)
