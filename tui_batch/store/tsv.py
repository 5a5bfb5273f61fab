"""Text in columns that tabs part: what a text may hold and a line may not is written with a backslash."""

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def plain(text: str) -> str:
    """A text as it was before `ESCAPES`."""
    parts = (part.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for part in text.split("\\\\"))
    return "\\".join(parts)
