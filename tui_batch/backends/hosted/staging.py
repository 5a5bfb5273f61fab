"""What kinds whose jobs are sent by commands on a host have in common: the folder of a submission on that host.

In `<workdir>/<submission>/`: `tui-batch-marker` says that it is ours, `files/` is what all jobs share, and a job runs
in `jobs/<attempt>/<name>/`; `records/<attempt>/<index>.start`, `.end` and `.cause` tell what became of it, and
`logs/<attempt>/<index>.out` and `.err` are what it wrote. `lists/<group>` names jobs line by line for array tasks,
`sent/<key>/` is the journal of calls.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_batch.backends import records
from tui_batch.backends.base import Files
from tui_batch.backends.hosted import arrays, delivery, gathering, journal, leaflets, parcel
from tui_batch.backends.hosted.delivery import MARKER
from tui_batch.backends.hosted.errand import carry_out, last_line
from tui_batch.backends.hosted.journal import Call, Sent
from tui_batch.backends.hosted.leaflets import NOTHING, reading
from tui_batch.errors import Refused, Unclear, Unreachable
from tui_batch.model import Batch, Job, LogChunk
from tui_batch.wire.host import Host, quoted
from tui_batch.wire.transfer import word

_LOG_CHUNK = 1 << 20

# The first cause counts.
_CAUSE = """\
umask 077
cd {folder}/records 2>/dev/null || exit 0
set -C
while read -r record; do
    [ -d "${{record%/*}}" ] || continue
    {{ echo {cause} >"$record.cause"; }} 2>/dev/null || [ -s "$record.cause" ] || {{
        rm -f "$record.cause"; echo "the note cannot be written" >&2; exit 1
    }}
done
"""

# Our marker goes last: until then it is ours, and what was begun can be done again.
_REMOVE = """\
cd {folder} 2>/dev/null || exit 0
owner=; [ ! -e {marker} ] || read -r owner <{marker}
[ "$owner" = {id} ] || {{ echo "it does not say that it is ours" >&2; exit 1; }}
ours='files jobs records logs lists staged sent incoming packed errands job.sh task.sh session.sh'
rm -rf $ours 2>/dev/null || {{ chmod -R u+rwX $ours 2>/dev/null; rm -rf $ours || exit 1; }}
[ ! "$(ls -A | grep -vx {marker})" ] || {{ echo "files that are not ours lie there" >&2; exit 1; }}
rm {marker} && cd .. && rmdir {id}
"""
_REMOVE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What a job's wrapper left: that it started, how it ended, and why we ended it, if we did."""

    start: records.Record
    end: records.Record
    cause: str


