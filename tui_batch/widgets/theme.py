"""The colours, where nothing else was chosen."""

from textual.theme import Theme

# Blue, yellow and a bold red say what has to be said; what went well keeps the default colour.
THEME = Theme(
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
