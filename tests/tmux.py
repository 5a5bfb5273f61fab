"""A real tmux: what a person at a keyboard of 80x24 has before the eyes."""

import subprocess
import time

PROMPT = "shell>"


class Tmux:
    """A shell in a pane of 80x24: keys go in, and what stands there is read until it is what it has to be."""

    def __init__(self, folder, environment):
        self._environment = environment | {"TMUX_TMPDIR": str(folder)}
        self._tell("new-session", "-d", "-x", "80", "-y", "24", f"PS1='{PROMPT} ' sh")
        self.shows(PROMPT)

    def _tell(self, *words):
        command = ["tmux", "-f", "/dev/null", *words]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True).stdout

    @property
    def screen(self):
        return self._tell("capture-pane", "-p")

    def type(self, text):
        self._tell("send-keys", "-l", text)

    def press(self, *keys):
        self._tell("send-keys", *keys)

    def until(self, condition):
        end = time.monotonic() + 30
        while not condition(self.screen):
            assert time.monotonic() < end, f"it never came about; on the screen:\n{self.screen}"

    def shows(self, *words):
        self.until(lambda screen: all(word in screen for word in words))

    def hides(self, *words):
        self.until(lambda screen: not any(word in screen for word in words))

    def leave(self):
        """From the app to the shell, which goes on where it was."""
        self.press("q")
        self.until(lambda screen: screen.count(PROMPT) == 2)
        self.hides("NAME")
        self.type("echo $((40 + 2)) again\n")
        self.shows("42 again")

    def end(self):
        self._tell("kill-server")
