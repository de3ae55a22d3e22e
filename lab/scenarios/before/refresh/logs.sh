#!/bin/bash
# logs.sh: the stock logrotate ran today, as every day; with its weekly rule it leaves kern.log as it is.
set -euo pipefail
systemctl start logrotate.service
