"""What a person writes arrives in a session exactly as it was written, whatever the service does to words."""

import os
from dataclasses import replace

import pytest
from worlds.asking import ended, send, take
from worlds.canfar import CanfarWorld, MountedCanfarWorld

from tui_batch.backends.canfar import carrying
from tui_batch.errors import Refused
from tui_batch.model import Batch
from tui_batch.states import JobState
from tui_batch.store.archive import Archive
from tui_batch.wire.host import quoted

S = JobState

HOSTILE = {
    "BLANKS": " two  blanks, and at the end ",
    "DOLLARS": "$HOME ${HOME} $1 $0 $$ $(id) `id`",
    "QUOTES": "\"double\" 'single' '\"'",
    "BACKSLASHES": "a\\b\\\\c\\n\\",
    "EQUALS": "=a=b==c=",
    "LINES": "one\n\n two\r\nthree\n",
    "EMPTY": "",
    "LETTERS": "Grüße, 日本, \N{DROMEDARY CAMEL}, e\N{COMBINING ACUTE ACCENT}",
    "PERCENT": "%41+%20&a=b;c#d?",
    "YAML": "- a: [b, {c}] # d",
    "TABS": "\ta\t\tb",
    "BELL": "\a\x1b[31m\x7f",
}


@pytest.fixture(params=[CanfarWorld, MountedCanfarWorld], ids=lambda world: world.storage)
def world(request, tmp_path):
    made = request.param(tmp_path)
    yield made
    made.close()


def arrived(world, job):
    """The folder of a job, where its session has it."""
    return world.skaha.home / "tui-batch" / job.submission / "jobs" / "1" / job.name


def succeed(world, backend, number=1):
    """Wait for jobs that have to succeed."""
    known = world.watch(backend, ended(number))
    assert {status.state for status in known.values()} == {S.SUCCEEDED}, known


def test_commands_arrive_as_they_are_written(world):
    backend = world.open()
    commands = [f"printf %s {quoted([text])} >out" for text in HOSTILE.values()]
    jobs = send(world, backend, *commands)
    succeed(world, backend, len(jobs))
    for job, text in zip(jobs, HOSTILE.values(), strict=True):
        assert (arrived(world, job) / "out").read_bytes() == text.encode()


def test_variables_arrive_as_they_are_written(world):
    world.settings["environment"] = variables = HOSTILE | {"LONG": "$x\\ " * 2000}
    backend = world.open()
    [job] = send(
        world, backend, f'for name in {" ".join(variables)}; do eval "printf %s \\"\\$$name\\"" >"$name"; done'
    )
    succeed(world, backend)
    for name, text in variables.items():
        assert (arrived(world, job) / name).read_bytes() == text.encode(), name


def test_lines_before_a_job_arrive_as_they_are_written(world):
    world.settings["setup"] = ['greet() { printf "%s" "$1 \\\\ \'$2\'"; }', "A='x  y'", 'export A="$A=$(echo z)"']
    backend = world.open()
    [job] = send(world, backend, 'printf %s "$A" >out')
    succeed(world, backend)
    assert (arrived(world, job) / "out").read_text() == "x  y=z"


def with_file(world, content):
    """A batch of one job, that has a file of this content."""
    batch, _, jobs = world.batch(["cat input.txt >out"])
    return batch, Rendered(batch, content), jobs


class Rendered(Archive):
    """A batch whose file holds something else."""

    def __init__(self, batch: Batch, content: bytes) -> None:
        super().__init__(batch.path)
        self._content = content

    def job(self, name):
        return {**super().job(name), "input.txt": self._content}


@pytest.mark.parametrize(
    "content",
    [*(text.encode() for text in HOSTILE.values()), bytes(range(256)), b"100 KB \\ $x\n" * 10240],
    ids=[*HOSTILE, "BYTES", "LONG"],
)
def test_files_arrive_as_they_are_written(world, content):
    backend, (batch, files, jobs) = world.open(), with_file(world, content)
    taken = []
    take(taken, backend, batch, files, jobs)
    files.close()
    world.jobs = [replace(jobs[0], id=taken[0].id)]
    succeed(world, backend)
    assert (arrived(world, jobs[0]) / "out").read_bytes() == content


