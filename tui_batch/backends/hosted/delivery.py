"""Bringing what jobs need to a host: one archive, unpacked aside, and put in its place when all of it is there."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_batch import indices
from tui_batch.backends.base import Files
from tui_batch.backends.hosted import parcel
from tui_batch.backends.hosted.errand import carry_out, last_line
from tui_batch.errors import Refused
from tui_batch.model import Job
from tui_batch.wire.host import Host, quoted

MARKER = "tui-batch-marker"

_PREPARE = """\
umask 077
mkdir -p {workdir} && cd {workdir} || exit 1
pwd
id={id}
[ -d "$id" ] || mkdir "$id" || exit 1
cd "$id" || exit 1
if [ ! -s {marker} ]; then
    [ ! "$(ls -A | grep -vx {marker})" ] || {{ echo "the folder $PWD is not ours" >&2; exit 1; }}
    echo "$id" >{marker} || {{ rm -f {marker}; exit 1; }}
fi
read -r owner <{marker}; [ "$owner" = "$id" ] || {{ echo "the folder $PWD belongs to $owner" >&2; exit 1; }}
mkdir -p incoming lists staged sent jobs records logs || exit 1
[ ! -d files ] || echo files
cd staged && for one in *; do [ ! -e "$one" ] || {{ printf 'group\\t%s\\n' "$one"; cat "$one"; }}; done
"""

# What an earlier try has put in place is whole, and may be in use by now: it stays.
_UNPACK = """\
umask 077
aside=incoming/{token}
trap 'rm -rf "$aside" "$aside.tar.gz"' EXIT
for old in incoming/*; do [ "$old" = "$aside.tar.gz" ] || rm -rf "$old"; done # what an earlier try left
mkdir "$aside" || exit 1
if command -v tar >/dev/null; then tar -x -z -o -f "$aside.tar.gz" -C "$aside"
elif command -v python3 >/dev/null; then python3 -c '{python}' "$aside.tar.gz" "$aside"
else echo 'there is neither tar nor python3 to unpack them with' >&2; false; fi || exit 1
[ -d files ] || [ ! -d "$aside/files" ] || mv "$aside/files" files || exit 1
for folder in "$aside"/jobs/*; do
    [ -d "$folder" ] || continue
    mkdir -p "jobs/${{folder##*/}}" || exit 1
    find "$folder" -mindepth 1 -maxdepth 1 -exec sh -c 'mv "$@" "$0"' "jobs/${{folder##*/}}" {{}} + 2>/dev/null
done
for attempt in {attempts}; do mkdir -p "records/$attempt" "logs/$attempt" || exit 1; done
mv "$aside"/*.sh . && mv "$aside/lists/{group}" lists/ || exit 1
while IFS='{tab}' read -r index name attempt cpus; do
    [ -e "jobs/$attempt/$name/command" ] || {{ echo "jobs/$attempt/$name is not there" >&2; exit 1; }}
done <"lists/{group}"
mv "$aside/staged/{group}" staged/
"""

_PYTHON = "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])"


@dataclass(frozen=True, slots=True)
class There:
    """What a host has of a submission: the groups that were brought, each with the attempts and indices of its jobs."""

    root: str  # the workdir's absolute path
    shared: bool  # whether the files that all jobs share are there
    groups: Mapping[str, frozenset[tuple[int, int]]]

    def lacks(self, job: Job) -> bool:
        """Whether no group brought this job's folder."""
        return not any((job.attempt, job.index) in group for group in self.groups.values())


def prepare(host: Host, workdir: str, submission: str) -> There:
    """Make a submission's folder, and look what is in it."""
    done = host.run(_PREPARE.format(workdir=workdir, id=quoted([submission]), marker=MARKER))
    if done.code:
        why = last_line(done.err)
        raise Refused(f"{host.name}: the folder {workdir}/{submission} cannot be made: {why} Nothing was sent.")
    return read(done.out)


def read(text: str) -> There:
    """What was said of what is there, line by line."""
    root, *lines = text.splitlines()
    groups: dict[str, set[tuple[int, int]]] = {}
    group = ""
    for line in lines:
        word, _, rest = line.partition("\t")
        if word == "group":
            group = rest
            groups[group] = set()
        elif group:
            groups[group].update((int(word), index) for index in indices.from_text(rest))
    return There(root, "files" in lines, {name: frozenset(jobs) for name, jobs in groups.items()})


def bring(host: Host, folder: str, files: Files, jobs: Sequence[Job], there: There) -> None:
    """Bring the list of these jobs, and the folders of those that have none yet."""
    token, many = os.urandom(6).hex(), f"the files of {len(jobs):,} jobs"
    try:
        with tempfile.TemporaryDirectory(prefix="tui-batch-") as here:
            archive = Path(here) / "parcel.tar.gz"
            parcel.write(archive, files, jobs, list(filter(there.lacks, jobs)), with_shared=not there.shared)
            host.put(archive, f"{folder}/incoming/{token}.tar.gz")
    except OSError as error:
        raise Refused(f"{many} cannot be packed: {error.strerror}. Nothing was sent.") from error
    attempts = " ".join(sorted({str(job.attempt) for job in jobs}))
    script = _UNPACK.format(token=token, group=parcel.group(jobs), attempts=attempts, tab="\t", python=_PYTHON)
    done = carry_out(host, folder, f"unpack.{token}", script, f"unpacking {many}")
    if done.code:
        why = last_line(done.err)
        raise Refused(f"{host.name}: {many} cannot be unpacked in {folder}: {why} Nothing was sent.")
