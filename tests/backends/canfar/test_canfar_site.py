"""What a site of the Science Platform offers and says of a job that waits, asked of one."""

import pytest
from sshd import until
from worlds.asking import send
from worlds.skaha import Skaha
from worlds.skaha.ways import IMAGE
from worlds.world import World

from tui_batch import backends
from tui_batch.backends import canfar
from tui_batch.errors import Refused
from tui_batch.model import Target
from tui_batch.states import JobState

S = JobState


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    with Skaha(tmp_path / "site") as skaha:
        yield skaha


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def opened(site, tmp_path):
    """Opens the target, with these of its keys otherwise."""
    there = []

    def connect(**keys):
        said = {"url": site.url, "token_file": str(site.token_file), "image": IMAGE, **keys}
        there.append(backends.connect(Target("there", "canfar", said), tmp_path))
        return there[-1]

    yield connect
    for one in there:
        one.close()


@pytest.mark.parametrize(
    ("context", "facts"),
    [
        ("file", {"cores": "1-16; 1 where none is asked for, up to 8 while there is room", "gpus": "1-28",
                  "sessions": "1 headless from elsewhere, 1 interactive; at most 3 interactive"}),
        ("limits", {"memory": "1-32 GB; 4 GB where none is asked for, up to 32 GB while there is room", "gpus": "none",
                    "sessions": "1 headless from elsewhere, 1 interactive; at most 3 interactive"}),
        ("old", {"cores": "1-16; 1 where none is asked for",
                 "sessions": "1 headless from elsewhere, 1 interactive"}),
    ],
)  # fmt: skip
def test_how_a_site_is_whatever_version_of_the_service_it_runs(site, opened, context, facts):
    site.ways.context = context
    site.add()
    site.add(type="notebook")
    site.add(word="Completed")
    told = opened().probe()
    assert (told.reachable, told.detail) == (True, "the service answers")
    facts |= {"you": "mlopez", "registries": "images.example", "images radio": "imager:2.3"}
    assert {key: told.facts[key] for key in facts} == facts


def test_what_does_not_answer_is_not_known(site, opened):
    for call in ("context", "image", "repository"):
        site.pull(call, 500)
    told = opened().probe()
    assert told.reachable
    assert not {"cores", "memory", "images", "registries"} & {*told.facts}


def test_what_is_asked_for_is_what_the_site_has(site, opened, world):
    send(world, opened(), "true", resources='cpus = 3\nmemory = "9 GB"')
    [call] = site.asked("create")
    assert [call.first(key) for key in ("cores", "ram", "gpus")] == ["3", "10", None]


def test_of_an_image_that_does_not_exist_more_is_said_than_that_it_is_private(site, opened, world):
    with pytest.raises(Refused, match=r"is not among the site's public images \(of it there is :2.3\)"):
        send(world, opened(image="images.example/radio/imager:9"), "true")
    site.pull("image", "reset")
    with pytest.raises(Refused, match=r"says no \(400\)"):
        send(world, opened(image="images.example/radio/imager:9"), "true")
    assert not site.sessions


def test_what_a_site_offers_is_compared_with_a_batch(opened, world):
    known = opened().probe().known
    batch, _, _ = world.batch(["true"], resources="gpus = 40")
    [problem] = canfar.check(Target("there", "canfar", {"image": IMAGE}), batch, known)
    assert (problem.text, problem.fatal) == ("each job asks for 40 GPUs, the site gives 1-28: ask for 28", True)


@pytest.mark.parametrize(
    ("waits", "state", "words"),
    [
        ("image", S.HELD, f"its image cannot be pulled: its registry has no {IMAGE}, since "),
        ("room", S.QUEUED, "no machine has room for it: of 12, 12 lack cores; if that lasts, it asks for more"),
        ("queue", S.QUEUED, ""),
    ],
)
def test_why_a_job_waits_is_said_in_words(site, opened, world, waits, state, words):
    site.ways.waits = waits
    backend = opened()
    [job] = send(world, backend, "true")
    until(lambda: site.sessions[job.id].events or not words, "the cluster says why")
    [told] = backend.poll([job]).statuses.values()
    assert (told.state, told.detail[: len(words)]) == (state, words)
    assert words or not told.detail
