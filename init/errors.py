"""What ends `init` before its end: one line with the cause and the cure, and the exit status."""

FAILED, BUSY = 1, 75


class InitError(Exception):
    """One line for the operator. `status` is 4 if nothing was contacted, 1 if the server or a step refused, 75 if busy."""

    def __init__(self, line: str, status: int = FAILED) -> None:
        super().__init__(line)
        self.status = status
