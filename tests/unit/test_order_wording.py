"""The text of supervision orders: the shipped one says what lifted the ticket, and a mistake is named before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.notifications.order_wording import ABOUT, load_order_wording

SHIPPED = Path(__file__).parents[2] / "config" / "messages" / "orders.toml"


@pytest.mark.parametrize("why", ABOUT)
def test_a_demand_says_what_lifted_the_ticket(why: str):
    said = load_order_wording(SHIPPED).demand("order", why, target="办结", due="11月9日17:30", count="2")
    assert said.endswith("请查明原因，立即办理，并告知诉求人进展。")
    assert "{" not in said
    assert ("11月9日17:30" in said, "2次" in said) == (why == "late", why in ("rework", "dissatisfied"))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("已经换过多个承办单位", "已经换过{count}个承办单位", "order.about.units_passed"),
        ("rework =", "again =", "order.about"),
        ("{about}。", "{due}。", "order.demand"),
    ],
)
def test_a_blank_that_nothing_fills_or_a_missing_sentence_is_named(tmp_path: Path, old: str, new: str, named: str):
    (tmp_path / "orders.toml").write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new), "utf-8")
    with pytest.raises(ConfigMistake, match=named):
        load_order_wording(tmp_path / "orders.toml")
