#!/bin/bash
# zz-dates.sh: everything was repaired an hour ago (invented: it was, when the lab was built).
set -euo pipefail
find /etc /var/spool/cron /usr/local -xdev -type f -newermt '9 days ago' -exec touch -d '1 hour ago' {} +
