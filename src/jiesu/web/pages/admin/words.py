"""What the administrator's pages call things that have no other words yet."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.web.pages.languages import N_

__all__ = ["JOBS", "ROLE_DUTIES"]

#: role → what somebody in it may do, for whoever gives it.
ROLE_DUTIES: Mapping[str, str] = {
    "intake": N_("登记来电、来访、来信"),
    "dispatcher": N_("定等级和类别，派给承办单位，裁定退单"),
    "officer": N_("签收和办理本单位的工单"),
    "unit_head": N_("审核本单位和下属单位的结果与延期，认领督办"),
    "callback": N_("电话回访；不能属于承办单位"),
    "supervisor": N_("看本单位和下属单位的超时与督办，决定延期、剔除和挂账"),
    "administrator": N_("管账号、单位、日历；看不到诉求内容"),
    "security": N_("看登录失败和被暂停的账号；看不到诉求内容"),
    "auditor": N_("看审计日志，什么也不能改"),
}

#: kind of job → what it does, as far as an administrator has to know.
JOBS: Mapping[str, str] = {
    "message.send": N_("给诉求人发短信"),
    "access.send": N_("发短信验证码"),
    "attachment.scan": N_("给附件查毒"),
    "audit.checkpoint": N_("给审计日志签名"),
    "calendar.recompute": N_("按新日历重新计算期限"),
    "ladder.ack": N_("检查督办有没有人认领"),
    "sla.rung": N_("到点提醒或督办"),
    "survey.remind": N_("提醒诉求人评价"),
    "survey.expire": N_("结束到期的评价"),
}
