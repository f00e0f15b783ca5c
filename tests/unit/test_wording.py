"""Sentences to petitioners: every one there, every blank filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.notifications.wording import LONGEST, WORDS, load_wording

FILE = Path(__file__).parents[2] / "config" / "messages" / "petitioner.toml"


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("name", WORDS)
def test_every_message_can_be_said_with_its_own_blanks(name: str, locale: str):
    text = load_wording(FILE).say(name, locale, **{blank: f"<{blank}>" for blank in WORDS[name]})
    assert "{" not in text
    assert ("<number>" in text) == ("number" in WORDS[name])


@pytest.mark.parametrize("name", ["receipt", "receipt_dispatched", "need_info", "survey", "survey_reminder"])
def test_a_link_stands_last_so_that_telephones_recognise_it(name: str):
    text = load_wording(FILE).say(name, **dict.fromkeys(WORDS[name], "x") | {"link": "http://a/s/1"})
    assert text.endswith("http://a/s/1")


def test_a_long_text_is_cut_but_never_a_link():
    text = load_wording(FILE).say("survey", number="1", result="办" * 500, link="h" * 300)
    assert "办" * LONGEST + "…" in text
    assert "办" * (LONGEST + 1) not in text
    assert "h" * 300 in text


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[rework]", "[reworked]", "rework"),
        ("{question}", "{querstion}", "querstion"),
        ("{reply}", "{reply", "answered"),
        ('[answered]\nzh = "', '[answered]\nde = "', "answered"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, named: str):
    path = tmp_path / "petitioner.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigMistake) as mistake:
        load_wording(path)
    assert named in str(mistake.value)
