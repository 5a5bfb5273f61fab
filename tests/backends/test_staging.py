"""The folder of a submission on a host: made whole, calls made once, records read, results brought home."""

import os
import subprocess
from pathlib import Path

import pytest
from worlds.hosts import Batches, Counting, again, run_task, tree

from tui_batch.backends import nobody
from tui_batch.backends.hosted.journal import Call
from tui_batch.backends.hosted.parcel import group
from tui_batch.backends.hosted.staging import Staging
from tui_batch.errors import Refused
from tui_batch.wire.host import HostSettings, open_host


@pytest.fixture
def batches(tmp_path):
    made = Batches(tmp_path / "store")
    yield made
    made.close()


@pytest.fixture(params=["here", "ssh"])
def settings(request, tmp_path):
    return {} if request.param == "here" else request.getfixturevalue("sshd").login(tmp_path / "home")


@pytest.fixture
def host(settings):
    opened = Counting(open_host(HostSettings(**settings), nobody))
    yield opened
    opened.close()


@pytest.fixture
def staging(host, tmp_path):
    return Staging(host, str(tmp_path / "work dir"))


@pytest.fixture
def into(tmp_path):
    return tmp_path / "results" / "b" / "run_1"


def run_all(staging, jobs, native=lambda line: f"7.{line}"):
    folder = staging.path(jobs[0].submission)
    return [run_task(folder, group(jobs), line, native(line)) for line in range(1, len(jobs) + 1)]


# -- before ------------------------------------------------------------------------------------------------------------


def test_a_job_finds_its_files_and_says_who_it_is(staging, batches):
    batch, files, jobs = batches.make(["cat input.txt deep/er/input.txt tool data/x; env >env", "exit 3"],
                                      shared=["tool", "data/x"])  # fmt: skip
    staging.stage(batch, files, jobs)
    assert run_all(staging, jobs) == [0, 3]
    submission = jobs[0].submission
    assert staging.log(jobs[0], "out", "").data.decode() == (
        "what was rendered\nand this\nshared tool\nshared data/x\n"
    )
    said = Path(staging.path(submission, "jobs", "1", jobs[0].name, "env")).read_text().splitlines()
    said = dict(line.split("=", 1) for line in said if line.startswith("TUI_BATCH_"))
    assert {key: said[f"TUI_BATCH_{key}"] for key in ("JOB_ID", "INDEX", "JOB", "SUBMISSION", "ATTEMPT", "CPUS")} == {
        "JOB_ID": "7.1", "INDEX": "0", "JOB": jobs[0].name, "SUBMISSION": submission, "ATTEMPT": "1", "CPUS": "1",
    }  # fmt: skip
    first, second = staging.ended(jobs)[jobs[0]], staging.ended(jobs)[jobs[1]]
    assert (first.start["job"], first.end["code"], first.cause) == ("7.1", "0", "")
    assert second.end["code"] == "3"
    assert abs(float(first.end["clock"]) - os.stat(staging.path(submission, "records/1/0.end")).st_mtime) < 5
    tool = Path(staging.path(submission, "jobs", "1", jobs[1].name, "tool"))
    assert os.readlink(tool) == "../../../files/tool"
    assert tool.stat().st_mode & 0o777 == 0o555


def test_staging_twice_is_staging_once(host, staging, batches):
    batch, files, jobs = batches.make(["echo >>ran"] * 3)
    staging.stage(batch, files, jobs)
    folder = Path(staging.path(jobs[0].submission))
    run_all(staging, jobs)
    before, asked = tree(folder), len(host.calls)
    staging.stage(batch, files, jobs)
    assert len(host.calls) == asked
    Staging(host, staging._workdir).stage(batch, files, jobs)  # as another courier would
    assert "put" not in host.calls[asked:]
    Staging(host, staging._workdir).stage(batch, files, jobs[1:])  # some of them: only a new list
    assert {name: text for name, text in tree(folder).items() if group(jobs[1:]) not in name} == before
    assert (folder / "lists" / group(jobs[1:])).read_text().splitlines()[0].split("\t")[1] == jobs[1].name


def test_another_attempt_gets_folders_of_its_own(staging, batches):
    batch, files, jobs = batches.make(["echo x >>input.txt; exit 1"] * 3, shared=["tool"])
    staging.stage(batch, files, jobs)
    run_all(staging, jobs)
    for some in (again(jobs[:1]), again(jobs[2:]), again(again(jobs[:1]))):
        staging.stage(batch, files, some)
        text = Path(
            staging.path(jobs[0].submission, "jobs", str(some[0].attempt), some[0].name, "input.txt")
        ).read_text()
        assert text == "what was rendered\n"
        assert run_all(staging, some) == [1]


