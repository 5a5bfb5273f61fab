"""A form of one line a field: label, what is typed, and what that means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from types import MappingProxyType

from textual import events
from textual.message import Message

from tui_batch.widgets.entry import Entry
from tui_batch.widgets.lines import Line, Lines, Part
from tui_batch.widgets.printable import cells, fit, printable

NOTHING: Mapping[str, str] = MappingProxyType({})
LABEL = 17
FOOT = 5  # lines kept for the air above and for what is to be said of the field in hand


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form; `said` and `wrong` stand at its right, `about` below the form while one is in it."""

    key: str
    label: str
    entry: Entry
    about: tuple[str, ...] = ()
    wide: bool = False  # nothing stands at its right but what is wrong
    said: str = ""
    wrong: str = ""


class Form(Lines, can_focus=True):
    """Every key is for the field in hand; up and down change it, Enter is done."""

    class Changed(Message):
        """Something else stands in a field."""

    class Done(Message):
        """The person wants to go on."""

    def __init__(self, fields: Sequence[Field], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.fields = tuple(fields)
        self.at = self.top = 0
        self.loose: tuple[str, ...] = ()  # problems that belong to no field

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the fields."""
        return {field.key: field.entry.text for field in self.fields}

    def tell(self, said: Mapping[str, str], wrong: Mapping[str, str] = NOTHING, loose: Sequence[str] = ()) -> None:
        """Say this of the fields in place of all that was said; `loose` is what is wrong with none of them."""
        self.fields = tuple(
            replace(field, said=said.get(field.key, ""), wrong=wrong.get(field.key, "")) for field in self.fields
        )
        self.loose = tuple(loose)
        self.repaint()

    def on_key(self, event: events.Key) -> None:
        """Typing, and moving between the fields."""
        match event.key:
            case "up" | "shift+tab":
                self._go(self.at - 1)
            case "down" | "tab":
                self._go(self.at + 1)
            case "pageup" | "pagedown":
                self._go(self.at + (self.page if event.key == "pagedown" else -self.page))
            case "enter":
                self.post_message(self.Done())
            case _:
                if (typed := self.fields[self.at].entry.press(event.key, event.character)) is None:
                    return  # not for typing: the screen may want it
                self._change(typed)
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text."""
        event.stop()
        field = self.fields[self.at]
        self._change(field.entry.insert(event.text, " " if field.wide else ", "))

    def _change(self, entry: Entry) -> None:
        before = self.fields[self.at]
        self.fields = (*self.fields[: self.at], replace(before, entry=entry), *self.fields[self.at + 1 :])
        self.repaint()
        if entry.text != before.entry.text:
            self.post_message(self.Changed())

    def _go(self, at: int) -> None:
        self.at = max(0, min(at, len(self.fields) - 1))
        self._into_sight()
        self.repaint()

    @property
    def page(self) -> int:
        """How many fields are on the screen."""
        return max(1, self.size.height - FOOT)

    def on_resize(self) -> None:
        """Keep the field in hand in sight."""
        self._into_sight()

    def _into_sight(self) -> None:
        self.top = min(max(self.top, self.at - self.page + 1), self.at)

    # -- what it shows ---------------------------------------------------------------------------------------------
    def line(self, y: int) -> Line:
        """The fields, and below them what there is to know of the one in hand."""
        if y < 1:
            return ()
        if y <= self.page:
            index = self.top + y - 1
            return self._field(index) if index < len(self.fields) else self._below(index - len(self.fields))
        lines = self._foot()
        n = y - self.page - 2
        return ((" " + fit(lines[n][0], self.size.width - 2), lines[n][1]),) if 0 <= n < len(lines) else ()

    def _below(self, n: int) -> Line:
        """The empty lines under the last field say what belongs to none, if it has room there."""
        lines = self._problems() if self._loose_fits() else []
        return ((f" {lines[n - 1]}", "trouble"),) if 0 < n <= len(lines) else ()

    def _foot(self) -> list[Part]:
        """What is wrong and was not shown whole above, else what there is to know of the field in hand."""
        field = self.fields[self.at]
        if self.loose and not self._loose_fits():
            return [(line, "trouble") for line in self._problems()]
        if cells(printable(field.wrong)) > (self.size.width - LABEL - 3) // 2:
            return [(line, "trouble") for line in wrap(printable(field.wrong), self.size.width - 2)]
        return [(line, "quiet") for line in field.about]

    def _problems(self) -> list[str]:
        return [line for problem in self.loose for line in wrap(printable(problem), max(8, self.size.width - 2))]

    def _loose_fits(self) -> bool:
        return len(self._problems()) < self.page - len(self.fields)

    def _field(self, index: int) -> Line:
        field, here = self.fields[index], index == self.at
        whole = self.size.width - LABEL - 3
        room = whole if field.wide and not field.wrong else max(8, whole // 2)
        mark: Part = ("> " if here else "  ", "")
        label: Part = (fit(field.label, LABEL - 2) + " ", "key" if here else "")
        text = field.entry.line(room) if here and self.has_focus else ((fit(field.entry.text, room), ""),)
        text = tuple((piece, f"field {tone}".strip()) for piece, tone in text)
        right = field.wrong or field.said
        rest = whole - room
        result: Part = (fit(right, min(max(0, rest), cells(printable(right)))), "trouble" if field.wrong else "quiet")
        return (mark, label, *text, ("  ", ""), result)
