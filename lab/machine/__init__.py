"""One server on this machine: its network, its control groups, its start and its end."""
