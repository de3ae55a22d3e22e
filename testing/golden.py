"""Golden runs: one Run for each state that a reader can meet. Together they show everything that a page can show."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from fixtures.session.kept_answers import bounded
from gate.contract import Text, parse_contract
from gate.derived import progress, score
from gate.maintenance import Maintenance
from gate.outcome import Outcome
from gate.people import Attestation, People, Void, Waiver
from gate.resolve import resolve_outcomes
from gate.run import Audited, Finding, Intervention, KeptAnswer, Reason, Result, Run, Source
from gate.stability import Window
from gate.worklog import Logged, SavingBasis
from testing.synthetic_history import happened, synthetic_series

CONTRACT = parse_contract((Path(__file__).parent / "golden.toml").read_text(encoding="utf-8"), "golden.toml")
AT = datetime(2026, 2, 11, 13, 5, 12, tzinfo=UTC)
OWNERS = {"host": "Alice Martin", "cluster": "Karim Benali", "data": "Zoë Fischer"}
SEEN: dict[str, tuple[float, Mapping[str, Any]]] = {
    "MCP-01": (3, {"running": 3, "sick": []}),
    "LOG-01": (0.72, {"worst": 720_000_000}),
    "DSK-01": (61.24, {"used_percent": 61.24, "used": 24_500_000_000, "available": 15_510_000_000}),
    "BKP-04": (11.08, {"file": "postgres_2026-02-11_02-00-01.sql.gz", "hours": 11.08, "size": 26_700_000, "a_day": 3}),
    "BKP-10": (100, {"restored": 950_000, "rows": 950_000, "seconds": 6.4}),
    "MON-02": (0.8, {"seconds": 0.8}),
    "DOC-01": (0, {"wanting": []}),
    "INF-01": (0.2, {"node": "edgeserver", "minutes": 0.2}),
    "INF-11": (0, {"failed": []}),
    "INF-SCORE": (100, {"lowest": 100.0, "highest": 100.0}),
    "DEC-02": (7.3, {"days": 7.3, "samples": 176}),
    "DEC-04": (1, {"who": "Dana Leroy", "role": "sponsor"}),
    "DEC-01": (100, {"met": 7, "blocking": 7}),
}
SCRIPT = "# What logrotate would do, as it says itself.\n" + "".join(f"step_{at}\n" for at in range(9))
ANSWERED = {  # for each criterion the fact, its question, its answer, and how many lines of it matter
    "DSK-01": (
        "filesystems",
        "df --local --block-size=1 --output=target,source,fstype,used,avail",
        "/ /dev/sda2 ext4 24500000000 15510000000\n/tmp tmpfs tmpfs 0 2527653888",
        1,
    ),
    "MCP-01": ("deployments", "GET /apis/apps/v1/deployments", 'default/mcp-unified {"status":{"replicas":1}}', 1),
    "LOG-01": ("rotation", SCRIPT, "\n".join(["considering log /var/log/kern.log"] * 400), 2),
}
BUDGET = Attestation(
    "DEC-04",
    "Dana Leroy",
    "sponsor",
    AT - timedelta(days=2),
    AT + timedelta(days=28),
    document="budget.pdf",
    sha256="9f" * 32,
)


def passed(id: str) -> Result:
    """Return a passed result of a criterion, with its evidence."""
    value, seen = SEEN[id]
    answered = [ANSWERED[id]] if id in ANSWERED else []
    sources = tuple(
        Source(fact, AT - timedelta(seconds=2), 0.04, tuple(out.splitlines()[:count]))
        for fact, _, out, count in answered
    )
    return Result(id, Outcome.PASS, float(value), seen, sources=sources, seconds=0.002)


def kept_answers() -> dict[str, KeptAnswer]:
    """Return the answers of a golden run as it keeps them: the long one is cut, and one has an error output."""
    kept = {
        fact: KeptAnswer(asked, AT - timedelta(seconds=2), 0.04, 0, out, len(out), out.count("\n") + 1)
        for fact, asked, out, _ in ANSWERED.values()
    }
    return {**bounded(kept), "rotation": msgspec.structs.replace(bounded(kept)["rotation"], err="warning: debug mode")}


def failed(id: str, value: float, **seen: Any) -> Result:
    """Return the same result, missed with this value; `seen` replaces parts of the evidence."""
    return msgspec.structs.replace(passed(id), outcome=Outcome.FAIL, value=value, seen={**SEEN[id][1], **seen})


def unknown(id: str, code: str, **values: Any) -> Result:
    """Return a result that is unknown for this reason."""
    return Result(id, Outcome.UNKNOWN, reason=Reason(code, values), seconds=0.001)


def window(days: float, why: str = "first-sample", *, synthetic: bool = False) -> Window:
    """Return a window of so many proven days that ends with the run."""
    return Window(int(days * 24), AT - timedelta(days=days), AT, why, synthetic=synthetic)


def floated(result: Result) -> Result:
    """Return the result as it is read back from run.json."""
    return msgspec.json.decode(msgspec.json.encode(result), type=Result)


def golden(*others: Result, **changes: Any) -> Run:
    """Return a GO, with some results or fields replaced."""
    results = {id: passed(id) for id in CONTRACT} | {result.id: floated(result) for result in others}
    run = Run(
        id="20260211T130510Z-a1b2c3",
        started=AT - timedelta(seconds=2.9),
        ended=AT,
        contract=CONTRACT,
        results=results,
        target=Audited("twisterlab", "EdgeServer (TwisterLab)", "server", OWNERS, "2026-02-04", "2026-02-11"),
        people=People(attestations=(BUDGET,)),
        window=window(7.3),
        answers=kept_answers(),
    )
    return _derived(msgspec.structs.replace(run, **changes))


def _derived(run: Run) -> Run:
    """Return the run with the results of the derived criteria computed from the others."""
    scored, done = score(run.contract, run.results), progress(run.contract, resolve_outcomes(run))
    shown = run.window or window(0)
    seen = {
        "INF-SCORE": (scored.lowest, {"lowest": scored.lowest, "highest": scored.highest}),
        "DEC-01": (done.percent, {"met": done.met, "blocking": done.blocking}),
        "DEC-02": (shown.days, {"days": shown.days, "samples": shown.samples}),
    }
    rows = {
        id: msgspec.structs.replace(passed(id), value=float(value), seen=values)
        for id, (value, values) in seen.items()
        if run.results[id].outcome is Outcome.PASS
    }
    return msgspec.structs.replace(run, results={**run.results, **rows})


def go() -> Run:
    """Every criterion is met."""
    return golden()


def go_with_waivers() -> Run:
    """One failure is waived, an advisory one is a reserve, and one entry does not count."""
    waiver = Waiver("MCP-01", "twisterlab-dev is rebuilt in Phase 1", "Dana Leroy", AT + timedelta(days=20))
    void = Void("BKP-04", "waiver", "never-waivable"), Void("DOC-01", "attestation", "expired")
    people = People((BUDGET,), (waiver,), void)
    stray = msgspec.structs.replace(
        passed("LOG-01"), findings=(Finding("duplicate", {"file": "/etc/logrotate.d/kern-aggressive"}),)
    )
    return golden(
        failed("MCP-01", 2, running=2, sick=["twisterlab-dev"]),
        stray,
        failed("INF-11", 1, failed=["fwupd.service"]),
        people=people,
    )


def no_go() -> Run:
    """The server of 4 February: no service runs, the disk is full, there is no backup, no person has answered."""
    return golden(
        failed("MCP-01", 0, running=0, sick=["default", "twisterlab", "twisterlab-dev"]),
        failed("DSK-01", 85.02, used_percent=85.02, used=34_000_000_000, available=5_990_000_000),
        failed("LOG-01", 12.4, worst=12_400_000_000),
        failed("DOC-01", 1, wanting=["MCP_REBUILD_GUIDE.md"]),
        failed("INF-11", 2, failed=["logrotate.service", "fwupd.service"]),
        unknown("BKP-04", "no-answer", fact="backups", why="/var/backups/twisterlab: No such file"),
        unknown("BKP-10", "no-answer", fact="postgres_restore", why="no dump to restore"),
        Result("DEC-04", Outcome.MANUAL, reason=Reason("attestation-missing", {"id": "DEC-04"})),
        people=People(),
        window=Window(1, None, AT, "no-recent-sample"),
        replayed_from="before.json",
        target=Audited("demo", "EdgeServer (TwisterLab), 4 February", "demo", OWNERS, "2026-02-04", "2026-02-11"),
    )


def not_yet() -> Run:
    """Everything is repaired and observed, but seven days have not passed yet."""
    seen = msgspec.structs.replace(window(2.5, "failing"), what="DSK-05", happened=happened(AT), incidents=2, gaps=1)
    work = Maintenance(
        AT - timedelta(hours=80), AT - timedelta(hours=76), "new kernel", "Alice Martin", AT - timedelta(days=5)
    )
    log = (
        Logged(date(2026, 2, 4), 8.0, "audit, clean-up"),
        Logged(date(2026, 2, 7), 6.0, "backups"),
        Logged(date(2026, 2, 9), 0.0, "no clean-up by hand", 3.0, SavingBasis.MEASURED),
        Logged(date(2026, 2, 9), 0.0, "no backup by hand", 2.0),
    )
    return golden(
        window=seen,
        history_series=synthetic_series(AT, len(CONTRACT)),
        people=People((BUDGET,), maintenance=(work,), worklog=log),
    )


def undecided() -> Run:
    """The cluster could not be asked, and the budget waits for a person's approval."""
    away = {"cause": "cluster", "server": "https://edge.example:6443", "why": "connection refused"}
    nobody = Result("DEC-04", Outcome.MANUAL, reason=Reason("attestation-missing", {"id": "DEC-04"}))
    cut_off = [unknown(id, "cluster-unreachable", **away) for id in ("MCP-01", "INF-01", "BKP-10")]
    return golden(*cut_off, nobody, people=People())


