#!/bin/bash
# logs.sh: logrotate ran today, and has left a copy of yesterday (today's own lines, with yesterday's date).
set -euo pipefail
systemctl start logrotate.service
for log in /var/log/kern.log /var/log/syslog; do
    [ -e "$log.1" ] || cp -p "$log" "$log.1"
    touch -d '25 hours ago' "$log.1"
done
