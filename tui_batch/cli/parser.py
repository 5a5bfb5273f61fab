"""What can be said on the command line."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from tui_batch import __version__

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    Verbs = _SubParsersAction[ArgumentParser]

ID = "a submission: its id, a unique prefix of it, its batch's name (the newest run), or `last`"


def parser() -> ArgumentParser:
    """The whole command line; each verb's `does` names the room and the function that carry it out."""
    top = ArgumentParser(
        prog="tui-batch",
        description="Make batches of jobs from a template, send them to any batch system, watch them run.\n"
        "Without a verb: the full-screen app.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"tui-batch {__version__}")
    top.add_argument("--home", default="", metavar="DIR", help="the store (TUI_BATCH_HOME)")
    top.add_argument("--config", default="", metavar="FILE", help="the configuration (TUI_BATCH_CONFIG)")
    top.add_argument("--ascii", action="store_const", const="yes", help="draw the app with ASCII characters only")
    top.add_argument("--undo-seconds", type=float, metavar="S", help="how long the app's u takes back; 0: not at all")
    top.set_defaults(does="screen:app")
    verbs = top.add_subparsers(title="verbs", metavar="VERB")
    _making(verbs)
    _sending(verbs)
    _watching(verbs)
    _acting(verbs)
    _places(verbs)
    return top


def _verb(
    verbs: "_SubParsersAction[ArgumentParser]", name: str, does: str, help_: str, json: bool = False
) -> ArgumentParser:
    verb = verbs.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
    verb.set_defaults(does=does)
    if json:
        verb.add_argument("--json", action="store_true", help="print JSON")
    return verb


def _making(verbs: "Verbs") -> None:
    templates = _verb(verbs, "templates", "making:templates", "list the templates, or show one", json=True)
    templates.add_argument("words", nargs="*", metavar="show NAME", help="show one template and its variables")
    generate = _verb(verbs, "generate", "making:generate", "make a batch of jobs from a template", json=True)
    _sweep(generate)
    generate.add_argument("--dry-run", action="store_true", help="say what would be made, make nothing")
    taken = _verb(verbs, "import", "importing:import_", "take over a template, or a history, from Batch-Manager")
    taken.add_argument("csv", nargs="?", default="", metavar="FILE.csv", help="a template of Batch-Manager")
    taken.add_argument("--as", dest="name", default="", metavar="NAME", help="what the template is called here")
    taken.add_argument("--history", default="", metavar="FILE", help="its batch_history.txt")
    taken.add_argument("--batches", default="", metavar="DIR", help="its folder `batches`, with the zips")
    _verb(verbs, "batches", "making:batches", "list the batches", json=True)


def _sweep(verb: ArgumentParser) -> None:
    verb.add_argument("template", metavar="TEMPLATE", help="a template's name, or the path of one")
    verb.add_argument("-s", "--sweep", action="append", default=[], metavar="KEY=AXIS", help="vary: seed=1..9 by 2")
    verb.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="one value for all jobs")
    verb.add_argument("--zip", action="append", default=[], metavar="A,B", help="axes that step together")
    verb.add_argument("--where", default="", metavar="EXPR", help="keep a part: 'T > 0.5 and n < 3'")
    verb.add_argument("--table", default="", metavar="FILE", help="whole rows from a CSV file")
    verb.add_argument("--name", default="", help="the batch's name")
    verb.add_argument("--max-jobs", type=int, default=None, metavar="N", help="allow as many as N jobs")


def _sending(verbs: "Verbs") -> None:
    demo = _verb(verbs, "demo", "sending:demo", "make the example sweep, run it on this machine and watch it")
    demo.set_defaults(target="local")
    submit = _verb(verbs, "submit", "sending:submit", "send a batch to a target", json=True)
    submit.add_argument("batch", metavar="BATCH")
    run = _verb(verbs, "run", "sending:run", "make a batch and send it", json=True)
    _sweep(run)
    for verb in (submit, run):
        verb.add_argument("--target", default="", metavar="TARGET", help="where to (the configuration's default)")
        verb.add_argument("--first", action="store_true", help="one job first, the others when it has succeeded")
        verb.add_argument("--yes", action="store_true", help="do not ask")


