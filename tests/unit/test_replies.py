"""Reply templates: what the file may say, and which template serves which matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.configuration import mistakes
from jiesu.kit.config import ConfigMistake
from jiesu.tickets.replies import FIELDS, load_replies

CONFIG = Path(__file__).parents[2] / "config"
GOOD = 'steps = ["submit"]\nname = { zh = "甲", en = "A" }\ntext = "{name}，您好。{unit}"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "replies.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_installed_templates_are_in_order_and_serve_every_step_with_a_text():
    assert mistakes(CONFIG) == []
    served = {step for reply in load_replies(CONFIG / "replies.toml").all for step in reply.steps}
    assert served == set(FIELDS)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (GOOD.replace("submit", "sign"), "a.steps"),
        (GOOD.replace("{unit}", "{phone}"), "a.text"),
        (GOOD.replace("{unit}", "{unit"), "a.text"),
        (GOOD + 'categories = ["4"]\n', "a.categories"),
        (GOOD.replace(', en = "A"', ""), "a.name"),
    ],
)
def test_a_mistake_says_where_it_stands(tmp_path: Path, wrong: str, key: str):
    with pytest.raises(ConfigMistake) as caught:
        load_replies(written(tmp_path, "[a]\n" + wrong))
    assert caught.value.key == key


def test_what_is_made_for_the_category_comes_first_and_what_is_for_another_not_at_all(tmp_path: Path):
    own, other = GOOD + 'categories = ["04"]\n', GOOD + 'categories = ["0501"]\n'
    replies = load_replies(written(tmp_path, f"[all]\n{GOOD}[own]\n{own}[other]\n{other}"))
    assert [reply.code for reply in replies.for_category("0402")] == ["own", "all"]
    assert [reply.code for reply in replies.for_category(None)] == ["all"]
