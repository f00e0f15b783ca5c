"""What petitioners are sent: each message filled with samples, how long it is, and when it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from jiesu.accounts.staff import Staff
from jiesu.kit.locale import Locale
from jiesu.notifications.length import Length, length_of
from jiesu.notifications.wording import LONGEST, WORDS
from jiesu.rules import Rules
from jiesu.web.api.admin import administrator_only
from jiesu.web.pages.admin.words import SENT_WHEN
from jiesu.web.pages.rendering import render

__all__ = ["MessagesPages"]

#: What stands in the blanks of a preview; nobody real.
SAMPLES: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "number": "HH20261123-00042-7", "code": "K7M2 PX4D", "minutes": "10", "unit": "新城区退役军人服务中心",
        "due": "11月30日17:30", "old": "11月30日17:30", "new": "12月7日17:30", "question": "请补充退役证照片。",
        "reply": "带上退役证和身份证到社区窗口即可办理。", "result": "已核实并补发三个月抚恤金。", "text": "材料已报市局复核。",
        "plan": "分两步办：本月核定工龄，下月补缴。", "reason": "等外单位回函。", "until": "到12月31日",
        "document": "退信受〔2026〕12号", "stage": "复查", "verdict": "维持原处理意见", "track": "信访程序", "count": "2",
        "units": "新城区退役军人服务中心、赛罕区退役军人服务中心", "when": "12月3日（周四）9:00", "place": "市服务中心一楼接访室", "leader": "李主任",
    },
    "en": {
        "number": "HH20261123-00042-7", "code": "K7M2 PX4D", "minutes": "10", "unit": "Xincheng Veterans' Service Centre",
        "due": "30 Nov 17:30", "old": "30 Nov 17:30", "new": "7 Dec 17:30", "question": "A photo of the discharge paper, please.",
        "reply": "Bring the discharge paper and your ID to the counter.", "result": "Checked; three months are paid.",
        "text": "The papers are with the city bureau.", "plan": "First the years of service, then the payment.",
        "reason": "Another office has yet to answer.", "until": " until 31 Dec",
        "document": "No. 12 of 2026", "stage": "recheck", "verdict": "the opinion stands", "track": "the petition track", "count": "2",
        "units": "Xincheng Veterans' Service Centre, Saihan Veterans' Service Centre", "when": "3 Dec 9:00", "place": "the city centre, ground floor",
        "leader": "Director Li",
    },
}  # fmt: skip
#: Blanks that people write into: they may be as long as is allowed.
FREE = frozenset({"question", "reply", "result", "text", "plan", "reason"})


class Preview(NamedTuple):
    """A message in one language; `longest` is with every free text as long as it may be."""

    text: str
    length: Length
    longest: Length


class Shown(NamedTuple):
    name: str
    previews: dict[str, Preview]
    blanks: list[str]


class MessagesPages(Controller):
    path = "/admin/messages"

    @get("/")
    async def messages(
        self, request: Request[Any, Any, Any], staff: NamedDependency[Staff], rules: NamedDependency[Rules]
    ) -> Response[Any]:
        """Every message with a preview in both languages (短信)."""
        administrator_only(staff)
        shown = [
            Shown(name, {locale: _preview(rules, name, locale) for locale in ("zh", "en")}, sorted(blanks))
            for name, blanks in WORDS.items()
        ]
        return render(request, "admin/messages.html", staff=staff, messages=shown, when=SENT_WHEN, most=LONGEST)


def _preview(rules: Rules, name: str, locale: Locale) -> Preview:
    samples = {**SAMPLES[locale]} | {"link": f"{rules.public_url}/t/HH20261123-00042-7"}
    given = {blank: samples[blank] for blank in WORDS[name]}
    full = given | dict.fromkeys(WORDS[name] & FREE, "文" * (LONGEST + 1))
    text = rules.wording.say(name, locale, **given)
    return Preview(text, length_of(text), length_of(rules.wording.say(name, locale, **full)))
