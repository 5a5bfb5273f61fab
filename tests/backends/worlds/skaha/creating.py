"""Whether a session may be created as it was asked for: the first thing that is wrong is said, and no other."""

import base64
import re
import time

from worlds.skaha import mangling, telling
from worlds.skaha.speech import Said, broken

TYPES = ("notebook", "desktop", "carta", "firefly", "contributed", "headless", "desktop-app")
NAME = re.compile(r"[A-Za-z0-9-]+")
MOST = 1_500_000  # bytes that the cluster takes as one object


def wanted(call, ways, busy, address):
    """What a session is made from; `busy` is how many interactive ones the person has, `address` the service's host."""
    image = call.first("image")
    if not image:
        raise Said(400, "Missing parameter image")
    type_ = (call.first("type") or "headless").lower()
    if image.partition("/")[0] not in ways.hosts or "/" not in image:
        raise Said(400, f"session image not hosted by trusted registry: {image}")
    if type_ not in TYPES:
        raise Said(400, f"Invalid session type: {type_}")
    offer = telling.context(ways)
    cores = number(call.first("cores"), offer["cores"]["options"], "cores")
    ram = number(call.first("ram"), offer["memoryGB"]["options"], "ram")
    name = call.first("name")
    if not name:
        raise Said(400, "Missing parameter name")
    if not NAME.fullmatch(name):
        raise Said(400, "name must be non-empty and contain only alpha-numeric chars and '-'")
    if type_ not in ("headless", "desktop-app") and busy >= ways.interactive:
        raise Said(400, f"User {ways.user} has reached the maximum of {ways.interactive} active sessions.")
    gpus = number(call.first("gpus"), offer["gpus"]["options"], "gpus", whole=True)
    waits = pulled(image, call.headers.get("x-skaha-registry-auth"), ways) or ways.waits
    made = {"image": image, "type": type_, "name": name.lower(), "cores": cores, "ram": ram, "gpus": gpus}
    if type_ != "headless":
        return made | {"fixed": "Running", "started": time.time()}
    argv = mangling.argv(call.first("cmd"), call.first("args"))
    environment = mangling.environment(call.all("env"))
    if not mangling.HOST.fullmatch(name.lower()):
        raise broken(f'ca.nrc.cadc.exec: The Job is invalid: spec.template.spec.hostname: Invalid value: "{name}"')
    if sum(map(len, (*argv, *environment, *environment.values()))) > MOST:
        raise broken("ca.nrc.cadc.exec: etcdserver: request is too large")
    environment["OMP_NUM_THREADS"] = str(max(1, int(float(cores or 0))))
    environment["skaha_hostname"] = address
    return made | {"argv": argv, "environment": environment, "waits": waits}


def number(text, options, name, whole=False):
    """A number that is among those that are offered, as it was asked for; "" for none."""
    if text is None:
        return ""
    try:
        known = (int(text) if whole else int(float(text))) in options
    except (ValueError, OverflowError):
        known = False
    if not known:
        raise Said(400, f"Unavailable or invalid value for {name}: {text}")
    return text


def pulled(image, authentication, ways):
    """For what a session waits since its image cannot be had: "" for nothing."""
    if image in ways.images:
        return ""
    if not authentication:
        raise Said(400, f"No authentication provided for unknown or private image {image}.")
    try:
        secret = base64.b64decode(authentication, validate=True).decode()
    except ValueError:
        raise Said(400, "Invalid registry authentication.") from None
    return "" if ways.private.get(image) == secret else "image"
