"""What a browser calls itself, in words that its owner knows."""

from __future__ import annotations

from jiesu.web.pages.languages import N_, Say

__all__ = ["browser_words"]

#: Sign in the User-Agent → name; browsers built on others come first, as they carry the others' signs too.
_BROWSERS = {
    "MicroMessenger": N_("微信"),
    "QQBrowser": N_("QQ浏览器"),
    "HuaweiBrowser": N_("华为浏览器"),
    "MiuiBrowser": N_("小米浏览器"),
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "OpenHarmony": N_("鸿蒙手机"),
    "Android": N_("安卓手机"),
    "iPhone": N_("苹果手机"),
    "iPad": N_("苹果平板"),
    "Windows": N_("Windows电脑"),
    "Mac OS": N_("苹果电脑"),
    "Linux": N_("Linux电脑"),
}


def browser_words(agent: str, say: Say) -> str:
    """`Chrome · Windows电脑`; other programs by the beginning of their name."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in agent), None)
    system = next((name for sign, name in _SYSTEMS.items() if sign in agent), None)
    known = [say(name) for name in (browser, system) if name is not None]
    return " · ".join(known) or agent[:40] or say(N_("不明设备"))
