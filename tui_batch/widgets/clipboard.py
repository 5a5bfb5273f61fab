"""The clipboard of the terminal one sits at: OSC 52, wrapped for what stands between it and us.

Whether the terminal takes it nobody tells us: what was sent is never called copied.
"""

from base64 import b64encode
from collections.abc import Mapping

LONGEST = 74_000  # bytes: what is more than 100,000 characters in base64 many terminals drop
_PIECE = 250  # bytes: old versions of GNU screen take no longer string


def road(environment: Mapping[str, str]) -> str:
    """What the terminal is reached through: `tmux`, `screen`, or "" for nothing that we know of."""
    term = environment.get("TERM", "")
    if term.startswith("screen."):  # as GNU screen alone calls itself, also inside tmux
        return "screen"
    if environment.get("TMUX") or term.startswith("tmux"):
        return "tmux"
    return "screen" if environment.get("STY") or term.startswith("screen") else ""


def sequence(text: str, road: str) -> str:
    """What to write to the terminal; "" if the text is too long for it. The text itself is only in it as base64."""
    data = text.encode("utf-8", "replace")
    if len(data) > LONGEST:
        return ""
    plain = f"\x1b]52;c;{b64encode(data).decode()}\a"
    match road:
        case "tmux":  # takes the first if it may set the clipboard, and lets the second pass if it may
            return plain + "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        case "screen":
            pieces = (plain[at : at + _PIECE] for at in range(0, len(plain), _PIECE))
            # A tmux on another machine may call itself screen too. It takes the plain one; screen drops what is short.
            return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) + (plain if len(plain) <= _PIECE else "")
    return plain
