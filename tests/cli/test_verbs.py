"""Each verb as it is used: data on stdout, words on stderr, the fields of its JSON, its exit code."""

import os
import pty
import select
import signal
import subprocess
import sys

import pytest

SUBMISSION = {
    "id", "batch", "target", "kind", "run", "created", "jobs", "counts", "state", "as_of", "note",
}  # fmt: skip
JOB = {
    "index", "name", "variables", "state", "id", "attempt", "exit_code", "started", "ended", "detail", "evidence",
    "as_of", "peak_mb",
}  # fmt: skip


def test_templates(shared):
    said = shared("templates", "--json").json
    assert {"python-sweep", "shell", "file-per-job", "ml-training"} <= {one["name"] for one in said}
    assert all(set(one) == {"name", "description"} for one in said)
    table = shared("templates")
    assert table.out.splitlines()[0].split() == ["NAME", "WHAT", "IT", "IS", "FOR"]
    assert table.err == ""
    one = shared("templates", "show", "python-sweep", "--json").json
    assert (one["name"], one["variables"][1]["key"], one["variables"][1]["minimum"]) == ("python-sweep", "threshold", 0)
    assert "threshold" in shared("templates", "show", "python-sweep").out
    assert "makes no sense" in shared.wrong("templates", "shwo", "x")[0]


def test_generate_and_batches(shared):
    batch = shared("generate", shared.template, "-s", "n=1..3", "--set", "word=x", "--name", "made", "--json").json
    assert batch == {"batch": "made", "path": str(shared.home / "batches" / "made.zip"), "jobs": 3}
    said = shared("generate", shared.template, "--name", "plain")
    assert said.out == "plain\n"
    assert "1 job " in said.err
    rows = {row["name"]: row for row in shared("batches", "--json").json}
    assert set(rows["made"]) == {"name", "template", "jobs", "created", "submitted", "last_submitted"}
    assert (rows["made"]["template"], rows["made"]["jobs"], rows["made"]["submitted"]) == ("echo", 3, 0)
    assert "made" in shared("batches").out


def test_a_dry_run_makes_nothing(program):
    said = program(
        "generate", program.template, "-s", "n=1..40", "-s", "rate=0.1,0.25", "--where", "n < 30", "--dry-run"
    )
    assert said.out.splitlines()[:3] == ["INDEX  n  rate", "0      1  0.1", "1      1  0.25"]
    assert said.out.splitlines()[-1] == "… 48 more"
    assert "58 jobs; nothing was made" in said.err
    assert "max_jobs" not in said.err
    said = program("generate", program.template, "-s", "n=1..100", "-s", "rate=0..1 in 101", "--dry-run").err
    assert "This makes 10,100 jobs, more than the 10,000 that max_jobs allows. To make them takes" in said
    said = program("generate", program.template, "-s", "n=1..3", "--dry-run", "--json").json
    assert said == {"jobs": 3, "varying": ["n"], "axes": {"n": "1..3"}}
    assert not program.home.exists()


def test_a_store_that_is_empty_or_not_there(program):
    assert program("list", "--json").json == []
    said = program("list")
    assert (said.out, "Nothing has been submitted" in said.err) == ("", True)
    assert program("batches", "--json").json == []
    assert not program.home.exists()
    assert program("targets", "--json").json == [{"name": "local", "kind": "local", "default": True}]
    assert "local" in program("targets").out
    for words in (("show", "last"), ("cancel", "last"), ("wait", "x"), ("log", "last", "0"), ("fetch", "last")):
        assert "Nothing has been submitted yet" in program.wrong(*words)[0]
    assert program("courier", "--status").out == "not at work\n"
    assert "No courier" in program("courier", "--stop").err


def test_without_a_verb_or_a_terminal_there_is_the_plain_table(program):
    said = program()
    assert (said.code, said.out) == (0, "")
    program.sent()
    assert program().out.split()[:2] == ["ID", "BATCH"]


