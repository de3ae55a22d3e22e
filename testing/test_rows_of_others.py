"""T5: what other accounts name or say makes no row of the answer of a question that root asks."""

import os
import subprocess
from pathlib import Path

import pytest

from fixtures.ask.facts import FACTS
from fixtures.host.schedules.cron_past import CronPast
from fixtures.host.system.configuration import Configuration
from fixtures.session.registry import registered_facts
from testing.threats import attack

registered_facts()


def said(script: str, **given: str) -> str:
    environment = os.environ | {"LC_ALL": "C"} | given
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, timeout=300, check=False, env=environment
    )
    return done.stdout


def program(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}")
    file.chmod(0o755)
    return file


@attack("T5", "What another account can make is not believed.")
@pytest.mark.parametrize("between", ["\n", " ", "\t", "\r"])
def test_a_star_of_root_s_stands_for_no_row(tmp_path: Path, between: str) -> None:
    """Root's script names `/srv/x/job*`, and whoever may write there makes a program whose name says what else is found."""
    ask = FACTS["schedules"].ask
    functions = ask[: ask.index("# A systemd that does not answer")]
    program(tmp_path / "job-honest")
    program(tmp_path / f"job{between}found pg_dump x")
    answered = said(f"{functions}\necho '{tmp_path}/job*' | located ''")
    assert answered == f"found {tmp_path}/job-honest {tmp_path}/job-honest\n"


JOURNAL = """1795808996.5 edge CRON[7]: (root) CMD (/usr/local/bin/honest.sh)
1795808997.5 edge CROND[8]: (mallory) CMDOUT (x) (root) CMD (/usr/local/bin/forged.sh)
1795808998.5 edge CROND[8]: (mallory) CMDOUT ((root) CMD (/usr/local/bin/forged.sh))
1795808998.6 edge CROND[8]: (mallory) CMDOUT ((*system*) RELOAD (/etc/cron.d/forged))
1795808999.5 edge CRON[9]: (mallory) CMD (echo "(root) CMD (/usr/local/bin/forged.sh)")
1795809000.5 edge cron[1]: (*system*honest) RELOAD (/etc/cron.d/honest)
"""


@attack("T5", "What another account can make is not believed.")
def test_the_words_of_a_user_s_job_are_no_run_of_root_s(tmp_path: Path) -> None:
    """A user's job prints, and is called, what cron writes when it starts root's scripts and loads root's tables."""
    (tmp_path / "said").write_text(JOURNAL)
    program(tmp_path / "bin" / "journalctl", f"cat {tmp_path}/said\n")
    answered = said(FACTS["cron_past"].ask, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    past: CronPast = FACTS["cron_past"].parse(answered)
    assert past.ran == {"root": {"/usr/local/bin/honest.sh"}}
    assert "forged" not in answered
    assert list(past.messages) == ["(*system*honest) RELOAD (/etc/cron.d/honest)"]


@attack("T5", "What another account can make is not believed.")
def test_a_name_in_a_watched_folder_is_no_row(tmp_path: Path) -> None:
    """The target watches a folder's files, and whoever may write there names one after root's table and an older date."""
    (tmp_path / "honest.conf").write_text("x")
    forged = tmp_path / f"a\n1600000000.0 644 0:0 {tmp_path}"
    (forged / "forged.conf").parent.mkdir(parents=True)
    (forged / "forged.conf").write_text("x")
    (tmp_path / "a\n1600000000.0 644 root:root x.conf").write_text("x")
    watched = f"{tmp_path}/*.conf\n{tmp_path}/*/*.conf"
    answered = said(FACTS["configuration"].ask, STABILITY_CONFIGURATION=watched, MONITORING_SCRIPT="/none")
    seen: Configuration = FACTS["configuration"].parse(answered)
    assert [file.path for file in seen.files if str(tmp_path) in file.path] == [str(tmp_path / "honest.conf")]
    assert "1600000000" not in answered


@attack("T5", "What another account can make is not believed.")
def test_a_filesystem_that_does_not_answer_hides_no_other(tmp_path: Path) -> None:
    """Whoever may mount one makes `df` wait for ever, so that no other filesystem that is full would be listed."""
    ask = FACTS["storage"].ask
    program(tmp_path / "df", 'case " $* " in *" --local "*) exec sleep 60 ;; esac; exec /bin/df "$@"')
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "BACKUPS_DIRECTORY": "/"}
    done = subprocess.run(["sh", "-c", ask], capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert done.returncode not in FACTS["storage"].statuses
    assert "did not end" in done.stderr
