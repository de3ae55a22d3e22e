"""The fault matrix: every criterion is shown to fail, and to be unknown, on a real server."""
