"""Draws the pictures that the README shows, from the running app: `python tests/screens/draw.py`."""

import asyncio
import contextlib
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = HERE.parent.parent / "screenshots"
sys.path.insert(0, str(HERE))

from stand_in import FULL, FakeDesk, ago  # noqa: E402
from waiting import shows  # noqa: E402

from tui_batch.app import BatchApp  # noqa: E402
from tui_batch.model import Contact, Target  # noqa: E402

LOG = "".join(f"step {step}: loss {1 / (step + 1):.4f}\n" for step in range(90))

# Two places that run jobs today: this machine, and one with a store and a folder of its own.
PLACES = {"fir": "cruncher", "aws": "local", "local": "local"}
SHOWN = replace(
    FULL,
    submissions=tuple(one._replace(target=PLACES[one.target], kind="local") for one in FULL.submissions),
    targets=(Target("local", "local"), Target("cruncher", "local", {"slots": 48})),
    contacts={
        "local": Contact(True, "runs at most 7 jobs at once", {"cores": "8", "slots": "7"}, ago(60), ago(12), ago(-18)),
        "cruncher": Contact(
            True, "runs at most 48 jobs at once", {"cores": "64", "slots": "48"}, ago(600), ago(3), ago(-27)
        ),
    },
)
HOME = ("R    212",)
# What to press for each picture, each key after what must be on the screen before it.
STEPS = {
    "home": (HOME,),
    "batches": (HOME, "2", ("never-sent",)),
    "new-batch": (HOME, "n", ("TEMPLATE",), "enter", ("1 job",), "ctrl+u", *"1..9", ("9: 1, 2", "9 jobs")),
    "preview": (HOME, "n", ("TEMPLATE",), "enter", ("1 job",), "ctrl+u", *"1..9", ("9 jobs",), "enter", ("A submit",)),
    "jobs": (HOME, "enter", ("1/1003",)),
    "job": (HOME, "d", ("step 81",)),
    "log": (HOME, "l", ("step 89",)),
    "all-jobs": (HOME, "3", ("SUBMISSION",)),
    "targets": (HOME, "4", ("TARGET",)),
    "help": (HOME, "question_mark", ("the keys of the screen",)),
}


async def draw(name: str) -> str:
    """One picture, as SVG, made in the present folder."""
    store = Path("store")  # as it stands in the picture
    store.mkdir(exist_ok=True)
    (store / "212.out").write_text(LOG)
    app = BatchApp(FakeDesk(store, SHOWN))
    async with app.run_test(size=(80, 24)) as pilot:
        for step in STEPS[name]:
            if isinstance(step, tuple):
                await shows(pilot, *step)
            else:
                await pilot.press(step)
        await pilot.pause()
        return app.export_screenshot(title="tui-batch")


def main() -> None:
    os.environ["TZ"] = "UTC"
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in STEPS:
            (PICTURES / f"{name}.svg").write_text(asyncio.run(draw(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
