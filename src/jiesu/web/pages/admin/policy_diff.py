"""Two clock policies side by side: every place where they differ, named in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jiesu.kit.locale import Locale
from jiesu.sla.classes import ClockPolicy, ServiceClass
from jiesu.sla.limits import Target
from jiesu.sla.rungs import Rung
from jiesu.sla.wording import TARGETS, limit_words
from jiesu.web.pages.admin.policy_words import condition_words, count_words, when_words

__all__ = ["Difference", "differences"]

NOTHING = "—"
#: Parts of the document that are told in words of their own, and its version, which is in the heading.
_TOLD = frozenset({"version", "classes", "ladder"})


class Difference(NamedTuple):
    """One place, before and after."""

    what: str
    old: str
    new: str


def differences(old: ClockPolicy, new: ClockPolicy, locale: Locale) -> list[Difference]:
    """In the order of the file: classes, ladder, counts, survey and the rest. The version is not among them."""
    before, after = dict(_said(old, locale)), dict(_said(new, locale))
    return [
        Difference(what, before.get(what, NOTHING), after.get(what, NOTHING))
        for what in dict.fromkeys([*before, *after])
        if before.get(what) != after.get(what)
    ]


def _said(policy: ClockPolicy, locale: Locale) -> Iterator[tuple[str, str]]:
    """Everything that a policy says, each under a name of its own."""
    english = locale == "en"
    for code, each in policy.classes.items():
        yield from _class(code, each, locale)
    for rung in policy.ladder:
        yield rung.name, _rung(rung, locale)
    for rule in policy.counts:
        yield ("counted: " if english else "按次数：") + rule.what, count_words(rule, locale)
    yield from _flat(policy.document.get("ladder", {}).get("terms", {}), "ladder.terms.")
    yield from _flat({name: value for name, value in policy.document.items() if name not in _TOLD}, "")


def _class(code: str, each: ServiceClass, locale: Locale) -> Iterator[tuple[str, str]]:
    name = each.name_en if locale == "en" else each.name_zh
    yield code, name
    for target in Target:
        if target in each.limits:
            yield f"{code} · {TARGETS[target][locale]}", limit_words(each.limits[target], locale)
    yield f"{code} · {'extension' if locale == 'en' else '最多延期'}", limit_words(each.extension, locale)


def _rung(rung: Rung, locale: Locale) -> str:
    parts = [
        f"L{rung.level}",
        when_words(rung, locale),
        rung.kind,
        rung.to,
        condition_words(rung, locale),
        *rung.actions,
    ]
    narrowed = [] if len(rung.targets) == len(Target) else [TARGETS[target][locale] for target in rung.targets]
    return " · ".join(part for part in [*parts, "/".join(narrowed)] if part)


def _flat(tree: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
