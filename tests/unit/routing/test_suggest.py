"""What a text seems to be about: asked back when it is clear, never when it may accuse somebody."""

from __future__ import annotations

import pytest

from jiesu.routing.catalogue import Catalogue
from jiesu.routing.suggest import suggest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我是残疾军人，抚恤金从三月开始停发了，没有人通知我。", "0407"),
        ("我在社区申请的退役军人优待证，半年了还没拿到。", "0501"),
        ("有一件事想请你们帮忙看一看，过程比较长，见面再细说。", None),
        ("实名举报服务站工作人员贪污抚恤金，索要好处。", None),
        ("", None),
    ],
)
def test_only_what_is_clear_and_harmless_is_asked_back(catalogue: Catalogue, text: str, code: str | None):
    found = suggest(catalogue, text)
    assert (found.code if found else None) == code
