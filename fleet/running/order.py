"""What a worker is asked to do: audit one server. A key is never part of it."""

import msgspec


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One audit. `target` is the value of `--target=`, and `settings` that of PHASE0_SETTINGS, or "".

    `reports` is the folder of its reports, `words` are further arguments of pytest, and `seconds` the deadline. `drills`
    says that it runs drills on the server. The audit ends as soon as the file `stop` exists.
    """

    name: str
    target: str
    reports: str
    settings: str = ""
    words: tuple[str, ...] = ()
    seconds: float = 1800
    drills: bool = False
    stop: str = ""
