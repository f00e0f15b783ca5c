"""The words of the trails for auditors: every kind of entry and every detail that may be shown, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.sla.wording import TARGETS

__all__ = ["ACCOUNTS", "DETAILS", "KINDS", "TICKETS", "VALUES", "kind_words", "value_words"]

Words = tuple[str, str]

#: Kinds of the security trail.
ACCOUNTS: Mapping[str, Words] = {
    "SignedIn": ("登录", "signed in"),
    "SignedOut": ("退出", "signed out"),
    "SignInFailed": ("登录失败", "sign-in failed"),
    "SignInLocked": ("登录被暂停", "sign-in locked for a while"),
    "SignInReleased": ("解除登录暂停", "wait after wrong attempts ended"),
    "RecoveryCodeUsed": ("用备用码登录", "used a recovery code"),
    "ProviderSignInRefused": ("统一身份登录没有成功", "sign-in by the identity provider refused"),
    "AccountLinked": ("关联统一身份", "account linked to an identity"),
    "AccountUnlinked": ("解除统一身份", "account unlinked"),
    "SecondFactorEnrolled": ("启用动态码", "set up the second factor"),
    "SecondFactorReset": ("重置动态码", "second factor reset"),
    "PasswordChanged": ("修改密码", "changed the password"),
    "PasswordReset": ("重置密码", "password reset"),
    "SessionsRevoked": ("退出其他设备", "ended other sessions"),
    "AccountAdded": ("新建账号", "account added"),
    "AccountActivated": ("恢复账号", "account activated"),
    "AccountDeactivated": ("停用账号", "account deactivated"),
    "PostGiven": ("增加岗位", "post given"),
    "PostTaken": ("撤销岗位", "post taken"),
    "ConfigurationChanged": ("配置文件变更", "configuration files changed"),
    "CalendarPublished": ("公布工作日历", "calendar published"),
    "OrganisationChanged": ("单位变更", "organisation changed"),
    "WorkRetried": ("重新发送失败任务", "dead letter sent again"),
    "WorkDiscarded": ("删除失败任务", "dead letter dropped"),
    "KeyAdded": ("新增密钥", "key added"),
    "KeysRotated": ("更换密钥", "keys rotated"),
    "KeyRetired": ("停用旧密钥", "old key retired"),
    "RetentionRun": ("删除到期资料", "data erased whose time was over"),
    "TrailExported": ("导出审计日志", "trail exported"),
    "TicketsExported": ("导出工单", "tickets exported"),
}
#: Kinds of the tickets' trail.
TICKETS: Mapping[str, Words] = {
    "TicketRegistered": ("登记诉求", "registered an appeal"),
    "InfoRequested": ("请诉求人补充", "asked for details"),
    "Supplemented": ("补充材料", "added details"),
    "TicketAnswered": ("直接答复", "answered on the spot"),
    "TicketDiverted": ("转告其他渠道", "pointed to another channel"),
    "TicketDispatched": ("派单", "dispatched"),
    "TicketObjected": ("退单", "objected"),
    "ObjectionUpheld": ("退单成立", "upheld an objection"),
    "ObjectionRefused": ("退单不成立", "refused an objection"),
    "ObjectionLapsed": ("退单失效", "objection lapsed"),
    "ListingAsked": ("申请挂账", "asked for a listing"),
    "ListingGranted": ("批准挂账", "granted a listing"),
    "ListingRefused": ("不同意挂账", "refused a listing"),
    "ListingLapsed": ("挂账申请失效", "listing lapsed"),
    "ListingEnded": ("销账", "ended a listing"),
    "OrderIssued": ("发出督办单或批示", "issued an order"),
    "ReplyGiven": ("答复督办", "replied to an order"),
    "ReplyAccepted": ("认可督办答复", "accepted a reply"),
    "ReplyReturned": ("退回督办答复", "returned a reply"),
    "OrderEnded": ("督办了结", "order ended"),
    "TaskAsked": ("申请协办", "asked for a co-handler"),
    "TaskGiven": ("交办协办", "gave a task to a co-handler"),
    "TaskObjected": ("协办异议", "objected to a task"),
    "TaskKept": ("维持协办", "kept a task"),
    "TaskRelieved": ("免除协办", "relieved a co-handler"),
    "TaskFinished": ("完成协办", "finished a task"),
    "TicketSigned": ("签收", "signed"),
    "PetitionerContacted": ("联系诉求人", "contacted the petitioner"),
    "PetitionerInformed": ("告知进展", "told of progress"),
    "PlanTold": ("告知解决方案", "told the plan"),
    "ExtensionAsked": ("申请延期", "asked for an extension"),
    "ExtensionGranted": ("批准延期", "granted an extension"),
    "ExtensionRefused": ("不同意延期", "refused an extension"),
    "ExtensionLapsed": ("延期申请失效", "extension lapsed"),
    "TicketReclassed": ("调整等级或类别", "changed class or category"),
    "DeadlineMoved": ("期限变更", "deadline moved"),
    "NoteAdded": ("写记录", "wrote a note"),
    "ResultSubmitted": ("提交办理结果", "submitted a result"),
    "ResultSentBack": ("退回修改", "sent a result back"),
    "ResultApproved": ("审核通过", "approved a result"),
    "SurveyAnswered": ("评价", "answered the survey"),
    "ReworkOrdered": ("重办", "rework ordered"),
    "TicketClosed": ("办结", "closed"),
    "TicketWithdrawn": ("撤回", "withdrawn"),
    "TicketReopened": ("重新办理", "reopened"),
    "TakenOver": ("上级接办", "taken over"),
    "CaseOwned": ("领导包案", "leader owns the case"),
    "Escalated": ("预警或督办", "escalated"),
    "EscalationAcknowledged": ("认领督办", "acknowledged an escalation"),
    "AckOverdue": ("督办未按时认领", "escalation not acknowledged in time"),
    "PetitionerRevealed": ("查看诉求人完整信息", "looked at the petitioner's whole data"),
    "PersonalFileOpened": ("打开一人一档", "opened a personal file"),
    "StaffRecused": ("回避", "recused"),
    "FilesAttached": ("上传文件", "added files"),
    "ConsentWithdrawn": ("撤回同意", "took a consent back"),
    "TextWithheld": ("内容可能涉密，送审查", "text withheld for review"),
    "WithheldRead": ("查看待审查内容", "read a withheld text"),
    "TextReviewed": ("审查内容", "reviewed a withheld text"),
    "HoldSet": ("保全", "put on hold"),
    "HoldLifted": ("解除保全", "lifted a hold"),
    "DataErased": ("删除到期资料", "erased data whose time was over"),
    "OwnDataCopied": ("取走本人资料副本", "took a copy of own data"),
}
KINDS: Mapping[str, Words] = {**ACCOUNTS, **TICKETS}

#: What an entry may show besides: short codes and numbers. Of texts that people wrote only why they took an export is among them.
DETAILS: Mapping[str, Words] = {
    "role": ("岗位", "role"),
    "unit": ("单位", "unit"),
    "decider": ("决定单位", "decider"),
    "former": ("原单位", "former unit"),
    "judge": ("审核单位", "judge"),
    "number": ("文号", "number"),
    "sender": ("发出单位", "issuer"),
    "giver": ("派单单位", "desk"),
    "within": ("时限", "within"),
    "proposed_unit": ("建议单位", "proposed unit"),
    "service_class": ("等级", "class"),
    "old_class": ("原等级", "old class"),
    "round": ("第几次", "round"),
    "count": ("次数", "count"),
    "outcome": ("结果", "outcome"),
    "clock": ("时钟", "clock"),
    "target": ("时限", "target"),
    "level": ("级别", "level"),
    "channel": ("渠道", "channel"),
    "failures": ("失败次数", "failures"),
    "seconds": ("暂停秒数", "seconds"),
    "left": ("剩余备用码", "codes left"),
    "subject": ("年份或单位", "year or unit"),
    "version": ("版本", "version"),
    "added": ("新增", "added"),
    "changed": ("变更", "changed"),
    "removed": ("停用", "removed"),
    "key": ("任务或密钥", "job or key"),
    "files": ("文件", "files"),
    "cause": ("原因", "cause"),
    "way": ("方式", "way"),
    "issuer": ("身份平台", "issuer"),
    "what": ("内容", "what"),
    "rows": ("件数", "rows"),
    "why": ("导出理由", "reason of the export"),
}

#: Words of values that are codes; what is not among them is shown as it is.
VALUES: Mapping[str, Words] = {
    **{str(target): (words["zh"], words["en"]) for target, words in TARGETS.items()},
    "unit": ("单位", "unit"),
    "reached": ("接通", "reached"),
    "no_answer": ("未接通", "no answer"),
    "web": ("网上", "web"),
    "phone": ("来电", "phone"),
    "visit": ("来访", "visit"),
    "letter": ("来信", "letter"),
    "leader_reception": ("领导接访", "leader's reception"),
    "link": ("短信链接", "link"),
    "petitioner": ("诉求人", "petitioner"),
    "password": ("密码", "password"),
    "provider": ("统一身份", "identity provider"),
    "system": ("系统", "system"),
    "command line": ("命令行", "command line"),
    "intake": ("受理员", "intake clerk"),
    "dispatcher": ("派单员", "dispatcher"),
    "officer": ("承办人", "officer"),
    "unit_head": ("单位负责人", "unit head"),
    "callback": ("回访员", "callback officer"),
    "supervisor": ("督办员", "supervisor"),
    "administrator": ("管理员", "administrator"),
    "security": ("安全员", "security officer"),
    "auditor": ("审计员", "auditor"),
}


def value_words(value: str, *, english: bool) -> str:
    """The word for a code."""
    return VALUES.get(value, (value, value))[english]


def kind_words(kind: str, *, english: bool) -> str:
    """Also for a kind that has no words yet."""
    return KINDS.get(kind, (f"其他操作（{kind}）", f"something else ({kind})"))[english]
