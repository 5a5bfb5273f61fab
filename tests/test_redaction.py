"""No secret is left in a text that is handed to others, and what is none stays."""

import base64
import random

import pytest

from tui_batch.redaction import GONE, is_secret, open_settings, redact

PLANTED = "hunter2"
CHANCE = base64.b64encode(random.Random(4).randbytes(48)).decode()
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{CHANCE}\nc2hvcnQ=\n-----END RSA PRIVATE KEY-----"

SECRET = [
    "password=hunter2", "api_key: hunter2", "MY_TOKEN_1='hunter2 hunter2'", 'export TOKEN="a\\"hunter2"',
    "token%3Dhunter2", "export TOKEN=a\\ hunter2", '{"token": "hunter2", "x": 1}',
    "{'Authorization': 'Bearer hunter2'}",
    "('token', 'hunter2')", "Authorization: Basic aGk6aHVudGVyMg== hunter2", "x-skaha-registry-auth: hunter2",
    "Cookie: CADC_SSO=hunter2; x=hunter2", "Bearer hunter2", "--password hunter2", "--api-token 'hunter2 hunter2'",
    "curl -u ada:hunter2 https://x", "curl --user ada:hunter2 https://x", "https://ada:hunter2@host/",
    "?access_token=hunter2", "<password>hunter2</password>", "machine x login ada password hunter2",
    "the password hunter2 was refused",
    "password_command = 'echo hunter2'", "DB_PASS=hunter2", '{"pass": "hunter2"}',
    "Server=x;Pwd=hunter2", "https://x/y?a=b&sig=hunter2", "X-Amz-Signature=hunter2",
    "aws_secret_access_key = hunter2",
    "TOKEN_ENV=hunter2",
]  # fmt: skip
BY_FORM = [
    "AKIA4567890123456789", "AKIA4567890123456789ABCDEF", "ghp_0123456789abcdefghij", CHANCE, CHANCE.replace("+", "-"),
    "4f3b9c2e71d05a684f3b9c2e71d05a68", "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0", KEY, KEY.replace("\n", "\n  "),
    KEY.partition("-----END")[0], KEY.partition("-----\n")[2],
]  # fmt: skip
OPEN = [
    "protein-fold-20261120-182233-word-12-1", "threshold_0.1__sigma_1.0__method_gaussian", "images/astroconda:latest",
    "Number_of_Rings_36__Start_Temperature_10powx_-2.0", "token_env = 'CANFAR_TOKEN'", 'token_file = "~/.ssl/token"',
    "the token in ~/.ssl/token has expired", "password authentication failed", "tokens 5000 per second",
    "/arc/projects/mygroup/results/processed_observation1.fits", "HST-WFC3-Observation-NGC1365-F814W-drc.fits",
    f"image@sha256:{'1f2e' * 16}", "AttributeError: 'Token' object has no attribute 'x'", "memory_key = h_vmem",
    "tui-batch-end 20261120-182233-word 0 1 137", "https://ws-uv.canfar.net/skaha/v1/session", "PASS: 3 tests",
    "PWD=/arc/projects",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRET)
def test_a_secret_that_is_named_goes(text):
    found = redact(f"before {text}\nafter")
    assert PLANTED not in found
    assert GONE in found
    assert found.startswith("before ")
    assert found.endswith("\nafter")


@pytest.mark.parametrize("text", BY_FORM)
def test_what_looks_like_a_secret_goes(text):
    found = redact(f"before:\n{text}\nafter\n")
    assert not any(line.strip() in found for line in text.splitlines() if not line.lstrip().startswith("-----"))
    assert found.startswith("before:\n")
    assert found.endswith("\nafter\n")


@pytest.mark.parametrize("text", OPEN)
def test_what_is_none_stays(text):
    assert redact(text) == text


def test_twice_is_once():
    once = redact("\n".join([*SECRET, *BY_FORM, *OPEN, "/home/ada/x"]))
    assert redact(once) == once


def test_what_is_known_to_be_secret_goes_wherever_it_stands():
    known = {"MY_API_TOKEN": "correct horse", "HOME": "/data/ada", "WORD": "before", "TOKEN": "x"}
    assert redact("before correct horse, /data/ada/x, /data/adam", known) == f"before {GONE}, ~/x, /data/adam"


def test_folders_of_persons_do_not_name_them():
    text = redact("/home/ada/x:/arc/home/bob /Users/eve/y")
    assert text == f"/home/{GONE}/x:/arc/home/{GONE} /Users/{GONE}/y"


def test_settings_that_hold_or_get_a_secret_are_hidden():
    said = {"user": "ada", "token_file": "~/t", "password_command": "pass x", "environment": {"X_TOKEN": "x", "N": 1},
            "registry_secret_env": "SECRET", "api_key": ""}  # fmt: skip
    assert open_settings(said) == {
        "user": "ada", "token_file": "~/t", "password_command": GONE, "environment": {"X_TOKEN": GONE, "N": 1},
        "registry_secret_env": "SECRET", "api_key": "",
    }  # fmt: skip
    assert is_secret("registry_secret_command")


@pytest.mark.parametrize("piece", ["token", "-----BEGIN X-----", "--", '"', "AAAA\n", "x-", "aB3", "://", "<token"])
def test_no_text_takes_for_ever(piece):
    assert redact(piece * (100_000 // len(piece))) is not None
