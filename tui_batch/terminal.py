"""What the app may ask of its terminal: settled at the start, from the configuration and what the environment says."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_batch.config import THEMES, Config

# What draws nothing beyond ASCII, or only what its console font happens to hold.
_ASCII_ONLY = ("linux", "vt", "ansi", "cons25", "sun")
_MANY_COLOURS = ("truecolor", "24bit")


@dataclass(frozen=True, slots=True)
class Terminal:
    """Each choice with its reason, "" where it is the setting's own word."""

    theme: str = THEMES[0]
    theme_why: str = ""
    ascii: bool = False
    ascii_why: str = ""
    mouse: bool = True
    mouse_why: str = ""


CAPABLE = Terminal()


def settle(config: Config, environment: Mapping[str, str]) -> Terminal:
    """The choices for this start."""
    theme, ascii_, mouse = (config.theme, ""), (config.ascii == "yes", ""), (config.mouse == "yes", "")
    if environment.get("NO_COLOR"):
        theme = "ansi", "NO_COLOR"
    elif config.theme == THEMES[0] and (name := _few_colours(environment)):
        theme = "ansi", f"16 colours: {name}"
    if config.ascii == "auto":
        why = _only_ascii(environment)
        ascii_ = bool(why), why
    if config.mouse == "auto":
        remote = "SSH_CONNECTION" in environment
        mouse = not remote, "SSH_CONNECTION" if remote else ""
    return Terminal(*theme, *ascii_, *mouse)


def _few_colours(environment: Mapping[str, str]) -> str:
    """What says that there are no more than sixteen colours; "" where there are more."""
    term = environment.get("TERM", "").strip().lower()
    many = environment.get("COLORTERM", "").strip().lower() in _MANY_COLOURS
    return "" if many or term.endswith("256color") or term.rpartition("-")[2] == "kitty" else f"TERM={term}"


def _only_ascii(environment: Mapping[str, str]) -> str:
    """What says that the terminal shows ASCII only; "" where it shows all there is."""
    term = environment.get("TERM", "")
    if term.startswith(_ASCII_ONLY):
        return f"TERM={term}"
    names = [name for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)]
    if not names:
        return "no locale is set"
    value = environment[names[0]]
    return "" if value.lower().replace("-", "").endswith("utf8") else f"{names[0]}={value}"


def as_started(environment: Mapping[str, str], utf8_mode: bool) -> dict[str, str]:
    """The environment as the person set it: in a POSIX locale Python says LC_CTYPE=C.UTF-8 of itself."""
    said = dict(environment)
    if utf8_mode and "PYTHONUTF8" not in said and said.get("LC_CTYPE") in ("C.UTF-8", "C.utf8", "UTF-8"):
        del said["LC_CTYPE"]
    return said
