"""A clone is only data: programs that its configuration names are not run, and a foreign clone is refused."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.exchange import TOO_LONG
from fixtures.ask.facts import Asked
from fixtures.ask.redaction import MOST
from fixtures.session.registry import registered_facts
from fixtures.sources import repository
from fixtures.sources.guide_files import GuideFiles
from fixtures.sources.guides import ask_clone, ask_guides
from fixtures.target import Target, variables
from fixtures.target.folder import load_target
from testing.small_audit import TARGET
from testing.threats import attack

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="the guides are read with git")
WHO = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
FACTS = {fact.name: fact for fact in registered_facts()}
ASKED = ("guide_files", "guide_texts", "build_clone")
READING = {"rev-parse", "ls-tree", "rev-list", "status", "log", "show"}


class Clone:
    """A clone with a pushed guide, and a program beside it that makes the file `mark` when it runs."""

    def __init__(self, folder: Path) -> None:
        self.path, self.mark = folder / "clone", folder / "mark"
        self.program = folder / "program"
        self.program.write_text(f'#!/bin/sh\ntouch "{self.mark}"\ncat\n')
        self.program.chmod(0o755)
        subprocess.run(["git", "init", "-q", "-b", "main", str(self.path)], check=True)
        self.commit("GUIDE.md", "# guide\n")
        (folder / "target.toml").write_text(
            TARGET + '[guides]\nrepository = "clone"\nfiles = ["GUIDE.md", "*.b", "*.c"]\n[ci]\nclone = "clone"\n'
        )
        self.target: Target = load_target(folder)

    def git(self, *words: str, input: str | None = None) -> str:
        """Run git as the person who made the clone; return its output."""
        command, env = ["git", "-C", str(self.path), *words], {**os.environ, **WHO}
        done = subprocess.run(command, input=input, env=env, capture_output=True, text=True, check=True)
        self.mark.unlink(missing_ok=True)
        return done.stdout.strip()

    def commit(self, name: str, text: str) -> None:
        """Commit a file, and push it."""
        (self.path / name).write_text(text)
        self.git("add", ".")
        self.git("commit", "-qm", name)
        self.pushed()

    def pushed(self) -> None:
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")

    def signed(self) -> None:
        """Give the last commit a forged signature."""
        head = self.git("cat-file", "commit", "HEAD").split("\n\n", 1)
        signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
        text = f"{head[0]}\n{signature}\n\n{head[1]}\n"
        self.git("update-ref", "HEAD", self.git("hash-object", "-t", "commit", "-w", "--stdin", input=text))
        self.pushed()

    def obeyed(self) -> bool:
        """Return whether git runs the program when the facts are asked in the clone itself."""
        for name in ASKED:
            env, ask = {**os.environ, **variables(self.target)}, FACTS[name].ask.replace(" --ignore-submodules=all", "")
            subprocess.run(["sh", "-c", ask], cwd=self.path, env=env, capture_output=True, check=False)
        ran = self.mark.exists()
        self.mark.unlink(missing_ok=True)
        return ran

    def files(self) -> GuideFiles:
        """Ask all facts about clones as an audit does."""
        read = [FACTS[name].read(ask_guides(self.target, FACTS[name])) for name in ASKED[:2]]
        read.append(FACTS["build_clone"].read(ask_clone(self.target, FACTS["build_clone"])))
        assert isinstance(read[0], GuideFiles)
        assert [guide.text for guide in read[1]] == ["# guide\n"]
        return read[0]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def signature(clone: Clone) -> None:
    clone.signed()
    for key, value in (("log.showSignature", "true"), ("gpg.program", str(clone.program))):
        clone.git("config", key, value)


def ssh_signature(clone: Clone) -> None:
    signature(clone)
    head = clone.git("cat-file", "commit", "HEAD").replace("PGP", "SSH")
    clone.git("update-ref", "HEAD", clone.git("hash-object", "-t", "commit", "-w", "--stdin", input=head + "\n"))
    clone.pushed()
    for key in ("gpg.ssh.program", "gpg.ssh.defaultKeyCommand"):
        clone.git("config", key, str(clone.program))
    clone.git("config", "gpg.ssh.allowedSignersFile", "/dev/null")


def fsmonitor(clone: Clone) -> None:
    clone.git("config", "core.fsmonitor", str(clone.program))


def hooks(clone: Clone) -> None:
    for name in ("post-index-change", "post-checkout", "pre-auto-gc", "fsmonitor-watchman", "reference-transaction"):
        shutil.copy(clone.program, clone.path / ".git" / "hooks" / name)
    clone.git("config", "core.fsmonitor", ".git/hooks/fsmonitor-watchman")


def hooks_elsewhere(clone: Clone) -> None:
    (clone.path / "hooks").mkdir()
    clone.git("config", "core.hooksPath", "hooks")
    hooks(clone)


def clean_filter(clone: Clone) -> None:
    """The file has another time than in the index, so that git reads its content through the filter."""
    (clone.path / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    for key in ("filter.evil.clean", "filter.evil.smudge"):
        clone.git("config", key, str(clone.program))
    os.utime(clone.path / "GUIDE.md", (1, 1))


def process_filter(clone: Clone) -> None:
    clone.commit(".gitattributes", "* filter=evil\n")
    clone.git("config", "filter.evil.process", str(clone.program))
    os.utime(clone.path / "GUIDE.md", (1, 1))


def textconv(clone: Clone) -> None:
    clone.commit(".gitattributes", "*.md diff=evil\n")
    for key in ("diff.evil.textconv", "diff.evil.command", "diff.external"):
        clone.git("config", key, str(clone.program))


def included(clone: Clone) -> None:
    more = clone.path.parent / "more"
    more.write_text(f'[core]\n\tfsmonitor = "{clone.program}"\n')
    clone.git("config", "include.path", str(more))


def included_by_place(clone: Clone) -> None:
    included(clone)
    clone.git("config", "--unset", "include.path")
    clone.git("config", f"includeIf.gitdir:{clone.path}/.path", str(clone.path.parent / "more"))


def of_the_working_tree(clone: Clone) -> None:
    clone.git("config", "extensions.worktreeConfig", "true")
    clone.git("config", "--worktree", "core.fsmonitor", str(clone.program))


def module(clone: Clone) -> None:
    """A repository within the clone, whose own configuration git uses when it checks for changes."""
    inner = clone.path / "inner"
    subprocess.run(["git", "init", "-q", str(inner)], check=True)
    inside = ["git", "-C", str(inner), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*inside, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    clone.commit(".gitmodules", '[submodule "inner"]\n\tpath = inner\n\turl = ./inner\n\tignore = none\n')
    subprocess.run([*inside, "config", "core.fsmonitor", str(clone.program)], check=True)


def pager_and_aliases(clone: Clone) -> None:
    for key in ("core.pager", "pager.log", "pager.status", "core.editor", "core.askPass", "core.sshCommand"):
        clone.git("config", key, str(clone.program))
    for name in ("status", "log", "show", "ls-tree", "rev-list"):
        clone.git("config", f"alias.{name}", f"!{clone.program}")


def missing_object(clone: Clone) -> None:
    """A partial clone fetches a missing object with the transport that its configuration names."""
    clone.program.write_text(f'#!/bin/sh\ntouch "{clone.mark}"\n')  # ends without speaking git's protocol
    blob = clone.git("rev-parse", "HEAD:GUIDE.md")
    for key, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"ext::{clone.program}"),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
    ):
        clone.git("config", key, value)
    (clone.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


EFFECTIVE = (
    signature,
    fsmonitor,
    hooks,
    hooks_elsewhere,
    clean_filter,
    process_filter,
    included,
    included_by_place,
    of_the_working_tree,
    module,
)


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
def test_a_guide_that_unpacks_to_any_size_is_cut(clone: Clone) -> None:
    """A guide in the clone is packed a thousandfold; all of it would have been kept in memory, and then refused."""
    clone.commit("GUIDE.md", ("x" * 99 + "\n") * 45_000)
    answer = ask_guides(clone.target, FACTS["guide_texts"])
    assert (answer.status, len(answer.out)) == (TOO_LONG, MOST + 1)


@attack("T11", "what a clone names is not run on the auditing machine")
@pytest.mark.parametrize("plant", EFFECTIVE, ids=lambda plant: plant.__name__)
def test_a_program_the_clone_names_is_not_run(clone: Clone, plant: Callable[[Clone], None]) -> None:
    """A setting of the clone makes git run a program: signatures, fsmonitor, hooks, filters, includes, modules."""
    plant(clone)
    assert clone.obeyed(), "otherwise this tries nothing"
    seen = clone.files()
    assert not clone.mark.exists()
    assert seen.state("GUIDE.md") == "complete"


@attack("T11", "what a clone names is not run on the auditing machine")
@pytest.mark.parametrize("plant", [ssh_signature, pager_and_aliases, textconv], ids=lambda plant: plant.__name__)
def test_what_other_versions_of_git_would_run_is_not_run(clone: Clone, plant: Callable[[Clone], None]) -> None:
    """Pager, aliases, editor, ssh, converters and programs for SSH signatures, which other versions of git might run."""
    plant(clone)
    clone.files()
    assert not clone.mark.exists()


@attack("T11", "what a clone names is not run on the auditing machine")
def test_an_object_that_is_missing_is_fetched_from_nowhere(clone: Clone) -> None:
    """A partial clone lacks the guide, and its remote is a program."""
    missing_object(clone)
    assert clone.obeyed(), "otherwise this tries nothing"
    texts = FACTS["guide_texts"]
    guides = texts.read(ask_guides(clone.target, texts))
    assert not clone.mark.exists()
    assert "# guide" not in str(guides)


@attack("T11", "what a clone names is not run on the auditing machine")
@pytest.mark.parametrize("name", ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "GIT_EXTERNAL_DIFF", "HOME"])
def test_nor_what_the_environment_names(clone: Clone, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A settings file of the account, or an environment variable, names the program."""
    settings = clone.path.parent / ".gitconfig"
    settings.write_text(f'[core]\n\tfsmonitor = "{clone.program}"\n[safe]\n\tdirectory = *\n')
    values = {
        "GIT_CONFIG_GLOBAL": {"GIT_CONFIG_GLOBAL": str(settings)},
        "GIT_CONFIG_COUNT": {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.fsmonitor",
            "GIT_CONFIG_VALUE_0": str(clone.program),
        },
        "GIT_EXTERNAL_DIFF": {"GIT_EXTERNAL_DIFF": str(clone.program), "GIT_PAGER": str(clone.program)},
        "HOME": {"HOME": str(clone.path.parent)},
    }
    for key, value in values[name].items():
        monkeypatch.setenv(key, value)
    assert clone.files().state("GUIDE.md") == "complete"
    assert not clone.mark.exists()


