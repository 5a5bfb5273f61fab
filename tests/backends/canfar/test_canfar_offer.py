"""What a site of the Science Platform says that it offers; and what that means for a batch, and for the person."""

import json
from pathlib import Path

import pytest

from tui_batch.backends.canfar import fitting, health, offer
from tui_batch.backends.canfar.fitting import Amounts, amounts, ranges
from tui_batch.backends.canfar.health import Found
from tui_batch.backends.canfar.offer import Offer
from tui_batch.backends.canfar.service import Session
from tui_batch.backends.canfar.settings import Asked
from tui_batch.model import Contact, Resources
from tui_batch.store import contacts
from tui_batch.times import clock, seconds, stamp

ANSWERS = Path(__file__).parents[1] / "answers" / "canfar"
AS_OF = "2026-03-02T09:00:00.000Z"
NOW = seconds(AS_OF)
HOSTS = ["images.canfar.net", "https://harbor.example.org/"]


def answer(name):
    return json.loads((ANSWERS / f"{name}.json").read_text())


FILE = offer.read(answer("context_file"), answer("images"), HOSTS, AS_OF)
LIMITS = offer.read(answer("context_limits"), None, None, AS_OF)


def listed(name, type="headless", word="Running"):
    return Session(name, "name", type, word)


def said(known, needs=None, image="images.canfar.net/radio/imager:2.3", registry_user=""):
    found = fitting.problems(known, Asked(image, 0.0, registry_user, {}, ()), needs or Resources())
    return [f"{'' if one.fatal else 'warning: '}{one.text}" for one in found]


# -- what is offered ---------------------------------------------------------------------------------------------------


def test_a_site_with_a_file_of_options_says_them_with_gaps_and_numbers_as_texts():
    found = offer.known(FILE)
    assert (found.cores, found.gpus) == (tuple(range(1, 17)), tuple(range(1, 29)))
    assert found.memory_gb[:4] == (1, 2, 4, 6)
    assert (found.usual_cores, found.usual_gb, found.most_cores, found.most_gb, found.interactive) == (1, 4, 8, 32, 3)
    assert found.hosts == ("images.canfar.net", "harbor.example.org")
    assert found.images == (
        "images.canfar.net/radio/imager:2.3", "images.canfar.net/radio/plain:1",
        "images.canfar.net/skaha/astroml:24.07", "images.canfar.net/skaha/astroml:24.11",
    )  # fmt: skip
    assert found.others == ("images.canfar.net/skaha/carta:4.1",)


def test_a_site_with_limits_has_every_number_up_to_them_and_perhaps_no_gpus():
    found = offer.known(LIMITS)
    assert (found.cores, found.memory_gb, found.gpus) == ((1, 2, 3, 4), tuple(range(1, 9)), ())
    assert offer.known(offer.read(answer("context_limits"), None, None, "")).cores == (1, 2, 3, 4)
    assert (found.interactive, found.images, found.hosts) == (5, (), ())


def test_an_old_site_says_less_and_some_of_it_cannot_be_read():
    found = offer.known(offer.read(answer("context_old"), [], [], AS_OF))
    assert found == Offer(AS_OF, (1, 2, 4), (4, 8, 16), None, 1, 4)


@pytest.mark.parametrize(
    "odd",
    [
        None, {}, [], "text", 7, {"cores": 3, "gpus": [], "memoryGB": {"options": "1-9"}},
        {"cores": {"options": [True, -1, 1e300, 10**400, "nan"], "defaultRequest": {}}},
    ],
)  # fmt: skip
def test_what_is_no_answer_offers_nothing_that_is_known(odd):
    assert offer.known(offer.read(odd, odd, odd if isinstance(odd, dict) else None, AS_OF)) == Offer(AS_OF)


@pytest.mark.parametrize("known", [{}, {"as_of": AS_OF, "partitions": []}, {"as_of": 3}])
def test_what_another_kind_has_left_is_nothing(known):
    assert offer.known(known) is None
    assert said(known) == []


def test_it_is_kept_with_what_is_known_of_a_target(tmp_path):
    for known in (FILE, LIMITS):
        contacts.write(tmp_path, "canfar", Contact(known=known))
        assert offer.known(contacts.read(tmp_path, ["canfar"])["canfar"].known) == offer.known(known)


# -- what is asked for -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needs", "memory_gb", "asked"),
    [
        (Resources(), 0, Amounts()),  # what every session gets by itself
        (Resources(gpus=2), 0, Amounts(gpus=2)),
        (Resources(memory_mb=500), 0, Amounts(1, 1)),
        (Resources(memory_mb=8192), 0, Amounts(1, 8)),
        (Resources(memory_mb=8193), 0, Amounts(1, 10)),
        (Resources(cpus=2, memory_mb=3000, gpus=1), 16, Amounts(2, 4, 1)),  # a job's own word comes first
        (Resources(cpus=2), 7.5, Amounts(2, 8)),
        (Resources(cpus=3), 0, Amounts(3, 12)),  # both or neither
        (Resources(cpus=60), 0, Amounts(60, 192)),  # no more than there is
        (Resources(memory_mb=1 << 20), 0, Amounts(1, 1024)),  # nothing that large is offered: the service says no
    ],
)
def test_what_is_asked_for(needs, memory_gb, asked):
    assert amounts(needs, memory_gb, offer.known(FILE)) == asked


