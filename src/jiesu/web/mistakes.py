"""What a parser says of a malformed request, in Chinese; its own words are the English."""

from __future__ import annotations

import re

__all__ = ["in_chinese"]

_SENTENCES = (
    (re.compile(r"missing required field `([^`]+)`"), "缺少“{0}”，请补上"),
    (re.compile(r"Missing required \w+ parameter '([^']+)'"), "缺少参数“{0}”，请补上"),
    (re.compile(r"unknown field `([^`]+)`"), "没有“{0}”这一项，请删去"),
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), "类型应为 {0}，收到的是 {1}"),
    (re.compile(r"Invalid enum value (.+)"), "没有 {0} 这个选项，可选的见接口文档"),
    (re.compile(r"Expected `[^`]+` ([<>]=?) (\S+)"), "数值须 {0} {1}"),
    (re.compile(r"nested too deeply"), "JSON 嵌套太深"),
    (re.compile(r"not in UTF-8|invalid utf-8", re.IGNORECASE), "内容不是 UTF-8 编码"),
    (re.compile(r"malformed|truncated", re.IGNORECASE), "不是正确的 JSON"),
)


def in_chinese(detail: str) -> str:
    """The sentence; what has none yet stays as it is."""
    for pattern, sentence in _SENTENCES:
        if match := pattern.search(detail):
            return sentence.format(*match.groups())
    return detail
