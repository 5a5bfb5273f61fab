"""Another program in the terminal for a while."""


def test_a_shell_where_the_results_are_and_back(start, tmp_path):
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\nread line\necho $line in $(pwd) > $HOME/told\n")
    shell.chmod(0o755)
    with start(columns=200, SHELL=str(shell)) as app:  # its folder may be long
        app.shows("> PD scan-499", "job-10")
        app.press("E")
        app.shows("exit leads", "tui-batch.")
        app.press("typed", "enter")
        app.hides("exit leads")
        app.shows("> PD scan-499", "Enter open")
        assert (tmp_path / "told").read_text().startswith("typed in /")
        app.press("j")
        app.shows("> CD scan-498")


def test_a_shell_that_is_not_there_is_said(start):
    with start(SHELL="/nowhere/sh") as app:
        app.shows("> PD scan-499", "job-10")
        app.press("E")
        app.shows("/nowhere/sh cannot be started: no such file or directory.", "> PD scan-499")
