#!/bin/bash
# dates.sh: nobody changed the configuration for nine days (invented: it was installed when the lab was built).
set -euo pipefail
find /etc /var/spool/cron /usr/local -xdev -type f -newermt '9 days ago' -exec touch -d '9 days ago' {} +
