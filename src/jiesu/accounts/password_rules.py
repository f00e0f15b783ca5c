"""What a new password must be: long enough, not the user name, and none that a guesser tries early."""

from __future__ import annotations

from jiesu.errors import Invalid

__all__ = ["CommonPassword", "PasswordHoldsName", "PasswordTooLong", "PasswordTooShort", "check_password"]

SHORTEST, LONGEST = 10, 128
#: zxcvbn's scale from 0 to 4; 3 is out of reach for a guesser who has the hash.
STRONG = 3
#: So many characters are judged: more cost seconds, and what begins strong stays so.
JUDGED = 48
#: What everybody here would think of.
_OURS = ("jiesu", "hohhot", "huhehaote", "neimenggu", "veterans", "tuiyi", "junren", "fuwu")


class PasswordTooShort(Invalid):
    zh = "密码至少{least}位。可以用一句自己记得住的话。"
    en = "A password has at least {least} characters. A sentence that you remember is a good one."


class PasswordTooLong(Invalid):
    zh = "密码最多{most}位。请缩短。"
    en = "A password has at most {most} characters. Shorten it."


class PasswordHoldsName(Invalid):
    zh = "密码里不能有用户名。请换一个。"
    en = "A password must not contain the user name. Choose another."


class CommonPassword(Invalid):
    zh = "这个密码太常见，容易被猜中。请加长，或换成几个不相干的词。"
    en = (
        "This password is too common and easily guessed. Make it longer, or use some words that do not belong together."
    )


def check_password(new: str, username: str, name: str = "", field: str = "new") -> None:
    """Takes some milliseconds of computing. Raises PasswordTooShort, PasswordTooLong, PasswordHoldsName, CommonPassword."""
    if len(new) < SHORTEST:
        raise PasswordTooShort(field, least=SHORTEST)
    if len(new) > LONGEST:
        raise PasswordTooLong(field, most=LONGEST)
    if username.casefold() in new.casefold():
        raise PasswordHoldsName(field)
    if _score(new, [username, name, *_OURS]) < STRONG:
        raise CommonPassword(field)


def _score(password: str, known: list[str]) -> int:
    """Loaded on first use: its word lists are large, and most processes never set a password."""
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    score: int = zxcvbn(password[:JUDGED], user_inputs=[word for word in known if word])["score"]
    return score
