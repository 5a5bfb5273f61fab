"""What targets ask, and targets on hosts of their own, in each state that looks different; small as well."""

from dataclasses import replace

import pytest
from stand_in import FULL, SUBMISSIONS, ago

from tui_batch.model import Contact, Question

SIZES = pytest.mark.parametrize("size", [(80, 24), (60, 15)], ids=["80x24", "60x15"])
HOME = ("R    212",)
PASSWORD = Question("password", "Password of ada on fir", True, "fir", ago(30))
PRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDWE5iEWCkaHXhjrbA"
HOST_KEY = Question("host key", f"ada@fir.example.org:22 is not known yet. Is its ED25519 key {PRINT}? Type yes to "
                    "trust it from now on.", False, "fir", ago(30))  # fmt: skip
UNANSWERED = Contact(False, trouble="aws: nobody answered within 100 s: Password of ada on aws. Nothing was sent; ask "
                     "the target again to be asked again.", unanswered=True)  # fmt: skip


def asking(*questions):
    return replace(FULL, questions=questions)


def remote(desk):
    desk.workdir = "~/tui-batch"


@SIZES
def test_home_while_a_target_asks(picture, size):
    assert picture(("asks for a password", *HOME), snapshot=asking(PASSWORD), size=size)


@SIZES
def test_a_password_being_typed(picture, size):
    assert picture(("asks for a password", *HOME), "a", ("Password of ada",), "geheim", snapshot=asking(PASSWORD),
                   size=size)  # fmt: skip


@SIZES
def test_a_host_key(picture, size):
    assert picture(
        ("unknown host key", *HOME), "a", ("publish this key", "yes or no"), snapshot=asking(HOST_KEY), size=size
    )


@SIZES
def test_targets_that_ask(picture, size):
    snapshot = replace(asking(PASSWORD), contacts={"aws": UNANSWERED})
    assert picture(
        ("2 targets wait", *HOME), "4", ("needs answer",), "j", ("waits for you",), snapshot=snapshot, size=size
    )


def test_a_target_that_asked_in_vain(picture):
    snapshot = replace(FULL, contacts={"aws": UNANSWERED})
    assert picture(("aws waits for you", *HOME), "4", ("needs answer",), "jj", ("trouble",), snapshot=snapshot)


@SIZES
def test_a_form_while_a_target_asks(picture, size):
    assert picture(("asks for a password", *HOME), "n", ("raft",), "enter", ("ctrl+o",), snapshot=asking(PASSWORD),
                   size=size)  # fmt: skip


@SIZES
def test_a_log_on_its_way(picture, size):
    assert picture(HOME, "l", ("brought here",), ready=remote, size=size)


@SIZES
def test_a_folder_to_be_deleted(picture, size):
    whole = replace(FULL, submissions=(*SUBMISSIONS[:4], SUBMISSIONS[4]._replace(fetched=5)))
    assert picture(HOME, "G", ("> CA",), ":clean", "enter", ("y/N",), ready=remote, snapshot=whole, size=size)


@SIZES
def test_a_job_on_a_host(picture, size):
    stale = replace(
        FULL,
        submissions=(SUBMISSIONS[0]._replace(health="fir: no answer in 30 s.", as_of=ago(3000)), *SUBMISSIONS[1:]),
        contacts={"fir": Contact(False, heard=ago(3000), next=ago(-35), trouble="fir: no answer in 30 s.")},
    )
    assert picture(HOME, "d", ("next",), ready=remote, snapshot=stale, size=size)
