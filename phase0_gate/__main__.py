"""`python -m phase0_gate`, which is the command `phase0-gate`."""

import sys

from phase0_gate import main

if __name__ == "__main__":
    sys.exit(main())
