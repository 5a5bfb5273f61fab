"""From the words of a command line to the verb that carries them out, and from its errors to exit codes."""

import os
import sys
from argparse import Namespace
from dataclasses import replace
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from tui_batch import config
from tui_batch.cli.parser import parser
from tui_batch.desk import Desk
from tui_batch.errors import Busy, RequestError, TuiBatchError, Unreachable

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
    except OSError as error:  # what the rooms below did not expect: a full disk behind stdout, a file system that fails
        sys.stderr.write(f"tui-batch: {error.filename or 'the output'}: {(error.strerror or str(error)).lower()}.\n")
        return WRONG


def _carry_out(arguments: Namespace) -> int:
    room, _, function = arguments.does.partition(":")
    desk = open_desk(arguments.home, arguments.config, ascii=arguments.ascii, undo_seconds=arguments.undo_seconds)
    code: int = getattr(import_module(f"tui_batch.cli.{room}"), function)(desk, arguments)
    return code


def open_desk(home: str = "", configuration: str = "", **said: Any) -> Desk:
    """The desk of a store and a configuration; "" for the environment's word, else the usual places.

    What was `said` on the command line has the last word over the configuration.
    """
    home, home_from = _said(home, "--home", "TUI_BATCH_HOME")
    configuration, file_from = _said(configuration, "--config", "TUI_BATCH_CONFIG")
    usual_home, usual_settings = (Path(), Path()) if home and configuration else _usual_places()
    path = Path(configuration).expanduser().absolute() if configuration else usual_settings / "config.toml"
    settings = config.read(path)
    places = {"home": home_from, "config": file_from}
    settings = replace(settings, origins={**settings.origins, **{name: by for name, by in places.items() if by}})
    if configuration and not path.exists():
        raise RequestError(f"There is no configuration {configuration}.")
    store = Path(home).expanduser().absolute() if home else usual_home
    for name, value in said.items():
        settings = settings.given(f"--{name.replace('_', '-')}", **{name: value})
    desk = Desk(store, settings, [path.parent / "templates"])
    desk.check_targets()
    return desk


def _said(given: str, option: str, variable: str) -> tuple[str, str]:
    """What was said of one of the places, and where; "" for nothing."""
    if given:
        return given, option
    found = os.environ.get(variable, "")
    return found, variable if found else ""


def _usual_places() -> tuple[Path, Path]:
    import platformdirs

    return Path(platformdirs.user_data_dir("tui-batch")), Path(platformdirs.user_config_dir("tui-batch"))
