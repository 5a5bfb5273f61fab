"""How a job reaches its session: what is asked of the platform, in words that arrive there exactly as they are written.

The platform splits arguments at each blank, refuses `$`, swallows a backslash, and drops an environment variable whose
value is empty or holds `=`. So nothing of a person's goes by these ways: a job lies in its folder on the storage that
all sessions see, or comes along as one word of base64 that its session unpacks there.
"""

import base64
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui_batch.backends.base import Files
from tui_batch.backends.hosted import parcel
from tui_batch.backends.hosted.delivery import MARKER
from tui_batch.backends.hosted.staging import Ended
from tui_batch.errors import Refused
from tui_batch.model import Job
from tui_batch.states import JobState
from tui_batch.wire.host import quoted

WORD = "skaha_sessionid"  # the variable that holds a session's id, in the session
LONGEST_NAME = 63  # it is the name of a machine as well
LONGEST = 96 * 1024  # letters of base64 in one word: the kernel takes 128 KB, and other words need room, too

PLAIN = re.compile(r"[A-Za-z0-9/._~+-]+")  # letters that nobody on the way minds

_MARKED = re.compile(r"-(\d{8}-\d{6}-[a-z]+)-(\d+)-(\d+)\Z")
_END = re.compile(rb"\ntui-batch-end (\S+) (\d+) (\d+) (\d{1,3}) (\d{1,10}) (\d{1,10}) (\S+) (\S+)\n\Z")
_CAUSES = (JobState.CANCELLED, JobState.TIMED_OUT, JobState.OUT_OF_MEMORY)  # that a session may tell

# A folder that lies there already is whole, and may be in use: it stays.
_UNPACK = f"""\
import base64, io, os, shutil, signal, sys, tarfile
workdir, submission, *words, packed = sys.argv[1:]
index, name, attempt = words[:3]
os.umask(0o077)
top = os.path.join(os.path.expanduser(workdir), submission)
aside = os.path.join(top, "incoming", os.environ["{WORD}"])
for below in (aside, "lists", "staged", "records/" + attempt, "logs/" + attempt, "jobs/" + attempt):
    os.makedirs(os.path.join(top, below), exist_ok=True)
tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed))).extractall(aside)
with open(aside + "/{MARKER}", "w") as marker:
    marker.write(submission + "\\n")
for folder, _, files in os.walk(aside):
    below = os.path.relpath(folder, aside)
    if below in (".", "lists", "staged"):
        for one in files:
            os.replace(os.path.join(folder, one), os.path.join(top, below, one))
for one in ("files", "jobs/" + attempt + "/" + name):
    try:
        os.rename(os.path.join(aside, one), os.path.join(top, one))
    except OSError:
        if os.path.exists(os.path.join(aside, one)) and not os.path.exists(os.path.join(top, one)):
            raise
shutil.rmtree(aside, ignore_errors=True)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
os.execv("/bin/sh", ["sh", top + "/session.sh", top] + words)
"""


# -- names -------------------------------------------------------------------------------------------------------------


def name(batch: str, job: Job) -> str:
    """What a job's session is called: it ends with what the job is found by."""
    marked = f"-{job.submission}-{job.index}-{job.attempt}"
    fitted = re.sub(r"[^a-z0-9]+", "-", batch.lower()).strip("-")[: LONGEST_NAME - len(marked)].strip("-")
    return f"{fitted or 'batch'}{marked}"


def marked(called: str) -> tuple[str, int, int] | None:
    """Submission, index and attempt of the job whose session is called so; None where it is not ours."""
    found = _MARKED.search(called)
    return (found[1], int(found[2]), int(found[3])) if found else None


# -- what is asked -----------------------------------------------------------------------------------------------------


def lines(environment: Mapping[str, str], setup: Sequence[str]) -> str:
    """The lines of sh before a job."""
    return "".join([*(f"export {key}={quoted([value])}\n" for key, value in environment.items()),
                    *(f"{line}\n" for line in setup)])  # fmt: skip


def words(job: Job, before: str) -> list[str]:
    """What `session.sh` is told besides its folder."""
    needs = job.resources
    limit = round(60 * needs.minutes) or 1 if needs.minutes else 0
    if len(setup := encoded(before) or "-") > LONGEST:
        kb = f"{len(before) / 1024:,.0f} KB: a request takes {LONGEST * 3 // 4096} KB of them"
        raise Refused(f"environment and setup are {kb}. Nothing was sent; bring what is long as a file of the batch.")
    return [str(job.index), job.name, str(job.attempt), str(needs.cpus), str(limit), setup, WORD]


def encoded(text: str) -> str:
    """A text as one plain word."""
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def staged(folder: str, job: Job, before: str) -> tuple[str, str]:
    """Command and arguments of a job that lies in a submission's folder, as sessions see that."""
    return "/bin/sh", " ".join([f"{folder}/session.sh", folder, *words(job, before)])


def carried(workdir: str, job: Job, before: str, packed: str) -> tuple[str, str]:
    """Command and arguments of a job that comes along."""
    program = f"exec(__import__('base64').b64decode('{encoded(_UNPACK)}'))"
    return "python3", " ".join(["-c", program, workdir, job.submission, *words(job, before), packed])


def packed(files: Files, job: Job) -> str:
    """All that a job needs, as one word; Refused where that is too long."""
    with tempfile.TemporaryDirectory(prefix="tui-batch-") as folder:
        archive = Path(folder) / "parcel.tar.gz"
        parcel.write(archive, files, [job], [job], with_shared=True)
        size = archive.stat().st_size
        if 4 * size > 3 * LONGEST:
            kb = f"{size / 1024:,.0f} KB, packed: a request takes {LONGEST * 3 // 4096} KB"
            raise Refused(
                f"The files of job {job.name} are {kb}. Nothing was sent; set storage in the target, so that they can "
                "be brought to the platform's files."
            )
        return base64.b64encode(archive.read_bytes()).decode()


# -- what is read ------------------------------------------------------------------------------------------------------


def ended(log: bytes, job: Job) -> Ended:
    """How the job ended, by the last line of its session's log, as a record tells it; nothing where that is another."""
    found = _END.search(log)
    said = [part.decode("ascii", "replace") for part in found.groups()] if found else []
    if said[:3] != [job.submission, str(job.index), str(job.attempt)]:
        return Ended({}, {}, "")
    start = {"job": job.id if said[6] == "-" else said[6], "clock": said[4]}
    return Ended(start, {"job": job.id, "code": said[3], "clock": said[5]}, said[7] if said[7] in _CAUSES else "")


def said(log: bytes) -> bytes:
    """What the job itself wrote."""
    return _END.sub(b"", log)
