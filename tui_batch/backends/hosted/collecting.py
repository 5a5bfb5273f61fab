"""Files outside of jobs' folders, on a host: which of them patterns name, and how one comes here.

Where the host has them by other paths than the jobs do, `there` and `back` translate.
"""

import binascii
from collections.abc import Callable, Sequence
from pathlib import Path

from tui_batch.backends.hosted.errand import last_line
from tui_batch.errors import Refused, Unclear, Unreachable
from tui_batch.model import Output, Outputs
from tui_batch.paths import folder_of, has_wildcard
from tui_batch.times import stamp
from tui_batch.wire.host import Host, quoted

MOST = 5_000  # files; more are no list that a person looks through
SECONDS = 120.0  # folders of many files on slow storage take their time
_LATEST = 253402300799.0  # the last moment that can be written down

# What a pattern holds is expanded to names and nothing else, since a shell neither splits nor carries out what comes
# from a variable. The last line tells that all before it is there: `/`, or `/.` where there would be more.
_LOOK = """\
IFS=
{literally}
for folder in {folders}; do
    [ -d "$folder" ] || {{ echo "there is no folder $folder" >&2; continue; }}
    [ -r "$folder" ] && [ -x "$folder" ] || {{ echo "$folder may not be read" >&2; exit 1; }}
done
look() {{
    n=0
    for pattern in {patterns}; do
        set -- $pattern
        [ -e "$1" ] || [ -L "$1" ] || continue
        for file do
            [ $((n += 1)) -le {most} ] || {{ printf '/.\\0'; return; }}
            printf '%s\\0' "$file"
        done
    done
    printf '/\\0'
}}
look | LC_ALL=C xargs -0 sh -c 'exec find -L "$@" -maxdepth 0 \\( -type f -o -path / -o -path /. \\) \\
    -printf "%s %T@ %p\\0"' sh | base64
"""


def as_it_is(path: str) -> str:
    """Where the host has files by the paths that the jobs know."""
    return path


def outputs(
    host: Host,
    patterns: Sequence[str],
    there: Callable[[str], str] = as_it_is,
    back: Callable[[str], str] = as_it_is,
) -> Outputs:
    """The files that these patterns name, all of them or an error."""
    done = host.run(looking([there(pattern) for pattern in patterns]), seconds=SECONDS)
    if done.code or (found := read(done.out, back)) is None:
        named = ", ".join(patterns)
        raise Refused(f"{host.name}: it cannot be told which files are {named}: {last_line(done.err)}")
    if not found.files and done.err:
        raise Refused(f"{host.name}: no files were found: {last_line(done.err)}")
    return found


def bring(host: Host, output: Output, into: Path, there: Callable[[str], str] = as_it_is) -> None:
    """Bring a file, as it was when it was looked for; Refused when it is another one by now."""
    try:
        host.get(there(output.path), into)
        if into.stat().st_size == output.size:
            return
        into.unlink()
    except Unreachable:  # it says so as well of a file that is written to all the while
        if not _changed(host, output, there):
            raise
    except OSError as error:
        raise Refused(f"{into} cannot be kept: {error.strerror}. Nothing was fetched from {host.name}.") from error
    raise Refused(f"{output.path} has changed since it was listed, and was not fetched: list the files once more.")


def _changed(host: Host, output: Output, there: Callable[[str], str]) -> bool:
    """Whether it is certainly another file by now."""
    try:
        now = read(host.run(looking([there(output.path)], literally=True)).out)
    except (Unreachable, Unclear):
        return False
    return now is not None and [(one.size, one.moment) for one in now.files] != [(output.size, output.moment)]


def looking(patterns: Sequence[str], literally: bool = False) -> str:
    """The script that says which files there are; `literally` when these are their very paths."""
    folders = [] if literally else sorted({folder_of(one) for one in patterns if has_wildcard(one)})
    return _LOOK.format(
        patterns=quoted(patterns), folders=quoted(folders), most=MOST, literally="set -f" if literally else ""
    )


def read(said: str, back: Callable[[str], str] = as_it_is) -> Outputs | None:
    """What it said; None when it did not come to its end."""
    try:
        *records, end = binascii.a2b_base64(said).split(b"\0")[:-1]
        last = end.split(b" ", 2)[2]
        found = dict(_read(record, back) for record in records)
    except (ValueError, IndexError):
        return None
    if last not in (b"/", b"/."):
        return None
    return Outputs(tuple(found[path] for path in sorted(found)), more=last == b"/.")


def _read(record: bytes, back: Callable[[str], str]) -> tuple[str, Output]:
    size, moment, name = record.split(b" ", 2)
    path = back(name.decode("utf-8", "surrogateescape"))
    return path, Output(path, int(size), stamp(min(max(0.0, float(moment)), _LATEST)))
