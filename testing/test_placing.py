"""A file of a host that cannot be replaced whole: seen by the facts, told in the plan, refused on the host."""

import hashlib
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from fixtures.host.logs.journal_files import JournalFiles
from fixtures.host.system.files import SHOW, HostFile, files_in, obstacles_in
from gate.sentence import locale
from remediations.transaction.placing import as_placed
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.step import InstallFile, RemoveFile
from testing.transaction_host import Host, plain

KINDS = ("link", "kind", "folder", "mount", "names", "attribute", "readonly")


def shown(*paths: Path, path: str = os.environ["PATH"]) -> dict[str, tuple[str, str]]:
    """Kind and what it is about, by the name of the file."""
    done = subprocess.run(
        ["sh", "-s", *map(str, paths)],
        input=f'{SHOW}\nshow "$@"',
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path, "LC_ALL": "C"},
    )
    found = obstacles_in(files_in(done.stdout.splitlines()))
    return {Path(one.path).name: (one.kind, one.about) for one in found.values()}


def test_what_stands_in_the_way_is_seen(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    (tmp_path / "masked").symlink_to("/dev/null")
    (tmp_path / "nowhere").symlink_to("none")
    (tmp_path / "folder").mkdir()
    (tmp_path / "one").write_text("x")
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    (tmp_path / "lost").symlink_to("no/such/folder")
    seen = shown(
        *(tmp_path / name for name in ("plain", "link", "masked", "nowhere", "folder", "one", "new")),
        tmp_path / "deep" / "er" / "file",
        tmp_path / "lost" / "inside",
    )
    assert seen == {
        "link": ("link", str(tmp_path / "plain")),
        "masked": ("link", "/dev/null"),
        "nowhere": ("link", "none"),
        "folder": ("kind", ""),
        "one": ("names", "2"),
        "inside": ("folder", str(tmp_path / "lost")),
    }


@pytest.mark.parametrize(
    ("flags", "met"), [("----i---------e-------", True), ("-----a--------e---", True), ("----A---I----e--", False)]
)
@pytest.mark.parametrize("of", ["file", "folder"])
def test_an_attribute_of_the_file_or_its_folder_is_seen(tmp_path: Path, flags: str, met: bool, of: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "shims").mkdir()
    marked = tmp_path / "file" if of == "file" else tmp_path
    shim = tmp_path / "shims" / "lsattr"
    shim.write_text(f'#!/bin/sh\n[ "$3" = {marked} ] && echo "{flags} $3" || echo "--------------e------- $3"\n')
    shim.chmod(0o755)
    seen = shown(tmp_path / "file", path=f"{tmp_path / 'shims'}:{os.environ['PATH']}")
    assert seen == ({"file": ("attribute", str(marked))} if met else {})


def test_a_mount_is_seen() -> None:
    mounts = [row.split()[4] for row in Path("/proc/self/mountinfo").read_text().splitlines()]
    files = [Path(mount) for mount in mounts if Path(mount).is_file()]
    if not files:
        pytest.skip("no file is a mount here")
    assert shown(files[0])[files[0].name][0] in ("mount", "readonly")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("remove", [False, True])
def test_the_plan_says_it_and_has_no_step(kind: str, remove: bool) -> None:
    """Also none that touches something else: half a remedy may be worse than none."""
    files = files_in([f"obstacle\t/etc/b\t{kind}\t/srv/b"])
    before = HostFile("/etc/b", "0644", "root:root", hashlib.sha256(b"x").hexdigest(), "x")
    steps = (
        InstallFile(path="/etc/a", content="a", before=None, sentence=plain("a")),
        RemoveFile(path="/etc/b", before=before, sentence=plain("b"))
        if remove
        else InstallFile(path="/etc/b", content="b", before=None, sentence=plain("b")),
    )
    plan = draw_plan("r", ("LOG-01",), steps, {"journal_files": JournalFiles(files, "/srv", 1)})
    assert plan.steps == ()
    (note,) = plan.notes
    for language, text in (("en", note.sentence.what.en), ("fr", note.sentence.what.fr)):
        assert "/etc/b" in text
        assert ("/srv/b" in text) == ("{about}" in locale(language)["fix"][f"obstacle-{kind}"])


def test_a_file_that_needs_no_change_is_in_nobodys_way() -> None:
    before = HostFile("/etc/b", "0644", "root:root", hashlib.sha256(b"b").hexdigest(), "b")
    step = InstallFile(path="/etc/b", content="b", before=before, sentence=plain("b"))
    files = JournalFiles(files_in(["obstacle\t/etc/b\tlink\t/srv/b"]), "/srv", 1)
    assert draw_plan("r", ("LOG-01",), [step], {"journal_files": files}) == Plan("r", ("LOG-01",), ())


@pytest.mark.parametrize(
    ("there", "wanted", "placed"),
    [
        ("0640 root:adm", "0644", "0640 root:adm"),
        ("0600 root:root", "0644", "0600 root:root"),
        ("0644 root:staff", "0644", "0644 root:staff"),
        ("0664 root:root", "0644", "0644 root:root"),
        ("0646 root:root", "0644", "0644 root:root"),
        ("0644 site:site", "0644", "0644 root:root"),
        ("0644 root:root", "0600", "0600 root:root"),
        ("0640 root:adm", "0600", "0600 root:root"),
        ("0644 root:root", "0755", "0755 root:root"),
        ("0750 root:adm", "0755", "0755 root:adm"),
        ("0711 root:root", "0755", "0711 root:root"),
        ("4755 root:root", "0755", "0755 root:root"),
    ],
)
def test_mode_and_owner_stay_unless_they_are_laxer(there: str, wanted: str, placed: str) -> None:
    mode, owner = there.split()
    before = HostFile("/etc/x", mode, owner, "d", "x")
    step = as_placed(InstallFile(path="/etc/x", content="y", before=before, mode=wanted, sentence=plain("x")))
    assert isinstance(step, InstallFile)
    assert f"{step.mode} {step.owner}" == placed


def test_a_link_that_came_after_the_plan_is_refused_and_stays(tmp_path: Path) -> None:
    host = Host(tmp_path)
    plan = host.plan()
    main, elsewhere = tmp_path / "etc/conf.d/main", tmp_path / "elsewhere"
    main.rename(elsewhere)
    main.symlink_to(elsewhere)
    with host.transaction() as transaction:
        applied = transaction.apply(plan)
        transaction.finish()
    assert "/etc/conf.d/main is a link" in applied.why
    assert (main.is_symlink(), elsewhere.read_text()) == (True, "main 1\n")
    assert "somebody else" not in "".join(host.written)


def test_a_link_laid_since_is_set_aside_and_said(tmp_path: Path) -> None:
    host = Host(tmp_path)
    with host.transaction() as transaction:
        transaction.apply(host.plan())
        main = tmp_path / "etc/conf.d/main"
        main.unlink()
        main.symlink_to("/srv/main")
        transaction.take_back("a test")
    kept = tmp_path / "var/lib/phase0-gate/runs" / transaction.run / "1/replaced"
    assert f"became a link since (/srv/main); it is kept: {kept}" in "".join(host.written)
    assert (kept.readlink(), main.read_text()) == (Path("/srv/main"), "main 1\n")


def test_what_a_file_has_beside_its_content_goes_over(tmp_path: Path) -> None:
    host = Host(tmp_path)
    main = tmp_path / "etc/conf.d/main"
    try:
        os.setxattr(main, "user.site", b"own")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    with host.transaction() as transaction:
        assert transaction.apply(host.plan()).why == ""
        assert (os.getxattr(main, "user.site"), main.read_text()) == (b"own", "main 2\n")
        transaction.take_back("a test")
    assert (os.getxattr(main, "user.site"), main.read_text()) == (b"own", "main 1\n")


def test_a_file_that_could_not_be_replaced_stands_and_is_not_written_again(tmp_path: Path) -> None:
    """Where a file system became read-only the undo has nothing to write, and so fails at nothing."""
    host = Host(tmp_path)
    main, plan = tmp_path / "etc/conf.d/main", host.plan()
    at, impossible = main.stat().st_ino, msgspec.structs.replace(plan.steps[0], owner="no-such-account:none")
    with host.transaction() as transaction:
        assert transaction.apply(msgspec.structs.replace(plan, steps=(impossible,))).why
        transaction.finish()
    assert (main.read_text(), main.stat().st_ino) == ("main 1\n", at)
    assert "somebody else" not in "".join(host.written)
