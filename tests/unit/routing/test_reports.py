"""Reports reach the discipline queue and nobody else."""

import pytest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("实名举报退役军人服务站站长冒领去世老兵的补助，克扣慰问金。", {}),
        ("退役军人服务站工作人员态度恶劣，张口骂人。", {}),
        ("有件事要说。", {"nature": "report"}),
        ("有件事要说。", {"category": "16"}),
        ("镇上那个人不像话。", {"category": "1603", "place": None}),
    ],
)
def test_reports_go_sealed_to_the_discipline_division(routed, text, told):
    routing = routed(text, **told)
    assert (routing.confident, routing.unit, routing.sealed) == (True, "CITY-DISCIPLINE", True)
    assert (routing.track, routing.service_class) == ("PETITION", "X")
    assert "sealed" in [reason.code for reason in routing.reasons]


def test_discipline_itself_accused_does_not_get_its_own_report(routed):
    routing = routed("举报机关纪委的人收受贿赂。", nature="report", accused_unit="CITY-DISCIPLINE")
    assert (routing.unit, routing.sealed) == ("VS-1501", True)


def test_a_report_is_sealed_even_when_nobody_knows_where_it_belongs(routed):
    routing = routed("举报水泥厂缺斤少两。")
    assert (routing.confident, routing.sealed) == (False, True)


def test_a_report_of_the_whole_city_waits_sealed(routed):
    routing = routed("检举。", nature="report", accused_unit="VS-1501")
    assert (routing.confident, routing.unit, routing.sealed) == (False, None, True)


def test_a_report_ticked_as_something_else_is_still_sealed(routed):
    routing = routed("我要举报退役军人服务站的人压着优待证不给办。", nature="complaint", category="0501")
    assert (routing.nature, routing.unit, routing.sealed) == ("report", "CITY-DISCIPLINE", True)


def test_in_doubt_between_conduct_and_another_matter_it_is_sealed_but_keeps_its_clock(routed):
    routing = routed("老兵的优待证半年没下来，服务站推诿。")
    assert (routing.confident, routing.sealed) == (False, True)
    assert {candidate.category for candidate in routing.candidates} >= {"0501", "1602"}
    assert routing.track == ("PETITION" if routing.category == "1602" else "SERVICE")
