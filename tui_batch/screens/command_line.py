"""The line after `:`: finds a command by its beginning, completes it, says what is wrong with it, and remembers it."""

import contextlib
from asyncio import Future
from collections.abc import Sequence
from functools import partial
from itertools import takewhile

from textual.worker import WorkType

from tui_batch.errors import RequestError, StoreError, TemplateError, TuiBatchError, nearest
from tui_batch.screens.command import Command
from tui_batch.screens.commands import COMMANDS
from tui_batch.screens.view import View
from tui_batch.widgets.question import Completion

REMEMBERED = "commands"  # the name under which the desk remembers what was typed
MOST = 100
OFFERED = 40  # words that a hint may name; no line is longer


def ask(screen: View, text: str = "", wrong: str = "") -> None:
    """Ask for a command, and do it."""
    words = screen.front.words
    first, history = "typed" not in words, words.setdefault("typed", [])
    answer = screen.prompt.ask(
        ":",
        text,
        check=lambda text: problem(screen, text),
        complete=lambda text: completion(screen, text),
        history=history,
        wrong=wrong,
    )
    # The app's work, not the screen's: a command may lead away from the screen, and would end with it.
    work: WorkType[None] = partial(_do, screen, answer, first)
    screen.wait_for(screen.front.run_worker(work))


async def _do(screen: View, answer: "Future[str | None]", first: bool) -> None:
    if first:
        recalled = await screen.ask(screen.desk.recall, REMEMBERED)
        screen.front.words["typed"][:0] = [line for line in recalled.get("typed", ()) if isinstance(line, str)]
    await _learn_names(screen)
    if text := (await answer or "").strip():
        await _run(screen, text)
        await _remember(screen, text)


async def _learn_names(screen: View) -> None:
    with contextlib.suppress(TuiBatchError):  # without names there is less to complete
        batches, templates = await screen.ask(screen.desk.batches), await screen.ask(screen.desk.templates)
        screen.front.words["batch"] = [batch.name for batch in batches]
        screen.front.words["template"] = [template.name for template in templates]


async def _run(screen: View, text: str) -> None:
    try:
        await run(screen, text)
    except (RequestError, TemplateError) as error:  # what is wrong is mended where it was typed
        if not screen.is_current or screen.prompt.question:
            raise
        ask(screen, text, str(error))


async def _remember(screen: View, text: str) -> None:
    history = screen.front.words["typed"]
    if history[-1:] != [text]:
        history[:] = [*history, text][-MOST:]
        with contextlib.suppress(StoreError):  # a history that cannot be kept is not worth a word
            await screen.ask(screen.desk.remember, REMEMBERED, {"typed": history})


def find(name: str) -> Command:
    """The command of this name, or the only one that begins so."""
    found = [command for command in COMMANDS if command.name.startswith(name)]
    exact = [command for command in found if command.name == name]
    if not found:
        raise RequestError(f"no command {name!r}.{nearest(name, [command.name for command in COMMANDS])}")
    if len(found) > 1 and not exact:
        raise RequestError(f"{name!r} may be {' or '.join(command.name for command in found)}")
    return (exact or found)[0]


def problem(screen: View, text: str) -> str:
    """Why this cannot be done here, "" if it can; what takes a look at the store comes out when it is done."""
    name, argument = _parted(text)
    if not name:
        return ""
    try:
        return find(name).problem(screen, argument)
    except RequestError as error:
        return str(error)


async def run(screen: View, text: str) -> None:
    """Do what the line says."""
    name, argument = _parted(text)
    await find(name).do(screen, argument)


def completion(screen: View, text: str) -> Completion:
    """First the command, then its arguments, one kind after the other."""
    name, blank, rest = text.lstrip().partition(" ")
    found = [command for command in COMMANDS if command.name.startswith(name)]
    if not blank:
        if len(found) == 1:
            return Completion(f"{found[0].name} " if found[0].takes else found[0].name, found[0].says)
        return _offered("", name, [command.name for command in found])
    command = next((command for command in found if command.name == name or len(found) == 1), None)
    if command is None:
        return Completion(text)
    before, kind, word = command.word_at(rest)
    fitting = _fitting(command.words(screen, kind), word)
    offered = _offered(f"{name} {before}", word, fitting)
    more = " " if len(fitting) == 1 and kind + 1 < len(command.kinds) else ""
    hint = command.says if offered.hint in ("", word) else offered.hint
    return offered._replace(text=offered.text + more, hint=hint)


def _fitting(words: Sequence[str], word: str) -> list[str]:
    wanted = word.casefold()
    return [one for one in words if one.casefold().startswith(wanted)]


def _offered(before: str, word: str, words: Sequence[str]) -> Completion:
    """As much as all these words have in common, and what they are."""
    pairs = zip(min(words), max(words), strict=False) if words else ()
    common = "".join(one for one, other in takewhile(lambda pair: pair[0] == pair[1], pairs))
    text = before + (common if len(common) >= len(word) else word)
    return Completion(text, "  ".join(words[:OFFERED]), [before + one for one in words])


def _parted(text: str) -> tuple[str, str]:
    name, _, argument = text.strip().partition(" ")
    return name, argument.strip()
