"""A line of text being typed: a value that answers each key with a new one."""

from dataclasses import dataclass

from rich.cells import set_cell_size

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

    def masked(self) -> "Entry":
        """A star for each character: what is shown of a secret."""
        return Entry("*" * len(self.text), self.at)

    def line(self, width: int) -> Line:
        """The text around its cursor in this many cells; `<` and `>` stand where there is more of it."""
        before, after = printable(self.text[: self.at]), printable(self.text[self.at :])
        under, rest, more = after[:1] or " ", after[1:], ""
        while before and cells(more + before + under) + bool(rest) > width:
            before, more = before[1:], "<"
        room = max(0, width - cells(more + before + under))
        if cells(rest) > room:
            rest = f"{set_cell_size(rest, room - 1)}>" if room else ""
        return (more + before, ""), (under, "caret"), (fit(rest, room), "")
