"""A form of one line a field: label, what is typed, and what that means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui_batch.widgets.entry import Entry
from tui_batch.widgets.lines import Line, Lines, Part
from tui_batch.widgets.printable import cells, fit, printable

LABEL = 17  # cells for labels, and more of them for long ones: up to a third of the screen
FOOT = 5  # lines kept for the air above and for what is to be said of the field in hand
REPLACED = ": type over, ctrl+u clears"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form; what `about` says stands below the form while one is in it."""

    key: str
    label: str
    entry: Entry
    default: str = ""
    about: tuple[str, ...] = ()
    wide: bool = False  # nothing stands at its right but what is wrong


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say of the fields, by their keys, and what belongs to none of them."""

    said: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)  # beside the label
    loose: Sequence[str] = ()


class Form(Lines, can_focus=True):
    """What can be typed is for the field in hand; a default that nobody touched gives way to the first key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "step(1)", "field", key_display="Tab/arrows", id="form.down"),
        Binding("up,shift+tab", "step(-1)", "field before", show=False, id="form.up"),
        Binding("pagedown", "page(1)", "fields below", show=False, id="form.page-down"),
        Binding("pageup", "page(-1)", "fields above", show=False, id="form.page-up"),
    ]

    class Changed(Message):
        """Something else stands in a field."""

    class Moved(Message):
        """Another field is in hand."""

    def __init__(self, fields: Sequence[Field], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.fields = tuple(fields)
        self.at = self.top = 0
        self._remarks = Remarks()
        self._entered = True  # nothing was done yet in the field in hand

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the fields."""
        return {field.key: field.entry.text for field in self.fields}

    @property
    def current(self) -> Field:
        """The field in hand."""
        return self.fields[self.at]

    @property
    def fresh(self) -> bool:
        """A default stands in the field that the first key is to replace."""
        return self._entered and bool(self.current.default) and self.current.entry.text == self.current.default

    def tell(self, remarks: Remarks) -> None:
        """Say this of the fields in place of all that was said."""
        self._remarks = remarks
        self.repaint()

    def put(self, texts: Mapping[str, str]) -> None:
        """Have these texts in these fields."""
        self.fields = tuple(
            replace(field, entry=Entry.of(texts[field.key])) if field.key in texts else field for field in self.fields
        )
        self._entered = True
        self.repaint()
        self.post_message(self.Changed())

    def go_to(self, key: str) -> None:
        """Take this field in hand, if there is one."""
        self._go(next((n for n, field in enumerate(self.fields) if field.key == key), self.at))

    # -- keys ------------------------------------------------------------------------------------------------------
    def on_key(self, event: events.Key) -> None:
        """Typing; any other key is for whoever has bound it."""
        if (typed := self._pressed(event.key, event.character)) is not None:
            self._change(typed)
            event.stop()
            event.prevent_default()

    def _pressed(self, key: str, character: str | None) -> Entry | None:
        # A comma goes on behind the default: nothing begins with one.
        if self.fresh and key in ("backspace", "delete", "ctrl+h"):
            return Entry()
        if self.fresh and character not in (None, ",") and (typed := Entry().press(key, character)) and typed.text:
            return typed
        return self.current.entry.press(key, character)

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text."""
        event.stop()
        entry = Entry() if self.fresh else self.current.entry
        self._change(entry.insert(event.text, " " if self.current.wide else ", "))

    def _change(self, entry: Entry) -> None:
        before = self.current
        self._entered = False
        self.fields = (*self.fields[: self.at], replace(before, entry=entry), *self.fields[self.at + 1 :])
        self.repaint()
        if entry.text != before.entry.text:
            self.post_message(self.Changed())

    def action_step(self, by: int) -> None:
        """Another field."""
        self._go(self.at + by)

    def action_page(self, by: int) -> None:
        """A field a page away."""
        self._go(self.at + by * self.page)

    def _go(self, at: int) -> None:
        self._entered = True
        self.at = max(0, min(at, len(self.fields) - 1))
        self._into_sight()
        self.repaint()
        self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """How many fields are on the screen."""
        return max(1, self.size.height - FOOT)

    def on_resize(self) -> None:
        """Keep the field in hand in sight."""
        self._into_sight()

    def _into_sight(self) -> None:
        top = min(max(self.top, self.at - self.page + 1), self.at)
        self.top = max(0, min(top, len(self.fields) - self.page))

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
        if self._remarks.loose and not self._loose_fits():
            return [(line, "trouble") for line in self._problems()]
        text, tone = self._remark(self.current.key)
        room = self._room(self.at)
        first, *more = self.current.about or ("",)
        if tone != "quiet" and cells(printable(text)) > self._whole - room:
            return [*((line, tone) for line in self._wrapped(text)), *((line, "quiet") for line in more if line)]
        elsewhere = self._elsewhere()
        if text and room == self._whole:  # it has no room beside the field
            elsewhere.append((text, tone))
        return [*elsewhere, (first + REPLACED * self.fresh, "quiet"), *((line, "quiet") for line in more if line)]

    def _elsewhere(self) -> list[Part]:
        """What is wrong with a field that is out of sight."""
        for n, one in enumerate(self.fields):
            if not self.top <= n < self.top + self.page and (wrong := self._remarks.wrong.get(one.key)):
                return [(f"{one.label}: {wrong}", "trouble")]
        return []

    def _remark(self, key: str) -> Part:
        """The most urgent thing to say of a field."""
        remarks = self._remarks
        for text, tone in ((remarks.wrong.get(key), "trouble"), (remarks.doubts.get(key), "attention")):
            if text:
                return (text, tone)
        return (remarks.said.get(key, ""), "quiet")

    def _wrapped(self, text: str) -> list[str]:
        return wrap(printable(text), max(8, self.size.width - 2))

    def _problems(self) -> list[str]:
        return [line for problem in self._remarks.loose for line in self._wrapped(problem)]

    def _loose_fits(self) -> bool:
        return len(self._problems()) < self.page - len(self.fields)

    def _field(self, index: int) -> Line:
        field, here = self.fields[index], index == self.at
        right, tone = self._remark(field.key)
        whole, room = self._whole, self._room(index)
        pointer: Part = ("> " if here else "  ", "")
        mark = self._remarks.marks.get(field.key, "")
        label: Part = (fit(field.label, self._label - 2 - len(mark)), "key" if here else "")
        text: Line = ((fit(field.entry.text, room), ""),)
        if here and self.has_focus:
            text = self._selected(room) if self.fresh else field.entry.line(room)
        text = tuple((piece, f"field {tone}".strip()) for piece, tone in text)
        result: Part = (fit(right, min(max(0, whole - room), cells(printable(right)))), tone)
        return (pointer, label, (f"{mark} ", "moving"), *text, ("  ", ""), result)

    @property
    def _whole(self) -> int:
        """The cells for a field and what stands at its right."""
        return self.size.width - self._label - 3

    @property
    def _label(self) -> int:
        """The cells for the labels, with the pointer before and a blank behind."""
        longest = max((cells(printable(field.label)) for field in self.fields), default=0)
        return max(LABEL, min(longest + 3, self.size.width // 3))

    def _room(self, index: int) -> int:
        """The cells for a field: all there are if the one in hand needs more than its half."""
        field, half = self.fields[index], max(8, self._whole // 2)
        alone = field.wide and not self._remark(field.key)[0]
        longer = index == self.at and cells(printable(field.entry.text)) >= half
        return self._whole if alone or longer else half

    def _selected(self, room: int) -> Line:
        """What the first key replaces looks like what the cursor is on."""
        text = printable(self.current.entry.text)
        shown = fit(text, min(room - 1, cells(text)))
        return (shown + " ", "caret"), (" " * (room - cells(shown) - 1), "")
