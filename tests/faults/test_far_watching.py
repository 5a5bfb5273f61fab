"""Jobs far away are watched, their logs and results brought here: what fails is tried again, and changes no state."""

import subprocess
import sys

from test_far_sending import BOTH, S, counts, ended
from test_killed import desk_of, make, until
from test_trouble import kill_courier

from tui_batch.store import lock


def running(away, desk, jobs=5):
    name = desk.submit(away.batch(desk, jobs))
    until(lambda: counts(desk, name) == {S.RUNNING: jobs})
    return name


# -- looking -----------------------------------------------------------------------------------------------------------


def test_how_the_jobs_are_is_asked_right_after_they_were_sent(away):
    desk = away.desk(pace=60.0)
    running(away, desk)
    assert away.world.calls("poll")[-1] == "5"


def test_how_the_jobs_are_is_asked_when_a_person_wants_to_know(away):
    desk = away.desk(pace=60.0)
    name = running(away, desk)
    away.world.becomes("succeeded")
    until(lambda: not desk.snapshot().orders)
    desk.poll()
    until(lambda: bool(desk.submission(name).ended))


def test_a_poll_that_fails_changes_no_state_and_is_made_again(away):
    desk = away.desk()
    name = running(away, desk)
    away.world.pull("gone")
    until(lambda: desk.submission(name).health == "far: no answer.")
    until(lambda: desk.snapshot().contacts["far"].trouble == "far: no answer.")
    asked = len(away.world.calls("poll"))
    until(lambda: len(away.world.calls("poll")) > asked + 1)
    assert counts(desk, name) == {S.RUNNING: 5}
    away.world.let_go("gone")
    until(lambda: desk.submission(name).health == "")
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}


def test_a_credential_that_ends_while_jobs_are_watched_changes_no_state(away):
    desk = away.desk(pace=0.1)
    name = running(away, desk)
    away.world.pull("expired")
    until(lambda: desk.submission(name).health == "far: the token is no longer valid.")
    away.world.becomes("succeeded")
    asked = len(away.world.calls())
    until(lambda: len(away.world.calls()) > asked + 12, 10)  # looked for anew at the same pace
    assert counts(desk, name) == {S.RUNNING: 5}
    away.world.let_go("expired")
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert desk.trouble(name) == ""


def test_what_a_target_warns_of_is_said_until_it_does_not(away):
    desk = away.desk()
    name = running(away, desk)
    away.world.pull("warn", "the token ends in two hours.")
    until(lambda: desk.submission(name).health == "the token ends in two hours.")
    until(lambda: desk.snapshot().contacts["far"].warning == "the token ends in two hours.")
    away.world.pull("gone")
    until(lambda: desk.submission(name).health == "far: no answer.")  # what hurts now comes first
    away.world.let_go("gone")
    away.world.let_go("warn")
    until(lambda: desk.submission(name).health == "")
    until(lambda: desk.snapshot().contacts["far"].warning == "")


def test_an_answer_that_is_not_whole_proves_no_loss(away):
    desk = away.desk()
    name = running(away, desk)
    away.world.pull("half")
    asked = len(away.world.calls("poll"))
    until(lambda: len(away.world.calls("poll")) > asked + 2)
    assert counts(desk, name) == {S.RUNNING: 5}


def test_a_lost_job_that_turns_up_is_taken_back(away):
    desk = away.desk(pace=0.2)
    name = running(away, desk, 2)
    first, second = away.world.names()
    away.world.becomes("succeeded", first)
    away.world.becomes("lost", second)
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {S.SUCCEEDED: 1, S.LOST: 1}
    until(lambda: lock.look(away.home) is None)  # nothing is open: the courier has gone
    before = [path.read_text() for path in away.home.history.glob("*.toml")]
    desk.probe("far")
    asked = len(away.world.calls("poll"))
    until(lambda: len(away.world.calls("poll")) > asked)
    until(lambda: lock.look(away.home) is None)
    assert [path.read_text() for path in away.home.history.glob("*.toml")] == before
    away.world.becomes("running", second)
    desk.fetch(name)
    until(lambda: counts(desk, name) == {S.SUCCEEDED: 1, S.RUNNING: 1})
    away.world.becomes("succeeded", second)
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {S.SUCCEEDED: 2}
    assert desk.submission(name).fetched == 2


# -- results -----------------------------------------------------------------------------------------------------------


@BOTH
def test_results_whose_way_was_cut_come_later_and_none_is_missing(away, claims):
    desk = away.desk(claims=claims)
    name = running(away, desk)
    away.world.pull("cut-fetch")
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert desk.submission(name).fetched == 5
    assert len(list(desk.results(name).glob("*/result"))) == 5
    assert desk.trouble(name) == ""


def test_results_come_in_groups(away):
    desk = away.desk()
    name = running(away, desk)
    ended(away, desk, name)
    assert all(len(group.split(",")) <= 3 for group in away.world.calls("fetch"))
    assert len(away.world.calls("fetch")) <= 4


