"""Verbs that make: templates, generate, batches."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.cli.output import answer, as_json, interactive, jobs, say, say_problems, table
from tui_batch.desk import Desk
from tui_batch.errors import RequestError
from tui_batch.model import Batch

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep
    from tui_batch.template import Template

SHOWN = 10  # jobs of a dry run that are shown


def templates(desk: Desk, arguments: Namespace) -> int:
    match arguments.words:
        case []:
            found = desk.templates()
            say_problems(desk.snapshot())
            if arguments.json:
                as_json([{"name": one.name, "description": one.description} for one in found])
            else:
                table(("NAME", "WHAT IT IS FOR"), [(one.name, one.description) for one in found])
        case ["show", name]:
            _show(desk.template(name), arguments.json)
        case words:
            raise RequestError(f"templates: {' '.join(words)!r} makes no sense: `templates`, or `templates show NAME`.")
    return 0


def _show(template: "Template", json: bool) -> None:
    keys = ("key", "label", "type", "default", "minimum", "maximum", "choices", "unit", "help")
    variables = [{key: getattr(one, key) for key in keys} for one in template.variables if not one.hidden]
    if json:
        as_json({"name": template.name, "description": template.description, "variables": variables})
        return
    print(f"{template.name}: {template.description}\n")
    rows = [(one["key"], one["type"], one["default"], _limits(one), one["help"] or one["label"]) for one in variables]
    table(("KEY", "TYPE", "DEFAULT", "LIMITS", "MEANING"), rows)


def _limits(variable: dict[str, object]) -> str:
    if variable["choices"]:
        return " | ".join(map(str, variable["choices"]))  # type: ignore[call-overload]
    low, high = variable["minimum"], variable["maximum"]
    return " ".join(f"{sign} {bound}" for sign, bound in ((">=", low), ("<=", high)) if bound is not None)


def generate(desk: Desk, arguments: Namespace) -> int:
    sweep = planned(desk, arguments)
    if arguments.dry_run:
        name, files = desk.rendered(sweep, 0)  # says what is wrong with the template, as making the batch would
        _show_sweep(sweep, arguments.json)
        if not arguments.json:
            if trouble := desk.size_trouble(sweep.count, arguments.max_jobs):
                say(f"{trouble} To make them takes --max-jobs {sweep.count}.")
            say(f"The first job is {name} and runs: {files['command'].strip()}")
        return 0
    batch = made(desk, sweep, arguments)
    if arguments.json:
        as_json({"batch": batch.name, "path": str(batch.path), "jobs": batch.jobs})
    else:
        say(f"Batch {batch.name}: {jobs(batch.jobs)} in {batch.path}.")
        print(batch.name)
    return 0


def planned(desk: Desk, arguments: Namespace) -> "Sweep":
    """The sweep that the arguments of `generate` or `run` describe."""
    table_ = ""
    if arguments.table:
        try:
            table_ = Path(arguments.table).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(f"--table {arguments.table} cannot be read: {error}.") from error
    axes = [_pair("-s", "AXIS", word) for word in arguments.sweep]
    fixed = [_pair("--set", "VALUE", word) for word in arguments.set]
    zips = [[key.strip() for key in word.split(",")] for word in arguments.zip]
    return desk.plan(desk.template(arguments.template), axes, fixed, zips, arguments.where, table_)


def _pair(option: str, what: str, word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals:
        raise RequestError(f"{option} {word}: write it as KEY={what}.")
    return key.strip(), value


def made(desk: Desk, sweep: "Sweep", arguments: Namespace) -> Batch:
    """Generate; a person who makes very many jobs is asked for the number."""
    most = arguments.max_jobs
    if sweep.count > (most or desk.config.max_jobs) and not most and interactive():
        say(f"This makes {jobs(sweep.count)}, more than the {desk.config.max_jobs:,} that max_jobs allows.")
        if answer("Type the number of jobs to make them all the same: ").replace(",", "") == str(sweep.count):
            most = sweep.count
    for variable, path in sweep.on_target():
        say(f"{variable.label or variable.key}: {path} is taken from the target; nothing is uploaded.")
    return desk.generate(sweep, arguments.name, max_jobs=most)


def _show_sweep(sweep: "Sweep", json: bool) -> None:
    if json:
        as_json({"jobs": sweep.count, "varying": list(sweep.varying), "axes": dict(sweep.axes)})
        return
    rows = []
    for index, values in enumerate(sweep.values()):
        if index == SHOWN:
            break
        rows.append((index, *(values[key] for key in sweep.varying)))
    table(("INDEX", *sweep.varying), rows)
    if sweep.count > SHOWN:
        print(f"… {sweep.count - SHOWN:,} more")
    say(f"{jobs(sweep.count)}; nothing was made.")


def batches(desk: Desk, arguments: Namespace) -> int:
    rows = desk.batches()
    say_problems(desk.snapshot())
    if arguments.json:
        keys = ("name", "template", "jobs", "created", "submitted", "last_submitted")
        as_json([{key: getattr(row, key) for key in keys} for row in rows])
    else:
        table(
            ("NAME", "TEMPLATE", "JOBS", "SUBMITTED", "LAST SUBMITTED (UTC)"),
            [(r.name, r.template, r.jobs, f"{r.submitted}x", r.last_submitted[:19].replace("T", " ")) for r in rows],
        )
    return 0
