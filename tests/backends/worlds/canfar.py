"""The worlds of `canfar`: one platform of processes, whose storage is reached from here in three ways."""

import contextlib
from pathlib import Path

from worlds.skaha import IMAGE, Skaha
from worlds.world import PolledWorld

from tui_batch.backends import nobody
from tui_batch.backends.base import Backend
from tui_batch.backends.canfar import connect, outcome
from tui_batch.model import Status, Target


class CanfarWorld(PolledWorld):
    """Its storage is not reached: what jobs need comes along, and how they ended stands in their logs."""

    kind = "canfar"
    journal = False
    pause = 0.03
    suspends = False
    brings = False
    storage = "none"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._open = contextlib.ExitStack()
        self.skaha = self._open.enter_context(Skaha(folder / "skaha", pods=2))
        self.settings |= {
            "url": self.skaha.url,
            "token_file": str(self.skaha.token_file),
            "image": IMAGE,
            "storage": self.storage,
            "arc": str(self.skaha.arc),
            "max_running": 0,
            "poll_seconds": 0.2,
            "lost_seconds": 0.5,
            "answer_seconds": 5.0,
            "create_seconds": 5.0,
        }

        outcome.SLOW, slow = 0.5, outcome.SLOW
        self._open.callback(setattr, outcome, "SLOW", slow)

    def open(self) -> Backend:
        return connect(Target("there", "canfar", self.settings), self.folder / "home", nobody)

    def vanish(self, status: Status) -> None:
        """Nothing is left of a job's session."""
        self.skaha.vanish(status.id)

    def close(self) -> None:
        super().close()
        self._open.close()


class MountedCanfarWorld(CanfarWorld):
    """Its storage is mounted here, under another name."""

    kind = "canfar-mounted"
    storage = "mounted"
    brings = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        mount = folder / "mounted"
        mount.symlink_to(self.skaha.arc)
        home = self.skaha.home.relative_to(self.skaha.arc)
        self.settings |= {"mount": str(mount), "workdir": str(mount / home / "tui-batch")}


class RemoteCanfarWorld(CanfarWorld):
    """A host that knows its storage is reached over SSH."""

    kind = "canfar-ssh"
    storage = "ssh"
    remote = True
    brings = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings["workdir"] = str(self.skaha.home / "tui-batch")
