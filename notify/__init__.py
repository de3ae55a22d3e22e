"""Sends messages to the addresses in [notify] of a target when the decision changes. Only this package contacts people."""
