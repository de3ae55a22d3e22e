"""T15 and T16: a backup may contain anything. Its effects stay in its sandbox, and only its data decide the verdict."""

import base64
import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import pytest

from testing.accounts import OnHost
from testing.drilled import LEFT, drill_script
from testing.threats import attack

FOLDER = "/var/backups/twisterlab"
MOST = 4_500_000_000  # most bytes of disk and memory together that a drill may use here; its own limit is 3.2 GB
SAMPLED = """\
touch /root/stamp
used() {
    df --block-size=1 --output=used / /run | tail -n 2
    awk '/^MemAvailable/ { print -$2 * 1024 }' /proc/meminfo
}
before=$(used | awk '{ sum += $1 } END { printf "%.0f", sum }')
( while :; do used | awk '{ sum += $1 } END { printf "%.0f\\n", sum }'; sleep 0.5; done >/root/peak ) &
sampler=$!
"""
QUIET = """\
systemctl list-units --type=timer --state=active --plain --no-legend | cut -d' ' -f1 >/run/phase0-timers
xargs -r systemctl stop cron </run/phase0-timers
busy() {
    systemctl list-units --type=service --state=activating --plain --no-legend
    find /sys/fs/cgroup -path '*/cron.service/cgroup.procs' -exec cat {} +
}
for second in $(seq 60); do [ -n "$(busy 2>/dev/null)" ] || exit 0; sleep 1; done
busy
exit 1
"""
COMPARED = """
kill $sampler || true
awk -v before="$before" '$1 > most { most = $1 } BEGIN { most = before } END { printf "%.0f\\n", most - before }' /root/peak
find / -xdev -newer /root/stamp ! -type d -print 2>/dev/null | grep -vE \\
    '^/(var/(log|backups|spool|lib/(rancher|systemd|lab|twisterlab|prometheus))|root)/' || true
"""
Hold = Callable[[str], dict[str, Any]]


@pytest.fixture(autouse=True)
def quiet(on_host: OnHost) -> Iterator[None]:
    """Nothing is started by a timer or by cron, which write to the server at their own times, as logrotate does hourly."""
    on_host(QUIET)
    yield
    on_host("xargs -r systemctl start cron </run/phase0-timers; rm /run/phase0-timers")


@pytest.fixture
def hold(on_host: OnHost, target: Path) -> Iterator[Hold]:
    """A function that runs a drill and returns its answer; checks that nothing else changed, stayed or grew too large."""

    def held(name: str) -> dict[str, Any]:
        script = drill_script(name, target)
        answer, peak, *changed = on_host(f"{SAMPLED}sh -c {quote(script)}\n{COMPARED}").strip().splitlines()
        assert changed == []
        assert int(peak) < MOST
        assert on_host(LEFT).strip() == ""
        return dict(json.loads(answer))

    yield held
    on_host(f"rm -rf {FOLDER}/*/*hostile* /root/stamp /root/peak")


def newest(on_host: OnHost, name: str, content: bytes) -> None:
    """Write a file that is newer than every backup."""
    path = f"{FOLDER}/{name}"
    on_host(
        f"mkdir -p $(dirname {path}); base64 -d >{path} <<'END'\n{base64.encodebytes(content).decode()}END\n"
        f"touch -d '+5 min' {path} $(dirname {path})"
    )


def dump(on_host: OnHost, sql: str) -> None:
    """Write a dump: the newest honest one, followed by `sql`."""
    path = f"{FOLDER}/postgres/postgres_hostile.sql.gz"
    on_host(
        f"cd {FOLDER}/postgres; {{ zcat $(ls -t postgres_2*.sql.gz | head -n 1); base64 -d <<'END'\n"
        f"{base64.encodebytes(sql.encode()).decode()}END\n}} | gzip -1 >{path}; touch -d '+5 min' {path}"
    )


def test_honest_backups_come_back_whole(hold: Hold) -> None:
    assert (hold("postgres_restore")["restored"], hold("redis_restore")["restored"]) == (12072, 1765)
    copy = hold("cluster_restore")
    assert copy["objects"] == copy["restored"] > 200


@attack("T15", "A dump cannot have psql run a command of its own")
@pytest.mark.parametrize(
    "line", ["\\! touch /pwned", "SELECT 1 \\g |cat >/pwned", "\\copy (SELECT 1) TO '/pwned'", "\\o /pwned"]
)
def test_a_command_of_psql_is_refused_by_name(line: str, on_host: OnHost, hold: Hold) -> None:
    """Shell commands, files and pipes of psql behind an honest dump."""
    dump(on_host, f"{line}\n")
    answer = hold("postgres_restore")
    assert answer["unable"] == "meta-command"
    assert "\\".join(line.split("\\")[1:])[:3] in answer["why"]


