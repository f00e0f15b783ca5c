"""What looks classified and what does not, by the patterns that are configured."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from jiesu.kit.config import ConfigMistake
from jiesu.secrecy.patterns import SecrecyPolicy, load_secrecy

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="module")
def policy() -> SecrecyPolicy:
    return load_secrecy(CONFIG / "classified.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("文件上写着机密★20年", "机密★"),
        ("绝 密 ☆ 启用前", "绝密☆"),
        ("密级：秘密", "密级:秘密"),
        ("有一份机密文件", "机密文件"),
        ("我原在５１２３４部队服役", "51234部队"),
        ("我原在 51234 \n 部队服役", "51234部队"),
        ("五一二三四部队", "五一二三四部队"),
        ("我是38集团军的", "38集团军"),
        ("在112师当兵", "112师"),
        ("第三十八集团军", "第三十八集团军"),
        ("第一团的老兵", "第一团"),
        ("105团服役", "105团"),
    ],
)
def test_marks_and_designations_are_found_however_they_are_spaced(policy, text, words):
    assert words in [finding.words for finding in policy.findings([text])]


@pytest.mark.parametrize(
    "text",
    [
        "3师傅修了水管", "我参加了5旅游团", "12团购的菜", "张律师说两次", "一师附小上学", "3军医院看病", "2个团员",
        "原部队在外地", "我的秘密没人知道", "电话 13800138000", "邮编010010", "住100旅馆",
    ],
)  # fmt: skip
def test_everyday_words_are_left_alone(policy, text):
    assert policy.findings([text]) == []


def test_none_of_the_invented_complaints_looks_classified(policy):
    complaints = tomllib.loads((CONFIG / "demo" / "complaints.toml").read_text(encoding="utf-8"))["text"]
    assert len(complaints) == 150
    assert [c["text"] for c in complaints if policy.findings([c.get("title"), c["text"]])] == []


@pytest.mark.parametrize("match", ["(", "a*"])
def test_a_pattern_that_cannot_work_is_named(tmp_path, match):
    path = tmp_path / "classified.toml"
    path.write_text(f"keeper = 'X'\n[[pattern]]\nzh = 'a'\nen = 'a'\nmatch = '{match}'\n", encoding="utf-8")
    with pytest.raises(ConfigMistake, match=r"pattern\[0\].match"):
        load_secrecy(path)