def all_unknown() -> Run:
    """The server could not be reached at all."""
    away = {
        "cause": "host",
        "address": "edge.example",
        "port": 22,
        "user": "twister",
        "why": "no answer within 10 s",
        "known_hosts": "~/.ssh/known_hosts",
    }
    return golden(*(unknown(id, "unreachable", **away) for id in CONTRACT), people=People(), window=None)


def hostile() -> Run:
    """A host answers with markup, escape sequences, direction marks and very long texts."""
    nasty = "<script>alert(1)</script>\x1b[31m\u202egnp.exe\u2066<img src=x onerror=alert(2)>`</code><b>" + "A" * 50_000
    return golden(
        failed("MCP-01", 1, running=nasty, sick=[nasty] * 200),
        failed("BKP-04", 99, file=nasty, hours=nasty),
        unknown("MON-02", "no-answer", fact=nasty, why=nasty),
        unknown("DOC-01", nasty, cause=nasty),
        msgspec.structs.replace(failed("INF-01", 1e300, node=nasty), sources=(Source(nasty, AT, 1.0, (nasty, nasty)),)),
        interventions=(Intervention(nasty, "applied", ("MCP-01", nasty), (Text(nasty, nasty),), f"+{nasty}\n" * 3),),
        target=Audited("x", nasty, "server", {"host": nasty}, "", "2026-02-11"),
        people=People(void=(Void(nasty, nasty, nasty),)),
        answers={nasty: KeptAnswer(nasty * 3, AT, 1.0, 0, nasty, len(nasty), 1, nasty)},
    )


