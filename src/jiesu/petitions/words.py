"""Closed vocabularies of the statutory track, with how people read them."""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "REFUSALS", "ROUTES", "VERDICTS", "WAYS", "CaseState", "DocumentKind", "RefusalReason", "ServiceWay", "Stage", "Verdict",
]  # fmt: skip


class DocumentKind(StrEnum):
    """What is put in writing."""

    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    DIVERSION = "diversion"
    EXTENSION = "extension"
    OPINION = "opinion"
    RECHECK = "recheck"
    REVIEW = "review"


class Stage(StrEnum):
    """复查, then 复核; after that the matter is concluded."""

    RECHECK = "recheck"
    REVIEW = "review"


class CaseState(StrEnum):
    ASKED = "asked"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    UPHELD = "upheld"
    CHANGED = "changed"
    #: 撤销: the opinion is none any more, and the organ that gave it handles the matter anew.
    REVOKED = "revoked"


class RefusalReason(StrEnum):
    """Why a petition is not accepted."""

    PENDING_BELOW = "pending_below"
    SAME_MATTER = "same_matter"
    CONCLUDED = "concluded"
    OUTSIDE = "outside"


class ServiceWay(StrEnum):
    """How a document came to whom it is for (送达方式)."""

    IN_PERSON = "in_person"
    AGENT = "agent"
    POST = "post"
    LEFT = "left"
    ELECTRONIC = "electronic"
    PUBLIC = "public"


Words = tuple[str, str]
REFUSALS: dict[RefusalReason, Words] = {
    RefusalReason.PENDING_BELOW: (
        "下级机关、单位正在法定期限内办理",
        "a lower unit is handling it within its statutory limit",
    ),
    RefusalReason.SAME_MATTER: ("同一事项已经受理，正在办理", "the same matter was accepted and is being handled"),
    RefusalReason.CONCLUDED: (
        "已经复核终结，或者没有在规定期限内申请复查、复核",
        "it was concluded, or no recheck or review was asked for in time",
    ),
    RefusalReason.OUTSIDE: ("不属于本机关、单位职权范围", "it is outside this unit's authority"),
}
WAYS: dict[ServiceWay, Words] = {
    ServiceWay.IN_PERSON: ("直接送达", "handed over"),
    ServiceWay.AGENT: ("委托送达", "through another unit"),
    ServiceWay.POST: ("邮寄送达", "by post"),
    ServiceWay.LEFT: ("留置送达", "left at the home"),
    ServiceWay.ELECTRONIC: ("电子送达", "electronically"),
    ServiceWay.PUBLIC: ("公告送达", "by public notice"),
}
VERDICTS: dict[Verdict, Words] = {
    Verdict.UPHELD: ("维持原意见", "the opinion stands"),
    Verdict.CHANGED: ("变更原意见", "the opinion is changed"),
    Verdict.REVOKED: ("撤销原意见，责令重新处理", "the opinion is revoked, the matter to be handled anew"),
}
#: `DivertReason` → the statutory route as documents write it (Art. 31).
ROUTES: dict[str, str] = {
    "litigation": "诉讼",
    "arbitration": "仲裁",
    "reconsideration": "行政复议",
    "discipline": "纪检监察程序",
    "organisation": "党组织或者组织人事程序",
    "other_procedure": "其他法定程序",
    "other_department": "有权处理的其他机关、单位",
}
