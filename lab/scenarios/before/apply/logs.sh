#!/bin/bash
# logs.sh: a huge kern.log, as stock rotation leaves it.
set -euo pipefail
# 2.7 GB of kernel messages: real text at the beginning, the rest allocated without being written.
systemctl stop rsyslog.service syslog.socket
day=$(date -d yesterday +%F)
seq 3600 | awk -v day="$day" '{
    printf "%sT23:%02d:%02d.000000+00:00 edgeserver kernel: [%5d.000000] cni0: port %d(veth%x) entered blocking state\n",
        day, $1 / 60, $1 % 60, $1, $1 % 5, 41 * $1
}' >> /var/log/kern.log
chown root:adm /var/log/kern.log
chmod 0640 /var/log/kern.log
fallocate -l 2700MiB /var/log/kern.log
systemctl start syslog.socket rsyslog.service
