"""clock_time: English times are understood, and Swedish ones found however they are said."""

import pytest

from templates import language
from translation.training.clock_time import ClockTime, parse, says

SV = language.load("sv")


@pytest.mark.parametrize(
    ("written", "hour", "minute", "part"),
    [
        ("7 am", 7, 0, "am"),
        ("7:45 pm", 19, 45, "pm"),
        ("12 am", 0, 0, "am"),
        ("12 pm", 12, 0, "pm"),
        ("12:15 a.m.", 0, 15, "am"),
        ("9pm", 21, 0, "pm"),
        ("23:55", 23, 55, ""),
        ("half past six", 6, 30, ""),
        ("half past two in the afternoon", 14, 30, "pm"),
        ("a quarter to four", 3, 45, ""),
        ("quarter to one", 12, 45, ""),
        ("twenty-five past eight", 8, 25, ""),
        ("five minutes to three", 2, 55, ""),
        ("eleven pm", 23, 0, "pm"),
        ("six thirty am", 6, 30, "am"),
        ("nine o'clock", 9, 0, ""),
        ("11:30 tonight", 23, 30, "pm"),
        ("4 in the morning", 4, 0, "am"),
    ],
)
def test_english_times(written, hour, minute, part):
    assert parse(written) == ClockTime(hour, minute, part)


@pytest.mark.parametrize("written", ["soon", "the bank", "", "quarter past noonish"])
def test_what_is_no_time(written):
    assert parse(written) is None or parse(written).named


@pytest.mark.parametrize(
    ("written", "said", "fine"),
    [
        ("7 am", "väck mig klockan 7 i morgon", True),
        ("7 am", "väck mig klockan sju", True),
        ("7 am", "väck mig 07.00", True),
        ("7 am", "väck mig klockan 8", False),
        ("7 pm", "klockan 19", True),
        ("7 pm", "19:00", True),
        ("7 pm", "klockan sju på kvällen", True),
        ("7 pm", "kl. 7 på kvällen", True),
        ("7 pm", "klockan nitton", True),
        ("7 pm", "klockan 7", False),
        ("7 pm", "klockan sju", False),
        ("12 am", "klockan 12", False),
        ("12 am", "klockan 12 på natten", True),
        ("12 am", "klockan 00.00", True),
        ("12 am", "klockan 24", True),
        ("12 pm", "klockan 12", True),
        ("12 pm", "klockan 00", False),
        ("half past six", "ställ alarmet på halv sju", True),
        ("half past six", "klockan 18.30", True),
        ("half past six", "6.30", True),
        ("half past six", "halv sex", False),
        ("half past two in the afternoon", "halv tre på eftermiddagen", True),
        ("half past two in the afternoon", "halv tre", False),
        ("quarter to eight", "kvart i åtta", True),
        ("quarter to eight", "kvart över åtta", False),
        ("ten past three", "tio över tre", True),
        ("twenty to eleven", "tjugo i elva", True),
        ("twenty to eleven", "10.40", True),
        ("midnight", "vid midnatt", True),
        ("noon", "mitt på dagen", True),
        ("noon", "klockan 12", True),
        ("3:45 pm", "15.45", True),
        ("3:45 pm", "3.45", False),
        ("9 am", "upp 9 %", False),
        ("11:30 tonight", "11.30 i kväll", True),
    ],
)
def test_swedish_times(written, said, fine):
    assert says(parse(written), said, SV) is fine


def test_a_language_without_a_table_of_times_finds_figures():
    catalan = language.load("ca")
    assert says(parse("7:45 pm"), "a les 19:45", catalan)
    assert not says(parse("7:45 pm"), "a les 8", catalan)
