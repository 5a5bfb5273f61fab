"""Bringing results from a host: packed there for many jobs at once, unpacked here, each job's put in its place."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tui_batch.backends import results
from tui_batch.backends.base import Files
from tui_batch.backends.hosted.errand import HOLLOW, carry_out, last_line
from tui_batch.backends.hosted.parcel import group
from tui_batch.errors import Refused
from tui_batch.model import Batch, Job
from tui_batch.wire.host import Host, quoted
from tui_batch.wire.unpack import Bounds, unpack

_MOST_FILES = 2_000_000

# An archive that is there whole was packed before a cut, and its part that is here already stays of use.
_PACK = """\
umask 077
cd {folder} && mkdir -p packed || exit 1
pack() {{
    while IFS='{tab}' read -r index name attempt; do
        if [ -d "jobs/$attempt/$name" ]; then echo "jobs/$attempt/$name"
        else echo "jobs/$attempt/$name/: its folder is not there any more" >&2; fi
        for log in {logs}; do [ ! -s "logs/$attempt/$index.$log" ] || echo "logs/$attempt/$index.$log"; done
    done >"$part.list" <<'end of the list'
{jobs}end of the list
    xargs sh -c '[ $# = 0 ] || exec find "$@" {expression} -print0' sh <"$part.list" >"$part.files"
    # 123: it could not look everywhere, and says where.
    case $? in 0) ;; 123) [ -s "$part.said" ] || return 3 ;; *) return 3 ;; esac
    tar -c -z -f "$part" --no-recursion --null -T "$part.files"
}}
if [ ! -s packed/{group}.tar.gz ]; then
    part=packed/{token}
    trap 'rm -f "$part" "$part".*' EXIT
    command -v tar >/dev/null || {{ echo 'there is no tar' >&2; exit 127; }}
    LC_ALL=C pack 2>"$part.said"
    code=$?
    # 1 and 2: it could not read all as it was, and says what; the rest is whole.
    [ $code -le 2 ] || {{ cat "$part.said" >&2; exit 1; }}
    mv "$part.said" packed/{group}.said && mv "$part" packed/{group}.tar.gz || exit 1
fi
cat packed/{group}.said
"""

_OF_A_JOB = re.compile(r"\b(?:jobs/\d+/[A-Za-z0-9._+-]+/|logs/\d+/\d+\.)")


def gather(
    host: Host, folder: str, batch: Batch, files: Files, jobs: Sequence[Job], into: Path, token: str
) -> Iterator[Job]:
    """Bring what these jobs made or changed; yields each job whose results are here whole, then refuses the others."""
    there = {job.index for job in jobs if results.arrived(into, job)}
    yield from (job for job in jobs if job.index in there)
    wanted = [job for job in jobs if job.index not in there]
    if not wanted:
        return
    name = group(wanted)
    archive, unpacked = into / f".{name}.tar.gz", into / f".{name}"
    done = carry_out(host, folder, f"pack.{token}", packing(folder, batch, wanted, token), "packing results")
    if done.code:
        raise Refused(f"{host.name}: results cannot be packed in {folder}: {last_line(done.err)} Nothing was fetched.")
    trouble = troubles(done.out, wanted)
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        host.get(f"{folder}/packed/{name}.tar.gz", archive)
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            unpack(archive, unpacked, Bounds(_MOST_FILES, shutil.disk_usage(into).free), sealed=3)
        except Refused:
            _forget(host, folder)  # it is packed anew another time
            raise
        for job in wanted:
            if job.index not in trouble:
                _settle(unpacked, files, job, batch, into)
                yield job
        _forget(host, folder)
        for left in into.glob(".*.tar.gz.part"):  # of groups that nobody asks for any more
            left.unlink()
    except OSError as error:
        raise Refused(f"results cannot be kept: {error.filename or into}: {error.strerror}.") from error
    finally:
        archive.unlink(missing_ok=True)
        shutil.rmtree(unpacked, ignore_errors=True)
    if trouble:
        raise Refused("\n".join(f"{host.name}: {text}" for text in trouble.values()))


def _forget(host: Host, folder: str) -> None:
    """Remove what was packed: copies, and ours alone."""
    host.run(f"rm -rf {quoted([f'{folder}/packed'])}")


def packing(folder: str, batch: Batch, jobs: Sequence[Job], token: str) -> str:
    """The script that packs the results of these jobs, and says of what it could not read all."""
    tests, no = _tests(batch.own), _tests(batch.exclude)
    which = ["(", *tests, "-o", "-path", "logs/*", ")"] if tests else []
    which += ["!", "(", *no, ")"] if no else []
    # It stands inside a script that stands in quotes itself.
    expression = quoted(["(", "-type", "f", "-o", "-type", "l", ")", *which]).replace("'", "'\\''")
    return _PACK.format(
        folder=quoted([folder]), tab="\t", token=token, group=group(jobs), expression=expression,
        logs=" ".join(stream for stream in ("out", "err") if results.wanted(f"std{stream}", batch)),
        jobs="".join(f"{job.index}\t{job.name}\t{job.attempt}\n" for job in jobs),
    )  # fmt: skip


def _tests(patterns: Sequence[str]) -> list[str]:
    """What `find` is asked of a path that is to fit one of these."""
    escaped = [pattern.replace("\\", "\\\\") for pattern in patterns]
    return [test for one in escaped for test in ("-o", "-path", f"jobs/*/*/{one}", "-o", "-name", one)][1:]


def troubles(said: str, jobs: Sequence[Job]) -> Mapping[int, str]:
    """Of which jobs not all could be read as it was, and what was said of that; Refused when it concerns them all."""
    index_of = {f"jobs/{job.attempt}/{job.name}/": job.index for job in jobs}
    index_of |= {f"logs/{job.attempt}/{job.index}.": job.index for job in jobs}
    found: dict[int, str] = {}
    for line in said.splitlines():
        if (match := _OF_A_JOB.search(line)) and match[0] in index_of:
            found.setdefault(index_of[match[0]], line.removeprefix("tar: "))
        elif line and not HOLLOW.search(line):
            raise Refused(f"Results cannot be packed: {last_line(line)} Nothing was fetched.")
    return found


def _settle(unpacked: Path, files: Files, job: Job, batch: Batch, into: Path) -> None:
    """Give a job's folder its logs and its place, without what was sent and without what nobody wants."""
    folder = f"{unpacked}/jobs/{job.attempt}/{job.name}"
    rendered = files.job(job.name)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for log, name in ((f"{unpacked}/logs/{job.attempt}/{job.index}.{one}", f"std{one}") for one in ("out", "err")):
        if os.path.lexists(log) and not os.path.lexists(f"{folder}/{name}"):  # unless the job wrote one of its own
            os.rename(log, f"{folder}/{name}")
    for below, _, names in os.walk(folder, topdown=False):
        for path in (f"{below}/{name}" for name in names):
            name = path[len(folder) + 1 :]
            if not results.wanted(name, batch) or _as_sent(path, rendered.get(name)):
                os.unlink(path)
        if not os.listdir(below):
            os.rmdir(below)
    results.make_way(into, job)
    if os.path.lexists(folder):  # no folder for nothing
        results.put_in_place(folder, into, job)


def _as_sent(path: str, data: bytes | None) -> bool:
    if data is None or os.path.islink(path) or os.path.getsize(path) != len(data):
        return False
    with open(path, "rb") as file:
        return file.read() == data