def test_one_job_whose_results_are_refused_costs_no_other_its_own_and_is_asked_for_again_on_demand(away):
    desk = away.desk()
    name = running(away, desk)
    away.world.pull("refuse-fetch", "1")
    ended(away, desk, name)
    assert desk.submission(name).fetched == 4
    assert desk.trouble(name) == "The results of 1 job are not here: far: what job 1 left is gone."
    away.world.let_go("refuse-fetch")
    desk.fetch(name)
    until(lambda: desk.submission(name).fetched == 5)
    until(lambda: desk.trouble(name) == "")


def test_from_where_nothing_can_be_brought_nothing_is_fetched_unless_a_person_asks(away):
    desk = away.desk(brings=False)
    name = running(away, desk)
    away.world.pull("refuse-fetch", "0")
    ended(away, desk, name)
    assert (away.world.calls("fetch"), desk.trouble(name)) == ([], "")
    desk.fetch(name)
    until(lambda: desk.trouble(name).startswith("The results of 1 job are not here: far: what job 0 left is gone."))


def test_a_submission_whose_results_cannot_come_now_stays_open_killed_or_not(away):
    desk = away.desk(pace=0.1)
    name = running(away, desk)
    away.world.pull("no-fetch")
    away.world.becomes("succeeded")
    for _ in range(2):
        asked = len(away.world.calls("fetch"))
        until(lambda asked=asked: len(away.world.calls("fetch")) > asked + 1)
        until(lambda: desk.submission(name).health == "far: no results came.")
        assert (counts(desk, name), desk.submission(name).ended) == ({S.SUCCEEDED: 5}, "")
        kill_courier(desk.home)
        desk.wake()
    away.world.let_go("no-fetch")
    until(lambda: bool(desk.submission(name).ended))
    assert (desk.submission(name).fetched, desk.trouble(name)) == (5, "")


# -- logs --------------------------------------------------------------------------------------------------------------


def write(away, desk, name, text):
    away.world.log(desk.jobs(name).rows[0].status.id).write_text(text)


def follows(desk, name, text):
    """Whether that is what the copy of the first job's log holds, while somebody looks at it."""
    desk.follow(name, 0, "out")
    path = desk.log(name, 0)
    return path.exists() and path.read_text() == text


def test_a_log_far_away_is_here_while_somebody_looks(away):
    desk = away.desk()
    name = running(away, desk)
    write(away, desk, name, "one line and another\n")
    asked = len(away.world.calls("poll"))
    until(lambda: len(away.world.calls("poll")) > asked + 3)
    assert not away.world.calls("tail")  # nobody looks
    until(lambda: follows(desk, name, "one line and another\n"))
    write(away, desk, name, "one line and another\nand more\n")
    until(lambda: follows(desk, name, "one line and another\nand more\n"))
    write(away, desk, name, "anew\n")
    until(lambda: follows(desk, name, "anew\n"))


def test_a_log_that_says_when_to_be_asked_again_is_asked_then(away):
    desk = away.desk(forgets=3600.0, wait=0.05)
    name = running(away, desk)
    write(away, desk, name, "one line\n")
    until(lambda: follows(desk, name, "one line\n"))
    asked = len(away.world.calls("tail"))
    until(lambda: follows(desk, name, "one line\n") and len(away.world.calls("tail")) > asked + 20, 2.0)
    write(away, desk, name, "")  # what its target forgets is kept
    asked = len(away.world.calls("tail"))
    until(lambda: len(away.world.calls("tail")) > asked + 2)
    assert follows(desk, name, "one line\n")


def test_a_log_that_holds_nothing_is_here_as_such(away):
    desk = away.desk()
    name = running(away, desk)
    until(lambda: follows(desk, name, ""))


def test_the_end_of_a_log_comes_although_its_submission_is_closed_and_no_courier_there(away):
    desk = away.desk()
    name = running(away, desk)
    write(away, desk, name, "the whole of it\n")
    ended(away, desk, name)
    kill_courier(desk.home)
    words = [sys.executable, "-m", "tui_batch", "--home", desk.home, "--config", desk.config.path, "log", name, "0"]
    assert subprocess.run(words, capture_output=True, text=True).stdout == "the whole of it\n"
    assert subprocess.run([*words, "-f"], capture_output=True, text=True).stdout == "the whole of it\n"


# -- removing ----------------------------------------------------------------------------------------------------------


def order(desk, name):
    desk._order("remove", name)
    until(lambda: not desk.snapshot().orders)


def test_a_kind_that_keeps_nothing_says_so(tmp_path):
    desk = desk_of(tmp_path / "home", slots=1)
    name = desk.submit(make(desk, tmp_path, "true", "1..2"))
    until(lambda: bool(desk.submission(name).ended))
    order(desk, name)
    until(lambda: "keeps nothing of ours" in desk.trouble(name))


def test_what_an_ended_submission_left_is_removed_when_asked_and_not_before(away):
    desk = away.desk()
    name = running(away, desk)
    order(desk, name)
    assert away.world.calls("remove") == []
    ended(away, desk, name)
    order(desk, name)
    assert away.world.calls("remove") == [""]
    assert away.world.names() == []
