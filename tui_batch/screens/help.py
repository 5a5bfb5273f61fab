"""Help: the keys that work where one was, as they are bound now."""

from collections.abc import Iterable, Sequence

from textual.binding import ActiveBinding
from textual.widget import Widget

from tui_batch.screens.view import View
from tui_batch.states import CODES
from tui_batch.widgets.filter import LANGUAGE
from tui_batch.widgets.lines import Line
from tui_batch.widgets.prompt_line import named
from tui_batch.widgets.text_view import TextView, heading

_HERE = "Here"
_ROOMS = {
    "list.open": _HERE,
    "list": "Moving and finding",
    "panes": "Screens",
    "view": "Screens",
    "home": "Screens",
    "app": "Anywhere",
}

_BAR = (("#", "succeeded"), ("x", "failed"), ("c", "cancelled"), ("=", "running"), (">", "starting or moving"),
        ("-", "waiting"), ("!", "needs you"))  # fmt: skip


class Help(View):
    """A page built from bindings."""

    def __init__(self, bindings: Sequence[ActiveBinding]) -> None:
        super().__init__()
        self._live = bindings

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield TextView(id="page")

    def on_mount(self) -> None:
        """Nothing here changes."""
        from tui_batch.screens.commands import COMMANDS  # which know all screens, this one among them

        self.status.show("help", (("the keys of the screen you come from", ""),))
        problems = self.front.snapshot.problems if self.front.snapshot else ()
        self.query_one(TextView).show(
            [
                *_keys(self._live),
                (),
                heading("Commands without a key, after :"),
                *(_row(one.name, one.says) for one in COMMANDS if not one.action),
                *([(), heading("Files that could not be read")] if problems else []),
                *(((f"  {problem}", "attention"),) for problem in problems),
                (),
                heading("Filter"),
                *(_row(words, meaning) for words, meaning in LANGUAGE),
                (),
                heading("States"),
                *(_row(code, words) for code, words in _codes().items()),
                (),
                heading("Progress"),
                *(_row(sign, words) for sign, words in _BAR),
            ]
        )


def _keys(bindings: Sequence[ActiveBinding]) -> list[Line]:
    """All keys of one action on one line, rooms in the order of nearness."""
    rooms: dict[str, dict[str, list[str]]] = {}
    for active in bindings:
        binding = active.binding
        if binding.description:
            id = binding.id or ""
            room = _ROOMS.get(id) or _ROOMS.get(id.partition(".")[0], _HERE)
            rooms.setdefault(room, {}).setdefault(binding.description, []).append(named(binding.key))
    lines: list[Line] = []
    for room in dict.fromkeys(_ROOMS.values()):
        if room in rooms:
            lines += [heading(room), *(_row(" ".join(keys), words) for words, keys in rooms[room].items()), ()]
    return lines[:-1]


def _row(key: str, words: str) -> Line:
    return ((f"  {key:<14} ", "key"), (words, ""))


def _codes() -> dict[str, str]:
    words: dict[str, list[str]] = {}
    for state, code in CODES.items():
        words.setdefault(code, []).append(state.replace("_", " "))
    return {code: ", ".join(states) for code, states in words.items()}
