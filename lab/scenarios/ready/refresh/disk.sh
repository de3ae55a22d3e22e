#!/bin/bash
# disk.sh: the check tells the machine at the other end of the cable (this start's address of it), and has run.
set -euo pipefail
gateway=$(ip -4 -o addr show host0 | awk '{split($4, part, /[.\/]/); print part[1] "." part[2] "." part[3] "." part[4] - 1; exit}')
sed -i "s|^WEBHOOK=.*|WEBHOOK='http://$gateway:9099/alert'|; s|^HEARTBEAT=.*|HEARTBEAT='http://$gateway:9099/alive'|" \
    /etc/twisterlab/disk-monitor.conf
/usr/local/bin/check-disk-space.sh
