"""One server on this machine: its network, its control groups, booting and ending it."""
