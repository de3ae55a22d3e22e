"""What a worker is asked to do: audit one server. A key is never part of it."""

import msgspec


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One audit. `target` is the value of `--target=`, and `settings` that of PHASE0_SETTINGS, or "".

    `reports` is the folder of its reports, `words` are further arguments of pytest, and `seconds` the deadline. `drills`
    says that it runs drills on the server. The audit ends as soon as the file `stop` exists.

    `turn` is its place among the rings: it waits for every audit with a lower one. `patience` is that of an audit that
    changes its server: the seconds it has to take back what it began after it was told to end. 0 changes nothing.
    """

    name: str
    target: str
    reports: str
    settings: str = ""
    words: tuple[str, ...] = ()
    seconds: float = 1800
    drills: bool = False
    stop: str = ""
    turn: int = 0
    patience: float = 0.0
