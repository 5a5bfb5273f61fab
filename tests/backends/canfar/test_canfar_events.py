"""What Kubernetes tells of sessions, as it words it: why they wait, and what ended them, in plain words."""

from pathlib import Path

import pytest

from tui_batch.backends.canfar.events import Event, Told, cause, read, why
from tui_batch.states import JobState
from tui_batch.times import clock, seconds

S = JobState
ANSWERS = Path(__file__).parents[1] / "answers" / "canfar"
NOW = seconds("2026-03-02T09:20:00Z")


def heard(name):
    return read((ANSWERS / f"events_{name}.txt").read_bytes())


OTHERWISE = "; cancel it, and send it otherwise"


def since(moment):
    return f", since {clock(f'2026-03-02T{moment}Z', NOW)}"


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_message_holds_blanks_and_a_moment_may_be_missing():
    first, second = heard("pulling")
    assert first == Event(
        "Normal", "Scheduled",
        "Successfully assigned skaha-workload/skaha-headless-mlopez-k3x9w2ab-7xk2p to kn-17", "", "",
    )  # fmt: skip
    assert second.message == 'Pulling image "images.canfar.net/radio/imager:2.3"'
    assert (second.first, second.last) == ("2026-03-02T09:15:02Z", "2026-03-02T09:15:02Z")


@pytest.mark.parametrize(
    "body",
    [b"", b"\n", b"<none>\n", b"TYPE   REASON   MESSAGE   FIRST-TIME   LAST-TIME\n", b"not found.\n", b"\xff\xfe\x00"],
)
def test_what_holds_no_event_says_nothing(body):
    assert read(body) == []
    assert why(read(body), NOW) == Told(S.QUEUED, "")
    assert cause(read(body)) is None


@pytest.mark.parametrize("path", sorted(ANSWERS.glob("events_*.txt")), ids=lambda path: path.stem)
def test_wherever_an_answer_is_cut_what_is_whole_of_it_counts(path):
    body = path.read_bytes()
    whole = {*read(body)}
    assert whole
    for end in range(0, len(body), 5):
        assert {*read(body[:end])} <= whole


def test_odd_bytes_and_a_message_of_several_lines_lose_no_event():
    body = (
        b"TYPE      REASON        MESSAGE   FIRST-TIME   LAST-TIME\n"
        b"Warning   FailedMount   no \xe9tagu\xe8re:\nfirst <nil> line\n\n  second   2026-03-02T09:15Z   <unknown>\n"
        b"Normal    Pulled        <none>   2026-03-02T09:16:00Z   <none>\n"
    )
    [odd, plain] = read(body)
    assert odd.message == "no \ufffdtagu\ufffdre: first <nil> line second"
    assert (odd.first, plain.message, plain.first, plain.last) == ("2026-03-02T09:15Z", "", "2026-03-02T09:16:00Z", "")


def test_the_newest_comes_last_however_they_are_listed():
    assert [one.reason for one in heard("no_image")][-2:] == ["Failed", "Failed"]
    assert [one.last[11:19] for one in heard("no_image")] == [
        "",
        "09:18:20",
        "09:18:20",
        "09:18:31",
        "09:18:32",
        "09:18:32",
    ]


# -- why it waits ------------------------------------------------------------------------------------------------------

NO_IMAGE = "its image cannot be pulled: its registry has no images.canfar.net/radio/imgr:9"
PRIVATE = (
    "its image cannot be pulled: its registry does not give images.canfar.net/private/tool:1 to whoever asks, "
    "as it is private or does not exist"
)


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("pulling", S.STARTING, "its image is being pulled"),
        ("made", S.STARTING, "its container is being started"),
        ("started", S.STARTING, "its container has been started"),
        ("no_image", S.HELD, NO_IMAGE + since("09:15:03")),
        ("back_off_only", S.HELD, "its image cannot be pulled: images.canfar.net/radio/imgr:9" + since("09:15:20")),
        ("private", S.HELD, PRIVATE + since("09:15:03")),
        ("pulled_at_last", S.STARTING, "its container is being started"),
        ("no_room", S.QUEUED,
         "no machine has room for it: of 12, 3 are not for it, 4 lack cores, 5 lack memory"),
        ("too_large", S.QUEUED, "no machine has room for it: of 12, 12 lack memory; if that lasts, it asks for more "
                                "than any has" + since("09:10:00")),
        ("room_at_last", S.STARTING, "its image is being pulled"),
        ("quota", S.QUEUED, "a quota of the site is used up: requested: requests.memory=8Gi, "
                            "used: requests.memory=60Gi, limited: requests.memory=64Gi" + since("09:15:00")),
        ("no_volume", S.STARTING,
         "a volume cannot be mounted for it: mount failed: exit status 32" + since("09:15:02")),
        ("no_python", S.HELD, "its container cannot be started: its image has no python3" + since("09:15:44")),
    ],
)  # fmt: skip
def test_why_a_session_waits(name, state, words):
    assert why(heard(name), NOW) == Told(state, words + OTHERWISE * (state is S.HELD))


