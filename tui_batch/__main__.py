"""The command `tui-batch`: the app, or one of its verbs."""

import sys


def main(argv: list[str] | None = None) -> int:
    """Run the program; its exit code: 0 done, 1 the jobs or the request failed, 2 wrong usage, 3 try again later."""
    words = sys.argv[1:] if argv is None else argv
    if words == ["--version"]:  # answered before anything else is imported
        from tui_batch import __version__

        sys.stdout.write(f"tui-batch {__version__}\n")
        return 0
    from tui_batch.cli.entry import run

    return run(words)


if __name__ == "__main__":
    sys.exit(main())
