"""Ways to wait for what the program shows."""

import time


def screen_text(app):
    """What stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot, condition, what=""):
    """Go on as soon as this holds."""
    end = time.monotonic() + 30  # a machine may be busy with other tests
    while time.monotonic() < end:
        await pilot.pause()
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{what or 'it'} never came about; on the screen:\n{screen_text(pilot.app)}")


async def shows(pilot, *words):
    """Go on as soon as all these words stand on the screen."""
    await until(pilot, lambda: all(word in screen_text(pilot.app) for word in words), f"{words}")


async def hides(pilot, *words):
    """Go on as soon as none of these words stands on the screen."""
    await until(pilot, lambda: not any(word in screen_text(pilot.app) for word in words), f"not {words}")
