"""What every host must do, asked of this machine and of one that is reached over SSH."""

import os
import subprocess
import threading

import pytest
from nobody import nobody
from sshd import until

from tui_batch.errors import Refused, Unclear
from tui_batch.wire.host import HostSettings, open_host, quoted
from tui_batch.wire.transfer import Sum


@pytest.fixture(params=["here", "ssh", "ssh with a profile"])
def host(request, tmp_path, monkeypatch):
    """A host at home in an empty folder."""
    home = tmp_path / "home"
    home.mkdir()
    if request.param == "here":
        monkeypatch.setenv("HOME", str(home))
        settings = HostSettings()
    else:
        login = request.getfixturevalue("sshd").login(home)
        settings = HostSettings(**login, login_shell=request.param != "ssh")
    opened = open_host(settings, nobody)
    yield opened
    opened.close()


@pytest.fixture
def home(tmp_path, host):
    return tmp_path / "home"


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_script_has_an_exit_code_and_two_streams(host):
    done = host.run("echo out; echo err >&2; exit 3")
    assert (done.code, done.out, done.err) == (3, "out\n", "err\n")


@pytest.mark.parametrize("text", ["", "no newline", "\n", "\n\n", "a\nb", "  spaces ", "é\t\\n ' \" $x `x` !", "%s %d"])
def test_what_is_written_comes_back_as_it_was(host, text):
    done = host.run(f"printf %s {quoted([text])}; printf %s {quoted([text])} >&2")
    assert (done.code, done.out, done.err) == (0, text, text)


def test_bytes_that_are_no_text_are_replaced(host):
    assert host.run(r"printf 'a\377b'").out == "a\ufffdb"


def test_names_that_are_no_text_are_names_all_the_same(host, home, tmp_path):
    name = os.fsdecode(b"no \xff text")
    assert host.run(f"echo x >{home}/{quoted([name])}; cat {home}/{quoted([name])}").out == "x\n"
    assert os.listdir(home) == [name]
    assert host.read(f"~/{name}", 0, 10) == b"x\n"


@pytest.mark.parametrize("size", [1, 1000, 300_000])
def test_a_script_reads_what_it_is_given_and_nothing_else(host, size):
    done = host.run("wc -c; echo end", b"x" * size)
    assert done.out.split() == [str(size), "end"]


def test_a_script_need_not_read_what_it_is_given(host):
    assert host.run("echo done", b"x" * 5_000_000).out == "done\n"
    assert host.run("head -n 1; exit 4", b"one\n" + b"x" * 300_000).out == "one\n"
    assert host.run("echo again").out == "again\n"


def test_a_script_that_is_given_nothing_finds_nothing(host):
    assert host.run("cat; echo end").out == "end\n"
    assert host.run("echo again").out == "again\n"


def test_nothing_is_left_of_one_script_for_the_next(host):
    host.run("cd /; umask 0; x=1; set -e; alias echo=false; exec >/dev/null; false")
    done = host.run("pwd; echo x=$x; false; echo on")
    assert done.out.splitlines()[1:] == ["x=", "on"]
    assert done.out.splitlines()[0] != "/"


@pytest.mark.parametrize(
    "script",
    ["cd /", "exit 3", "x=1", "echo a; x=1", "echo a\nx=1", "echo ${x=1}", "test -n a && x=1", "echo a; exit",
     "set -u", "exec true", "exec >/dev/null", "break", "return 1", "shift 9", ". ./none", "trap 'echo trapped' EXIT",
     "umask 0", "unset HOME", "readonly HOME", "PATH=", "echo() { false; }", "echo a & wait", "echo a\\", "true '",
     "true $((", "echo '\n'; x='\n'1"],
)  # fmt: skip
def test_nothing_is_left_of_any_script_for_a_plain_question(host, script):
    state = "pwd; umask; set -e; echo x=$x $HOME $PATH"
    before = [host.run(plain).out for plain in ("pwd", state)]
    host.run(script)
    assert [host.run(plain).out for plain in ("pwd", state)] == before
    done = host.run("echo 'it is' so")
    assert (done.code, done.out, done.err) == (0, "it is so\n", "")


@pytest.mark.parametrize(
    "script, code, out",
    [("test -d ~", 0, ""), ("test -d ~/none", 1, ""), ("test 1 -eq x", 2, ""), ("false", 1, ""), ("cat", 0, ""),
     ("echo  two   'spaces  '", 0, "two spaces  \n"), ("echo 'a b'c=d", 0, "a bc=d\n"),
     ("head -c 2 /dev/zero", 0, "\0\0")],
)  # fmt: skip
def test_a_plain_question_has_a_plain_answer(host, script, code, out):
    for _ in range(2):
        done = host.run(script)
        assert (done.code, done.out) == (code, out)