@attack("T11", "what a clone names is not run on the auditing machine")
@pytest.mark.parametrize("path", [".", "", "bin"])
def test_a_program_of_the_clone_takes_no_name_of_another(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The account's PATH contains the current folder, and the clone has a program called git, sed or awk."""
    folder = clone.path / path
    folder.mkdir(exist_ok=True)
    for name in ("git", "sed", "awk", "sha256sum", "grep", "shellcheck"):
        shutil.copy(clone.program, folder / name)
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    clone.files()
    assert not clone.mark.exists()


@attack("T11", "what another account keeps in a clone is not believed")
@pytest.mark.parametrize("place", ["clone", "clone/.git"])
@pytest.mark.parametrize("asked", ["guide_files", "guide_texts", "build_clone"])
def test_a_clone_of_another_account_is_refused(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, asked: str, place: str
) -> None:
    """The clone, or git's folder of it, belongs neither to root nor to the auditing account."""
    stranger = clone.path.parent / place
    if os.geteuid() == 0:
        os.chown(stranger, 4242, -1)
    else:
        monkeypatch.setattr(repository, "_owned", lambda _place: (_ for _ in ()).throw(repository.ForeignError(4242)))
    with pytest.raises(Unknown, match="clone-foreign") as raised:
        (ask_clone if asked == "build_clone" else ask_guides)(clone.target, FACTS[asked])
    assert raised.value.values["owner"] == "4242"


@pytest.mark.skipif(os.geteuid() != 0, reason="hands a folder over")
def test_behind_sudo_a_clone_of_the_caller_is_no_stranger_s(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(clone.path, 4242, -1)
    monkeypatch.setenv("SUDO_UID", "4242")
    assert clone.files().state("GUIDE.md") == "complete"


@attack("T11", "root reads of an account's clone what is that account's")
@pytest.mark.skipif(os.geteuid() != 0, reason="hands a folder over")
@pytest.mark.parametrize("how", ["alternates", "alternates of alternates", "a link", "links", "a working tree"])
def test_root_is_led_to_no_other_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Whoever may audit by sudo makes a clone that borrows its objects, or all of it, from a repository of root's."""
    secret, made = tmp_path / "secret", Clone(tmp_path)
    shutil.copytree(made.path, secret)
    objects = made.path / ".git" / "objects"
    match how:
        case "a link":
            shutil.rmtree(objects)
            objects.symlink_to(secret / ".git" / "objects")
        case "links":
            for store in (*objects.glob("??"), *objects.glob("pack/*")):
                shutil.rmtree(store) if store.is_dir() else store.unlink()
                store.symlink_to(secret / store.relative_to(made.path))
        case "a working tree":
            shutil.rmtree(made.path / ".git")
            (made.path / ".git").write_text(f"gitdir: {secret}/.git\n")
        case _:
            between = made.path / "between"
            for store, to in ((objects, between), (between, secret / ".git/objects")):
                (store / "info").mkdir(parents=True, exist_ok=True)
                (store / "info" / "alternates").write_text(
                    f"{to if how != 'alternates' else secret / '.git/objects'}\n"
                )
    for path in (made.path, *made.path.rglob("*")):
        os.chown(path, 4242, 4242, follow_symlinks=False)
    monkeypatch.setenv("SUDO_UID", "4242")
    with pytest.raises(Unknown, match="clone-foreign"):
        ask_guides(made.target, FACTS["guide_texts"])


@attack("T11", "what a clone names is not run on the auditing machine")
@pytest.mark.parametrize("name", ["objects/info/alternates", "index", "packed-refs", "shallow", "refs/heads/main"])
def test_a_pipe_where_git_looks_is_given_up(clone: Clone, name: str) -> None:
    """A file that git itself opens is a pipe that nobody writes to."""
    file = clone.path / ".git" / name
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    for fact in ("guide_files", "guide_texts"):
        with contextlib.suppress(Unknown):
            guides = ask_guides(clone.target, msgspec.structs.replace(FACTS[fact], seconds=0.3))
            assert "committed" not in guides.out or name in (
                "index",
                "objects/info/alternates",
                "shallow",
                "packed-refs",
            )


@attack("T11", "what a clone names is not run on the auditing machine")
def test_grafts_and_replaced_objects_tell_nothing(clone: Clone) -> None:
    """The clone says that another commit, tree or text is to be read in the place of the committed one."""
    other = clone.git("hash-object", "-w", "--stdin", input="forged\n")
    clone.git("update-ref", f"refs/replace/{clone.git('rev-parse', 'HEAD:GUIDE.md')}", other)
    (clone.path / ".git/info/grafts").write_text(clone.git("rev-parse", "HEAD") + "\n")
    assert clone.files().state("GUIDE.md") == "complete"


def test_every_question_of_a_clone_reads_and_leaves_modules_alone() -> None:
    """The temporary repository keeps git from using the clone's configuration, but not that of a repository within it."""
    for fact in registered_facts():
        if fact.asked in (Asked.GUIDES, Asked.CLONE):
            commands = re.findall(r"\bgit (?:-c core\.quotepath=off )?([a-z-]+)([^|;\n]*)", fact.ask)
            assert {command for command, _ in commands} <= READING, fact.name
            assert all("--ignore-submodules=all" in rest for command, rest in commands if command == "status")


@pytest.mark.parametrize("kind", ["working tree", "module", "bare", "shallow", "packed", "alternates", "sha256"])
def test_every_kind_of_sound_clone_is_read(tmp_path: Path, kind: str) -> None:
    made = Clone(tmp_path)
    other = tmp_path / "other"
    if kind == "working tree":
        made.git("worktree", "add", "-q", "--detach", str(other))
    elif kind == "module":
        made.git("init", "-q", "--separate-git-dir", str(tmp_path / "apart"))
    elif kind in ("bare", "shallow", "alternates"):
        how = {"bare": "--mirror", "shallow": "--depth=1", "alternates": "--shared"}[kind]
        source = f"file://{made.path}" if kind == "shallow" else str(made.path)
        subprocess.run(["git", "clone", "-q", how, source, str(other)], check=True, capture_output=True)
    elif kind == "sha256":
        subprocess.run(["git", "init", "-q", "-b", "main", "--object-format=sha256", str(other)], check=True)
        made.path = other
        made.commit("GUIDE.md", "# guide\n")
    else:
        made.git("pack-refs", "--all")
        made.git("gc", "-q")
    file = tmp_path / "target.toml"
    if other.exists():
        file.write_text(file.read_text().replace('"clone"', '"other"'))
    made.target = load_target(tmp_path)
    assert made.files().state("GUIDE.md") == "complete"


def test_what_is_changed_or_unpushed_is_still_seen(clone: Clone) -> None:
    (clone.path / "GUIDE.md").write_text("# other\n")
    (clone.path / "x.b").write_text("new\n")
    seen = clone.files()
    assert (seen.state("GUIDE.md"), seen.state("*.b"), seen.state("*.c")) == ("uncommitted", "uncommitted", "missing")
    clone.git("commit", "-qam", "other")
    assert FACTS["guide_files"].read(ask_guides(clone.target, FACTS["guide_files"])).state("GUIDE.md") == "unpushed"


def test_settings_that_say_how_files_compare_are_kept(clone: Clone) -> None:
    """On a file system without modes the clone tells git to ignore them, and then the guide is not changed."""
    (clone.path / "GUIDE.md").chmod(0o755)
    assert clone.files().state("GUIDE.md") == "uncommitted"
    clone.git("config", "core.fileMode", "false")
    clone.git("config", "core.autocrlf", "input")
    assert clone.files().state("GUIDE.md") == "complete"


@pytest.mark.parametrize("text", ["[core", "[core]\n\tfilemode = maybe\n", "\x00\n"])
def test_a_broken_configuration_is_told(clone: Clone, text: str) -> None:
    (clone.path / ".git" / "config").write_text(text)
    with pytest.raises(Unknown, match="guides-unreadable"):
        ask_guides(clone.target, FACTS["guide_files"])


@pytest.mark.parametrize("name", ["HEAD", "config", "commondir"])
def test_a_pipe_in_a_clone_is_not_waited_for(clone: Clone, name: str) -> None:
    (clone.path / ".git" / name).unlink(missing_ok=True)
    os.mkfifo(clone.path / ".git" / name)
    with pytest.raises(Unknown, match="guides-unreadable"):
        ask_guides(clone.target, FACTS["guide_files"])
