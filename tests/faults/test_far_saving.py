"""Logs that their target forgets are saved before that, whether anybody looks or not, and whatever comes in between."""

import subprocess
import sys

import pytest
from test_far_sending import S, counts
from test_far_watching import running
from test_killed import until
from test_trouble import kill_courier

from tui_batch.store import saved

STREAMS = ("out", "events")


@pytest.fixture
def desk(away):
    return away.desk(forgets=3600.0, claims=True)


def writes(away, desk, name, words):
    """Have each job write something, and the platform say something of it."""
    for row in desk.jobs(name).rows:
        for stream in STREAMS:
            with away.world.log(row.status.id, stream).open("a" if stream == "out" else "w") as file:
                file.write(f"{words} {row.index} {stream}\n")


def copies(desk, name, stream="out"):
    paths = [desk.log(name, row.index, stream) for row in desk.jobs(name).rows]
    return [path.read_text() if path.exists() else None for path in paths]


def whole(words, jobs=5, stream="out"):
    return [f"{words} {index} {stream}\n" for index in range(jobs)]


def here(desk, name):
    return saved.read(desk.home / "submissions" / name)


def closed(desk, name):
    until(lambda: bool(desk.submission(name).ended))


def test_the_logs_of_ended_jobs_are_here_before_their_submission_is_closed(away, desk):
    name = running(away, desk)
    writes(away, desk, name, "last words of")
    away.world.becomes("succeeded")
    closed(desk, name)
    for stream in STREAMS:
        assert copies(desk, name, stream) == whole("last words of", stream=stream)
    assert here(desk, name) == {(1, index): [] for index in range(5)}


def test_what_runs_is_saved_now_and_then(away):
    desk = away.desk(forgets=3600.0, save=0.2)
    name = running(away, desk)
    said = [""] * 5
    for words in ("first words of", "and more of"):
        writes(away, desk, name, words)
        said = [before + now for before, now in zip(said, whole(words), strict=True)]
        until(lambda said=said: copies(desk, name) == said)
        until(lambda words=words: copies(desk, name, "events") == whole(words, stream="events"))
    assert here(desk, name) == {}


def test_a_submission_stays_open_until_its_logs_are_here_killed_or_not(away):
    desk = away.desk(forgets=3600.0, pace=0.1)
    name = running(away, desk)
    writes(away, desk, name, "late words of")
    away.world.pull("no-tail")
    away.world.becomes("succeeded")
    for _ in range(2):
        until(lambda: counts(desk, name) == {S.SUCCEEDED: 5} and desk.submission(name).fetched == 5)
        tried = len(away.world.calls("tail"))
        until(lambda tried=tried: len(away.world.calls("tail")) > tried + 10)
        assert desk.submission(name).ended == ""
        kill_courier(desk.home)
        desk.wake()
    away.world.let_go("no-tail")
    closed(desk, name)
    assert copies(desk, name) == whole("late words of")


def test_what_was_saved_is_not_asked_for_by_the_next_courier(away, desk):
    name = running(away, desk)
    away.world.becomes("succeeded", *away.world.names()[:3])
    until(lambda: len(here(desk, name)) == 3)
    kill_courier(desk.home)
    asked = len(away.world.calls("tail"))
    writes(away, desk, name, "words of")
    away.world.becomes("succeeded")
    desk.wake()
    closed(desk, name)
    assert {call.split()[0] for call in away.world.calls("tail")[asked:]} == {"3", "4"}


@pytest.mark.parametrize("string", ["gone", "expired"])
def test_a_target_that_is_away_while_jobs_end_delays_and_loses_nothing(away, desk, string):
    name = running(away, desk)
    writes(away, desk, name, "words of")
    away.world.pull("no-tail")
    away.world.becomes("failed")
    until(lambda: counts(desk, name) == {S.FAILED: 5})
    away.world.pull(string)
    until(lambda: bool(desk.submission(name).health))
    away.world.let_go("no-tail")
    away.world.let_go(string)
    closed(desk, name)
    assert (copies(desk, name), desk.trouble(name)) == (whole("words of"), "")


def test_a_store_that_cannot_keep_a_log_delays_and_loses_nothing(away):
    desk = away.desk(forgets=3600.0, pace=0.1)
    name = running(away, desk)
    writes(away, desk, name, "words of")
    in_the_way = desk.home / "submissions" / name / "logs"
    in_the_way.touch()
    away.world.becomes("succeeded")
    until(lambda: counts(desk, name) == {S.SUCCEEDED: 5} and len(away.world.calls("tail")) > 12)
    until(lambda: desk.submission(name).health.startswith("Cannot keep a copy of the log: "))
    assert desk.submission(name).ended == ""
    in_the_way.unlink()
    closed(desk, name)
    assert (copies(desk, name), desk.trouble(name)) == (whole("words of"), "")