FORGED = """\
COPY (SELECT 1) TO PROGRAM 'for at in /proc/[0-9]*/fd/[12] /phase0/* /data/*; do
        printf "status 0\\nended\\nx counted\\nresult 1\\n" >>$at; done 2>/dev/null;
    (end=$(($(date +%s) + 30)); while [ $(date +%s) -lt $end ]; do
        for at in /proc/[0-9]*/fd/1; do printf "\\nended\\n" >>$at; done; done) >/dev/null 2>&1 & true';
DROP DATABASE telemetry;
"""
SHADOWED = """\
\\connect telemetry
TRUNCATE public.samples;
CREATE FUNCTION public.count() RETURNS bigint LANGUAGE sql AS 'SELECT 4000::bigint';
SET allow_system_table_mods = on;
UPDATE pg_catalog.pg_aggregate SET aggfinalfn = 0, agginitval = '4000' WHERE aggfnoid = 'pg_catalog.count()'::regprocedure;
ALTER ROLE restore_admin SET search_path = public;
ALTER ROLE ALL SET session_preload_libraries = '/data/evil';
ALTER DATABASE telemetry SET default_transaction_read_only = off;
"""
SETTINGS = """\
\\connect telemetry
DELETE FROM public.samples;
ALTER SYSTEM SET shared_preload_libraries = '/data/evil';
ALTER SYSTEM SET restore_command = 'touch /data/pwned';
COPY (SELECT 'host all all all reject') TO '/data/db/pg_hba.conf';
COPY (SELECT 'archive_command = false') TO '/data/db/postgresql.conf';
COPY (SELECT '') TO '/data/db/recovery.signal';
"""


@attack("T15", "What a dump says about itself does not count: the rows that came back do")
@pytest.mark.parametrize("sql", [FORGED, SHADOWED, SETTINGS])
def test_a_dump_cannot_decide_its_own_verdict(sql: str, on_host: OnHost, hold: Hold) -> None:
    """Answers forged on every descriptor, catalogues changed, the server's settings changed: each with 4,000 rows removed."""
    dump(on_host, sql)
    answer = hold("postgres_restore")
    assert answer.get("rows") == 12072, answer
    assert answer["restored"] <= 8072
    assert "telemetry.public.samples 0/4000" in answer["differing"]


PROBE = """\
\\connect postgres
CREATE TABLE public.probe (line text);
COPY public.probe FROM PROGRAM 'grep -E "^(CapEff|CapPrm|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\\t";
    grep -c : /proc/net/dev; id -G;
    for at in / /usr /etc /phase0 /dev; do touch $at/x 2>/dev/null && echo writes $at; done;
    ls /proc/1/root/root /sys /hostsys 2>/dev/null; true';
DO $$ BEGIN RAISE EXCEPTION '%', (SELECT string_agg(line, ' ') FROM public.probe); END $$;
"""


@attack("T15", "A program that a dump starts has no rights, no network and nothing to write to")
def test_a_program_of_a_dump_is_shut_in(on_host: OnHost, hold: Hold) -> None:
    """A program started by COPY looks at its own rights, its network and the files in reach, and says so in an error."""
    dump(on_host, PROBE)
    words = hold("postgres_restore")["said"].split()[1:]
    assert words[:4] == ["CapPrm:0000000000000000", "CapEff:0000000000000000", "NoNewPrivs:1", "Seccomp:2"]
    assert words[4] == "1"  # the loopback device, which is down
    assert int(words[5]) > 2_000_000_000
    assert words[6:] == []


BIG = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 20000000)) TO '{}';\n"
MEMORY = """\
DO $$ DECLARE kept text[]; BEGIN FOR i IN 1..6000 LOOP kept[i] := repeat('x', 1000000) || i; END LOOP; END $$;
"""
FLOOD = "DO $$ BEGIN FOR i IN 1..600000 LOOP RAISE NOTICE '%', repeat('x', 1000); END LOOP; END $$;\nSELECT 1/0;\n"
SCREAM = "COPY (SELECT 1) TO PROGRAM 'for at in 1 2; do head -c 3000000000 /dev/zero >/proc/1/fd/$at; done; exit 1';\n"
FORKS = "COPY (SELECT 1) TO PROGRAM 'f() { f | f & }; f; sleep 3; exit 1';\n"


@attack("T16", "A dump takes no more disk and memory than the drill says it does, and its output is cut")
@pytest.mark.parametrize(
    ("sql", "unable"),
    [
        (BIG.format("/tmp/big"), "no-room"),
        (BIG.format("/data/big"), "no-room"),
        (BIG.format("/dev/shm/big"), "no-room"),
        (MEMORY, "no-memory"),
        (FLOOD, ""),
        (SCREAM, ""),
        (FORKS, ""),
    ],
    ids=["tmp", "data", "shm", "memory", "flood", "scream", "forks"],
)
def test_a_dump_that_grows_is_bounded(sql: str, unable: str, on_host: OnHost, hold: Hold) -> None:
    """A dump that fills each place it can write to, the memory, psql's words, the first process's output, the process table."""
    dump(on_host, sql)
    answer = hold("postgres_restore")
    assert answer.get("unable", "") == unable, answer
    assert unable or answer["status"] != 0


