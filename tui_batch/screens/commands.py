"""The commands that can be typed after `:`, one a line; each goes the same way as its key."""

from collections.abc import Iterable

from tui_batch import signals
from tui_batch.errors import RequestError, nearest
from tui_batch.model import Submission
from tui_batch.screens.asking import answer
from tui_batch.screens.batch_jobs import BatchJobs
from tui_batch.screens.batches import Batches
from tui_batch.screens.bundling import write_bundle
from tui_batch.screens.cleaning import clean
from tui_batch.screens.command import Command, Kind
from tui_batch.screens.copying import copy
from tui_batch.screens.exporting import export
from tui_batch.screens.home import Home
from tui_batch.screens.jobs import Jobs
from tui_batch.screens.log import Log
from tui_batch.screens.picked import what
from tui_batch.screens.rerun import Rerunning
from tui_batch.screens.rows import job_columns
from tui_batch.screens.table_view import TableView
from tui_batch.screens.telling import limit, requeue, signal
from tui_batch.screens.typed import drawer, remembered
from tui_batch.screens.variables import Variables
from tui_batch.screens.verbs import Verbs
from tui_batch.screens.view import View
from tui_batch.states import CODES
from tui_batch.widgets.filter import wrong
from tui_batch.widgets.log_view import LogView
from tui_batch.widgets.moves import Moving
from tui_batch.widgets.progress import counted
from tui_batch.widgets.theme import THEMES

WAYS = ("up", "down")


# -- what may be typed as an argument ----------------------------------------------------------------------------------
def _columns(screen: View) -> Iterable[str]:
    return [column.name for column in screen.table.columns] if isinstance(screen, TableView) else []


def _targets(screen: View) -> Iterable[str]:
    return [target.name for target in screen.front.snapshot.targets] if screen.front.snapshot else []


def _submissions(screen: View) -> Iterable[str]:
    known = screen.front.snapshot.submissions if screen.front.snapshot else ()
    return dict.fromkeys([*(one.batch for one in known), *_batches(screen), *(one.id for one in known)])


def _states(screen: View) -> Iterable[str]:
    return dict.fromkeys([*CODES.values(), *CODES])


def _copies(screen: View) -> Iterable[str]:
    return [one.word for one in screen.copies()]


def _batches(screen: View) -> Iterable[str]:
    return screen.front.words.get("batch", ())


def _templates(screen: View) -> Iterable[str]:
    return screen.front.words.get("template", ())


def _themes(screen: View) -> Iterable[str]:
    return THEMES


COLUMN = Kind("column", _columns)
WAY = Kind("way", lambda screen: WAYS, only=True)
TARGET = Kind("target", _targets, only=True)
ON = Kind("word", lambda screen: ("on",), only=True)
STATE = Kind("state", _states)
SUBMISSION = Kind("submission", _submissions)
BATCH = Kind("batch", _batches)
TEMPLATE = Kind("template", _templates)
THEME = Kind("theme to change to", _themes, only=True)
SIGNAL = Kind("signal", lambda screen: signals.NAMES.values())
COPY = Kind("text", _copies)
FILE = Kind("file", lambda screen: [screen.export_name] if isinstance(screen, TableView) else [])


# -- what they do with it ----------------------------------------------------------------------------------------------
def _sort(screen: TableView, argument: str) -> None:
    column, _, way = argument.partition(" ")
    screen.sort_by(column, {"up": False, "down": True}.get(way.strip()))


def _filter(screen: TableView, argument: str) -> None:
    screen.filter_by(argument)


def _on(screen: View, target: str) -> None:
    home = _home(screen)
    home.set_focus(home.history)
    home.filter_by(f'on="{target}"')


async def _jobs(screen: View, argument: str) -> None:
    submission = _chosen(screen)
    words = {*CODES.values(), *CODES}
    text = f"state:{argument}" if argument in words else argument
    if not isinstance(screen, Jobs):
        jobs = await screen.ask(screen.desk.jobs, submission.id)
        if problem := wrong(text, job_columns(jobs, screen.now)):
            raise RequestError(problem)
        screen = Jobs(submission, jobs)
        await screen.front.push_screen(screen)
    screen.filter_by(text)


async def _log(screen: View, job: str) -> None:
    submission = _chosen(screen)
    index = await screen.ask(screen.desk.find_job, submission.id, job)
    jobs = await screen.ask(screen.desk.jobs, submission.id)
    screen.app.push_screen(Log(submission, jobs.rows[index]))


async def _open(screen: View, name: str) -> None:
    rows = await screen.ask(screen.desk.batches)
    if unsent := next((row for row in rows if row.name == name and not row.submitted), None):
        screen.app.push_screen(BatchJobs(unsent.name, unsent.jobs))
        return
    submission = await screen.ask(screen.desk.submission, name)
    _home(screen).want(submission.id)
    screen.app.push_screen(Jobs(submission))


async def _clean(screen: View, argument: str) -> None:
    await clean(screen, _chosen(screen))


async def _note(screen: Verbs, text: str) -> None:
    picked, desk = await screen.looked_up(screen.picked()), screen.desk
    await screen.for_each(picked, lambda one: desk.note(one.submission.id, text))
    screen.table.unmark()
    screen.prompt.say(f"Noted with {what(picked)}." if picked else "There is no submission here to note it with.")


async def _export(screen: TableView, name: str) -> None:
    await export(screen, screen.table, name)


