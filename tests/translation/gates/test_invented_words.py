"""invented_words: a table of pairs, with some it is known to miss; compounds; with and without a dictionary of the system."""

import pytest

from templates import language
from templates.language import Language
from tests.gold import pairs
from translation.gates import _dictionary, invented_words

SV = language.load("sv")
TABLE = [  # source, target, unknown words, accepted
    ("The shares rose today.", "Aktierna steg i dag.", (), True),
    ("The shares rose today.", "Aktierna sprengde i dag.", ("sprengde",), False),
    ("The sales of the market", "Marknadets försälning blåsade upp", ("försälning", "blåsade"), False),
    ("stock market analysts", "aktiemarknadsanalytiker och snökrönta toppolitiker", (), True),  # compounds
    ("the weather in malmö and detroit", "vädret i malmö och detroits förorter", (), True),  # names of the source, in small letters
    ("The Chassidic faith", "Den chassidiska tron", (), True),  # a learned word begins as in English
    ("the xml data of yalta and the ky programmes", "jaltas xmldata och kyutbildningarna", (), True),  # names and acronyms, in small letters
    ("a glued word", f"ett {'ord' * 20}", ("ord" * 20,), False),  # longer than any word
    ("He said so.", "Fjongelbrot sade det.", (), True),  # a name, or a known miss: the first word has a capital
    ("The dog of the bank", "En bankhund", (), True),  # known to miss: a possible compound that nobody says
    ("He is tall", "Han är hund", (), True),  # known to miss: a real word in the wrong place
    ("$AAPL on t.co/xyqz", "$aaplq på t.co/xyqz vbnm4 e.kr", (), True),
    ("", "", (), True),
]


@pytest.mark.parametrize(("source", "target", "unknown", "accepted"), TABLE)
def test_table(source, target, unknown, accepted):
    found = invented_words.score(source, target, SV)
    assert found.unknown == unknown
    assert invented_words.accept(found, invented_words.Settings()) is accepted


def test_unknown_words_are_pointed_at_and_the_reason_names_the_dictionaries():
    source, target, unknown, _ = TABLE[2]
    found = invented_words.score(source, target, SV)
    assert [target[start:end] for start, end in invented_words.spans(source, target, found)[1]] == list(unknown)
    assert invented_words.reason(found, invented_words.Settings()) == f"in no dictionary ({_dictionary.used('sv')}): försälning, blåsade"


def test_without_any_dictionary_there_is_no_opinion():
    found = invented_words.score("x", "qwrtz plmkn", Language("xx", "Test"))
    assert found == invented_words.Score(0, (), "")
    assert not invented_words.judged(found, invented_words.Settings()) and invented_words.accept(found, invented_words.Settings())


def test_a_language_of_the_list_alone_says_so():
    assert _dictionary.used("ca") == "simplemma ca"
    assert invented_words.score("x", "la casa blanca zzyqx", language.load("ca")).unknown == ("zzyqx",)


def test_the_largest_dictionary_of_a_folder_is_taken_and_one_without_rules_is_not(tmp_path):
    for name, text in (("sv_SE.dic", "2\nhus\nbil\n"), ("sv_SE.aff", "SET UTF-8\n"), ("sv_FI.dic", "1\nhus\n"), ("sv_FI.aff", ""), ("nb_NO.dic", "1\nhus\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert _dictionary.file("sv", tmp_path) == tmp_path / "sv_SE"
    assert _dictionary.file("nb", tmp_path) is None
    assert _dictionary._hunspell(tmp_path / "sv_SE").lookup("bil") and not _dictionary._hunspell(tmp_path / "sv_SE").lookup("bl")


@pytest.mark.real
def test_few_human_translations_hold_unknown_words():
    human = pairs("sweden_facts")[::4]
    marked = [target for source, target in human if invented_words.score(source, target, SV).unknown]
    assert len(marked) <= 0.02 * len(human)
