"""Finds the logs, the disk check and the metrics of a server."""

from collections.abc import Iterator

from fixtures.target.chapters import LogSettings, McpSettings, MonitoringSettings
from init.guess.backups import DISTRIBUTIONS
from init.guess.setting import Section, Setting, listed, missing
from init.look import Found, sizes

LOGS, MONITORING = LogSettings(), MonitoringSettings()
EXPORTER = 9100


def logs(found: Found) -> Section:
    """Return [logs]: the log of the backups; the largest logs are told in its comment."""
    large = listed([f"{path} {megabytes(size)}" for path, size in sizes(found.logs)], 3)
    about = f"the largest: {large}; the journal has {megabytes(found.journal * 1024)}" if large else "no log was read"
    named = [path for path in found.logs if "backup" in path.lower() and path.endswith(".log")]
    if named:
        return Section("logs", (Setting("backup", min(named), f"Seen below /var/log ({about})"),))
    return Section("logs", (missing("backup", LOGS.backup, f"no log with “backup” in its name ({about})"),))


def monitoring(found: Found) -> Section:
    """Return [monitoring]: the script that checks the disk, and where the metrics are."""
    return Section("monitoring", (*_script(found), *_metrics(found)))


def build(found: Found) -> Iterator[Setting]:
    """Yield the record of the image's build, if there is one; it belongs to [mcp]."""
    default = McpSettings().build_record
    if found.builds:
        likely = [path for path in found.builds if "mcp" in path] or list(found.builds)
        yield Setting("build_record", likely[0], f"Seen: {listed(likely)}")
    else:
        yield missing("build_record", default, "no /var/lib/*/builds/*.json")


def _script(found: Found) -> Iterator[Setting]:
    """Yield the script that looks at the disk: on a schedule, with “disk” in its name, and of no package."""
    checks = [
        one
        for one in found.scripts
        if "disk" in one.does and "disk" in one.path.lower() and not DISTRIBUTIONS.match(one.path)
    ]
    checks.sort(key=lambda one: (one.path not in found.runs, "check" not in one.path, one.path))
    if checks:
        by = found.runs.get(checks[0].path, ())
        yield Setting(
            "script", checks[0].path, f"Seen: {f'started by {listed(list(by), 2)}' if by else 'on no schedule'}"
        )
    else:
        yield missing("script", MONITORING.script, "no script whose name and content tell of the disk")


def _metrics(found: Found) -> Iterator[Setting]:
    if found.textfiles:
        yield Setting("textfile_directory", found.textfiles[0], f"Seen: {listed(list(found.textfiles))}")
    else:
        yield missing("textfile_directory", MONITORING.textfile_directory, "no folder of a node_exporter")
    running = f"; running: {', '.join(found.monitors)}" if found.monitors else ""
    if EXPORTER in found.ports:
        yield Setting("metrics_url", MONITORING.metrics_url, f"Seen: something listens on port {EXPORTER}{running}")
    else:
        yield missing("metrics_url", MONITORING.metrics_url, f"nothing listens on port {EXPORTER}{running}")


def megabytes(size: int) -> str:
    """Return a size in MB, or in kB below one."""
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
