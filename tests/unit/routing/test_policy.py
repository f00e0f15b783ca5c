"""Where an appeal goes, and why."""

import pytest

from jiesu.routing.policy import say
from jiesu.routing.reasons import SENTENCES
from jiesu.units.organisation import UnknownUnit

STOPPED = "我是残疾军人，抚恤金从三月开始停发了，没有人通知我。"
CARD = "我在社区申请的退役军人优待证，半年了还没拿到。"


def codes(reasons):
    return [reason.code for reason in reasons]


def test_a_clear_text_goes_to_the_lowest_unit_that_handles_its_category(routed):
    routing = routed(STOPPED)
    assert routing.confident
    assert (routing.category, routing.unit, routing.service_class) == ("0407", "VS-150102", "P1")
    assert {"words", "responsible"} <= set(codes(routing.reasons))


def test_the_township_handles_cards_even_where_the_village_has_a_station(routed):
    assert routed(CARD).unit == "VS-150102001"


def test_a_village_without_a_station_is_served_by_its_township(routed):
    assert routed("家里没挂光荣牌，儿子在部队当兵。", place="150121106239").unit == "VS-150121106"


def test_the_development_zone_is_served_by_the_city(routed):
    assert routed(STOPPED, place="150172401").unit == "CITY-BENEFITS"


def test_a_place_given_only_as_a_county_goes_no_lower(routed):
    assert routed(CARD, place="150102").unit == "VS-150102"


@pytest.mark.parametrize("place", [None, "999999"])
def test_without_a_known_place_a_local_matter_waits_with_the_reason(routed, place):
    routing = routed(STOPPED, place=place)
    assert not routing.confident
    assert routing.unit is None
    assert "no_place" in codes(routing.reasons)
    assert routing.candidates[0].category == "0407"


def test_a_matter_of_the_city_needs_no_place(routed):
    assert routed("军休干部的退休费调整后一直没有补发，军休所说等通知。", place=None).unit == "CITY-CADRES"


def test_an_accused_unit_is_replaced_by_the_one_above(routed):
    routing = routed(STOPPED, accused_unit="VS-150102")
    assert routing.unit == "VS-1501"
    assert "avoided" in codes(routing.reasons)


def test_everything_under_the_accused_is_avoided_too(routed):
    assert routed(CARD, accused_unit="VS-150102").unit == "VS-1501"


def test_the_parent_of_an_accused_unit_may_handle(routed):
    assert routed(STOPPED, accused_unit="VS-150102001").unit == "VS-150102"


def test_no_candidate_ever_names_the_accused_or_a_unit_under_it(routed, hohhot):
    for accused in ("VS-150102001", "VS-150102", "CITY-BENEFITS", "VS-1501"):
        for text in (STOPPED, CARD, "退伍后安置工作、社保断缴、房子漏雨，什么都没有。"):
            for candidate in routed(text, accused_unit=accused).candidates:
                assert candidate.unit is None or not hohhot.is_under(candidate.unit, accused)


def test_with_the_whole_city_accused_nobody_is_left_but_the_dispatcher(routed):
    routing = routed(STOPPED, accused_unit="VS-1501")
    assert (routing.confident, routing.unit) == (False, None)
    assert "nobody_left" in codes(routing.reasons)


def test_an_accused_unit_that_does_not_exist_is_an_error(routed):
    with pytest.raises(UnknownUnit):
        routed(STOPPED, accused_unit="VS-0")


def test_a_threat_to_life_is_p0_even_in_a_petition_and_even_when_unclear(routed):
    assert routed("我是老兵，抚恤金停发，不想活了。").service_class == "P0"
    assert routed("不想活了").service_class == "P0"
    assert routed("举报他们克扣抚恤金，逼得老兵要自杀。", nature="report").service_class == "P0"


def test_hardship_words_raise_an_ordinary_matter_to_p1(routed):
    assert routed(CARD).service_class == "P2"
    assert routed(CARD + "家里揭不开锅。").service_class == "P1"


def test_a_petition_keeps_its_statutory_class_and_track(routed):
    routing = routed(STOPPED, track="PETITION")
    assert (routing.track, routing.service_class, routing.unit) == ("PETITION", "X", "VS-150102")


def test_the_chosen_category_decides_where_the_text_says_nothing(routed):
    routing = routed("请尽快办一下，谢谢。", category="0501")
    assert (routing.confident, routing.category, routing.unit) == (True, "0501", "VS-150102001")
    assert "chosen" in codes(routing.reasons)


def test_a_chosen_first_level_leaves_the_second_level_to_the_text(routed):
    assert routed("光荣牌掉色了，想换一块。", category="05").category == "0502"


def test_a_text_that_contradicts_the_chosen_category_waits(routed):
    routing = routed("房子是危房，漏雨漏得没法住，危房改造没排上。", category="0203")
    assert not routing.confident or routing.category == "0803"
    assert {"0203", "0803"} <= {candidate.category for candidate in routing.candidates}


def test_two_matters_of_equal_weight_wait_for_the_dispatcher(routed):
    routing = routed("退伍老兵，优待证没办下来，公租房也没排上。")
    assert not routing.confident
    assert "close" in codes(routing.reasons)
    assert {candidate.category for candidate in routing.candidates} == {"0501", "0801"}


def test_what_has_nothing_to_do_with_veterans_waits_with_that_reason(routed):
    routing = routed("小区暖气不热，物业不管，路灯也坏了。")
    assert not routing.confident
    assert "no_veteran" in codes(routing.reasons)


def test_a_text_without_a_known_word_offers_the_nearest_station(routed):
    routing = routed("嗯嗯啊啊。")
    assert (routing.confident, routing.category) == (False, None)
    assert [candidate.unit for candidate in routing.candidates] == ["VS-150102001001"]


def test_the_same_appeal_is_always_routed_the_same(routed):
    text = "退伍后安置工作、社保断缴、房子漏雨、老伴有病，请问怎么办，凭什么不管！"
    assert routed(text) == routed(text)


def test_full_width_and_spaced_text_is_understood(routed):
    assert routed("残疾　军人 抚恤金 停 发了").category == "0407"


def test_every_reason_reads_in_both_languages(routed):
    routings = [
        routed(STOPPED, accused_unit="VS-150102"),
        routed(CARD + "不想活了", category="05"),
        routed("举报", place=None),
        routed("嗯"),
        routed("退伍老兵，优待证没办下来，公租房也没排上。", place=None),
        routed(STOPPED, accused_unit="VS-1501"),
    ]
    reasons = [reason for routing in routings for reason in routing.reasons]
    assert {reason.code for reason in reasons} <= SENTENCES.keys()
    for reason in reasons:
        assert "{" not in say(reason, "zh") + say(reason, "en")
    assert (
        say(routed(STOPPED).reasons[1], "zh")
        == "新城区 / 海拉尔东路街道 / 公主府社区居委会的这类事项由新城区退役军人服务中心负责。"
    )
