"""rules: English times, dates and numbers are found in Swedish and Catalan however they are said, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates import catalogue, language
from templates.refusal import Refusal
from translation import rules
from translation.language_file import with_drafts
from translation.localise import Draft

SV, CA = language.load("sv").carry, language.load("ca").carry
TABLE = [  # value, translation, what carries it ("": nothing)
    ("five am", "väck mig klockan fem på morgonen tack", "fem på morgonen"),
    ("five am", "väck mig klockan 5", "5"),
    ("five am", "väck mig klockan sex på morgonen", ""),
    ("seven pm", "klockan 19 i morgon", "19"),
    ("seven thirty am", "väck mig halv åtta på förmiddagen", "halv åtta på förmiddagen"),
    ("seven thirty am", "möte kl. 07.30 i dag", "07 30"),
    ("nine thirty", "möte halv nio i dag", ""),  # false friends: halv nio is half past eight
    ("quarter to six", "kvart i sex", "kvart i sex"),
    ("ten past four", "tio över fyra", "tio över fyra"),
    ("twelve forty five", "kvart i ett", "kvart i ett"),
    ("half past twelve", "halv ett", "halv ett"),
    ("march twenty fifth", "den tjugofemte mars är", "tjugofemte mars"),
    ("fifth of march", "den 5 mars", "5 mars"),
    ("this week", "vad händer den här veckan nu", "den här veckan"),
    ("this week", "vad händer veckan därpå", ""),
    ("friday", "möte nu på fredag", "fredag"),
    ("friday's", "fredagens möte", "fredagens"),
    ("friday", "möte på lördag", ""),
    ("tomorrow", "imorgon", "imorgon"),
    ("an hour", "om en timme", "en timme"),
    ("thirty minutes", "i 30 minuter", "30 minuter"),
    ("by fifty percent", "höj med 50 % nu", "med 50 %"),
    ("every day", "varje dag", "varje dag"),
    ("twenty one", "nummer tjugoett", "tjugoett"),
    ("twenty one", "nummer tjugotvå", ""),
    ("today's", "i dags möte", "i dags"),
]
CATALAN = [
    ("five am", "desperta'm a les cinc del matí sisplau", "cinc del matí"),
    ("five am", "desperta'm a cinc és", "cinc"),  # what apertium makes of "am" is no part of it
    ("five am", "desperta'm a les sis del matí", ""),
    ("seven pm", "demà a les 19", "19"),
    ("eight o'clock", "a les vuit en punt", "vuit en punt"),
    ("seven thirty", "a dos quarts de vuit", "dos quarts de vuit"),
    ("seven thirty", "a dos quarts de set", ""),  # by the bell that is half past six
    ("half past twelve", "a dos quarts d'una", "dos quarts d' una"),
    ("seven thirty am", "a les set i mitja del matí", "set i mitja del matí"),
    ("seven thirty am", "a les 07.30 d'avui", "07 30"),
    ("quarter past eight", "un quart de nou", "un quart de nou"),
    ("quarter to six", "les sis menys quart", "sis menys quart"),
    ("quarter to six", "tres quarts de sis", "tres quarts de sis"),
    ("ten past four", "les quatre i deu", "quatre i deu"),
    ("march twenty fifth", "el vint-i-cinc de març del proper any", "vint i cinc de març"),
    ("fifth of march", "el 5 de març", "5 de març"),
    ("october first", "l'u d'octubre", "u d' octubre"),
    ("april tenth", "la desena d'abril", "desena d' abril"),
    ("december fifth", "la marxa cinquena", ""),
    ("this week", "d'aquesta setmana", "aquesta setmana"),
    ("next week", "la setmana que ve", "setmana que ve"),
    ("next friday", "divendres vinent", "divendres vinent"),
    ("next year", "l’any que ve", "any que ve"),
    ("last night", "anit", "anit"),
    ("tonight", "avui a la nit", "avui a la nit"),
    ("tomorrow morning", "demà al matí", "demà al matí"),
    ("friday's", "la reunió de divendres", "divendres"),
    ("friday", "dissabte", ""),
    ("an hour", "d'aquí a una hora", "una hora"),
    ("half an hour", "mitja hora", "mitja hora"),
    ("by fifty percent", "apuja-ho un 50 %", "un 50 %"),
    ("every day", "cada dia", "cada dia"),
    ("twenty one", "el número vint-i-un", "vint i un"),
    ("twenty one", "el número vint-i-dos", ""),
]


@pytest.mark.parametrize(("table", "value", "said", "carried"), [*((SV, *row) for row in TABLE), *((CA, *row) for row in CATALAN)])
def test_table(table: language.Carry, value: str, said: str, carried: str) -> None:
    units, spoken = rules.units(value, table), rules.words(said, table.around)
    assert units is not None
    found = [spoken[start : rules.cover(units, spoken, start, table.around)] for start in range(len(spoken))]
    assert " ".join(max(found, key=len)) == carried


def test_an_article_parts_from_its_word_only_where_the_language_says_so() -> None:
    assert rules.words("L’hora d'avui, l'", CA.around) == ("l'", "hora", "d'", "avui", "l")
    assert rules.words("O’clock l'hora", SV.around) == ("o'clock", "l'hora")
    assert rules.words("dol'hora d'", CA.around) == ("dol'hora", "d")


@pytest.mark.parametrize("value", ["kitchen", "five apples", "the", "", "five " * 10])
def test_other_values_have_no_rule(value: str) -> None:
    assert rules.units(value, SV) is None


def test_without_a_table_there_are_no_rules() -> None:
    assert rules.units("five am", language.Carry()) is None


def test_the_other_half_of_the_day_contradicts() -> None:
    spoken = rules.words("klockan sju på morgonen")
    assert rules.contradicted("seven pm", spoken, 2, SV)
    assert not rules.contradicted("seven am", spoken, 2, SV)
    assert not rules.contradicted("seven pm", rules.words("klockan sju på kvällen"), 2, SV)


@pytest.mark.parametrize("table", [SV, CA])
@settings(deadline=None)
@given(value=st.integers(0, 99))
def test_every_number_below_100_is_read_and_said(table: language.Carry, value: int) -> None:
    ten, one = divmod(value, 10)
    names = rules.ENGLISH_NUMBERS
    english = names[value] if value <= 20 else rules.ENGLISH_TENS[ten - 2] + (f" {names[one]}" if one else "")
    assert rules.number(english.split()) == (len(english.split()), value, False)
    said = rules.spell(value, table)
    assert (str(value),) in said
    assert any(word.isalpha() for word, *_ in said)
    others = set().union(*(rules.spell(other, table) for other in range(100) if other != value))
    assert not said & others


@settings(deadline=None)
@given(st.text(alphabet="abfivetn m0159'’:.- åäö", max_size=30))
def test_no_value_breaks_it(value: str) -> None:
    units = rules.units(value, SV)
    assert units is None or rules.cover(units, rules.words(value), 0, SV.around) <= len(rules.words(value))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('joined = ["{tens}{ones}"', 'joined = ["{ten}{ones}"', "[carry] joined: pattern '{ten}{ones}' cannot be filled ('ten'); allowed are {tens}, {ones}."),
        ('past = ["{minute}', 'passed = ["{minute}', "[carry] times: key 'passed' is neither past nor to nor a minute from 1 to 59."),
        ('january = ["januari"]', 'january = ["Januari"]', "[carry]: 'Januari' must be in lower case."),
        ("[carry.times]", "[carry.time]", "[carry] carry: unknown key 'time'"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = language.path_of("sv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "sv.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        language.read(tmp_path / "sv.toml")
    assert says.removeprefix("[carry] carry: ") in str(refused.value)


@pytest.mark.parametrize("table", [SV, CA])
def test_a_table_says_what_english_does(table: language.Carry) -> None:
    """Weekdays, months and parts of the day are all there, and no two weekdays or months share a word."""
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
    for group in (days, months):
        said = [set(table.words[name]) for name in group]
        assert sum(map(len, said)) == len(set().union(*said))
    assert len(table.numbers) == len(table.ordinals) == 21 and len(table.tens) == 8


def test_a_draft_of_the_words_keeps_the_table_and_its_comments(tmp_path: Path) -> None:
    written = language.path_of("ca").read_text(encoding="utf-8")
    cells = language.load("ca").cells
    drafts = [Draft(name, cells[name], {}, ()) for name in catalogue.benchmarks() if name in cells]
    path = tmp_path / "ca.toml"
    path.write_text(with_drafts(written, drafts, code="ca", where="ca.toml"), encoding="utf-8")
    assert language.read(path).carry == CA
    start, end = written.index("[carry]"), written.index("\n[assistant]")
    assert written[start:end].strip() in path.read_text(encoding="utf-8")


def test_the_tables_know_the_same_english() -> None:
    """What one language lacks its rules read as no time at all; Catalan alone says "next week" and "last year" by phrases of their own."""
    assert set(SV.words) - set(CA.words) == set()
    assert set(CA.words) - set(SV.words) == {"next week", "next month", "next year", "this year", "last year"}
