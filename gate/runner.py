"""Finds out who runs this audit, because that person may not approve a waiver."""

import os
import pwd


def runner_names() -> tuple[str, ...]:
    """Return the login and full name of the account, and in GitHub Actions the user who started the job."""
    try:
        account = pwd.getpwuid(os.getuid())
    except KeyError:  # a container may run under a user ID without an account
        return tuple(filter(None, (os.environ.get("GITHUB_ACTOR", ""),)))
    names = (account.pw_gecos.partition(",")[0].strip(), account.pw_name, os.environ.get("GITHUB_ACTOR", ""))
    return tuple(name for name in names if name)