@attack("T16", "A dump takes no more disk and memory than the drill says it does, and its output is cut")
@pytest.mark.parametrize("byte", [b"\0", b"x" * 999 + b"\n"], ids=["one line", "lines"])
def test_a_gzip_bomb_is_not_unpacked(byte: bytes, on_host: OnHost, hold: Hold) -> None:
    """Ten megabytes that unpack to more than the drill has room for: in one line, and in many."""
    member = gzip.compress(byte * (200_000_000 // len(byte)), 9)
    newest(on_host, "postgres/part_hostile", member)
    path = f"{FOLDER}/postgres/postgres_hostile.sql.gz"
    on_host(
        f"cd {FOLDER}/postgres; for i in $(seq 40); do cat part_hostile; done >{path}; rm part_hostile; touch -d '+5 min' {path}"
    )
    assert hold("postgres_restore")["unable"] in ("uncountable", "no-room", "timed-out")


def length(value: int) -> bytes:
    return b"\x81" + value.to_bytes(8, "big")


RDB = b"REDIS0009"
END = b"\xff" + bytes(8)


@attack("T16", "A snapshot takes no more memory than the drill has, whatever it declares")
@pytest.mark.parametrize(
    "data",
    [
        RDB + b"\xfa\x08used-mem\x0b10737418240" + END,
        RDB + b"\xfe\x00\x00\x01k" + length(1 << 40) + b"x" + END,
        RDB + b"\xfe\x00\x01\x01k" + length(1 << 40) + b"\x01x" + END,
        RDB + b"\xfe\x00\xfb" + length(1 << 40) + length(0) + b"\x00\x01k\x01v" + END,
        RDB + b"\xf7" + length(0x123456789ABCDEF0) + b"\x02\x01\x00" + END,
        RDB + b"\xfe\x00\x00\x01k\x01v\xff" + b"\x01" * 8,
        b"REDIS9999" + END,
    ],
    ids=["10 GB", "string", "list", "resize", "module", "checksum", "version"],
)
def test_a_hostile_snapshot_is_contained(data: bytes, on_host: OnHost, hold: Hold) -> None:
    """Snapshots that declare ten gigabytes, lengths of 2^40, modules, a wrong checksum, a version of the future."""
    newest(on_host, "redis/redis_hostile.rdb", data)
    answer = hold("redis_restore")
    assert answer.get("unable") or answer["checked"] or answer["status"] or answer["keys"] == 1  # as many as it holds


def tar() -> bytes:
    """Return an archive with an absolute name, a name that leads upwards, and a link to /etc."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("/etc/pwned", "../../../../etc/pwned"):
            archive.addfile(tarfile.TarInfo(name))
        link = tarfile.TarInfo("etc")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(link)
    return file.getvalue()


BOMB = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\na0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@attack("T16", "A copy of the cluster is read, never unpacked to files, and takes no more than the drill has")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.yaml", BOMB.encode()),
        ("all.tar", tar()),
        ("all.tar.gz", gzip.compress(tar())),
        ("zeros.yaml.gz", gzip.compress(b"apiVersion: v1\nkind: List\n") + gzip.compress(bytes(200_000_000), 9) * 20),
        ("state.db", b"SQLite format 3\0" + bytes(2000)),
    ],
)
def test_a_hostile_copy_of_the_cluster_is_contained(name: str, data: bytes, on_host: OnHost, hold: Hold) -> None:
    """A YAML bomb, archives with absolute and climbing names and links, a gzip bomb, a store that is none."""
    newest(on_host, f"configs/k8s-hostile/{name}", data)
    answer = hold("cluster_restore")
    assert answer.get("unable") or answer["restored"] == 0


@attack("T16", "A copy of the cluster is read, never unpacked to files, and takes no more than the drill has")
def test_a_link_in_a_copy_of_the_cluster_is_not_followed(on_host: OnHost, hold: Hold) -> None:
    """A manifest that is a link to the server's own files, beside one that is none."""
    newest(on_host, "configs/k8s-hostile/one.yaml", b"apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n")
    on_host(
        f"ln -s /etc/rancher/k3s/k3s.yaml {FOLDER}/configs/k8s-hostile/two.yaml; touch -d '+5 min' {FOLDER}/configs/k8s-hostile"
    )
    assert hold("cluster_restore")["objects"] == 1
