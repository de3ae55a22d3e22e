"""Writes target.toml from what was seen of a server: above each value stands where it was seen, or that it was not found."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from textwrap import wrap

import msgspec

from fixtures.target.folder import EXAMPLE
from gate.command import spoken
from init.guess.backups import backups
from init.guess.setting import Section, Setting
from init.guess.watching import build, logs, monitoring
from init.guess.workloads import mcp, postgres, redis
from init.look import Found

WEEK = timedelta(days=7)
ACCOUNT = "phase0-audit"
WIDTH = 120
GUIDES = (
    "Not looked for: a clone of the guides on this machine; without one the criteria of the documentation are unknown"
)
HEAD = """\
# Written on {today}, from what was seen on {address}. Above the values stands where they were seen. What was not found is a
# comment with the value that counts until you write another. Correct this file, then run `{command}` again:
# it leaves the file as it is, and brings the questions on the server up to date. All keys: {example}/target.toml
"""


class Way(msgspec.Struct, frozen=True):
    """The address, the port and the jump host by which the audit reaches the server."""

    address: str
    port: int = 22
    jump: str = ""


def target_toml(name: str, way: Way, found: Found, today: date) -> str:
    """Return the text of target.toml."""
    command, example = spoken(f".venv/bin/python -m init {name}"), spoken(f"{EXAMPLE.parent.name}/{EXAMPLE.name}")
    head = HEAD.format(today=today.isoformat(), address=way.address, command=command, example=example)
    return head + "".join(map(_section, sections(name, way, found, today)))


def sections(name: str, way: Way, found: Found, today: date) -> Iterator[Section]:
    """Yield the tables of target.toml in their order."""
    yield Section("target", (Setting("name", name, "As it was given"), _title(found, name)))
    yield _host(way)
    yield _cluster(found)
    services = mcp(found, way.address)
    yield Section("mcp", (*services.settings, *build(found)))
    yield backups(found)
    yield postgres(found)
    yield redis(found)
    yield logs(found)
    yield monitoring(found)
    yield Section("guides", (Setting("repository", "../guides", GUIDES, seen=False),))
    yield _plan(today)


def _title(found: Found, name: str) -> Setting:
    host = found.system[4]
    return Setting("title", host or name, "Seen: the name of the host" if host else "As it was given")


def _host(way: Way) -> Section:
    settings = [
        Setting("address", way.address, "As your ssh resolves what was given"),
        Setting("user", ACCOUNT, "The account that can ask, and nothing else; init makes it"),
        Setting("identity_file", "id_ed25519", "Its key, made here"),
        Setting("known_hosts", "known_hosts", "The key of the host, as it was compared"),
    ]
    if way.port != 22:
        settings.insert(1, Setting("port", way.port, "As your ssh resolves what was given"))
    if way.jump:
        settings.append(Setting("jump", way.jump, "As your ssh is configured"))
    return Section("host", tuple(settings))


def _cluster(found: Found) -> Section:
    note = (
        f"Of {ACCOUNT} in the cluster ({found.cluster.kind})"
        if found.cluster
        else "No cluster was found: there is no such file yet"
    )
    settings = [Setting("kubeconfig", "kubeconfig", note)]
    own = [name for name, _ in found.nodes if name == found.system[4]]
    if len(found.nodes) > 1 and own:
        settings.append(Setting("node", own[0], f"Seen: one of {len(found.nodes)} nodes, with the name of this host"))
    return Section("cluster", tuple(settings))


def _plan(today: date) -> Section:
    note = "Assumed: {}. The page counts from it; write yours"
    return Section(
        "plan",
        (
            Setting("start", today.isoformat(), note.format("Phase 0 begins today")),
            Setting("meeting", (today + WEEK).isoformat(), note.format("the meeting is in seven days")),
        ),
    )


def _section(section: Section) -> str:
    """Return a table. Values that follow each other and have the same note stand under it together."""
    lines = [f"\n[{section.name}]"]
    for note, alike in groupby(section.settings, key=_note):
        lines += wrap(
            note, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
        )
        lines += [f"{'' if one.seen else '# '}{one.key} = {_written(one)}" for one in alike]
    return "\n".join([*lines, ""])


def _note(setting: Setting) -> str:
    return setting.note


def _written(setting: Setting) -> str:
    match setting.value:
        case tuple():
            return "[" + ", ".join(map(_string, setting.value)) + "]"
        case int():
            return str(setting.value)
        case value:
            return value if setting.key in ("start", "meeting") else _string(value)


def _string(value: str) -> str:
    """Return a basic string of TOML. It escapes as JSON does, for text without control characters."""
    return json.dumps(value, ensure_ascii=False)
