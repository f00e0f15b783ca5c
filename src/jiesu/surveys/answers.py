"""What may be answered: three questions, a reason, and what is refused."""

from __future__ import annotations

import msgspec

from jiesu.errors import Conflict, Invalid, Missing
from jiesu.surveys.models import Survey
from jiesu.surveys.policy import is_content
from jiesu.surveys.words import Satisfaction, Solved
from jiesu.tickets.guard import optional

__all__ = ["Answers", "NothingAnswered", "SurveyOver", "SurveyUnknown", "SurveyUsed", "check_complete", "write_down"]


class SurveyUnknown(Missing):
    zh = "这个评价链接无效。请检查链接是否完整，或用工单编号和查询码进入评价。"
    en = "This survey link is not valid. Check that it is complete, or open the survey from your ticket."


class SurveyUsed(Conflict):
    zh = "您已经评价过了，不用再填。谢谢！"
    en = "You have answered already; nothing more to do. Thank you."


class SurveyOver(Conflict):
    zh = "这次评价已经截止。如问题仍未解决，请拨打服务电话，或凭工单编号要求重新办理。"
    en = "This survey has ended. If the matter is not solved, call us or ask to reopen the ticket."


class NothingAnswered(Invalid):
    zh = "请至少回答“是否解决”或“是否满意”其中一题。"
    en = "Answer at least whether it is solved, or whether you are satisfied."


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Three questions; what is left out leaves that question's own denominator.

    `reasons`: codes of config/survey.toml, kept where somebody is not quite content. `pressed`: whether somebody pressed them
    about this answer; the auditor alone reads it. `correct`: in place of the answer that was given before.
    """

    contacted: bool | None = None
    solved: Solved | None = None
    satisfied: Satisfaction | None = None
    reason: str | None = None
    reasons: tuple[str, ...] = ()
    pressed: bool | None = None
    correct: bool = False
    confirmed_unclassified: bool = False


def check_complete(answers: Answers) -> None:
    """Raises NothingAnswered."""
    if answers.solved is None and answers.satisfied is None:
        raise NothingAnswered("solved")
    optional(answers.reason, "reason", "原因", 500)


def write_down(survey: Survey, answers: Answers) -> None:
    """On the locked survey. Words once said stay until others take their place; that somebody pressed them stays in any case."""
    survey.contacted, survey.solved, survey.satisfied = answers.contacted, answers.solved, answers.satisfied
    survey.reasons = [] if is_content(answers.solved, answers.satisfied) else list(dict.fromkeys(answers.reasons))
    survey.reason = optional(answers.reason, "reason", "原因", 500) or survey.reason
    survey.pressed = survey.pressed or answers.pressed
