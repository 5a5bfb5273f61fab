"""A small file system of its own, for tests of full and read-only disks."""

import contextlib
import subprocess

import pytest


@contextlib.contextmanager
def mounted(path, options="size=64k"):
    """A tmpfs at this path; skips where we may not mount one."""
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip() or done.returncode}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)