def test_what_is_too_long_for_a_request_is_refused_before_anything_is_sent(world):
    backend, (batch, files, jobs) = world.open(), with_file(world, os.urandom(100 * 1024))
    taken = []
    if world.storage == "none":
        with pytest.raises(Refused, match="Nothing was sent; set storage"):
            take(taken, backend, batch, files, jobs)
        assert not world.skaha.asked("create")
    else:
        take(taken, backend, batch, files, jobs)
        world.jobs = [replace(jobs[0], id=taken[0].id)]
        succeed(world, backend)
    files.close()


def test_variables_that_are_too_long_for_a_request_are_refused_before_anything_is_sent(world):
    world.settings["environment"] = {"LONG": "x" * 120_000}
    backend = world.open()
    with pytest.raises(Refused, match="Nothing was sent"):
        send(world, backend, "true")
    assert not world.skaha.asked("create")


@pytest.mark.parametrize(
    "name",
    [
        "process-obs.fits",
        "again-20261120-185359-otter-0-1",
        "A_b C",
        "-",
        "--x--",
        "é",
        "日本",
        "a" * 200,
        "0",
        "x" * 24 + "-.-",
        "sweep_001.fits ",
    ],
)
def test_sessions_of_every_batch_have_a_name_and_are_found_by_it(world, name):
    backend = world.open()
    batch, files, jobs = world.batch(["true", "true"])
    taken = []
    take(taken, backend, replace(batch, name=name), files, [jobs[0], replace(jobs[1], index=123_456, attempt=12)])
    names = [session.name for session in world.skaha.sessions.values()]
    assert all(len(one) <= 63 for one in names)
    assert {carrying.marked(one) for one in names} == {
        (jobs[0].submission, 0, 1), (jobs[0].submission, 123_456, 12)
    }  # fmt: skip
    assert backend.find(jobs[0].submission) == {one.index: one.id for one in taken}


def test_what_is_sent_twice_runs_once_and_both_sessions_tell_of_it(world):
    backend = world.open()
    batch, files, jobs = world.batch([f"printf x >> {world.folder}/runs; exit 3"])
    taken = []
    for _ in range(2):
        take(taken, backend, batch, files, jobs)
    both = [replace(jobs[0], id=one.id) for one in taken]
    assert len({session.name for session in world.skaha.sessions.values()}) == 1
    for job in both:
        world.jobs = [job]
        status = world.watch(backend, ended(1))[job.id]
        assert (status.state, status.exit_code) == (S.FAILED, 3)
    assert (world.folder / "runs").read_text() == "x"
    assert list(backend.find(jobs[0].submission)) == [0]


def test_a_template_may_say_otherwise_than_its_target(world):
    world.settings["environment"] = {"A": "target", "B": "target"}
    world.skaha.ways.images["images.example/other:1"] = ["headless"]
    backend = world.open()
    options = '[options.canfar]\nimage = "images.example/other:1"\nenvironment = { A = "template" }'
    [job] = send(world, backend, 'printf %s "$A $B" >out', patterns=f"[]\n{options}")
    succeed(world, backend)
    assert (arrived(world, job) / "out").read_text() == "template target"
    assert [session.image for session in world.skaha.sessions.values()] == ["images.example/other:1"]


def test_a_request_holds_nothing_that_the_service_minds(world):
    world.settings["environment"] = HOSTILE
    backend = world.open()
    send(world, backend, *[f": {quoted([text])}" for text in HOSTILE.values()])
    for call in world.skaha.asked("create"):
        said = [call.first("cmd"), *call.first("args").split(" ")]
        assert all(word and not set(word) & set('$"\\\n\t') for word in said)
