import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.exchange import TOO_LONG
from fixtures.ask.facts import FACTS, Asked, Fact
from fixtures.ask.redaction import MOST
from fixtures.sources.guide_files import guide_files  # noqa: F401 — importing declares it
from fixtures.sources.guide_texts import guide_texts  # noqa: F401 — the same
from fixtures.sources.guides import ask_guides
from fixtures.target import Target
from fixtures.target.chapters import GuideSettings
from fixtures.target.folder import load_target
from testing.small_audit import TARGET

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="the guides are read with git")


@pytest.fixture
def target(tmp_path: Path) -> Target:
    clone = tmp_path / "guides"
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    (tmp_path / "target.toml").write_text(TARGET + '[guides]\nrepository = "guides"\nbranch = "a b; touch no"\n')
    return load_target(tmp_path)


def fact(command: str, seconds: float = 9) -> Fact:
    return Fact("guide", command, Asked.GUIDES, str, seconds)


def test_git_is_asked_in_the_clone(target: Target) -> None:
    answer = ask_guides(target, fact('git rev-parse --is-inside-work-tree; printf %s "$GUIDES_BRANCH"'))
    assert (answer.out, answer.status) == ("true\na b; touch no", 0)


def test_what_git_says_of_a_fault_is_kept(target: Target) -> None:
    with pytest.raises(Unknown, match="guides-unreadable") as raised:
        ask_guides(target, fact("echo fatal: token=hunter2 is no repository >&2; echo more >&2; exit 128"))
    assert raised.value.values["repository"] == str(target.path("guides"))
    assert "no repository" in raised.value.values["why"]
    assert "hunter2" not in raised.value.values["why"]


def test_a_folder_without_git_is_told_in_gits_words(target: Target) -> None:
    shutil.rmtree(target.path("guides") / ".git")
    with pytest.raises(Unknown, match="guides-no-clone") as raised:
        ask_guides(target, FACTS["guide_files"])
    assert "not a git repository" in raised.value.values["why"]


@pytest.mark.parametrize("fact", ["guide_files", "guide_texts"])
def test_a_folder_in_a_clone_of_something_else_is_no_clone(target: Target, fact: str) -> None:
    """Git would search the folders above, and find the files of another repository: no guide, and therefore a NO-GO."""
    shutil.rmtree(target.path("guides") / ".git")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", target.folder]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "another"], ["branch", "-M", "main"]):
        subprocess.run([*git, *words], check=True)
    target.path("link").symlink_to("guides")
    for repository in ("guides", "link"):
        named = msgspec.structs.replace(target, guides=GuideSettings(repository=repository))
        with pytest.raises(Unknown, match="guides-no-clone"):
            ask_guides(named, FACTS[fact])


def test_a_machine_without_git_says_so(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(target.folder))
    with pytest.raises(Unknown, match="git is not installed"):
        ask_guides(target, fact("true"))


def test_a_remote_that_asks_or_hangs_is_given_up(target: Target) -> None:
    with pytest.raises(Unknown, match="timed-out"):
        ask_guides(target, fact("sleep 60 & sleep 60", seconds=0.2))


def test_nothing_is_fetched_from_elsewhere(target: Target) -> None:
    answer = ask_guides(target, fact("git ls-remote https://127.0.0.1:1/x 2>&1; true"))
    assert "not allowed" in answer.out


def test_too_much_is_no_answer(target: Target) -> None:
    assert ask_guides(target, fact(f"head -c {MOST + 1} /dev/zero")).status == TOO_LONG


def test_a_target_without_guides_says_so(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    with pytest.raises(Unknown, match="guides-not-configured"):
        ask_guides(load_target(tmp_path), fact("true"))


def test_a_hook_of_another_repository_does_not_lead_astray(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "other")], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no"))
    asked = ask_guides(target, fact("git rev-parse --show-toplevel; git status --porcelain")).out.strip()
    assert asked == str(target.path("guides").resolve())


@pytest.mark.parametrize(("content", "state"), [("a guide\n", "complete"), ("", "empty")])
def test_a_file_without_content_is_no_guide(tmp_path: Path, content: str, state: str) -> None:
    clone, git = (
        tmp_path / "clone",
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(tmp_path / "clone")],
    )
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    (clone / "GUIDE.md").write_text(content)
    for words in (
        ["add", "."],
        ["commit", "-qm", "guide"],
        ["branch", "-M", "main"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run([*git, *words], check=True)
    (tmp_path / "target.toml").write_text(TARGET + '[guides]\nrepository = "clone"\n')
    asked = FACTS["guide_files"]
    assert asked.read(ask_guides(load_target(tmp_path), asked)).state("GUIDE.md") == state