def fixed() -> Run:
    """This run repaired the rotation of the logs, so the seven days begin again."""
    diff = (
        "--- /etc/logrotate.d/rsyslog\n+++ /etc/logrotate.d/rsyslog\n@@ -1,6 +1,8 @@\n /var/log/kern.log\n {\n"
        "-\trotate 4\n-\tweekly\n+\trotate 3\n+\tdaily\n+\tmaxsize 200M\n \tmissingok\n \tnotifempty\n"
    )
    done = Intervention(
        "log_rotation",
        "applied",
        ("LOG-01",),
        (
            Text(
                "Replace the stock stanza by one with a size bound",
                "Remplacer la section par une autre, bornée en taille",
            ),
            Text("Run logrotate every hour", "Lancer logrotate chaque heure"),
            Text("Check the result", "Vérifier le résultat"),
        ),
        diff,
        4.2,
    )
    return golden(msgspec.structs.replace(passed("LOG-01"), before=Outcome.FAIL), interventions=(done,))


def lab() -> Run:
    """A lab server whose history is synthetic."""
    place = Audited("lab", "EdgeServer (lab, ready)", "lab", OWNERS, "", "2026-02-11")
    return golden(target=place, window=window(8, synthetic=True))


GOLDEN: dict[str, Callable[[], Run]] = {
    run.__name__: run for run in (go, go_with_waivers, no_go, not_yet, undecided, all_unknown, hostile, fixed, lab)
}
