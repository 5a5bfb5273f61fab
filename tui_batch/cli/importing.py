"""The verb `import`: what Batch-Manager left."""

from argparse import Namespace
from pathlib import Path

from tui_batch.cli.output import say
from tui_batch.desk import Desk
from tui_batch.errors import RequestError


def import_(desk: Desk, arguments: Namespace) -> int:
    history, batches = arguments.history, arguments.batches
    if bool(arguments.csv) == bool(history or batches) or bool(history) != bool(batches):
        raise RequestError("import: name a template, FILE.csv, or a history, --history FILE --batches DIR.")
    if arguments.name and history:
        raise RequestError("import: --as names a template; a history has none.")
    if arguments.csv:
        place = desk.import_template(Path(arguments.csv).expanduser(), arguments.name)
        say(f"Template {place.name} in {place}.")
        print(place.name)
        return 0
    taken = desk.import_history(Path(history).expanduser(), Path(batches).expanduser())
    for problem in taken.problems:
        say(problem)
    before = f"; {taken.known:,} were here already" if taken.known else ""
    say(f"Batches taken over: {len(taken.batches):,}. Submissions: {len(taken.submissions):,}{before}.")
    for name in taken.batches:
        print(name)
    return 1 if taken.problems else 0
