"""The fault matrix: on a real server, every criterion is made to fail, and made unknown."""