def test_the_folder_of_somebody_else_is_left_alone(staging, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    folder = tmp_path / "work dir" / jobs[0].submission
    folder.mkdir(parents=True)
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(Refused, match="is not ours"):
        staging.stage(batch, files, jobs)
    with pytest.raises(Refused, match="was not removed"):
        staging.remove(jobs[0].submission)
    assert tree(folder) == {"thesis.tex": "years of work"}


def test_what_cannot_be_made_is_said_in_a_sentence(staging, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    (tmp_path / "work dir").write_text("a file")
    with pytest.raises(Refused, match=r": .*work dir.* cannot be made: .*"):
        staging.stage(batch, files, jobs)


# -- calls -------------------------------------------------------------------------------------------------------------


def test_calls_are_made_once_and_their_answers_kept(host, staging, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    staging.stage(batch, files, jobs)
    submission = jobs[0].submission
    calls = [
        Call("good", f"echo 'two\tlines\n\nhere'; echo x >>{tmp_path}/made"),
        Call("bad", f"echo no >&2; echo x >>{tmp_path}/made; exit 7"),
        Call("reads", "cat; pwd"),
    ]
    asked = len(host.calls)
    sent = staging.send(submission, calls)
    assert host.calls[asked:] == ["run"]
    assert (sent["good"].state, sent["good"].code, sent["good"].out) == ("done", 0, "two\tlines\n\nhere\n")
    assert (sent["bad"].state, sent["bad"].code, sent["bad"].err) == ("done", 7, "no\n")
    assert sent["reads"].out == f"{staging.path(submission)}\n"
    assert staging.send(submission, calls) == sent == staging.journal(submission)
    assert (tmp_path / "made").read_text() == "x\nx\n"
    assert not os.listdir(staging.path(submission, "errands"))


def test_a_call_that_was_begun_by_somebody_who_is_gone_is_in_doubt(staging, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    staging.stage(batch, files, jobs)
    claim = Path(staging.path(jobs[0].submission, "sent", "one"))
    claim.mkdir()
    sent = staging.journal(jobs[0].submission)
    assert sent["one"].state == "doubt"
    (claim / "code").write_text("code 0\n")  # half a record is none
    assert staging.journal(jobs[0].submission)["one"].state == "doubt"


def test_calls_that_make_no_sense_to_a_shell_are_not_made(staging, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    staging.stage(batch, files, jobs)
    calls = [Call("fine", f"touch {tmp_path}/made"), Call("wrong", "echo 'never closed")]
    with pytest.raises(Refused, match="making calls could not begin"):
        staging.send(jobs[0].submission, calls)
    assert not (tmp_path / "made").exists()
    assert staging.journal(jobs[0].submission) == {}


# -- claims ------------------------------------------------------------------------------------------------------------


def test_a_second_native_job_does_not_run_and_a_rerun_of_the_same_does(staging, batches):
    batch, files, jobs = batches.make(["echo ran >>ran; exit 99"])
    staging.stage(batch, files, jobs)
    ran = Path(staging.path(jobs[0].submission, "jobs", "1", jobs[0].name, "ran"))
    assert run_all(staging, jobs, lambda line: "7") == [99]
    assert run_all(staging, jobs, lambda line: "8") == [125]
    assert staging.ended(jobs)[jobs[0]].end["job"] == "7"
    assert ran.read_text() == "ran\n"
    assert run_all(staging, jobs, lambda line: "7") == [99]
    assert ran.read_text() == "ran\nran\n"
    staging.set_cause(jobs, "cancelled while it ran")
    assert run_all(staging, jobs, lambda line: "7") == [125]
    assert staging.ended(jobs)[jobs[0]].start["job"] == "7"


def test_a_cause_keeps_a_job_from_beginning_and_the_first_counts(host, staging, batches):
    batch, files, jobs = batches.make(["touch ran"] * 3)
    staging.stage(batch, files, jobs)
    asked = len(host.calls)
    staging.set_cause(jobs[:2], "cancelled before it started; 'so'")
    staging.set_cause(jobs, "timed_out too late")
    assert host.calls[asked:] == ["run", "run"]
    assert run_all(staging, jobs) == [125] * 3
    ended = staging.ended(jobs)
    assert [ended[job].cause for job in jobs] == [
        *["cancelled before it started; 'so'"] * 2,
        "timed_out too late",
    ]
    assert not ended[jobs[0]].start


def test_records_that_are_not_whole_are_none(staging, batches):
    batch, files, jobs = batches.make(["true"] * 3)
    staging.stage(batch, files, jobs)
    assert staging.ended(jobs) == {}
    records = Path(staging.path(jobs[0].submission, "records", "1"))
    (records / "0.start").write_text("")
    (records / "1.start").write_text("job 5\nindex 1\nok\n")
    (records / "1.end").write_text("job 5\ncode 0\nclo")
    ended = staging.ended(jobs)
    assert jobs[2] not in ended
    assert (ended[jobs[1]].start["job"], ended[jobs[1]].end) == ("5", {})
    assert jobs[0] not in ended or not ended[jobs[0]].start


# -- results -----------------------------------------------------------------------------------------------------------


def test_results_come_home_without_what_was_sent(host, staging, batches, into):
    commands = [
        "echo said; echo complained >&2; echo new >result; mkdir -p sub; echo deep >sub/file; ln -s file sub/link",
        "echo changed >input.txt; ln input.txt second; ln -s /etc/passwd leak; mkfifo pipe",
        "true",
        "echo mine >stdout; echo said; exit 4",
    ]
    batch, files, jobs = batches.make(commands, shared=["tool"])
    staging.stage(batch, files, jobs)
    run_all(staging, jobs)
    asked = len(host.calls)
    assert list(staging.collect(batch, files, jobs, into)) == jobs
    assert host.calls[asked:] == ["run", "get", "run"]
    assert tree(into) == {
        f"{jobs[0].name}/result": "new\n", f"{jobs[0].name}/sub/file": "deep\n", f"{jobs[0].name}/sub/link": "-> file",
        f"{jobs[0].name}/stdout": "said\n", f"{jobs[0].name}/stderr": "complained\n",
        f"{jobs[1].name}/input.txt": "changed\n", f"{jobs[1].name}/second": "changed\n",
        f"{jobs[3].name}/stdout": "mine\n",
    }  # fmt: skip
    assert {job.index for job in staging.collect(batch, files, jobs, into)} == {0, 1, 2, 3}
    assert not os.path.exists(staging.path(jobs[0].submission, "packed"))
    assert sorted(os.listdir(into)) == sorted([jobs[0].name, jobs[1].name, jobs[3].name])


def test_only_wanted_results_come_and_an_earlier_attempts_stay_beside(staging, batches, into):
    batch, files, jobs = batches.make(["mkdir a; echo 1 >a/x.dat; echo 2 >'[y].dat'; echo 3 >z.log; echo said"],
                                      patterns='["*.dat", "stdout"]')  # fmt: skip
    wanted = {"a/x.dat": "1\n", "[y].dat": "2\n", "stdout": "said\n"}
    staging.stage(batch, files, jobs)
    run_all(staging, jobs)
    assert list(staging.collect(batch, files, jobs, into)) == jobs
    assert tree(into / jobs[0].name) == wanted
    second = again(jobs)
    staging.stage(batch, files, second)
    run_all(staging, second)
    for _ in range(2):
        assert list(staging.collect(batch, files, second, into)) == second
    assert tree(into / jobs[0].name) == tree(into / f"{jobs[0].name}.before-attempt-2") == wanted


def test_a_folder_that_vanished_is_said_and_the_others_come(staging, batches, into):
    batch, files, jobs = batches.make(["echo x >x"] * 3)
    staging.stage(batch, files, jobs)
    run_all(staging, jobs)
    subprocess.run(["rm", "-r", staging.path(jobs[0].submission, "jobs", "1", jobs[1].name)], check=True)
    got = []
    with pytest.raises(Refused, match=f"{jobs[1].name}.*not there any more"):
        for job in staging.collect(batch, files, jobs, into):
            got.append(job)
    assert got == [jobs[0], jobs[2]]
    assert sorted(os.listdir(into)) == sorted([jobs[0].name, jobs[2].name])


def test_names_with_anything_in_them_come_home(staging, batches, into):
    names = """'a b' '-rf' '*' 'ü' 'back\\slash' "$(printf 'new\\nline')" """
    batch, files, jobs = batches.make([f'for name in {names}; do printf x >"$name"; done'])
    staging.stage(batch, files, jobs)
    run_all(staging, jobs)
    assert list(staging.collect(batch, files, jobs, into)) == jobs
    assert sorted(os.listdir(into / jobs[0].name)) == sorted(["a b", "-rf", "*", "ü", "back\\slash", "new_line"])


def test_the_host_is_asked_as_often_for_few_jobs_as_for_many(host, staging, batches, into):
    asked = []
    for number in (2, 40):
        batch, files, jobs = batches.make([f"echo {one} >result" for one in range(number)])
        before = len(host.calls)
        staging.stage(batch, files, jobs)
        calls = [
            Call(f"key-{line}", f'sh ./task.sh "$PWD" {group(jobs)} {line} {line}') for line in range(1, number + 1)
        ]
        assert {one.code for one in staging.send(jobs[0].submission, calls).values()} == {0}
        assert len(staging.ended(jobs)) == number
        assert len(list(staging.collect(batch, files, jobs, into / str(number)))) == number
        asked.append(host.calls[before:])
    assert asked[0] == asked[1] == ["run", "put", "run", "run", "run", "run", "get", "run"]


# -- and gone ----------------------------------------------------------------------------------------------------------


def test_a_submission_is_removed_and_nothing_else(staging, batches, tmp_path):
    batch, files, jobs = batches.make(["mkdir locked; touch locked/x; chmod 500 locked"], shared=["tool"])
    staging.stage(batch, files, jobs)
    run_all(staging, jobs)
    staging.send(jobs[0].submission, [Call("one", "true")])
    other = tmp_path / "work dir" / "another"
    other.mkdir()
    staging.remove(jobs[0].submission)
    staging.remove(jobs[0].submission)
    assert os.listdir(tmp_path / "work dir") == ["another"]