@pytest.mark.parametrize("script", ["if", "echo 'open", "echo )", "done", "cat <<END"])
def test_a_script_that_is_none_spoils_nothing(host, script):
    done = host.run(script)
    assert done.code != 0 or script.startswith("cat")
    assert host.run("echo again").out == "again\n"


def test_a_script_may_be_long(host):
    lines = [f"echo {number} 'it is so'" for number in range(3000)]
    assert host.run("\n".join(lines)).out.splitlines() == [f"{number} it is so" for number in range(3000)]


def test_scripts_may_hold_here_documents_and_functions(host):
    assert host.run("f() {\n  cat <<'END'\n$1 \\\nEND\n}\nf x").out == "$1 \\\n"


def test_five_megabytes_of_errors_before_the_first_word(host):
    done = host.run("head -c 5000000 /dev/zero | tr '\\0' x >&2; echo out")
    assert (done.out, len(done.err)) == ("out\n", 5_000_000)


def test_a_command_that_hangs_is_ended_in_time_and_all_that_it_started(host, tmp_path):
    with pytest.raises(Unclear, match=r"no answer in 0\.5 s to a command, which was ended"):
        host.run(f"sleep 300 & echo $! >{tmp_path}/pid; sleep 301", seconds=0.5)
    until(lambda: not alive((tmp_path / "pid").read_text().strip()), "the end of what hung")
    assert host.run("echo again").out == "again\n"


def test_a_long_command_that_is_given_something_has_its_own_time(host, tmp_path):
    with pytest.raises(Unclear, match=r"no answer in 0\.5 s"):
        host.run(f"echo $$ >{tmp_path}/pid; cat >/dev/null; sleep 300", b"x", seconds=0.5)
    assert host.run("echo again").out == "again\n"


def test_a_command_that_a_signal_ends_has_a_code(host):
    assert host.run("sh -c 'kill -9 $$'").code == 137


def test_many_at_once(host):
    said = {}

    def ask(number):
        said[number] = [host.run(f"echo {number} {again}").out for again in range(5)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {number: [f"{number} {again}\n" for again in range(5)] for number in range(12)}


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_537, 3_000_000])
def test_a_file_goes_there_and_comes_back(host, home, tmp_path, size):
    (tmp_path / "source").write_bytes(data := os.urandom(size))
    host.put(tmp_path / "source", "~/it's a file")
    assert (home / "it's a file").read_bytes() == data
    host.get(str(home / "it's a file"), tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data
    assert [path.name for path in home.iterdir()] == ["it's a file"]
    assert not (tmp_path / "back.part").exists()


def test_a_file_that_is_there_is_replaced(host, home, tmp_path):
    (tmp_path / "source").write_text("new")
    (home / "file").write_text("older and longer")
    (tmp_path / "back").write_text("much older and longer")
    host.put(tmp_path / "source", "~/file")
    host.get("~/file", tmp_path / "back")
    assert (home / "file").read_text() == (tmp_path / "back").read_text() == "new"


def test_a_file_that_cannot_be_written_is_refused_and_leaves_nothing(host, home, tmp_path):
    (tmp_path / "source").write_text("new")
    (home / "folder").mkdir()
    with pytest.raises(Refused, match="no/folder/file"):
        host.put(tmp_path / "source", "~/no/folder/file")
    with pytest.raises(Refused, match="folder"):
        host.put(tmp_path / "source", "~/folder")
    with pytest.raises(Refused, match="gone"):
        host.put(tmp_path / "gone", "~/file")
    assert [path.name for path in home.rglob("*")] == ["folder"]


def test_a_file_that_cannot_be_fetched_is_refused(host, home, tmp_path):
    (home / "folder").mkdir()
    for path in ("~/gone", "~/folder"):
        with pytest.raises(Refused, match=path.removeprefix("~/")):
            host.get(path, tmp_path / "back")
        assert not (tmp_path / "back").exists()
    (home / "file").write_text("x")
    with pytest.raises(Refused, match="no"):
        host.get("~/file", tmp_path / "no" / "folder")


def test_pieces_of_a_file_are_read(host, home):
    (home / "log").write_bytes(bytes(range(256)))
    assert host.read("~/log", 0, 10) == bytes(range(10))
    assert host.read("~/log", 250, 100) == bytes(range(250, 256))
    assert host.read("~/log", 256, 100) == host.read("~/log", 1000, 100) == b""
    assert host.read("~/none", 0, 10) == b""
    (home / "folder").mkdir()
    with pytest.raises(Refused, match="folder"):
        host.read("~/folder", 0, 10)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 70_000])
def test_the_checksum_is_that_of_cksum(size):
    total = Sum()
    total.add(data := os.urandom(size))
    assert str(total).split() == subprocess.run(["cksum"], input=data, stdout=-1).stdout.decode().split()