def test_without_knowing_what_is_offered_memory_is_rounded_up_to_whole_gigabytes():
    assert amounts(Resources(memory_mb=8193), 0, None) == Amounts(1, 9)


@pytest.mark.parametrize(
    ("known", "needs", "told"),
    [
        (FILE, Resources(), []),
        (FILE, Resources(cpus=16, memory_mb=192 * 1024, gpus=28, minutes=20160), []),
        (FILE, Resources(cpus=17, memory_mb=1024), ["each job asks for 17 cores, the site gives 1-16: ask for 16"]),
        (FILE, Resources(gpus=29), ["each job asks for 29 GPUs, the site gives 1-28: ask for 28"]),
        (LIMITS, Resources(gpus=1), ["each job asks for 1 GPU, the site gives none"]),
        (FILE, Resources(memory_mb=200 * 1024), ["each job asks for 200 GB, the site gives at most 192 GB"]),
        (FILE, Resources(memory_mb=93 * 1024), ["warning: each job gets 112 GB: 93 GB is not offered"]),
        (FILE, Resources(memory_mb=1900), []),
        (FILE, Resources(cpus=2), ["warning: the template sets no memory: each job gets 8 GB"]),
        (FILE, Resources(minutes=15 * 1440),
         ["warning: each job asks for 15 days: the platform ends a session after 14"]),
        ({}, Resources(cpus=99, gpus=99, memory_mb=1 << 30), []),
    ],
)  # fmt: skip
def test_amounts_that_a_site_does_not_give_are_said_before_anything_goes(known, needs, told):
    assert said(known, needs) == told


def test_the_amounts_next_to_one_that_is_not_offered_are_named():
    known = {**FILE, "cores": [1, 2, 4, 8]}
    assert said(known, Resources(cpus=3, memory_mb=1024)) == [
        "each job asks for 3 cores, the site gives 1, 2, 4, 8: ask for 2 or 4"
    ]


HAS_TWO = "images of images.canfar.net and harbor.example.org only"
NOT_LISTED = "warning: {} is not among the site's public images{}: a private one needs registry_user, and one that"
NO_IMAGE = "no image is named: set `image` in the target, or in [options.canfar] of the template"
NOT_HEADLESS = "is listed, but not for headless sessions: it must have sh and what the command needs"
ASTROML = "images.canfar.net/skaha/astroml"


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("", f"{NO_IMAGE}; `tui-batch doctor` lists those of the site"),
        ("images.canfar.net/a b:1",
         "'images.canfar.net/a b:1' cannot be the name of an image: host/project/name:tag is one"),
        ("images.canfar.net/a:$(id)",
         "'images.canfar.net/a:$(id)' cannot be the name of an image: host/project/name:tag is one"),
        ("docker.io/python:3.12", f"the site runs {HAS_TWO}, not docker.io/python:3.12"),
        ("skaha/astroml:24.07", f"the site runs {HAS_TWO}, not skaha/astroml:24.07: name it {ASTROML}:24.07"),
        (ASTROML, f"the image {ASTROML} has no tag: name one, such as {ASTROML}:24.11"),
        ("images.canfar.net/mine/tool",
         "the image images.canfar.net/mine/tool has no tag: name one, such as images.canfar.net/mine/tool:latest"),
        ("images.canfar.net/skaha/carta:4.1",
         f"warning: the image images.canfar.net/skaha/carta:4.1 {NOT_HEADLESS}"),
        (f"{ASTROML}:24.7", NOT_LISTED.format(f"{ASTROML}:24.7", " (of it there are :24.07, :24.11)")),
        ("images.canfar.net/radio/imager@sha256:12ab",
         NOT_LISTED.format("images.canfar.net/radio/imager@sha256:12ab", " (of it there is :2.3)")),
        ("images.canfar.net/skaha/astrolm:1",
         NOT_LISTED.format("images.canfar.net/skaha/astrolm:1", " (did you mean 'skaha/astroml'?)")),
        ("images.canfar.net/q:1", NOT_LISTED.format("images.canfar.net/q:1", "")),
    ],
)  # fmt: skip
def test_an_image_that_cannot_be_had_is_said_before_anything_goes(image, told):
    [problem] = said(FILE, image=image)
    assert problem.removesuffix(" does not exist is refused") == told


def test_an_image_that_is_listed_is_no_problem():
    assert not any(said(FILE, image=image) for image in FILE["images"])


