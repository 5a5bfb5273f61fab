"""The colours: blue, yellow and a bold red say what has to be said; what went well keeps the default colour."""

from textual.theme import Theme

DEFAULT = Theme(
    name="tui-batch",
    primary="#5fafff",
    secondary="#5fafff",
    accent="#5fafff",
    foreground="#d0d0d0",
    background="#121212",
    surface="#121212",
    panel="#262626",
    warning="#ffaf00",
    error="#ff5f5f",
    success="#d0d0d0",
    variables={"block-cursor-background": "#005f87", "block-cursor-foreground": "#ffffff"},
)

# Blue, amber and magenta stay apart for eyes that lack one kind of cone.
COLOUR_BLIND = Theme(
    name="tui-batch-colour-blind",
    primary="#5fafff",
    secondary="#5fafff",
    accent="#5fafff",
    foreground="#d0d0d0",
    background="#121212",
    surface="#121212",
    panel="#262626",
    warning="#ffb000",
    error="#dc267f",
    success="#d0d0d0",
    variables={"block-cursor-background": "#005f87", "block-cursor-foreground": "#ffffff"},
)

# The terminal's own sixteen, whatever the person made of them. Cyan: its blue is hardly seen on black.
ANSI = Theme(
    name="tui-batch-ansi",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_default",
    variables={"ansi-background": "ansi_black", "ansi-foreground": "ansi_white"},
)

THEMES = {"default": DEFAULT, "colour-blind": COLOUR_BLIND, "ansi": ANSI}
