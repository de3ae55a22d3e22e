"""The wheel: its bytes are those of the commit, and what it installs audits from anywhere, beside PyPI's `fixtures`."""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from gate.decision import decide
from gate.run import Run, read_run

ROOT = Path(__file__).parents[1].resolve()
CONTAINERFILE = ROOT / "deploy" / "kubernetes" / "Containerfile"
STRANGERS = ("fixtures", "gate", "reports", "tests", "notify")  # names that packages of others have, or may have
PAST = "1700000000"  # a moment for SOURCE_DATE_EPOCH


def environment(**variables: str) -> dict[str, str]:
    """The variables of this process without those that lead to the clone, and no index of packages."""
    mine = ("PHASE0_", "PYTHON", "PIP_", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    return kept | {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | variables


def run(*words: str | Path, cwd: Path, status: int = 0, **variables: str) -> str:
    """Run a command that must end with this status; return all that it printed."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment(**variables), capture_output=True, text=True
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def build(clone: Path, folder: Path, umask: str = "022") -> None:
    """Build the sdist and the wheel of a clone into a folder."""
    run("sh", "-c", f"umask {umask}; .make/dist.sh {folder}", cwd=clone, SOURCE_DATE_EPOCH=PAST)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder."""
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def tracked(*folders: str) -> list[str]:
    """Return the files that git tracks, all of them or those of some folders."""
    return [name for name in run("git", "ls-files", "-z", *folders, cwd=ROOT).split("\0") if name]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of sdist and wheel, built once for all processes of pytest-xdist."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    with (shared / "dist.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "dist").exists():
            build(ROOT, shared / "dist.partial")
            (shared / "dist.partial").rename(shared / "dist")
    return shared / "dist"


@pytest.fixture
def installed(built: Path, tmp_path: Path) -> Path:
    """The command, installed in a new environment that has our dependencies and packages of others with our names."""
    venv, cwd = tmp_path / "venv", tmp_path / "cwd"
    cwd.mkdir()
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    packages = next((venv / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    for name in STRANGERS:
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text("ORIGIN = 'PyPI'\n")
    (wheel,) = built.glob("*.whl")
    pip = (sys.executable, "-m", "pip", "--python", venv / "bin" / "python")
    run(*pip, "install", "--quiet", "--no-deps", wheel, cwd=tmp_path)
    return venv / "bin" / "phase0-gate"


def test_a_commit_gives_the_same_bytes_whatever_else_lies_in_the_clone(built: Path, tmp_path: Path) -> None:
    """The second clone was made with another umask, in another folder, and has files that git does not track."""
    clone = tmp_path / "other" / "clone"
    for name in tracked():
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, clone / name, follow_symlinks=False)
        if not (clone / name).is_symlink():
            (clone / name).chmod(0o777 if os.access(ROOT / name, os.X_OK) else 0o666)
    run("git", "init", "--quiet", cwd=clone)
    run("git", "add", "--all", "--force", cwd=clone)
    for stray in ("gate/scratch.py", "targets/edge/id_ed25519", "reports/out/run.json", "lab/recordings/mine.json"):
        (clone / stray).parent.mkdir(parents=True, exist_ok=True)
        (clone / stray).write_text("secret\n")
    (clone / ".venv").symlink_to(ROOT / ".venv")
    build(clone, tmp_path / "dist", umask="077")
    assert digests(tmp_path / "dist") == digests(built)
    assert len(digests(built)) == 2


def test_the_wheel_holds_one_package_and_programs_keep_their_modes(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    tops = {name.split("/")[0].split("-")[0].removesuffix(".dist") for name in modes}
    assert tops == {"phase0_gate"}
    rooms = "phase0_gate/rooms/"
    assert {modes[rooms + name] for name in ("deploy/schedule", "deploy/audit/observer", "deploy/audit/ask")} == {0o755}
    assert {mode & 0o022 for mode in modes.values()} == {0}
    assert [name for name in tracked("gate", "fixtures", "tests", "reports") if rooms + name not in modes] == []
    assert {name for name in modes if name.startswith(f"{rooms}lab/") and not name.endswith(".json")} == set()
    assert {name.split("/")[2] for name in modes if name.startswith(rooms)} & {"testing", ".venv", "Makefile"} == set()


def outcomes(run: Run) -> dict[str, object]:
    return {id: (result.outcome, result.value, result.findings) for id, result in run.results.items()}


def test_it_audits_as_the_clone_does(installed: Path, tmp_path: Path) -> None:
    """`phase0-gate audit demo` in an empty folder, and pytest in the clone, judge the same recording."""
    package = next((installed.parents[1] / "lib").glob("python*/site-packages/phase0_gate"))
    before = {path for path in package.rglob("*") if "__pycache__" not in path.parts}
    said = run(installed, "audit", "demo", "--lang=en", cwd=tmp_path / "cwd", status=1)
    audit = (sys.executable, "-m", "pytest", "--target=demo", "--lang=en", f"--reports={tmp_path / 'clone'}")
    run(*audit, cwd=ROOT, status=1)
    there, here = (
        read_run((folder / "run.json").read_bytes(), "run.json")
        for folder in (tmp_path / "cwd" / "phase0-reports", tmp_path / "clone")
    )
    assert outcomes(there) == outcomes(here)
    assert decide(there).verdict == decide(here).verdict
    assert (tmp_path / "cwd").joinpath("phase0-reports", "verdict.html").is_file()
    assert "Report: phase0-reports/verdict.html" in said
    page = (tmp_path / "cwd" / "phase0-reports" / "verdict.html").read_text(encoding="utf-8")
    assert "phase0-gate attest" in page
    assert ".venv/bin" not in page, "there is no clone"
    assert {path for path in package.rglob("*") if "__pycache__" not in path.parts} == before
    assert [path.name for path in (tmp_path / "cwd").iterdir()] == ["phase0-reports"]


def test_packages_of_others_with_our_names_stay_what_they_are(installed: Path, tmp_path: Path) -> None:
    """PyPI has `fixtures`; it is in the same environment, and its user finds it, as we find ours."""
    python = installed.with_name("python")
    for name in STRANGERS:
        code = f"import {name}; print({name}.ORIGIN)"
        assert run(python, "-c", code, cwd=tmp_path) == "PyPI\n"
    assert "DSK-01" in run(installed, "list", cwd=tmp_path)
    assert "usage: phase0-gate check" in run(installed, "check", "--help", cwd=tmp_path)
    loads = "import sys, phase0_gate; print([name for name in sys.modules if name in ('fixtures', 'gate')])"
    assert run(python, "-c", loads, cwd=tmp_path) == "[]\n"
    assert run(python, "-m", "phase0_gate", "--version", cwd=tmp_path) == "phase0-gate 0.2.0\n"


def test_a_pytest_of_the_same_environment_knows_nothing_of_it(installed: Path, tmp_path: Path) -> None:
    """The wheel registers no plugin: another project's tests, which may be of a package `fixtures`, run as before."""
    (tmp_path / "cwd" / "test_theirs.py").write_text(
        "import fixtures\ndef test_it(): assert fixtures.ORIGIN == 'PyPI'\n"
    )
    pytest_there = (installed.with_name("python"), "-P", "-m", "pytest", "-p", "no:cacheprovider")
    assert "1 passed" in run(*pytest_there, cwd=tmp_path / "cwd")
    assert "--fix-disruptive" not in run(*pytest_there, "--help", cwd=tmp_path / "cwd")


def test_a_target_lies_in_the_working_directory(installed: Path, tmp_path: Path) -> None:
    target = tmp_path / "cwd" / "targets" / "edge"
    target.mkdir(parents=True)
    example = next(installed.parents[1].glob("lib/*/site-packages/phase0_gate/rooms/targets/twisterlab.example"))
    shutil.copytree(example, target, dirs_exist_ok=True)
    refused = f"{target}/target.toml: [host] address: 192.0.2.10 is an address for examples"
    for words in (("audit", "edge"), ("fix", "edge", "plan"), ("check", "edge"), ("runs", "--target=edge")):
        assert refused in run(installed, *words, cwd=tmp_path / "cwd", status=4), words
    if shutil.which("flock"):
        assert refused in run(installed, "schedule", "check", target, cwd=tmp_path / "cwd", status=4)
    assert f"cp -r {example} targets/NAME" in run(installed, "audit", example, cwd=tmp_path / "cwd", status=4)


def test_the_manual_page_lies_where_man_looks(installed: Path) -> None:
    """man looks beside each folder of PATH, and pipx links what lies there."""
    page = installed.parents[1] / "share" / "man" / "man1" / "phase0-gate.1"
    assert page.read_bytes() == (ROOT / "docs" / "phase0-gate.1").read_bytes()


def base_image(program: str) -> bool:
    """Whether a program that builds images is here, works, and has the image ours begins with."""
    (name,) = [line.split()[1] for line in CONTAINERFILE.read_text().splitlines() if line.startswith("FROM ")]
    if shutil.which(program) is None:
        return False
    done = subprocess.run([program, "images", "--quiet", name], capture_output=True, timeout=60, check=False)
    return done.returncode == 0 and bool(done.stdout.strip())


def test_the_container_starts_what_the_wheel_brings(built: Path) -> None:
    """The image takes the files that `make dist` and the repository have, and starts a command of `phase0-gate`."""
    text = CONTAINERFILE.read_text().replace("\\\n", "")
    (copied,) = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ")]
    assert copied == ["requirements.lock", "dist/phase0_gate-*.whl"]
    assert len(list(built.glob("phase0_gate-*.whl"))) == 1
    (entry,) = [yaml.safe_load(line.split(" ", 1)[1]) for line in text.splitlines() if line.startswith("ENTRYPOINT ")]
    assert entry == ["phase0-gate", "hold"]
    assert "--require-hashes" in text


@pytest.mark.parametrize("program", ["docker", "buildah", "podman"])
def test_the_container_is_built(program: str, built: Path, tmp_path: Path) -> None:
    """Where the base image is at hand: building needs the network for the packages, so it is only tried there."""
    if not base_image(program):
        pytest.skip(f"{program} is not here, or has no base image")
    shutil.copytree(built, tmp_path / "dist")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    words = ("build", "--file", str(CONTAINERFILE), "--tag", "phase0-gate:test", str(tmp_path))
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
