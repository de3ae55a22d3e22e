"""Who runs this audit: nobody approves his own waiver."""

import os
import pwd


def runner_names() -> tuple[str, ...]:
    """The account's name and the full name it belongs to; on a CI the name of who started it."""
    try:
        account = pwd.getpwuid(os.getuid())
    except KeyError:  # a container with an account nobody named
        return tuple(filter(None, (os.environ.get("GITHUB_ACTOR", ""),)))
    names = (account.pw_gecos.partition(",")[0].strip(), account.pw_name, os.environ.get("GITHUB_ACTOR", ""))
    return tuple(name for name in names if name)
