"""Settings of Hypothesis: the same examples on every machine, and no database. Audits print as outside a workflow."""

import os

from hypothesis import settings

from testing.small_audit import house, plugins

__all__ = ["house", "plugins"]

collect_ignore = ["lab"]  # real servers have a root, options and an order of tests of their own

settings.register_profile("house", deadline=None, derandomize=True, database=None, max_examples=100)
settings.load_profile("house")
os.environ.pop("GITHUB_ACTIONS", None)
