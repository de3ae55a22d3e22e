#!/bin/bash
# logs.sh: a huge kern.log and a large syslog, as stock rotation leaves them.
set -euo pipefail
# 2.7 GB of kernel messages, and what of them is in syslog since its last rotation: real text at the beginning, the rest
# allocated without being written.
systemctl stop rsyslog.service syslog.socket
day=$(date -d yesterday +%F)
for log in kern.log:2700 syslog:900; do
    seq 3600 | awk -v day="$day" '{
        printf "%sT23:%02d:%02d.000000+00:00 edgeserver kernel: [%5d.000000] cni0: port %d(veth%x) entered blocking state\n",
            day, $1 / 60, $1 % 60, $1, $1 % 5, 41 * $1
    }' >> "/var/log/${log%:*}"
    chown root:adm "/var/log/${log%:*}"
    chmod 0640 "/var/log/${log%:*}"
    fallocate -l "${log#*:}MiB" "/var/log/${log%:*}"
done
systemctl start syslog.socket rsyslog.service