def test_a_private_image_is_nobodys_business():
    assert said(FILE, image="images.canfar.net/mine/tool:1", registry_user="mlopez") == []


def test_of_a_site_that_nobody_knows_an_image_must_only_have_a_name():
    assert said({}, image="docker.io/library/python:3.12") == []
    assert len(said({}, image="")) == len(said({}, image="python")) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [([], ""), ([4], "4"), ([1, 2], "1, 2"), ([1, 2, 3, 8, 16, 17, 18, 19], "1-3, 8, 16-19")],
)
def test_options_are_said_shortly(options, words):
    assert ranges(options) == words


# -- how it is ---------------------------------------------------------------------------------------------------------

PEM = "the file ~/.ssl/cadcproxy.pem"
LATER, SOON, OVER = (stamp(NOW + hours * 3600) for hours in (240, 3, -1))
SESSIONS = [
    listed("a"), listed("b", word="Pending"), listed("c"), listed("d", word="Completed"), listed("e", "notebook"),
]  # fmt: skip


def test_how_a_site_is_is_told_in_a_page():
    found = Found("https://ws-uv.canfar.net/skaha", "mlopez", PEM, LATER, FILE, SESSIONS, {"a", "b"}, "",
                  "/arc on arc.example.org", "/arc/home/mlopez/tui-batch", 5 * 2**30)  # fmt: skip
    told = health.read(found, NOW)
    assert (told.reachable, told.detail, told.known) == (True, "the service answers", FILE)
    assert told.facts == {
        "service": "https://ws-uv.canfar.net/skaha",
        "you": "mlopez",
        "login": f"{PEM}, valid until {clock(LATER, NOW)}",
        "sessions": "2 headless from here, 1 headless from elsewhere, 1 interactive; at most 3 interactive",
        "cores": "1-16; 1 where none is asked for, up to 8 while there is room",
        "memory": "1-192 GB in 28 steps; 4 GB where none is asked for, up to 32 GB while there is room",
        "gpus": "1-28",
        "registries": "images.canfar.net, harbor.example.org",
        "images": "4 public, for headless sessions",
        "images radio": "imager:2.3; plain:1",
        "images skaha": "astroml:24.11, 24.07",
        "storage": "/arc on arc.example.org",
        "workdir": "/arc/home/mlopez/tui-batch",
        "free disk": "5.0 GB",
    }  # fmt: skip


def test_images_are_listed_by_project_the_newest_first():
    names = [f"a.org/p/x:{tag}" for tag in ("1.9", "1.10", "latest", "2", "1.10.1")] + ["b.org/y:1", "b.org/p/q/z:3"]
    offered = offer.read(None, [{"id": name} for name in names], None, AS_OF)
    facts = health.read(Found("https://x/skaha", known=offered), NOW).facts
    assert {key: value for key, value in facts.items() if key.startswith("images ")} == {
        "images a.org/p": "x:2, 1.10.1, 1.10, 1.9 and 1 more", "images b.org": "y:1", "images b.org/p/q": "z:3",
    }  # fmt: skip


def test_what_is_not_known_is_not_said():
    told = health.read(Found("https://x/skaha"), NOW)
    assert told.reachable
    assert [*told.facts] == ["service", "storage"]
    assert health.read(Found("https://x/skaha", sessions=[]), NOW).facts["sessions"] == "none"
    told = health.read(Found("https://x/skaha", known=LIMITS, sessions=[listed("e", "notebook")]), NOW)
    assert told.facts["sessions"] == "1 interactive; at most 5 interactive"
    assert told.facts["gpus"] == "none"


@pytest.mark.parametrize(
    ("found", "detail"),
    [
        (Found("https://x/skaha", availability="down for maintenance."),
         "https://x/skaha: the service says that it is not available: down for maintenance."),
        (Found("https://x/skaha", wrong="arc: no answer in 20 s."), "arc: no answer in 20 s."),
        (Found("https://x/skaha", storage="/arc on this machine"),
         "/arc on this machine: the workdir cannot be written to."),
    ],
)  # fmt: skip
def test_what_is_wrong_comes_first(found, detail):
    told = health.read(found, NOW)
    assert (told.reachable, told.detail) == (False, detail)


def test_what_ends_soon_is_said_before_it_does():
    assert health.warning(PEM, LATER, NOW) == health.warning(PEM, "", NOW) == ""
    renew = "renew it with cadc-get-cert -u USER"
    soon = f"{PEM} ends at {clock(SOON, NOW)}: {renew}; until then all goes on"
    assert health.warning(PEM, SOON, NOW) == soon
    assert health.read(Found("https://x", origin=PEM, expires=SOON), NOW).detail == f"the service answers, but {soon}"
    login = health.read(Found("https://x", origin=PEM, concerns="others can read it"), NOW).facts["login"]
    assert login == f"{PEM}, it does not say until when, others can read it"
    assert "put a new one there; until then nothing is sent" in health.warning("the file ~/token", OVER, NOW)
