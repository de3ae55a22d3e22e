"""BKP-10: what lives beside what came back, by the drill's own awk over told inventories."""

import subprocess
from pathlib import Path

import msgspec
import pytest

import fixtures.drills
from fixtures.drills.postgres_restore import postgres_restore
from testing.host_answers import POSTGRES_RESTORE

AWK = Path(fixtures.drills.__file__).parent / "postgres_living.awk"
DAY = 86_400
DUMPED = 100 * DAY
SQL = """\
base shop
object\ttable\tpublic\torders\t16400
object\tindex\tpublic\torders_pkey\t16410
object\tsequence\tpublic\torders_id_seq\t16399
{more}table\tr\tpublic\torders
Seq Scan on orders (actual rows={rows}{decimals} loops=1)
next
"""
LIVE = """\
role\tpostgres\t10
role\tshop\t16384
database\tpostgres\t5
database\tshop\t16385
created\tpostgres\t1
created\tshop\t2
since\t{since}\t{now}
base postgres
{shop}figures\tpublic\torders\t{added}\t{taken}\t0\t0\t3000
listed
counted
"""
FILE = f"file\t-\t{DUMPED}\tpostgres_1.sql.gz\n"
BACK = "base postgres\n{shop}role\tpostgres\nrole\tshop\n"


