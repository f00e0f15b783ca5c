"""Appeals as petitioners file them, valid unless a test says otherwise."""

from __future__ import annotations

from typing import Any

import msgspec

from jiesu.intake.form import AppealForm

__all__ = ["CLEAR", "COUNTY", "PHONE", "PLACE", "PLAIN", "STATION", "VILLAGE", "appeal", "appeal_form"]

#: A community with a station of its own; the sub-district and the district above it.
PLACE = "150102001001"
VILLAGE, STATION, COUNTY, CITY = "VS-150102001001", "VS-150102001", "VS-150102", "VS-1501"
PHONE = "13800138000"
#: Says nothing that the catalogue knows: a dispatcher must look.
PLAIN = "有一件事想请你们帮忙看一看，过程比较长，见面再细说。"
#: Says it all: routed at once.
CLEAR = "我是新城区的退役军人，今年抚恤金停发了三个月，一直没有说法，请帮忙查一下原因。"


def appeal(text: str = PLAIN, **fields: Any) -> dict[str, Any]:
    """The JSON body of a filing; `petitioner=None` leaves it out."""
    person = {"name": "张建国", "phone": PHONE, "kind": "veteran"}
    body = {"text": text, "place": PLACE, "nature": "help", "petitioner": person} | fields
    return {key: value for key, value in body.items() if value is not None}


def appeal_form(text: str = PLAIN, **fields: Any) -> AppealForm:
    """The same, as the use case takes it."""
    return msgspec.convert(appeal(text, **fields), AppealForm)
