#!/bin/bash
# backups.sh: a first run of each backup.
set -euo pipefail
for kind in postgres redis configs; do
    "/usr/local/bin/backup-twisterlab-$kind.sh" >> /var/log/twisterlab-backup.log 2>&1
done
