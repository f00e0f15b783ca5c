"""Invented petitioners: a name, a telephone and sometimes an ID number; some come back with another matter."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from stdnum.cn import ric

from jiesu.intake.form import PetitionerForm
from jiesu.petitioners.models import PetitionerKind

__all__ = ["person"]

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕白云包乌"
GIVEN = [
    "建国",
    "建军",
    "卫国",
    "保国",
    "志强",
    "国栋",
    "永红",
    "德胜",
    "秀英",
    "桂兰",
    "玉梅",
    "淑珍",
    "凤霞",
    "海霞",
    "晓东",
    "文斌",
    "俊峰",
    "立新",
    "占奎",
    "二柱",
    "福全",
    "喜旺",
    "满仓",
    "春生",
    "建平",
    "爱军",
    "拥军",
    "援朝",
    "解放",
    "援疆",
    "志刚",
    "丽华",
    "红梅",
    "雪莲",
    "乌云",
    "其其格",
    "巴特尔",
    "格日勒",
    "图雅",
    "牧仁",
    "娜仁",
    "那顺",
    "海龙",
    "子轩",
    "浩然",
    "宇航",
    "晨光",
    "立功",
    "国庆",
    "胜利",
]
#: Where ID numbers were first issued: the county codes of Hohhot.
REGIONS = ("150102", "150103", "150104", "150105", "150121", "150122", "150123", "150124", "150125")


def person(seed: int, number: int, kind: str) -> PetitionerForm:
    """The petitioner with this number: always the same one for a seed. Numbers are valid in form, and nobody's."""
    random = Random(f"{seed}:person:{number}")  # noqa: S311 - a play, no secret
    name = random.choice(FAMILY) + random.choice(GIVEN)
    phone = f"13800{number % 1_000_000:06d}"
    told_id = random.random() < 0.3
    return PetitionerForm(
        name=name if random.random() < 0.96 else None,
        phone=phone if random.random() < 0.97 else None,
        id_number=_id_number(random) if told_id else None,
        kind=PetitionerKind(kind),
    )


def _id_number(random: Random) -> str:
    born = date(1938, 1, 1) + timedelta(days=random.randrange(66 * 365))
    body = f"{random.choice(REGIONS)}{born:%Y%m%d}{random.randrange(1, 1000):03d}"
    return body + str(ric.calc_check_digit(f"{body}0"))  # the last place is what it reckons
