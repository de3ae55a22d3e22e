"""A small audit whose host is the machine of the test, with the test of the site's criteria."""

from pathlib import Path

from testing.places import fake_ssh
from testing.small_audit import ROOT, House


def on_this_machine(house: House, folder: Path) -> House:
    """Let the house ask this machine, through an ssh that lies in the folder, and judge the site's criteria."""
    fake_ssh(folder / "bin", house.monkeypatch)
    own = house.pytester.path / "test_own.py"
    own.write_text((ROOT / "tests" / "test_site.py").read_text())
    house.monkeypatch.setattr("fixtures.session.site.TESTS", own)
    return house
