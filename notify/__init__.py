"""Tells whom [notify] of a target names when the decision changes: the only room that speaks to people outside."""