def test_a_dumb_terminal_gets_the_plain_table_too(program):
    reader, writer = pty.openpty()
    try:
        program.environment["TERM"] = "dumb"
        done = subprocess.run(
            [sys.executable, "-m", "tui_batch", "--home", program.home], stdin=writer, stdout=writer, stderr=writer,
            env=program.environment, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0
        assert select.select([reader], [], [], 5)[0]
        said = os.read(reader, 4096)
        assert b"Nothing has been submitted" in said
        assert b"\x1b" not in said
    finally:
        os.close(reader)
        os.close(writer)


def test_from_generate_to_the_results(program):
    before = program.generate("-s", "n=1,2", "-s", "rate=0.1", "--set", "then=test {{n}}")
    said = program("submit", before, "--target", "local", "--yes", "--json").json
    name = said.pop("submission")
    assert said == {}
    waited = program("wait", name, "--timeout", "20")
    assert waited.out == ""
    assert "echo run 1: 2 succeeded." in waited.err
    rows = program("list", "--json").json
    assert [set(row) for row in rows] == [SUBMISSION]
    assert rows[0]["counts"] == {"succeeded": 2}
    facts = {key: rows[0][key] for key in ("id", "batch", "target", "kind", "run", "jobs", "state", "note")}
    assert facts == {
        "id": name, "batch": before, "target": "local", "kind": "local", "run": 1, "jobs": 2, "state": "succeeded",
        "note": "",
    }  # fmt: skip
    shown = program("show", name, "--json").json
    assert set(shown) == SUBMISSION
    assert {key: shown[key] for key in SUBMISSION - {"jobs"}} == {key: rows[0][key] for key in SUBMISSION - {"jobs"}}
    assert [set(job) for job in shown["jobs"]] == [JOB, JOB]
    first = shown["jobs"][0]
    assert (first["index"], first["name"], first["variables"]) == (0, "n1-rate0.1", {"n": 1, "rate": 0.1})
    assert (first["state"], first["exit_code"], first["attempt"]) == ("succeeded", 0, 1)
    assert first["started"] <= first["ended"] <= first["as_of"]
    assert name in first["id"]
    table = program("show", name).out
    assert "n1-rate0.1" in table
    assert program("log", name, "0").out == "hello"
    assert program("log", "last", "n2-rate0.1", "--stream", "out").out == "hello"
    assert (program.home / "results" / before / "run_1" / "n1-rate0.1" / "word.txt").read_text() == "hello"
    again = program.submit(before)
    assert program("show", before, "--json").json["run"] == 2
    assert program("show", again[:-1], "--json").json["id"] == again
    assert program("show", "last", "--json").json["id"] == again
    assert "fits 2 submissions" in program.wrong("show", "2")[0]
    assert program("wait", before, name).code == 0
    row = program("batches", "--json").json[0]
    assert (row["submitted"], row["last_submitted"] > row["created"]) == (2, True)
    assert program("fetch", name).out.strip() == str(program.home / "results" / before / "run_1")
    program("note", "last", 'it\'s "good"\n🚀')
    program.until(lambda: program("list", "--json").json[0]["note"], "the note is kept")
    assert program("list", "--json").json[0]["note"] == 'it\'s "good"\n🚀'


def test_jobs_that_fail_and_are_tried_again(program):
    flag = program.path / "flag"
    name = program.sent("-s", "n=1..3", "--set", f"then=test $TUI_BATCH_INDEX != 1 || test -e {flag}")
    assert program("wait", name, code=1).err.endswith("2 succeeded, 1 failed.\n")
    assert (program.job(name, 1)["state"], program.job(name, 1)["exit_code"]) == ("failed", 1)
    flag.touch()
    assert "1 job of echo: queued" in program("retry", name, "--failed").err
    program("wait", name)
    assert (program.job(name, 1)["attempt"], program.job(name, 1)["state"]) == (2, "succeeded")
    assert program.job(name, 0)["attempt"] == 1
    for more in ((), ("--failed",), ("--lost",), ("--timed-out",)):
        assert "Nothing to run again" in program("retry", name, *more, code=2).err
    program("retry", name, "n3")
    program("wait", name)
    assert program.job(name, 2)["attempt"] == 2


def test_one_job_first_and_what_it_holds_back(program):
    flag = program.path / "flag"
    batch = program.generate("-s", "n=1..3", "--set", f"then=test $TUI_BATCH_INDEX != 0 || test -e {flag}")
    name = program("submit", batch, "--first", "--yes", "--json").json["submission"]
    program.until(lambda: program.job(name, 1)["state"] == "held", "the others are held")
    assert program.job(name, 0)["state"] == "failed"
    assert "2 jobs of echo: asked to go on" in program("release", name).err
    program("wait", name, code=1)
    assert "Nothing to hold: no job of" in program("hold", name, code=1).err
    assert "Nothing to release: no such job" in program("release", name, "1", code=1).err
    flag.touch()
    assert "sets no time" in program("retry", name, "--more", "time", code=2).err
    assert "makes no sense" in program("retry", name, "--memory", "lots", code=2).err
    assert "1 job of echo: queued" in program("retry", name, "--time", "5", "--memory", "900").err


def test_what_a_target_cannot_do_with_its_jobs_is_its_sentence(program):
    name = program.sent("-s", "n=1..2", "--set", "then=sleep 60")
    program.until(lambda: program.job(name)["state"] == "running", "the job runs")
    assert "1 job of echo: asked to be sent USR1" in program("signal", name, "sigusr1", "0").err
    program.until(lambda: "cannot send signals" in program("show", name).out, "the target refuses")
    assert "asked to be given 90 minutes in all" in program("limit", name, "90").err
    program.until(lambda: "cannot change the time limit" in program("show", name).out, "the target refuses")
    assert "asked to be run again by the queue" in program("requeue", name, "0").err
    assert "no signal 'USR3'" in program("signal", name, "USR3", code=2).err
    assert "makes no sense" in program("limit", name, "0", code=2).err
    program("cancel", name, "--yes")
    program("wait", name, code=1)
    assert "Nothing to requeue" in program("requeue", name, code=1).err


def test_waiting_following_and_cancelling(program):
    fifo = program.path / "fifo"
    os.mkfifo(fifo)
    name = program.sent("-s", "n=1..2", "--set", f"then=echo; read x <{fifo}; echo $x; echo oh >&2; sleep 60")
    waited = program("wait", name, "--timeout", "0.3", code=3)
    assert "Not all jobs have ended yet" in waited.err
    program.until(lambda: program.job(name)["state"] == "running", "the job runs")
    follower = program.start("log", name, "0", "-f")
    assert follower.stdout.readline() == b"hello\n"
    with fifo.open("w") as file:
        file.write("line\n")
    assert follower.stdout.readline() == b"line\n"
    assert follower.poll() is None
    program.until(lambda: program("log", name, "0", "--stream", "err").out == "oh\n", "it wrote to stderr")
    assert "2 jobs of echo: asked to end" in program("cancel", name, "--yes").err
    assert follower.wait(20) == 0
    follower.communicate()
    program("wait", name, code=1)
    assert program("list", "--json").json[0]["counts"] == {"cancelled": 2}
    assert "Nothing to cancel" in program("cancel", name, code=1).err
    assert program.job(name, 1)["state"] == "cancelled"


def test_a_cancel_right_after_a_submit_is_not_forgotten(program):
    name = program.sent("-s", "n=1..20", "--set", "then=sleep 60")
    program("cancel", name)
    program("wait", name, code=1)
    assert program("list", "--json").json[0]["counts"] == {"cancelled": 20}


def test_some_jobs_are_cancelled_and_a_log_that_is_not_there(program):
    (program.path / "slots.toml").write_text('[targets.local]\nkind = "local"\nslots = 1\n')
    program.environment["TUI_BATCH_CONFIG"] = str(program.path / "slots.toml")
    fifo = program.path / "fifo"
    os.mkfifo(fifo)
    name = program.sent("-s", "n=1..3", "--set", f"then=read x <{fifo}")
    said = program("log", name, "n3", code=1)
    assert "has written nothing to out; it is queued" in said.err
    program("cancel", name, "n2", "2")
    program.until(lambda: program.job(name, 2)["state"] == "cancelled", "they are cancelled")
    program.until(lambda: program.job(name, 0)["state"] == "running", "the first runs on")
    with fifo.open("w") as file:
        file.write("go\n")
    program("wait", name, code=1)
    assert program("list", "--json").json[0]["counts"] == {"succeeded": 1, "cancelled": 2}


def test_the_courier_is_seen_stopped_and_killed_and_jobs_run_on(program):
    fifo = program.path / "fifo"
    os.mkfifo(fifo)
    name = program.sent("--set", f"then=read x <{fifo}; echo $x >>{program.path}/ran")
    program.until(lambda: program.job(name)["state"] == "running", "it runs")
    assert program("courier", "--status").out.startswith("at work on ")
    assert "A courier is at work already" in program("courier").err
    courier = int(program("courier", "--status").out.split("pid ")[1].split(",")[0])
    os.kill(courier, signal.SIGKILL)
    program.until(lambda: program("courier", "--status").out == "not at work\n", "it is gone")
    assert program.job(name)["state"] == "running"
    with fifo.open("w") as file:
        file.write("once\n")
    program("courier", "--once")  # as cron would: adopts what runs or ran, and goes when nothing is open
    assert program("courier", "--status").out == "not at work\n"
    assert program.job(name)["state"] == "succeeded"
    assert program("wait", name).code == 0
    assert (program.path / "ran").read_text() == "once\n"
    again = program.submit("echo")
    program.until(lambda: program.job(again)["state"] == "running", "it runs")
    program.stop()
    with fifo.open("w") as file:
        file.write("twice\n")
    program("wait", again)  # which starts another courier
    assert (program.path / "ran").read_text() == "once\ntwice\n"


def test_a_file_for_a_support_request(program):
    name = program("run", program.template, "-s", "n=1..3", "--set", "then=exit 3", "--yes").out.strip()
    program("wait", name, code=1)
    said = program("doctor", "--bundle", "last")
    path = program.path / f"tui-batch-{name}.txt"
    assert said.out == f"{path}\n"
    assert "read it before you send it" in said.err
    text = path.read_text()
    assert text.count("happened = failed, exit code 3") == 3
    assert "printf %s hello > word.txt; cat word.txt; exit 3" in text
    again = program("doctor", "--bundle", name, 1, "--json").json["bundle"]
    assert again == str(program.path / f"tui-batch-{name}-2.txt")
    assert program("doctor", "--bundle", name, "--output", path, code=2).err.endswith("choose another name.\n")
    assert "no job '7'" in program("doctor", "--bundle", name, 7, code=2).err
    assert "--bundle" in program("doctor", "--output", path, code=2).err


def test_run_and_doctor_and_demo(program):
    said = program("run", program.template, "-s", "n=1..2", "--target", "local", "--name", "mine", "--json").json
    assert said["batch"] == "mine"
    assert said["submission"] == program("show", "mine", "--json").json["id"]
    found = program("doctor", "--json").json
    assert [(one["what"], one["works"]) for one in found] == [("store", True), ("target local", True)]
    assert all(set(one) == {"what", "works", "detail", "facts"} for one in found)
    assert program("doctor", "local").out.startswith("ok")
    program("wait", "mine")


def test_several_submissions_are_waited_for_together(program):
    good, bad = program.sent(), program.sent("--set", "then=false")
    assert program("wait", good, bad, code=1).err.count(" run ") == 2
    program("wait", good)


def test_help_and_version(shared):
    assert shared("--version").out.startswith("tui-batch ")
    assert "VERB" in shared("--help").out
    for verb in ("generate", "submit", "run", "list", "show", "wait", "log", "cancel", "retry", "fetch", "courier"):
        assert shared(verb, "--help").out.startswith(f"usage: tui-batch {verb}")


@pytest.mark.parametrize(
    "words", [["nonsense"], ["show"], ["wait", "x", "--timeout", "soon"], ["log", "a", "b", "--stream", "x"]]
)
def test_wrong_usage(shared, words):
    said = shared(*words, code=2)
    assert said.out == ""
    assert "usage: tui-batch" in said.err


def test_a_reader_that_goes_away_is_no_error(program):
    program.generate("-s", "n=1..100", "--name", "b")
    process = program.start("generate", program.template, "-s", "n=1..100", "--dry-run")
    process.stdout.close()
    assert process.wait(20) == 0
    assert process.stderr.read() in (b"", b"100 jobs; nothing was made.\n")
    process.stderr.close()
