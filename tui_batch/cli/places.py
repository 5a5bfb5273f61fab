"""Verbs about places: targets, doctor, courier."""

import os
import signal
from argparse import Namespace

from tui_batch.cli.answering import ask, say_questions
from tui_batch.cli.output import as_json, interactive, say, table
from tui_batch.desk import Desk
from tui_batch.errors import RequestError


def targets(desk: Desk, arguments: Namespace) -> int:
    snapshot = desk.snapshot()
    rows = [(one.name, one.kind, one.name == desk.config.default_target) for one in desk.targets()]
    if arguments.json:
        as_json([{"name": name, "kind": kind, "default": default} for name, kind, default in rows])
    else:
        table(("NAME", "KIND", ""), [(name, kind, "default" if default else "") for name, kind, default in rows])
    say_questions(snapshot)
    return 0


def doctor(desk: Desk, arguments: Namespace) -> int:
    """Ask each target whether it works; this verb and the courier are the only ones that talk to one."""
    if arguments.bundle:
        return _bundle(desk, arguments)
    if arguments.output:
        raise RequestError("doctor: --output says where the file of --bundle ID goes.")
    from tui_batch.courier.examine import examine

    chosen = [desk.config.target(arguments.target)] if arguments.target else desk.targets()
    found = examine(desk.home, chosen, ask) if interactive() else examine(desk.home, chosen)
    if arguments.json:
        as_json([{"what": one.what, "works": one.works, "detail": one.detail, "facts": one.facts} for one in found])
    else:
        for one in found:
            print(f"{'ok  ' if one.works else 'FAIL'} {one.what}: {one.detail}")
            for key, value in one.facts.items():
                print(f"       {key}: {value}")
    return 0 if all(one.works for one in found) else 1


def _bundle(desk: Desk, arguments: Namespace) -> int:
    name, *jobs = arguments.bundle
    submission = desk.submission(name)
    path = desk.bundle(submission.id, [desk.find_job(submission.id, job) for job in jobs], arguments.output)
    if arguments.json:
        as_json({"bundle": str(path)})
    else:
        say("Secrets were taken out; read it before you send it.")
        print(path)
    return 0


def courier(desk: Desk, arguments: Namespace) -> int:
    beat = desk.snapshot().courier
    alive = beat is not None and beat.alive
    if arguments.status:
        print(f"at work on {beat.host}, pid {beat.pid}, since {beat.started}" if beat and alive else "not at work")
        return 0
    if arguments.stop:
        return _stop(desk)
    from tui_batch.courier.process import work

    if not work(desk.home, desk.config, arguments.once):
        say("A courier is at work already.")
    return 0


def _stop(desk: Desk) -> int:
    beat = desk.snapshot().courier
    if beat is None or not beat.alive:
        say("No courier is at work.")
    elif beat.host != os.uname().nodename:
        say(f"The courier is at work on {beat.host}: stop it there.")
        return 1
    else:
        os.kill(beat.pid, signal.SIGTERM)
        say("The courier ends; running jobs run on.")
    return 0
