"""Builds deploy/fix: the files that give an account the rights for `--fix`.

On the host it may change everything; on the cluster only what the remedies declare.
"""

from collections.abc import Iterable, Mapping

from fixtures.rights.roles import Rules, role
from remediations.transaction.remedy import Remedy

SUDOERS = """\
# Whoever fixes works with a root shell on the host: this account is as good as root. Keep it apart from the audit's, and
# install this only for as long as something is to be fixed; sudo logs each use.
# Made by `make rights`. Install: visudo -c -f FILE, then as root:root 0440 below /etc/sudoers.d.
Cmnd_Alias PHASE0_FIX = /bin/sh -s, /usr/bin/sh -s
phase0-fix ALL=(root) NOPASSWD: PHASE0_FIX
"""
WHAT = "An account whose kubeconfig, as /etc/phase0-gate/kubeconfig on the host, keeps --fix to what its remedies do."


def fix_rules(remedies: Iterable[Remedy]) -> Rules:
    """Every call that a step of these remedies makes of the API, and no other."""
    rules: dict[tuple[str, str], frozenset[str]] = {}
    for verb, resource in (right for remedy in remedies for right in remedy.rights):
        name, _, group = resource.partition(".")
        rules[group, name] = rules.get((group, name), frozenset()) | {verb}
    return rules


def fix_files(remedies: Iterable[Remedy]) -> Mapping[str, str]:
    """Return the files of deploy/fix, by name."""
    return {"sudoers": SUDOERS, "rbac.yaml": role("phase0-fix", WHAT, fix_rules(remedies))}
