#!/bin/bash
# infrastructure.sh: apt looked for updates today, as its timer does elsewhere every day.
set -euo pipefail
/usr/local/lib/lab/publish-updates
