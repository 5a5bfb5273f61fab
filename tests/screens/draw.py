"""Draws the pictures that the README shows, from the running app: `python tests/screens/draw.py`."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = HERE.parent.parent / "screenshots"
sys.path.insert(0, str(HERE))

from stand_in import FULL, FakeDesk  # noqa: E402
from waiting import shows  # noqa: E402

from tui_batch.app import BatchApp  # noqa: E402

LOG = "".join(f"step {step}: loss {1 / (step + 1):.4f}\n" for step in range(90))

# What to press, each key after what must be on the screen before it.
STEPS = {
    "home": (("R    212",),),
    "jobs": (("R    212",), "enter", ("1/1003",)),
    "log": (("R    212",), "l", ("step 89",)),
    "new-batch": (("R    212",), "n", ("TEMPLATE",), "enter", ("step together",)),
}


async def draw(name: str, folder: Path) -> str:
    """One picture, as SVG."""
    store = folder / "store"
    store.mkdir(exist_ok=True)
    (store / "212.out").write_text(LOG)
    app = BatchApp(FakeDesk(store, FULL))
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
    with tempfile.TemporaryDirectory() as folder:
        for name in STEPS:
            (PICTURES / f"{name}.svg").write_text(asyncio.run(draw(name, Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
