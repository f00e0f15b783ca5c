"""Why an appeal was routed as it was: codes to store, sentences to show."""

import msgspec

__all__ = ["Reason", "say"]

#: code → (Chinese, English); the names in braces are the reason's params.
SENTENCES = {
    "words": ("文中出现{words}，指向“{category}”。", "The text says {words}, which indicates “{category_en}”."),
    "chosen": ("诉求人选择了“{category}”。", "The petitioner chose “{category_en}”."),
    "responsible": ("{place}的这类事项由{unit}负责。", "For {place} this is the responsibility of {unit_en}."),
    "city_wide": ("这类事项由市级{unit}统一负责。", "{unit_en} is responsible for this in the whole city."),
    "avoided": (
        "{accused}是被反映单位，已回避，改由{unit}办理。",
        "{accused_en} is the accused unit and was avoided; {unit_en} takes its place.",
    ),
    "nobody_left": (
        "被反映单位及其下属全部回避后，没有可派的单位，请派单员指定。",
        "With the accused unit and all under it excluded no unit is left; the dispatcher must designate one.",
    ),
    "nobody_holds": (
        "没有单位承担这项职责，请派单员指定。",
        "No unit holds this function; the dispatcher must designate one.",
    ),
    "sealed": (
        "检举控告和作风问题密送纪检，被反映人看不到。",
        "Reports go sealed to discipline; the accused never sees them.",
    ),
    "urgent": ("文中出现{words}，按 {class} 级办理。", "The text says {words}: handled as class {class}."),
    "no_words": ("文字里没有能判断类别的词。", "No word of the text indicates a category."),
    "no_veteran": (
        "看不出与退役军人事务有关，可能应转其他单位。",
        "Nothing shows that this concerns veterans; it may belong to another authority.",
    ),
    "no_place": (
        "没有填写所在地，无法确定由哪一级、哪里办理。",
        "No place is given, so the responsible unit is unknown.",
    ),
    "weak": ("能判断类别的词太少。", "Too few words indicate the category."),
    "close": ("与“{category}”难以区分。", "It is hard to tell from “{category_en}”."),
}


class Reason(msgspec.Struct, frozen=True):
    """One reason, as stored: a code of SENTENCES and what fills its braces. `words` are joined by 、."""

    code: str
    params: dict[str, str] = {}


def say(reason: Reason, locale: str) -> str:
    """The reason as a sentence in the reader's language (`zh` or `en`)."""
    zh, en = SENTENCES[reason.code]
    return (en if locale.startswith("en") else zh).format_map(reason.params)
