"""What people do on a Science Platform, by keys alone, in tmux: one file, many files, a sweep; each to its end."""

import json
from itertools import accumulate

import pytest
from sshd import until
from worlds.skaha import Skaha
from worlds.skaha.ways import IMAGE

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.states import JobState

PROCESS = """
import sys
source, result = sys.argv[1:]
open(result, "w").write(open(source).read().upper())
print(f"Processed {source.split('/')[-1]} -> {result.split('/')[-1]}")
"""
ANALYSE = """
import sys
print("analysed", *sys.argv[1:])
"""


@pytest.fixture
def site(tmp_path):
    """A platform on which a group has its scripts and five observations."""
    (tmp_path / "s").mkdir()
    with Skaha(tmp_path / "s") as skaha:
        group = skaha.arc / "projects" / "mygroup"
        for name in ("data", "scripts", "results"):
            (group / name).mkdir(parents=True)
        for number in range(1, 6):
            (group / "data" / f"obs{number}.fits").write_text(f"light {number}")
        (group / "scripts" / "process_data.py").write_text(PROCESS)
        (group / "scripts" / "analysis_with_params.py").write_text(ANALYSE)
        yield skaha


@pytest.fixture
def begin(site, tmp_path, tmux):
    """Start the app with the platform as its target, and go to the variables of a template."""

    def begin(template, **keys):
        said = {"kind": "canfar", "url": site.url, "token_file": str(site.token_file), "image": IMAGE,
                "poll_seconds": 0.3, **keys}  # fmt: skip
        lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
        text = ["undo_seconds = 0.0", 'default_target = "canfar"', "[targets.canfar]", *lines]
        (tmp_path / "config.toml").write_text("\n".join(text) + "\n")
        tmux.type(f"cd {tmp_path}; tui-batch --config config.toml\n")
        tmux.shows("tui-batch makes many jobs from one template")
        tmux.press("n")
        tmux.shows("from which template?", "> file-per-job")
        tmux.type(f"/{template}")
        tmux.press("Enter")
        tmux.shows(f"> {template}")
        tmux.press("Enter")
        tmux.shows(f"new batch: {template}")

    return begin


def fill_in(tmux, *values):
    """Type what variables are to be, one below the other: their labels and texts."""
    for label, text in values:
        tmux.shows(f"> {label}")
        tmux.type(text)
        tmux.press("Down")


def send(tmux, batch, jobs):
    tmux.press("Enter")
    tmux.shows("nothing is written yet", f"canfar: {jobs} job")
    tmux.press("A")
    tmux.shows(f"Submit {jobs} job", f" of {batch} to canfar? Y/n")
    tmux.press("y")


def test_one_file(site, begin, tmux, home):
    group = site.arc / "projects" / "mygroup"
    begin("file-per-job")
    fill_in(tmux, ("Input file", f"target:{group}/data/obs1.fits"),
            ("Program", f"python3 {group}/scripts/process_data.py"), ("Output folder", f"{group}/results"))  # fmt: skip
    send(tmux, "file-per-job", 1)
    tmux.shows("> CD file-per-job", "1/1")
    tmux.press("l")
    tmux.shows("stdout and stderr  succeeded", "Processed obs1.fits -> processed_obs1.fits")
    tmux.press("q")
    tmux.leave()
    assert (group / "results" / "processed_obs1.fits").read_text() == "LIGHT 1"
    assert_once(site, home, 1)


def test_many_files(site, begin, tmux, home, tmp_path):
    """Named in a table, since what is on the platform cannot be seen from here."""
    group = site.arc / "projects" / "mygroup"
    rows = "".join(f"target:{group}/data/obs{number}.fits\n" for number in range(1, 6))
    (tmp_path / "obs.csv").write_text(f"input\n{rows}")
    begin("file-per-job")
    fill_in(tmux, ("Input file", "file(obs.csv, input)"), ("Program", f"python3 {group}/scripts/process_data.py"),
            ("Output folder", f"{group}/results"))  # fmt: skip
    send(tmux, "file-per-job", 5)
    tmux.shows("> CD file-per-job", "5/5", "inputobs1", "inputobs5")
    tmux.press("l")
    tmux.shows("inputobs1  stdout and stderr  succeeded", "Processed obs1.fits -> processed_obs1.fits")
    tmux.press("q")
    tmux.leave()
    results = {path.name: path.read_text() for path in (group / "results").iterdir()}
    assert results == {f"processed_obs{number}.fits": f"LIGHT {number}" for number in range(1, 6)}
    assert_once(site, home, 5)


def test_a_sweep(site, begin, tmux, home):
    """Three at a time, and its results come here, since the platform's files are mounted."""
    script = site.arc / "projects" / "mygroup" / "scripts" / "analysis_with_params.py"
    begin("python-sweep", storage="mounted", arc=str(site.arc), workdir=f"{site.home}/tui-batch", max_running=3)
    fill_in(tmux, ("Script", f"target:{script}"), ("Threshold", "0.1, 0.5, 1.0"), ("Sigma", "1..3"),
            ("Method", "gaussian, tophat"))  # fmt: skip
    tmux.shows("new batch: python-sweep  18 jobs")
    send(tmux, "python-sweep", 18)
    tmux.shows("> CD python-sweep", "18/18")
    tmux.press("l")
    tmux.shows("stdout and stderr  succeeded", "analysed --threshold 0.1 --sigma 1 --method gaussian")
    tmux.press("q")
    tmux.leave()
    assert_once(site, home, 18)


def test_a_file_that_is_not_there_and_a_request_for_help(site, begin, tmux, home, tmp_path):
    group = site.arc / "projects" / "mygroup"
    begin("file-per-job")
    fill_in(tmux, ("Input file", f"target:{group}/data/obs9.fits"),
            ("Program", f"python3 {group}/scripts/process_data.py"), ("Output folder", f"{group}/results"))  # fmt: skip
    send(tmux, "file-per-job", 1)
    tmux.shows("> F  file-per-job", "1/1", "exit 1")
    tmux.press("l")
    tmux.shows("stdout and stderr  failed", "FileNotFoundError")
    tmux.press("o")
    tmux.shows("what the platform said  failed", "Successfully pulled image")
    tmux.type(":bundle")
    tmux.press("Enter")
    tmux.shows("Written for a support request: ~/tui-batch-")
    tmux.press("q")
    tmux.leave()
    [session] = site.sessions
    [path] = tmp_path.glob("tui-batch-*.txt")
    text = path.read_text()
    for words in (f"id = {session}", "happened = failed, exit code 1", "FileNotFoundError", f"image = {IMAGE}",
                  "== stdout and stderr", "Successfully pulled image"):  # fmt: skip
        assert words in text
    assert site.token not in text


def assert_once(site, home, jobs):
    """Each ran once, never more than three at a time, and its log is kept here."""
    desk = Desk(home, Config())
    [submission] = desk.snapshot().submissions
    assert submission.counts == {JobState.SUCCEEDED: jobs}
    assert len(site.asked("create")) == len(site.sessions) == jobs
    began = [(session.created, 1) for session in site.sessions.values()]
    ended = [(session.ended, -1) for session in site.sessions.values()]
    assert max(accumulate(step for _, step in sorted([*began, *ended]))) <= 3
    for row in desk.jobs(submission.id).rows:
        until(desk.log(submission.id, row.index).exists, "its log is here")
        assert desk.log(submission.id, row.index).stat().st_size
