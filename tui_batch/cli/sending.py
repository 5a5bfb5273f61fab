"""Verbs that send: submit, run, demo."""

from argparse import Namespace

from tui_batch.cli import screen, watching
from tui_batch.cli.answering import say_questions
from tui_batch.cli.making import made, planned
from tui_batch.cli.output import agrees, as_json, interactive, jobs, say
from tui_batch.desk import Desk
from tui_batch.model import Batch, Target
from tui_batch.times import clock


def submit(desk: Desk, arguments: Namespace) -> int:
    batch, target = desk.batch(arguments.batch), desk.config.target(arguments.target)
    if not _wanted(desk, batch, target, arguments.yes):
        return 1
    name = desk.submit(batch.name, target.name, arguments.first)
    _tell(name, batch, target, arguments.json)
    say_questions(desk.snapshot())
    return 0


def run(desk: Desk, arguments: Namespace) -> int:
    target = desk.config.target(arguments.target)  # before anything is made
    batch = made(desk, planned(desk, arguments), arguments)
    if not _wanted(desk, batch, target, arguments.yes):
        say(f"The batch {batch.name} was made and is kept.")
        return 1
    name = desk.submit(batch.name, target.name, arguments.first)
    _tell(name, batch, target, arguments.json, made=True)
    say_questions(desk.snapshot())
    return 0


def _wanted(desk: Desk, batch: Batch, target: Target, yes: bool) -> bool:
    """Show what would be sent where, and ask, unless there is nobody to ask."""
    problems = desk.check(batch, target)
    for problem in problems:
        say(f"{target.name}: {problem.text}.")
    if problems and (told := desk.told(target)):
        say(f"What {target.name} offers is as it said at {clock(told, desk.now())}.")
    desk.inquire(target)
    if yes or not interactive():
        return True
    needs = batch.resources
    each = [f"{needs.cpus} CPU{'s' if needs.cpus > 1 else ''}"]
    each += [f"{needs.memory_mb} MB"] if needs.memory_mb else []
    each += [f"{needs.gpus} GPUs"] if needs.gpus else []
    each += [f"at most {needs.minutes:g} min"] if needs.minutes else []
    total = f", {batch.jobs * needs.cpus * needs.minutes / 60:,.1f} core-hours at most" if needs.minutes else ""
    say(f"{batch.name}: {jobs(batch.jobs)}, each {', '.join(each)}{total}.")
    return agrees(f"Send them to {target.name} ({target.kind})?")


def _tell(name: str, batch: Batch, target: Target, json: bool, made: bool = False) -> None:
    if json:
        as_json({"submission": name} | ({"batch": batch.name} if made else {}))
    else:
        say(f"{jobs(batch.jobs)} of {batch.name} on the way to {target.name}.")
        print(name)


def demo(desk: Desk, arguments: Namespace) -> int:
    """The example sweep on this machine; the app on its monitor, or a plain table where there is no terminal."""
    name = desk.demo(arguments.target)
    if screen.can_draw():
        return screen.run(desk)
    made = desk.submission(name)
    say(f"{jobs(made.jobs)} of {made.batch} run on this machine.")
    code = watching.wait(desk, Namespace(id=[name], timeout=None))
    return watching.show(desk, Namespace(id=name, json=False)) or code
