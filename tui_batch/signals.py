"""The signals of Linux, by number and by name: those of the machines that run jobs, whatever this one has."""

from tui_batch.errors import RequestError, nearest

NAMES = dict(
    enumerate(
        (
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS",
        ),
        1,
    )
)  # fmt: skip


def named(text: str) -> str:
    """The name of a signal that is called so, in any of the usual ways: `USR1`, `sigusr1`, `10`."""
    word = text.strip().upper().removeprefix("SIG")
    name = NAMES.get(int(word), "") if word.isdecimal() else word
    if name in NAMES.values():
        return name
    raise RequestError(f"There is no signal {text!r}.{nearest(word, NAMES.values())}")


def of_code(code: int | None) -> str:
    """The name of the signal that an exit code stands for; "" if for none."""
    return NAMES.get(code - 128, "") if code else ""
