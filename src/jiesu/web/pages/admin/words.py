"""What the administrator's pages call things that have no other words yet."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.web.pages.languages import N_

__all__ = [
    "ACTIONS", "FUNCTIONS", "JOBS", "KINDS", "RECIPIENTS", "ROLE_DUTIES", "SENT_WHEN", "TIERS", "UNIT_FIELDS",
]  # fmt: skip

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
    "listing.ends": N_("挂账到期"),
    "listing.review": N_("提醒复评挂账"),
    "ladder.ack": N_("检查督办有没有人认领"),
    "sla.rung": N_("到点提醒或督办"),
    "survey.remind": N_("提醒诉求人评价"),
    "info.remind": N_("提醒诉求人补充"),
    "survey.expire": N_("结束到期的评价"),
    "document.render": N_("生成信访文书"),
    "outreach.due": N_("提醒到期的普遍联系"),
    "rates.fold": N_("把变化了的评价重新计入三率"),
    "rates.freeze": N_("冻结到期月份的三率"),
    "report.due": N_("按时做定期报告"),
    "file.prepare": N_("做报告和导出的文件"),
    "file.expire": N_("删除过期的文件"),
    "proactive.overdue": N_("提醒逾期的未诉先办"),
}

#: kind of unit, its tier, and what it is answerable for
KINDS: Mapping[str, str] = {
    "centre": N_("服务中心"),
    "station": N_("服务站"),
    "division": N_("机关科室"),
    "institution": N_("事业单位"),
    "legal": N_("法律服务中心"),
}
TIERS: Mapping[str, str] = {
    "city": N_("市级"),
    "county": N_("旗县区级"),
    "township": N_("乡镇街道级"),
    "village": N_("村和社区级"),
}
FUNCTIONS: Mapping[str, str] = {
    "frontline": N_("属地受理"),
    "hardship": N_("帮扶援助"),
    "benefits": N_("优抚待遇"),
    "employment": N_("就业创业"),
    "resettlement": N_("移交安置"),
    "retired_cadres": N_("军休政策"),
    "commemoration": N_("褒扬纪念"),
    "rights": N_("权益维护"),
    "mutual_support": N_("双拥"),
    "office": N_("综合事务"),
    "discipline": N_("纪检监察"),
    "cadre_service": N_("军休服务"),
    "mutual_service": N_("双拥服务"),
    "military_supply": N_("军供"),
    "cemetery": N_("烈士陵园"),
    "glory_home": N_("光荣院"),
    "legal_aid": N_("法律援助"),
}
#: columns of units.csv
UNIT_FIELDS: Mapping[str, str] = {
    "name": N_("名称"),
    "name_en": N_("英文名称"),
    "kind": N_("类型"),
    "tier": N_("层级"),
    "place": N_("地点"),
    "parent": N_("上级单位"),
    "functions": N_("职责"),
    "phone": N_("电话"),
}

#: whom a rung tells, and what it does besides
RECIPIENTS: Mapping[str, str] = {
    "unit": N_("承办单位值班岗"),
    "parent": N_("上一级值班岗"),
    "grandparent": N_("上两级值班岗"),
    "root": N_("市级值班岗"),
}
ACTIONS: Mapping[str, str] = {"raise_class": N_("等级升一级"), "take_over": N_("上级接过来办"), "order": N_("下督办单")}

#: message → when it is sent; all of them go to the petitioner's telephone
SENT_WHEN: Mapping[str, str] = {
    "receipt": N_("收到诉求，还没有派单"),
    "receipt_dispatched": N_("收到诉求，已经派单"),
    "dispatched": N_("后来派单或改派"),
    "dispatched_moved": N_("派单时答复时间有变动"),
    "dispatched_passed": N_("派单时调整等级，按它算已经到期"),
    "need_info": N_("请诉求人补充"),
    "need_info_reminder": N_("还没有补充，提醒一次"),
    "answered": N_("直接答复咨询"),
    "diverted": N_("转告其他渠道"),
    "survey": N_("办理结果审核通过，请评价"),
    "answer_changed": N_("代诉求人改了评价"),
    "survey_reminder": N_("还没有评价，提醒一次"),
    "progress": N_("告知进展"),
    "plan": N_("告知解决方案"),
    "listed": N_("同意挂账"),
    "listed_together": N_("同意挂账，和同样的事一起办的各人"),
    "extended": N_("批准延期"),
    "moved": N_("等级调整，答复时间有变动"),
    "moved_passed": N_("调整等级，按它算已经到期"),
    "accepted": N_("信访事项受理"),
    "not_accepted": N_("信访事项不予受理"),
    "opinion": N_("信访处理意见作出"),
    "recheck_asked": N_("收到复查、复核申请"),
    "recheck_decided": N_("复查、复核意见作出"),
    "recheck_revoked": N_("复查、复核撤销原意见，重新办理"),
    "hearing": N_("复核要举行听证"),
    "converted": N_("改按另一种程序办理"),
    "converted_passed": N_("改按另一种程序办理，按它算已经到期"),
    "split": N_("一件事分成几件办"),
    "unsplit": N_("分开办的事又合成一件办"),
    "merged": N_("和同样的事一起办"),
    "unmerged": N_("改为单独办理"),
    "reception_booked": N_("预约接访成功"),
    "reception_cancelled": N_("接访取消"),
    "rework": N_("没有解决或不满意，安排重办"),
    "reopened": N_("有新的事实，重新办理"),
    "calendar_moved": N_("放假安排公布，答复时间有变动"),
    "access_code": N_("用手机号查自己的诉求，验证码"),
}
