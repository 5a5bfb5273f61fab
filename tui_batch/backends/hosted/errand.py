"""An errand: a script on a host that goes on when the connection does not, and is waited for as long as it lives."""

import re
import time

from tui_batch.errors import Refused, Unclear, Unreachable
from tui_batch.wire.host import Done, Host, quoted

_PATIENCE = 10  # seconds of waiting within one question
_DEADLINE = 60.0  # for its answer
_LONGEST = 6 * 3600.0

# What `tar` says at its end, of what it has said before.
HOLLOW = re.compile(r"Exiting with failure status|Error is not recoverable|Child returned status|Error exit delayed")

# The braces have a shell read all of it before it does any of it, so that half a script does nothing. What it complains
# of is written when it is over, since on a disk that it filled there is room only then.
_ERRAND = """\
{{
trap '' HUP PIPE
me=errands/{name}
echo $$ "$(uname -n)" >>"$me.pid" || exit
{{
(
sh -c 'echo $PPID "$(uname -n)"' >>"$me.pid" || exit
{script}
) </dev/null >"$me.out"
printf 'code %s\\nok\\n' $? >"$me.part"
}} 2>&1 | tail -c 65536 >"$me.err"
mv "$me.part" "$me.code"
exit
}}
# whole
"""

_BEGIN = """\
umask 077
cd {folder} && mkdir -p errands || exit 1
{before}me=errands/{name}
cat >"$me.sh" && [ "$(tail -n 1 "$me.sh")" = '# whole' ] && sh -n "$me.sh" && true >"$me.go" &&
    echo $$ "$(uname -n)" | cat >"$me.pid" || {{ rm -f "$me".*; exit 1; }}
apart=; ! command -v setsid >/dev/null || apart=setsid
$apart sh "$me.sh" </dev/null >/dev/null 2>&1 &
"""

# Whether somebody is at an errand, by the file that all write themselves down in who have to do with it: who begins it,
# who sees to it, who does it. Those of another host may be; a process that has ended and that nobody collects is not.
AT_WORK = """\
alive() {
    kill -0 "$1" 2>/dev/null || return 1
    stat=; { read -r stat <"/proc/$1/stat"; } 2>/dev/null
    case $stat in *') Z '*) return 1 ;; esac
}
at_work() {
    while read -r pid at; do [ "$at" = "$(uname -n)" ] && ! alive "$pid" || return 0; done <"$1"
    return 1
}
"""

_WAIT = """\
cd {folder} || exit 1
{at_work}code=; ok=; n=0
ended() {{ {{ read -r _ code && read -r ok; }} 2>/dev/null <errands/{name}.code; [ "$ok" = ok ]; }}
until ended; do
    at_work errands/{name}.pid || {{ ended && break; echo gone; exit 0; }}
    [ $n -lt {patience}000 ] || {{ echo going; exit 0; }}
    if [ $n -lt 200 ]; then sleep 0.02 2>/dev/null && n=$((n + 20)) && continue; fi
    sleep 0.1 2>/dev/null && n=$((n + 100)) && continue
    sleep 1; n=$((n + 1000))
done
echo "ended $code"
cat errands/{name}.out
cat errands/{name}.err >&2
rm -f errands/{name}.* || :
"""


def carry_out(host: Host, folder: str, name: str, script: str, what: str, before: str = "") -> Done:
    """Run a script in a folder of a host, and wait for its end; `what` it does is for the person.

    Refused when it could not begin; Unclear when it was killed, or nothing is known of its end.
    """
    place = {"folder": quoted([folder]), "name": name, "patience": _PATIENCE, "at_work": AT_WORK}
    errand = _ERRAND.format(script=script, **place)
    end = time.monotonic() + _LONGEST
    done = host.run(_BEGIN.format(before=before, **place) + _WAIT.format(**place), errand.encode(), _DEADLINE)
    if done.code and not done.out and done.code <= 128:  # who is killed may have begun
        raise Refused(f"{host.name}: {what} could not begin: {last_line(done.err)}")
    while True:
        word, _, rest = done.out.partition("\n")
        if not done.code and word.startswith("ended ") and (code := int(word[6:])) <= 128:
            return Done(code, rest, done.err)
        if done.code or word != "going" or time.monotonic() > end:
            raise Unclear(f"{host.name}: {what} was begun there, and did not come to its end.")
        try:
            done = host.run(_WAIT.format(**place), seconds=_DEADLINE)
        except Unreachable as error:
            raise Unclear(
                f"{host.name}: {what} was begun there, and then nobody answered: how it went is looked for."
            ) from error


def last_line(said: str) -> str:
    """What a command complained of, as the end of a sentence."""
    lines = [line for line in said.splitlines() if line.strip() and not HOLLOW.search(line)]
    return f"{lines[-1].strip().rstrip('.')}." if lines else "it did not say why."