async def _copy(screen: View, what: str) -> None:
    copies = screen.copies()
    chosen = next((one for one in copies if one.word.startswith(what)), None)
    if chosen is None:
        raise RequestError(f"no {what!r} to copy here.{nearest(what, [one.word for one in copies])}")
    await copy(screen, chosen)


async def _new(screen: View, name: str) -> None:
    if not screen.front.check_action("new_batch", ()):
        raise RequestError("a batch is being made already")
    template = await screen.ask(screen.desk.template, name)
    draft = remembered(await screen.ask(screen.desk.recall, drawer(template.name)))
    screen.app.push_screen(Variables(template, draft))


async def _submit(screen: View, argument: str) -> None:
    name, _, place = argument.partition(" on ")
    batch, targets = await screen.ask(screen.desk.batch, name), await screen.ask(screen.desk.targets)
    target = next((one for one in targets if one.name == place), None)
    problems = await screen.ask(screen.desk.check, batch, target) if target else ()
    batches = Batches()
    await screen.front.push_screen(batches)
    if target is None or problems:  # which are said where one chooses it
        batches.go(batches.submit, name)
    elif await batches.prompt.yes(f"Submit {counted(batch.jobs)} of {name} to {target.name}?", safe="y") == "y":
        await batches.order(name, target.name)


def _answer(screen: View, target: str) -> None:
    answer(screen, target)


def _goto(screen: View, number: str) -> None:
    match screen.focused:
        case LogView() as log if number.isdecimal():
            log.go_to_line(int(number))
        case Moving() as lines if number.isdecimal():
            lines.action_top()
            lines.move_by(int(number) - 1)
        case _:
            raise RequestError("goto takes the number of a line")


def _theme(screen: View, name: str) -> None:
    if (why := screen.front.terminal.theme_why) and name != screen.front.terminal.theme:
        raise RequestError(f"{name} cannot be shown here: {why}")
    screen.front.change_theme(THEMES[name])
    screen.front.say(f'{name} until the program ends; theme = "{name}" in config.toml keeps it.')


def _quit(screen: View, argument: str) -> None:
    _home(screen).action_quit()


def _home(screen: View) -> Home:
    app = screen.front
    app.action_home()
    if isinstance(app.screen, Home):
        return app.screen
    raise RequestError("home is not there")


def _chosen(screen: View) -> Submission:
    if (submission := screen.chosen()) is None:
        raise RequestError("no submission is chosen here")
    return submission


COMMANDS = (
    Command("all", "", "the jobs of all submissions", "all_jobs"),
    Command("answer", "[TARGET]", "answer what a target asks", "answer", _answer, kinds=(TARGET,)),
    Command("batches", "", "the batches that were made", "batches"),
    Command("bundle", "[FILE]", "write a file for a support request", run=write_bundle),
    Command("cancel", "", "cancel what is marked or under the cursor", "cancel"),
    Command("clean", "", "delete what is left of it on its target", run=_clean),
    Command("copy", "[WHAT]", "copy of what the cursor is on", "copy", _copy, kinds=(COPY,)),
    Command("export", "[FILE]", "write what the table shows: .csv .json .md", "export", _export, TableView, (FILE,)),
    Command("fetch", "", "fetch the results now", "fetch"),
    Command("filter", "[EXPR]", "show only what this keeps", "filter", _filter, TableView),
    Command("goto", "N", "to this line", run=_goto),
    Command("help", "", "the keys that work here", "help"),
    Command("hold", "", "hold what waits, or release it", "hold"),
    Command("home", "", "the history", "home"),
    Command("jobs", "[STATE|EXPR]", "the jobs of the submission", run=_jobs, kinds=(STATE,)),
    Command("limit", "MINUTES", "give what has not ended so long in all", run=limit, on=Rerunning),
    Command("log", "[JOB]", "the log of a job, by number or name", "log", _log),
    Command("new", "[TEMPLATE]", "make a batch", "new_batch", _new, kinds=(TEMPLATE,)),
    Command("note", "[TEXT]", "keep a note with the submission", "note", _note, Verbs),
    Command("on", "TARGET", "the history of one target", run=_on, kinds=(TARGET,)),
    Command("open", "ID|BATCH", "the jobs of a submission or a batch", run=_open, kinds=(SUBMISSION,)),
    Command("pause", "", "let nothing move on the screen, or go on", "pause"),
    Command("poll", "", "look at the targets now", "wake"),
    Command("quit", "", "leave; the jobs go on", run=_quit),
    Command("requeue", "", "have the queue run again what has begun", run=requeue, on=Rerunning),
    Command("retry", "", "run again what failed", "retry"),
    Command("settings", "", "what is set, and where", "settings"),
    Command("signal", "NAME", "send a signal to what has begun", run=signal, on=Rerunning, kinds=(SIGNAL,)),
    Command("sort", "[COLUMN [down]]", "sort the table", "sort", _sort, TableView, (COLUMN, WAY)),
    Command("submit", "[BATCH [on TARGET]]", "send a batch", "submit", _submit, kinds=(BATCH, ON, TARGET)),
    Command("targets", "", "how each target is", "targets"),
    Command("theme", "NAME", "other colours", run=_theme, kinds=(THEME,)),
    Command("undo", "", "take back what has not left yet", "undo"),
    Command("why", "", "why is it waiting", "why"),
)