PULL = 'Failed to pull image "docker.io/a/b:1": rpc error: code = Unknown desc = '


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (PULL + "toomanyrequests: You have reached your pull rate limit",
         "its registry gives nobody so much at once, it is tried again"),
        (PULL + "failed to do request: Head: dial tcp: lookup docker.io: no such host",
         "its registry does not answer, it is tried again"),
        (PULL + 'Get "https://docker.io/v2/": x509: certificate has expired',
         "its registry does not answer, it is tried again"),
        (PULL + "write /var/lib/x: no space left on device",
         "there is no room for docker.io/a/b:1 on its machine, it is tried again"),
        (PULL + "no match for platform in manifest: not found", "docker.io/a/b:1 is made for other machines"),
        (PULL + "pull access denied, repository does not exist or may require authorization",
         "its registry does not give docker.io/a/b:1 to whoever asks, as it is private or does not exist"),
        (PULL + "manifest for docker.io/a/b:1 not found: manifest unknown", "its registry has no docker.io/a/b:1"),
        ('Failed to apply default image tag "A b": couldn\'t parse image name "A b": invalid reference format',
         "A b is no name of an image"),
        (PULL + "something went very wrong in layer 7", "something went very wrong in layer 7"),
    ],
)  # fmt: skip
def test_why_an_image_cannot_be_pulled_and_whether_it_helps_to_wait(message, words):
    told = why([Event("Warning", "Failed", message, "", "")], NOW)
    assert told.state is (S.STARTING if "tried again" in words else S.HELD)
    assert told.words.removesuffix(OTHERWISE) == f"its image cannot be pulled: {words}"


def test_the_name_of_an_image_is_not_taken_for_a_reason():
    name = "images.canfar.net/denied/not-found-401:TLS"
    message = f'Failed to pull image "{name}": rpc error: code = Unknown desc = failed to pull: out of tea'
    assert why([Event("Warning", "Failed", message, "", "")], NOW).words.endswith(f"out of tea{OTHERWISE}")


@pytest.mark.parametrize("message", ["", "0/0 nodes are available: .", "nothing that we know"])
def test_words_of_a_scheduler_that_we_do_not_know_are_kept(message):
    told = why([Event("Warning", "FailedScheduling", message, "", "")], NOW)
    assert told.state is S.QUEUED
    assert told.words == f"no machine has been found for it{f': {message}' if message else ''}"


# -- what ended it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("out_of_memory", S.OUT_OF_MEMORY, "it held more memory than it may"),
        ("evicted", S.NODE_FAILED, "its machine ran short of memory"),
        ("disk_full", S.FAILED, "it wrote more to its container's own disk than it may, 200Gi"),
        ("deadline", S.TIMED_OUT, "it ran for longer than the site lets a session"),
        ("node_lost", S.NODE_FAILED, "its machine failed or was shut down: Node is not ready"),
        ("no_python", S.FAILED, "its container could not be started: its image has no python3"),
        ("no_shell", S.FAILED, "its container could not be started: its image has no /bin/sh"),
        ("no_image", S.FAILED, "its image could not be pulled: its registry has no images.canfar.net/radio/imgr:9"),
    ],
)
def test_what_ended_a_session(name, state, words):
    assert cause(heard(name)) == Told(state, words)


@pytest.mark.parametrize("name", ["started", "pulling", "no_room"])
def test_what_is_no_end_is_no_cause(name):
    assert cause(heard(name)) is None


def test_what_went_wrong_before_it_began_did_not_end_it():
    begun = [*heard("pulled_at_last"), Event("Normal", "Started", "Started container headless", "", "")]
    assert cause(begun) is None
    after = [*begun, Event("Warning", "TaintManagerEviction", "Cancelling deletion of Pod a/b", "", "")]
    assert cause(after) is None