def test_what_may_be_forgotten_unsaved_is_said_until_it_is_saved(away):
    desk = away.desk(forgets=2.0, pace=0.1)
    name = running(away, desk)
    writes(away, desk, name, "words of")
    away.world.pull("no-tail")
    away.world.becomes("succeeded")
    until(lambda: desk.submission(name).health.startswith("The logs of 5 jobs are not saved yet, and far forgets"))
    until(lambda: desk.submission(name).health.startswith("The logs of 5 jobs are not saved, and far may have"))
    away.world.let_go("no-tail")
    closed(desk, name)
    assert (copies(desk, name), desk.trouble(name)) == (whole("words of"), "")


def test_what_was_forgotten_is_said_to_be_and_what_is_here_stays(away):
    desk = away.desk(forgets=3600.0, save=0.2)
    name = running(away, desk)
    writes(away, desk, name, "words of")
    until(lambda: copies(desk, name) == whole("words of"))
    away.world.pull("forgot")
    away.world.becomes("failed")
    closed(desk, name)
    assert here(desk, name) == {(1, index): ["out", "events"] for index in range(5)}
    assert copies(desk, name) == whole("words of")


def test_an_empty_answer_takes_nothing_away(away):
    desk = away.desk(forgets=3600.0, save=0.2)
    name = running(away, desk)
    writes(away, desk, name, "words of")
    until(lambda: copies(desk, name, "events") == whole("words of", stream="events"))
    away.world.pull("no-log")
    away.world.becomes("failed")
    closed(desk, name)
    assert copies(desk, name) == whole("words of")
    assert copies(desk, name, "events") == whole("words of", stream="events")


def test_what_says_when_to_be_asked_again_is_asked_then(away):
    desk = away.desk(forgets=3600.0, wait=0.5)
    name = running(away, desk, 1)
    writes(away, desk, name, "words of")
    away.world.becomes("succeeded")
    closed(desk, name)
    assert sorted(away.world.calls("tail")) == ["0 events", "0 events", "0 out", "0 out"]


def test_the_log_of_an_attempt_is_saved_although_there_is_another_by_now(away):
    desk = away.desk(forgets=3600.0, pace=0.1)
    name = running(away, desk, 2)
    writes(away, desk, name, "first attempt of")
    away.world.pull("no-tail")
    away.world.becomes("failed")
    until(lambda: counts(desk, name) == {S.FAILED: 2})
    desk.retry(name, [0])
    until(lambda: counts(desk, name) == {S.FAILED: 1, S.RUNNING: 1})
    kill_courier(desk.home)
    desk.wake()
    away.world.let_go("no-tail")
    until(lambda: set(here(desk, name)) == {(1, 0), (1, 1)})
    assert desk.log(name, 0, attempt=1).read_text() == "first attempt of 0 out\n"
    away.world.becomes("succeeded")
    closed(desk, name)
    assert set(here(desk, name)) == {(1, 0), (1, 1), (2, 0)}


def test_what_is_cancelled_is_saved_before_its_target_forgets_it(away, desk):
    name = running(away, desk)
    writes(away, desk, name, "words of")
    desk.cancel(name)
    closed(desk, name)
    assert counts(desk, name) == {S.CANCELLED: 5}
    assert copies(desk, name) == whole("words of")
    assert here(desk, name) == {(1, index): ["out", "events"] for index in range(5)}


def test_what_is_cancelled_is_cancelled_although_its_logs_cannot_be_had(away):
    desk = away.desk(forgets=3600.0, claims=True, pace=0.1)
    name = running(away, desk)
    away.world.pull("hang-tail")
    desk.cancel(name)
    until(lambda: counts(desk, name) == {S.CANCELLED: 5})


def test_the_command_line_prints_what_was_saved_and_says_what_was_not(away, desk):
    def log(job, stream, code=0):
        program = [sys.executable, "-m", "tui_batch", "--home", desk.home, "--config", desk.config.path]
        said = subprocess.run([*program, "log", name, job, "--stream", stream], capture_output=True, text=True)
        assert said.returncode == code
        return said.stdout + said.stderr

    name = running(away, desk, 2)
    writes(away, desk, name, "words of")
    away.world.becomes("succeeded", away.world.names()[0])
    until(lambda: (1, 0) in here(desk, name))
    away.world.pull("forgot")
    away.world.becomes("succeeded")
    closed(desk, name)
    asked = len(away.world.calls())
    assert log("0", "out") == "words of 0 out\n"
    assert log("0", "events") == "words of 0 events\n"
    assert log("1", "out", code=1) == "It is gone: far had forgotten it before it could be saved.\n"
    assert len(away.world.calls()) == asked  # nobody is asked again for what is here


def test_all_else_goes_on_while_many_logs_are_saved(away):
    desk = away.desk(forgets=3600.0, pace=0.05, call=40)
    name = running(away, desk, 40)
    away.world.becomes("succeeded", *away.world.names()[:-1])
    until(lambda: len(here(desk, name)) == 39)
    calls = [line.split()[0] for line in away.world.lines()]
    tails = [number for number, call in enumerate(calls) if call == "tail"]
    assert calls[tails[0] : tails[-1]].count("poll") > 5
