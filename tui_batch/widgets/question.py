"""What is asked at the bottom line: a value that answers each key with a new one, and how it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

from tui_batch.widgets.entry import Entry
from tui_batch.widgets.lines import Line, Part
from tui_batch.widgets.printable import cells, fit, printable

YES = {"y": "yes", "n": "no"}
_LABEL, _TYPED, _HINT = 12, 24, 8  # cells that each keeps, or is not worth showing below


class Completion(NamedTuple):
    """What Tab makes of a text, what may come next in it, and the texts that Tab goes through if it can add nothing."""

    text: str
    hint: str = ""
    texts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a text in `entry`, or one of the keys in `choices`; `safe` is what Enter means there."""

    label: str
    entry: Entry | None = field(default=None, repr=False)  # what is typed may be a secret
    masked: bool = False  # it is one
    choices: Mapping[str, str] = field(default_factory=dict)
    safe: str = ""
    check: Callable[[str], str] = lambda text: ""  # what is wrong with the text, "" for nothing
    complete: Callable[[str], Completion] = Completion
    history: Sequence[str] = ()  # what was answered before, oldest first
    back: int = 0  # how many of these one went back
    draft: str = ""  # what was typed before one did
    hint: str = ""
    wrong: str = ""
    turns: Sequence[str] = ()  # what Tab goes through; the first is in the line now

    @property
    def decides(self) -> bool:
        """Whether it is a question of yes or no, and not a menu."""
        return self.choices.keys() == YES.keys()

    def typed(self, entry: Entry) -> "Question":
        """With this in the line; what was wrong is wrong no more."""
        return replace(self, entry=entry, hint=self.complete(entry.text).hint, wrong="", turns=())

    def pasted(self, text: str) -> "Question":
        """With this pasted into the line; it never answers, and what nobody sees is not made of several lines."""
        if self.entry is None:
            return replace(self, wrong="a paste is no answer")
        if self.masked and len(text.splitlines()) > 1:
            return replace(self, wrong="these are several lines")
        return self.typed(self.entry.insert(text))

    def press(self, key: str, character: str | None) -> "Question":
        """What a key makes of it, Enter apart."""
        if self.entry is None:
            return replace(self, wrong=f"press {' or '.join(self.choices)}" if self.decides else "Esc closes")
        match key:
            case "tab":
                return self._turned(1) if self.turns else self._completed(self.entry)
            case "shift+tab":
                return self._turned(-1)
            case "up":
                return self._recalled(self.back + 1)
            case "down":
                return self._recalled(self.back - 1)
        typed = self.entry.press(key, character)
        return self.typed(typed) if typed else self

    def _completed(self, entry: Entry) -> "Question":
        before, after = entry.text[: entry.at], entry.text[entry.at :]
        text, _, texts = self.complete(before)
        if text == before and not after and len(texts) > 1:
            return replace(self, entry=Entry.of(texts[0]), turns=texts)
        return self.typed(Entry(text + after, len(text)))

    def _turned(self, by: int) -> "Question":
        """The next of the texts, or the one before; the hint goes on naming them."""
        turns = [*self.turns[by:], *self.turns[:by]]
        return replace(self, entry=Entry.of(turns[0]), turns=turns) if turns else self

    def _recalled(self, back: int) -> "Question":
        if self.entry is None or not 0 <= back <= len(self.history):
            return self
        draft = self.draft if self.back else self.entry.text
        text = self.history[-back] if back else draft
        return replace(self, back=back, draft=draft).typed(Entry.of(text))

    def line(self, width: int) -> Line:
        """The question in this many cells."""
        if self.entry is None:
            return _offered(self, width)
        return _written(self, self.entry.masked() if self.masked else self.entry, width)


def _written(question: Question, entry: Entry, width: int) -> Line:
    """What is typed has room first, then what is wrong with it, the label, and a hint in what is left."""
    label, wrong = f" {printable(question.label)} ", _spaced(question.wrong)
    room = width - min(cells(printable(entry.text)) + 1, _TYPED)
    label = fit(label, min(cells(label), max(_LABEL, room - cells(wrong))), ending=True)
    said, tone = (wrong, "trouble") if wrong else (_spaced(question.hint), "quiet")
    said = fit(said, min(cells(said), max(0, room - cells(label))))
    if not wrong and len(said) < _HINT:
        said = ""
    return (label, "key"), *entry.line(width - cells(label) - cells(said)), (said, tone)


def _offered(question: Question, width: int) -> Line:
    """The choices are never hidden: their words are cut before the question is, and the letters never."""
    label, wrong = f" {printable(question.label)} ", _spaced(question.wrong)
    wrong = fit(wrong, min(cells(wrong), width // 2))
    if question.decides:
        keys: list[Part] = [("/".join(key.upper() if key == question.safe else key for key in question.choices), "key")]
    else:
        keys = _lettered(question.choices, width - min(cells(label), _LABEL) - cells(wrong))
    room = width - sum(cells(text) for text, _ in keys) - cells(wrong)
    return (fit(label, min(cells(label), max(0, room)), ending=True), "attention"), *keys, (wrong, "trouble")


def _lettered(choices: Mapping[str, str], room: int) -> list[Part]:
    """Each key with as much of its word as there is room for."""
    words = {key: printable(word) for key, word in choices.items()}
    longest = max(map(cells, words.values()), default=0)
    for length, gap in product(range(longest, 3, -1), ("  ", " ")):
        cut = {key: fit(word, min(cells(word), length)) for key, word in words.items()}
        if sum(len(key) + 1 + cells(word) + len(gap) for key, word in cut.items()) <= room:
            return [part for key, word in cut.items() for part in ((key, "key"), (f" {word}{gap}", ""))]
    return [(" ".join(words), "key")]


def _spaced(text: str) -> str:
    return f" {printable(text)} " if text else ""
