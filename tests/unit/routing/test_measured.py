"""How well the catalogue judges texts: invented complaints, and real civic messages that are not for the network."""

import csv
import os
from pathlib import Path
from random import Random

import pytest

from jiesu.demo.texts import load_texts

CONFIG = Path(__file__).parents[3] / "config"
MESSAGES = Path(__file__).parents[4] / "shared" / "data" / "citizen_messages.csv"


@pytest.fixture(scope="module")
def texts(catalogue):
    return load_texts(CONFIG / "demo" / "complaints.toml", catalogue.categories)


@pytest.fixture(scope="module")
def messages():
    if not MESSAGES.exists():
        assert not os.environ.get("CI"), f"{MESSAGES} is required in CI"
        pytest.skip(f"{MESSAGES} is absent")
    with MESSAGES.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_there_is_a_text_for_every_category_and_nature(texts, catalogue):
    assert len({text.text for text in texts}) == len(texts) >= 120
    assert {text.category for text in texts} == {leaf.code for leaf in catalogue.leaves}
    assert {text.nature for text in texts} == {"consult", "help", "complaint", "report", "suggestion"}


@pytest.mark.parametrize("held_out", [False, True], ids=["looked at while tuning", "held out"])
def test_clear_complaints_are_sent_confidently_to_the_right_category(texts, routed, held_out):
    clear = [text for text in texts if text.clear]
    part = [text for number, text in enumerate(clear) if (number % 3 == 2) is held_out]
    random = Random(1)
    routings = [(text, routed(text.filled(random, "新城区"), title=text.title)) for text in part]
    right = [
        text for text, routing in routings if routing.confident and (routing.category or "")[:2] == text.category[:2]
    ]
    wrong = [text for text, routing in routings if routing.confident and text not in right]
    assert len(right) >= 0.85 * len(part)
    assert len(wrong) <= 0.03 * len(part)


def test_texts_are_filled_the_same_for_the_same_seed(texts):
    filled = [[text.filled(Random(7), "武川县") for text in texts] for _ in range(2)]
    assert filled[0] == filled[1]
    assert not any("{" in text for text in filled[0])


def test_civic_messages_are_left_to_the_dispatcher(messages, routed):
    routings = [routed(message["text"], title=message["title"]) for message in messages]
    assert sum(routing.confident for routing in routings) <= 0.03 * len(messages)
    assert sum(routing.service_class == "P0" for routing in routings) <= 0.01 * len(messages)
    assert all(routing.reasons for routing in routings)
