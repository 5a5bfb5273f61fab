"""Calls on a host that are made at most once each, whatever becomes of the connection, and the journal of them.

A call is claimed by making a folder, `sent/<key>`; then it is made, and what came of it is written beside the claim. No
folder: it was certainly never made. A folder without a code, and nobody at work on it: it is in doubt.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_batch.backends.hosted import leaflets
from tui_batch.backends.hosted.errand import AT_WORK
from tui_batch.backends.hosted.leaflets import NOTHING, reading
from tui_batch.wire.host import quoted

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Call:
    """Lines of sh that make a call; its key is the same whenever the same call is meant."""

    key: str
    script: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What the journal knows of a call: `never` made, `done` with a code, or in `doubt`."""

    key: str
    state: str
    code: int = -1
    out: str = ""
    err: str = ""


# A runner whose leave is taken back makes no further call: its claim is given up before anything was called.
_RUNNER = """\
mkdir -p sent
claim() {{
    [ ! -d "sent/$1" ] && mkdir "sent/$1" || return 1
    [ -e errands/{name}.go ] || {{ rmdir "sent/$1"; exit {stopped}; }}
}}
made() {{ printf 'code %s\\nok\\n' "$2" >"sent/$1/code"; }}
"""

_CALL = """\
claim {key} && {{ (
{script}
) >sent/{key}/out 2>sent/{key}/err; made {key} $?; }}
"""

# Another runner may be in the middle of its last call; of one on another host that shares the disk we cannot know. Who
# only looks waits for its end; a runner waits for what concerns its own calls.
_SETTLED = (
    AT_WORK
    + """\
doubtful() {
    for key in $keys; do [ ! -d "sent/$key" ] || [ -e "sent/$key/code" ] || return 0; done
    return 1
}
others() {
    for one in errands/send.*.pid; do
        [ "$one" != "errands/$me.pid" ] && [ -e "$one" ] && [ ! -e "${one%.pid}.code" ] || continue
        ! at_work "$one" || return 0
    done
    return 1
}
n=0
while [ $n -lt 100 ] && others && { [ ! "$me" ] || doubtful; }; do
    sleep 0.1 2>/dev/null || { sleep 1; n=$((n + 9)); }
    n=$((n + 1))
done
"""
)

_SHOW = f"""\
for key in $keys; do [ ! -d "sent/$key" ] || printf '%s\\tclaim\\t\\n' "$key"; done
printf '%s\\n' $keys | {reading(["code", "out", "err"], "/", "sent/")}"""

STOPPED = 75  # the exit code of a runner that was stopped
STOP_OTHERS = "rm -f errands/send.*.go\n"


def runner(name: str, calls: Sequence[Call]) -> str:
    """The script that makes these calls one after the other and then shows what the journal knows of them."""
    if wrong := [call.key for call in calls if not _KEY.fullmatch(call.key)]:
        raise ValueError(f"{wrong[0]!r} cannot be the key of a call")
    keys = " ".join(call.key for call in calls)
    return "".join(
        [
            _RUNNER.format(name=name, stopped=STOPPED),
            *(_CALL.format(key=call.key, script=call.script) for call in calls),
            f"me={name}\nkeys='{keys}'\n{_SETTLED}{_SHOW}",
        ]
    )


def shown(folder: str) -> str:
    """The script that shows all that the journal knows, once no runner is left that could make another call."""
    begin = f"cd {quoted([folder])} 2>/dev/null && [ -d sent ] || {{ {NOTHING}; exit; }}\n{STOP_OTHERS}"
    return f"{begin}keys=$(ls sent)\nme=\n{_SETTLED}keys=$(ls sent)\n{_SHOW}"


def read(text: str) -> Mapping[str, Sent]:
    """What was shown of the calls that were claimed."""
    return {key: _sent(key, parts) for key, parts in leaflets.read(text).items()}


def _sent(key: str, parts: Mapping[str, str]) -> Sent:
    out, err = parts.get("out", ""), parts.get("err", "")
    match parts.get("code", "").split("\n"):
        case [code, "ok", ""]:
            return Sent(key, "done", int(code.removeprefix("code ")), out, err)
        case _:
            return Sent(key, "doubt", -1, out, err)
