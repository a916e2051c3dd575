"""verbalizer: variants fold to their label; ambiguous words are refused."""

import pytest

from templates import verbalizer
from templates.refusal import Refusal

LABELS = ("negative", "positive")


def test_variants_take_the_blank_and_fold_to_their_label() -> None:
    made = verbalizer.build(LABELS, {"negative": " negativ", "positive": " positiv"}, {"positive": ("positiva", "positivt")}, where="here")
    assert made.candidates("positive") == (" positiv", " positiva", " positivt")
    assert made.label_of("Positivt ") == "positive"
    assert made.label_of("neutral") is None


@pytest.mark.parametrize(
    ("words", "variants", "message"),
    [
        ({"negative": " dålig", "positive": " "}, {}, "here: a word of label 'positive' is empty; write the word the model shall answer."),
        ({"negative": " bra", "positive": " Bra"}, {}, "here: ' bra' stands for both 'negative' and 'positive'; every label needs words of its own."),
        ({"negative": " no", "positive": " noble"}, {}, "here: ' no' (negative) and ' noble' (positive) collide, one begins the other"),
        ({"negative": " ner", "positive": " upp"}, {"negative": ("uppåt",)}, "collide, one begins the other"),
        ({"negative": " ner"}, {}, "here: label 'positive' has no word; give one for each of negative, positive."),
        ({"negative": " ner", "positve": " upp"}, {}, "here: 'positve' is not a label; labels are negative, positive. Did you mean positive?"),
    ],
)
def test_refusals(words: dict[str, str], variants: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(Refusal) as caught:
        verbalizer.build(LABELS, words, variants, where="here")
    assert message in str(caught.value)