def _watching(verbs: "Verbs") -> None:
    _verb(verbs, "list", "watching:list_", "list the submissions, newest first", json=True)
    show = _verb(verbs, "show", "watching:show", "show a submission and its jobs", json=True)
    show.add_argument("id", metavar="ID", help=ID)
    wait = _verb(verbs, "wait", "watching:wait", "wait until all jobs have ended: 0 all succeeded, 1 not, 3 timeout")
    wait.add_argument("id", nargs="+", metavar="ID", help=ID)
    wait.add_argument("--timeout", type=float, default=None, metavar="S", help="wait at most S seconds")
    log = _verb(verbs, "log", "watching:log", "print what a job wrote")
    log.add_argument("id", metavar="ID", help=ID)
    log.add_argument("job", metavar="JOB", help="a job's index or name")
    words = "out, err or, where the target keeps what it says of a job, events (default: out)"
    log.add_argument("--stream", choices=("out", "err", "events"), default="out", help=words)
    log.add_argument("-f", "--follow", action="store_true", help="go on until the job has ended")


def _acting(verbs: "Verbs") -> None:
    cancel = _verb(verbs, "cancel", "acting:cancel", "cancel a submission, or some of its jobs")
    hold = _verb(verbs, "hold", "acting:hold", "keep jobs that have not begun from beginning")
    release = _verb(verbs, "release", "acting:release", "let held jobs go on")
    requeue = _verb(verbs, "requeue", "acting:requeue", "have the target's queue run again jobs that have begun")
    signal = _verb(verbs, "signal", "acting:signal", "send a signal to jobs that have begun")
    limit = _verb(verbs, "limit", "acting:limit", "change the time limit of jobs that have not ended")
    retry = _verb(verbs, "retry", "acting:retry", "run jobs again that did not succeed, or those that are named")
    clean = _verb(verbs, "clean", "acting:clean", "delete what an ended submission left on its target's host")
    fetch = _verb(verbs, "fetch", "collecting:fetch", "bring the results that are not here yet", json=True)
    fetch.add_argument("--list", action="store_true", help="only list the files that the patterns with / name")
    fetch.add_argument("--timeout", type=float, default=None, metavar="S", help="wait for them at most S seconds")
    note = _verb(verbs, "note", "acting:note", "keep a note with a submission")
    for verb in (cancel, hold, release, requeue, signal, limit, retry, fetch, clean, note):
        verb.add_argument("id", metavar="ID", help=ID)
    signal.add_argument("signal", metavar="SIGNAL", help="USR1, SIGUSR1 or 10")
    limit.add_argument("minutes", type=float, metavar="MINUTES", help="how long they may take in all")
    for verb in (cancel, hold, release, requeue, signal, limit, retry):
        verb.add_argument("jobs", nargs="*", metavar="JOB", help="a job's index or name; all of them without")
    for verb in (cancel, clean):
        verb.add_argument("--yes", action="store_true", help="do not ask")
    which = retry.add_mutually_exclusive_group()
    which.add_argument("--failed", dest="states", action="store_const", const=["failed"], help="those that failed")
    which.add_argument("--lost", dest="states", action="store_const", const=["lost", "node_failed"], help="those lost")
    which.add_argument("--timed-out", dest="states", action="store_const", const=["timed_out"], help="out of time")
    which.add_argument(
        "--out-of-memory", dest="states", action="store_const", const=["out_of_memory"], help="too little"
    )
    retry.add_argument("--more", choices=("time", "memory"), default="", help="twice as much of it as the time before")
    retry.add_argument("--memory", default="", metavar="MB", help="so much memory; x1.5 for as many times as before")
    retry.add_argument("--time", default="", metavar="MIN", help="so much time; x1.5 for as many times as before")
    note.add_argument("text", metavar="TEXT")


def _places(verbs: "Verbs") -> None:
    _verb(verbs, "targets", "places:targets", "list the targets", json=True)
    doctor = _verb(verbs, "doctor", "places:doctor", "check that everything works; say what to do if not", json=True)
    what = doctor.add_mutually_exclusive_group()
    what.add_argument("target", nargs="?", default="", metavar="TARGET")
    bundle = "write a file for a support request: about these jobs, or the first that went wrong"
    what.add_argument("--bundle", nargs="+", default=[], metavar=("ID", "JOB"), help=bundle)
    doctor.add_argument("--output", default="", metavar="FILE", help="where to; without, into the present folder")
    answer = _verb(verbs, "answer", "answering:answer", "answer what a target asks: a password, a code, a host key")
    answer.add_argument("target", nargs="?", default="", metavar="TARGET")
    courier = _verb(verbs, "courier", "places:courier", "be the background process that talks to targets")
    what = courier.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="do one round, for cron")
    what.add_argument("--status", action="store_true", help="say whether one is at work")
    what.add_argument("--stop", action="store_true", help="end the one at work; running jobs run on")
