"""A line of text being typed: a value that answers each key with a new one."""

from dataclasses import dataclass

from tui_batch.widgets.lines import Line
from tui_batch.widgets.printable import cells, fit, printable


@dataclass(frozen=True, slots=True)
class Entry:
    """The text and where the cursor stands in it."""

    text: str = ""
    at: int = 0

    @classmethod
    def of(cls, text: str) -> "Entry":
        """The text, with the cursor behind it."""
        return cls(text, len(text))

    def insert(self, text: str, between: str = " ") -> "Entry":
        """Type or paste; what is pasted in several lines becomes one, with this between them."""
        lines = text.splitlines()
        if len(lines) > 1:  # commas at the ends of lines that a comma joins would make empty items
            lines = [line for line in (line.strip(between) for line in lines) if line]
        text = between.join(lines)
        return Entry(self.text[: self.at] + text + self.text[self.at :], self.at + len(text))

    def press(self, key: str, character: str | None) -> "Entry | None":
        """What the key makes of it; nothing if the key is not for typing."""
        before, after = self.text[: self.at], self.text[self.at :]
        match key:
            case "left" | "ctrl+b":
                return Entry(self.text, max(0, self.at - 1))
            case "right" | "ctrl+f":
                return Entry(self.text, min(len(self.text), self.at + 1))
            case "home" | "ctrl+a":
                return Entry(self.text, 0)
            case "end" | "ctrl+e":
                return Entry.of(self.text)
            case "backspace" | "ctrl+h":
                return Entry(before[:-1] + after, max(0, self.at - 1))
            case "delete" | "ctrl+d":
                return Entry(before + after[1:], self.at)
            case "ctrl+u":
                return Entry(after, 0)
            case "ctrl+k":
                return Entry.of(before)
            case "ctrl+w":
                kept = before.rstrip()
                kept = kept[: kept.rfind(" ") + 1]
                return Entry(kept + after, len(kept))
        if character is not None and character.isprintable() and len(character) == 1:
            return self.insert(character)
        return None

    def line(self, width: int) -> Line:
        """The text in this many cells, with a cursor; its end is what matters while one types there."""
        before, after = printable(self.text[: self.at]), printable(self.text[self.at :])
        while before and cells(before) >= width:
            before = before[1:]
        under, rest = (after[:1] or " "), after[1:]
        return (before, ""), (under, "caret"), (fit(rest, max(0, width - cells(before) - cells(under))), "")
