"""The little language of `--where`: what it can say, and that it can do nothing else."""

import pytest

from tui_batch.numbers import Real
from tui_batch.where import compile_where

VALUES = {"T": Real(0.1, "1e-1"), "n": 3, "method": "tophat", "fast": True}


def kept(text):
    return compile_where(text, list(VALUES))(VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "T < 0.5 and n == 3", "T == 0.1", "0 < T <= 0.1 < n", "not n > 3", "n in [1, 3]", "n not in (1, 2)",
        "method == 'tophat'", '"top" in method', "n + 1 == 4 and n - 1 == 2", "n * 2 / 3 == 2", "n % 2 == 1",
        "n ** 2 == 9", "-n < 0", "fast", "fast == true", "n > 5 or (fast and n < 4)",
    ],
)  # fmt: skip
def test_true_sentences(text):
    assert kept(text) is True
    assert kept(f"not ({text})") is False


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("m > 1", "unknown name 'm'"),
        ("metod == 'x'", "Did you mean 'method'"),
        ("n >", "not a comparison"),
        ("n = 3", "not a comparison"),
        ("n", "neither true nor false"),
        ("method > 3", "cannot be compared"),
        ("method * 9 == 1", "not a number"),
        ("n / 0 == 1", "cannot be calculated"),
        ("9 ** 9 ** 9 > n", "power above"),
        ("n and fast", "neither true nor false"),
        ("__import__('os').system('true') == 0", "unknown name '__import__'"),
        ("method.upper() == 'X'", "not a comparison"),
        ("method[0] == 't'", "not a comparison"),
        ("[x for x in [1]] == n", "unknown name 'x'"),
        ("(lambda: 1)() == n", "not a comparison"),
        ("f'{n}' == '3'", "not a comparison"),
        ("(" * 900 + "n" + ")" * 900 + " > 1", "not a comparison"),
        ("n > 1 " * 1000, "longer than"),
        ("n > '\0'", "not a comparison"),
    ],
)
def test_everything_else_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        kept(text)
