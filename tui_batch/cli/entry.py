"""From the words of a command line to the verb that carries them out, and from its errors to exit codes."""

import os
import sys
from argparse import Namespace
from importlib import import_module
from io import TextIOWrapper

from tui_batch.cli.parser import parser
from tui_batch.desk import open_desk
from tui_batch.errors import Busy, TuiBatchError, Unreachable

DONE, FAILED, WRONG, LATER = 0, 1, 2, 3


def run(words: list[str]) -> int:
    """Carry out a command line; its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):  # names hold anything, terminals do not show everything
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        arguments = parser().parse_args(words)
        return _carry_out(arguments)
    except TuiBatchError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"tui-batch: {line}\n")
        return LATER if isinstance(error, Unreachable | Busy) else WRONG
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130
    except BrokenPipeError:  # as in `tui-batch list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _carry_out(arguments: Namespace) -> int:
    room, _, function = arguments.does.partition(":")
    desk = open_desk(arguments.home, arguments.config)
    code: int = getattr(import_module(f"tui_batch.cli.{room}"), function)(desk, arguments)
    return code