def compared(
    tmp_path: Path,
    live: str,
    back: str,
    listed: str = "",
    *,
    cluster: bool = True,
    others: bool = False,
    named: str = FILE,
) -> dict[str, str]:
    files = [tmp_path / name for name in ("live", "back", "says")]
    joined = "".join(f"joins\t{base}\t{DUMPED}\n" for base in ("postgres", "shop") if cluster)
    for file, text in zip(files, (live, back, named + joined + listed), strict=True):
        file.write_text(text)
    given = {"cluster": int(cluster), "roled": DUMPED if cluster else 0, "others": int(others)}
    options = [word for key, value in given.items() for word in ("-v", f"{key}={value}")]
    done = subprocess.run(
        ["awk", *options, "-f", str(AWK), *map(str, files)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr == ""
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def live(rows: int = 3000, more: str = "", since: int = DAY, added: int = 3000, taken: int = 0) -> str:
    shop = SQL.format(rows=rows, more=more, decimals="")
    return LIVE.format(shop=shop, since=since, now=DUMPED + DAY // 2, added=added, taken=taken)


def back(rows: int = 3000, more: str = "") -> str:
    return BACK.format(shop=SQL.format(rows=rows, more=more, decimals=".00"))


def test_the_same_is_the_same(tmp_path: Path) -> None:
    assert compared(tmp_path, live(), back()) == {"living": "2 1 3000 0 0 0"}


@pytest.mark.parametrize(
    ("written", "came", "added", "found"),
    [
        (3000, 5, 3000, {"unsure"}),
        (3000, 2800, 100, {"lost"}),
        (3000, 2800, 3000, set()),  # a tenth may have been added since
        (3000, 2500, 3000, {"unsure"}),
        (3000, 2500, 40_000, set()),  # at the rate of the last weeks it was
        (12, 9, 12, set()),
        (3, 0, 3, {"unsure"}),
        (3000, 3005, 3000, set()),
        (300, 3000, 3000, {"fewer"}),
    ],
)
def test_rows_may_have_grown_and_not_have_been_lost(
    tmp_path: Path, written: int, came: int, added: int, found: set[str]
) -> None:
    assert compared(tmp_path, live(written, added=added), back(came)).keys() - {"living"} == found


def test_rows_that_were_deleted_since_explain_themselves(tmp_path: Path) -> None:
    assert compared(tmp_path, live(300, taken=2700), back(3000)).keys() == {"living"}


def test_counters_that_began_after_the_dump_prove_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, live(3000, since=DUMPED + 9, added=0), back(5))["unsure"] == "shop.public.orders 5/3000"


@pytest.mark.parametrize(
    ("gone", "word"),
    [
        ("object\tindex\tpublic\torders_pkey\t16410\n", "missing index shop.public.orders_pkey"),
        ("base shop\n", "missing shop"),
        ("role\tshop\n", "missing role shop"),
    ],
)
def test_what_is_older_than_the_dump_is_missing(tmp_path: Path, gone: str, word: str) -> None:
    newest = "object\tview\tpublic\ttotals\t16420\n"
    found = compared(tmp_path, live(more=newest), back(more=newest).replace(gone, ""))
    assert f"missing {found['missing']}" == word


def test_a_role_that_the_drill_made_is_none_of_the_dump_s(tmp_path: Path) -> None:
    assert compared(tmp_path, live(), back(), "role\tshop\n")["missing"] == "role shop"


@pytest.mark.parametrize(
    ("born", "word"), [("", "unsure"), (f"born\t16500\t{DUMPED + 9}\n", "younger"), ("born\t16500\t7\n", "missing")]
)
def test_a_table_of_a_later_number_may_be_younger(tmp_path: Path, born: str, word: str) -> None:
    found = compared(tmp_path, live(more="object\ttable\tpublic\tlater\t16500\n" + born), back())
    assert found[word] == "table shop.public.later"


def test_a_database_that_was_made_since_is_younger(tmp_path: Path) -> None:
    fresh = live().replace("created\tshop\t2", f"created\tshop\t{DUMPED + 9}")
    assert compared(tmp_path, fresh, "base postgres\nrole\tpostgres\nrole\tshop\n")["younger"] == "shop"


def test_a_dump_of_one_database_is_of_the_one_it_is_like(tmp_path: Path) -> None:
    alone = SQL.format(rows=3000, more="", decimals="").replace("base shop", "base phase0_1")
    own = FILE.replace("-", "phase0_1")
    assert compared(tmp_path, live(), alone, cluster=False, named=own).keys() == {"living"}
    two = live().replace("listed", "base other\nobject\ttable\tpublic\tx\t16600\nlisted")
    two = "database\tother\t16386\ncreated\tother\t3\n" + two
    assert compared(tmp_path, two, alone, cluster=False, named=own)["missing"] == "other"
    assert compared(tmp_path, two, alone, cluster=False, others=True, named=own)["unsure"] == "other"


TENANT = """\
base {base}
object\ttable\tpublic\torders\t{number}
{rows}table\tr\tpublic\torders
Seq Scan (actual rows={count} loops=1)
next
"""
TENANTS = """\
database\tpostgres\t5
database\ta\t16385
database\tb\t16386
created\ta\t2
created\tb\t2
since\t1\t{now}
{a}figures\tpublic\torders\t40\t0\t0\t0\t40
{b}figures\tpublic\torders\t40\t0\t0\t0\t40
listed
counted
"""


def tenant(base: str, of: str, count: int = 40, number: int = 16400) -> str:
    """Return the inventory of one of two databases of the same tables, which hold other rows."""
    rows = "".join(f"row\tpublic\torders\t{of}{one}\n" for one in range(min(count, 40)))
    return TENANT.format(base=base, rows=rows, count=count, number=number)


def of_tenants(tmp_path: Path, *dumps: tuple[str, str, int], others: bool = False, days: int = 0) -> dict[str, str]:
    """Compare a dump for each database with both: its file, whose rows it holds, and how many; the last is days old."""
    live = TENANTS.format(now=DUMPED + DAY // 2, a=tenant("a", "a"), b=tenant("b", "b", number=16500))
    back = "".join(tenant(f"phase0_{one}", of, count) for one, (_, of, count) in enumerate(dumps, start=1))
    files = "".join(
        f"file\tphase0_{one}\t{DUMPED - (days * DAY if one == len(dumps) else 0)}\t{name}\n"
        for one, (name, _, _) in enumerate(dumps, start=1)
    )
    return compared(tmp_path, live, "base postgres\n" + back, files, cluster=False, others=others, named="")


@pytest.mark.parametrize(
    ("dumps", "found"),
    [
        ((("x.dump", "a", 40), ("y.dump", "b", 40)), {}),
        ((("x.dump", "b", 40), ("y.dump", "a", 40)), {}),  # told apart by their rows
        ((("a.sql.gz", "c", 40), ("b.sql.gz", "c", 40)), {"unsure": "a 0/40; b 0/40"}),  # another server's
        ((("x.dump", "a", 40),), {"missing": "b"}),
        ((("a_1.dump", "a", 40), ("a_daily.dump", "a", 40)), {"missing": "b"}),  # two of one database are not both
        ((("x.dump", "a", 40), ("y.dump", "b", 0)), {"unsure": "b.public.orders 0/40; b 0/40"}),
    ],
)
def test_each_database_is_in_the_dump_that_is_like_it(
    tmp_path: Path, dumps: tuple[tuple[str, str, int], ...], found: dict[str, str]
) -> None:
    seen = of_tenants(tmp_path, *dumps)
    assert {word: text for word, text in seen.items() if word != "living"} == found


def test_a_file_that_was_not_read_may_hold_what_the_others_lack(tmp_path: Path) -> None:
    assert of_tenants(tmp_path, ("x.dump", "a", 40), others=True)["unsure"] == "b"


def test_each_dump_has_the_age_of_its_own(tmp_path: Path) -> None:
    """A table of b is younger than its dump, and older than that of a: it need not be in the former."""
    later = "object\ttable\tpublic\tlater\t{}\n"
    live = TENANTS.format(
        now=DUMPED + DAY,
        a=tenant("a", "a").replace("table\tr", later.format(16700) + "table\tr"),
        b=tenant("b", "b", number=16500).replace("table\tr", later.format(16600) + "table\tr"),
    )
    back = (
        "base postgres\n"
        + tenant("phase0_1", "a").replace("table\tr", later.format(1) + "table\tr")
        + tenant("phase0_2", "b")
    )
    for older, word in ((DAY, "unsure"), (0, "missing")):
        files = f"file\tphase0_1\t{DUMPED}\tx\nfile\tphase0_2\t{DUMPED - older}\ty\n"
        assert compared(tmp_path, live, back, files, cluster=False, named="")[word] == "table b.public.later"


def test_a_table_that_was_not_counted_in_time_is_estimated(tmp_path: Path) -> None:
    uncounted = live().replace("Seq Scan on orders (actual rows=3000 loops=1)\n", "")
    assert compared(tmp_path, uncounted, back(2400))["living"] == "2 1 3000 1 0 0"
    assert "unsure" in compared(tmp_path, uncounted, back(1000))


def test_rows_of_another_server_are_other_rows(tmp_path: Path) -> None:
    rows = "".join(f"row\tpublic\torders\t{number:032x}\n" for number in range(50))
    same, other = back(more=rows), back(more=rows.replace("\t0", "\t1"))
    assert compared(tmp_path, live(more=rows), same)["living"] == "2 1 3000 0 50 50"
    assert compared(tmp_path, live(more=rows), other)["living"] == "2 1 3000 0 50 0"
    sound = postgres_restore(POSTGRES_RESTORE)
    assert not sound.stranger
    assert msgspec.structs.replace(sound, sampled=50, met=0).stranger


def after_base(inventory: str, more: str) -> str:
    """Return an inventory in which the database `shop` has more rows."""
    return inventory.replace("base shop\n", "base shop\n" + more)


VIEW = "object\tview\tpublic\ttotals\t16420\n"
FULL = VIEW + "filled\tpublic\ttotals\n"
CALLED = "called\tpublic\torders_id_seq\tpublic\torders\n"
SUMS = "".join(f"row\tpublic\torders\t{number:032x}\n" for number in range(50))
OTHER = SUMS.replace("\t0", "\t1")
OWNER = "owner\tpublic\torders\tshop\t0\n"


@pytest.mark.parametrize(
    ("lives", "came", "found"),
    [
        (FULL, FULL, {}),
        (VIEW, VIEW, {}),  # made without data
        (FULL, VIEW, {"unsure": "rows of view shop.public.totals"}),
        (CALLED, CALLED, {}),
        (CALLED, "", {"unsure": "value of sequence shop.public.orders_id_seq"}),
        (OWNER, OWNER, {}),
        (OWNER, "owner\tpublic\torders\trestore_admin\t1\n", {"owners": "shop.public.orders (shop)"}),
        (OWNER.replace("0\n", "1\n"), "owner\tpublic\torders\trestore_admin\t1\n", {}),  # a superuser's
        ("secret\tshop\n", "secret\tshop\n", {}),
        ("secret\tshop\n", "", {"secrets": "shop"}),
        (SUMS, SUMS, {}),
    ],
)
def test_what_came_back_does_what_lives(tmp_path: Path, lives: str, came: str, found: dict[str, str]) -> None:
    seen = compared(tmp_path, after_base(live(), lives), after_base(back(), came))
    assert {word: text for word, text in seen.items() if word != "living"} == found


def test_a_sequence_of_a_table_without_rows_may_have_been_called_since(tmp_path: Path) -> None:
    assert compared(tmp_path, after_base(live(9, added=9), CALLED), back(0))["unsure"] == "shop.public.orders 0/9"


@pytest.mark.parametrize(("taken", "found"), [(0, {"unsure"}), (13, set()), (1000, set())])
def test_rows_of_a_table_that_does_not_change_are_the_same(tmp_path: Path, taken: int, found: set[str]) -> None:
    """An anonymised table, beside others that are alike."""
    others = "table\tr\tpublic\tothers\nSeq Scan (actual rows=50 loops=1)\nnext\n"
    alike = "object\ttable\tpublic\tothers\t16390\n" + SUMS.replace("orders", "others")
    lives = live(taken=taken).replace("figures", "figures\tpublic\tothers\t50\t0\t0\t0\t50\nfigures", 1)
    lives = after_base(lives, SUMS + alike).replace("next\n", "next\n" + others, 1)
    came = after_base(back(), OTHER + alike).replace("next\n", "next\n" + others, 1)
    assert compared(tmp_path, lives, came).keys() - {"living"} == found


@pytest.mark.parametrize(("came", "unlogged", "found"), [(0, 1, set()), (0, 0, {"unsure"}), (2000, 1, {"unsure"})])
def test_rows_of_an_unlogged_table_may_be_left_out(tmp_path: Path, came: int, unlogged: int, found: set[str]) -> None:
    lives = live().replace("\t3000\nlisted", f"\t3000\t{unlogged}\nlisted")
    assert compared(tmp_path, lives, back(came)).keys() - {"living"} == found


def test_large_objects_are_counted(tmp_path: Path) -> None:
    counted = "table\tr\tpg_catalog\tpg_largeobject_metadata\nSeq Scan (actual rows={} loops=1)\nnext\n"
    figures = "figures\tpg_catalog\tpg_largeobject_metadata\t30\t0\t0\t0\t30\nlisted"
    lives = live().replace("listed", figures).replace("table\tr", counted.format(30) + "table\tr", 1)
    came = back().replace("table\tr", counted.format("{}") + "table\tr", 1)
    assert compared(tmp_path, lives, came.format(30)).keys() == {"living"}
    assert compared(tmp_path, lives, came.format(0))["unsure"] == "shop (large objects) 0/30"


def test_dumps_of_one_schema_each_are_parts_of_a_database(tmp_path: Path) -> None:
    """What the younger lacks is in the older: neither is a dump of the whole, and neither is an older dump of it."""
    part = "base phase0_{}\nobject\ttable\t{}\torders\t16400\ntable\tr\t{}\torders\nSeq Scan (actual rows=3000 loops=1)\nnext\n"
    both = live(more="object\ttable\ttenant\torders\t16401\n")
    came = "base postgres\n" + part.format(1, "public", "public") + part.format(2, "tenant", "tenant")
    files = f"file\tphase0_1\t{DUMPED}\tx\nfile\tphase0_2\t{DUMPED - 9}\ty\n"
    found = compared(tmp_path, both, came, files, cluster=False, named="")
    assert found["unsure"].startswith("x + y; table shop.tenant.orders")
    assert "missing" not in found