class Staging:
    """The folders of submissions on a host."""

    def __init__(self, host: Host, workdir: str) -> None:
        self._host = host
        self._workdir = workdir
        self._root = ""
        self._staged: set[tuple[str, str]] = set()

    def path(self, submission: str, *below: str) -> str:
        """The absolute path of something in a submission's folder, for scripts and log options."""
        if not self._root:
            done = self._host.run(f"umask 077; mkdir -p {self._place()} && cd {self._place()} && pwd")
            if done.code or not done.out.startswith("/"):
                raise Refused(f"{self._host.name}: {self._workdir} cannot be made: {last_line(done.err)}")
            self._root = done.out.rstrip("\n")
        return "/".join([self._root, submission, *below])

    def _place(self) -> str:
        """The workdir in words of sh."""
        return word(self._workdir if self._workdir[:1] in ("/", "~") else f"~/{self._workdir}")

    # -- before --------------------------------------------------------------------------------------------------------

    def stage(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> None:
        """Make sure that all that these jobs need is on the host, their list `lists/<group(jobs)>` included."""
        submission, name = jobs[0].submission, parcel.group(jobs)
        if (submission, name) in self._staged:
            return
        there = delivery.prepare(self._host, self._place(), submission)
        self._root = there.root
        if name not in there.groups:
            delivery.bring(self._host, self.path(submission), files, jobs, there)
        self._staged.add((submission, name))

    # -- calls ---------------------------------------------------------------------------------------------------------

    def send(self, submission: str, calls: Sequence[Call]) -> Mapping[str, Sent]:
        """Make calls, each at most once, whatever becomes of the connection; what the journal then knows of each."""
        if not calls:
            return {}
        name, folder = f"send.{os.urandom(6).hex()}", self.path(submission)
        script = journal.runner(name, calls)
        done = carry_out(self._host, folder, name, script, "making calls", before=journal.STOP_OTHERS)
        if done.code == journal.STOPPED:
            raise Unclear(f"{self._host.name}: somebody else makes calls for {submission}: not all were made here.")
        if done.code:
            raise Refused(f"{self._host.name}: calls cannot be made in {folder}: {last_line(done.err)}")
        # What could not even be claimed was said by `mkdir`.
        never = {call.key: Sent(call.key, "never", err=done.err) for call in calls}
        return {**never, **journal.read(done.out)}

    def journal(self, submission: str) -> Mapping[str, Sent]:
        """All calls of a submission that the journal knows of; without a folder on the host there are none."""
        return journal.read(self._told(journal.shown(self.path(submission)), "what was sent"))

    def lists(self, submission: str, names: Collection[str]) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Index and attempt of the jobs in each of these lists of a submission, line by line."""
        return arrays.listed(self._host.run(arrays.lists(self.path(submission), sorted(names))).out)

    # -- while and after -----------------------------------------------------------------------------------------------

    def ended(self, jobs: Sequence[Job]) -> Mapping[Job, Ended]:
        """The records that these jobs left, of whatever submissions they are; one question for all."""
        if not jobs:
            return {}
        names = {f"{job.submission}/records/{job.attempt}/{job.index}": job for job in jobs}
        script = _looking(self.path(""), sorted({job.submission for job in jobs}))
        given = "".join(f"{name}\n" for name in names).encode()
        found = leaflets.read(self._told(script, "what became of jobs", given))
        return {names[name]: _ended(parts) for name, parts in found.items()}

    def _told(self, script: str, what: str, given: bytes = b"") -> str:
        """What a question printed; one that failed says nothing."""
        done = self._host.run(script, given)
        if done.code:
            raise Unreachable(f"{self._host.name}: {what} cannot be read: {last_line(done.err)}")
        return done.out

    def set_cause(self, jobs: Sequence[Job], cause: str) -> None:
        """Note why these jobs are about to be ended; the first cause counts."""
        if not jobs:
            return
        script = _CAUSE.format(folder=quoted([self.path(jobs[0].submission)]), cause=quoted([cause]))
        done = self._host.run(script, _records(jobs))
        if done.code:
            why = last_line(done.err)
            raise Refused(f"{self._host.name}: why jobs are ended cannot be noted: {why} They are ended all the same.")

    def log(self, job: Job, stream: str, cursor: str) -> LogChunk:
        """What a job wrote to `out` or `err` since the cursor."""
        start = int(cursor or 0)
        path = self.path(job.submission, "logs", str(job.attempt), f"{job.index}.{stream}")
        data = self._host.read(path, start, _LOG_CHUNK)
        return LogChunk(data, str(start + len(data)))

    def collect(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        """Bring what these jobs made or changed, all in one go; yields each whose results are here whole."""
        if jobs:
            folder = self.path(jobs[0].submission)
            yield from gathering.gather(self._host, folder, batch, files, jobs, into, os.urandom(6).hex())

    def remove(self, submission: str) -> None:
        """Delete a submission's folder, if our marker in it holds its id; of what is in it, what is ours."""
        folder = self.path(submission)
        script = _REMOVE.format(folder=quoted([folder]), id=quoted([submission]), marker=MARKER)
        done = self._host.run(script, seconds=_REMOVE_SECONDS)
        if done.code:
            raise Refused(f"{self._host.name}: {folder} was not removed: {last_line(done.err)}")
        self._staged = {one for one in self._staged if one[0] != submission}


def _records(jobs: Sequence[Job]) -> bytes:
    return "".join(f"{job.attempt}/{job.index}\n" for job in jobs).encode()


def _looking(root: str, submissions: Sequence[str]) -> str:
    """The script that shows the records it is given the names of.

    The folders are listed first: a file server tells of new files when it is asked for all of them, not for each.
    """
    begin = f"cd {quoted([root])} 2>/dev/null || {{ {NOTHING}; exit; }}\n"
    begin += f'for one in {quoted(submissions)}; do ls -- "$one"/records/* >/dev/null 2>&1; done\n'
    return begin + reading(["start", "end", "cause"], ".")


def _ended(parts: Mapping[str, str]) -> Ended:
    start, end = (records.parse(parts.get(one, "")) for one in ("start", "end"))
    return Ended(start, end, parts.get("cause", "").strip())
