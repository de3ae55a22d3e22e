#!/bin/bash
# logs.sh: the installed bounds of the logs come into effect.
set -euo pipefail
systemctl daemon-reload
systemctl restart systemd-journald logrotate.timer
if logrotate -d /etc/logrotate.conf 2>&1 | grep '^error'; then exit 1; fi
