#!/bin/bash
# logs.sh: logrotate ran today.
set -euo pipefail
systemctl start logrotate.service
