"""A value of target.toml, with where it was seen; or that it was not found, and the plan's value counts."""

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """One key. `note` is a sentence for the comment above it. `seen` is false for what was not found: the default counts."""

    key: str
    value: str | int | tuple[str, ...]
    note: str
    seen: bool = True


class Section(msgspec.Struct, frozen=True):
    """One table of target.toml: its name, and its settings in the order in which they are written."""

    name: str
    settings: tuple[Setting, ...]


def missing(key: str, default: str | int | tuple[str, ...], note: str) -> Setting:
    """Return a setting that was not found; its default stands in a comment."""
    return Setting(key, default, f"Not found: {note}", seen=False)


def listed(words: list[str], most: int = 3) -> str:
    """Return the first words of a list, and how many more there are."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown
