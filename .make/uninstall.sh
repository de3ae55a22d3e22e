#!/bin/sh
# Take away what `make install` brought, with PREFIX as it was then: timers, account, targets, reports, program. Each history stays, and
# what people wrote beside it: both are evidence. Keys and tokens go.
set -eu
home=$PREFIX/lib/phase0-gate etc=/etc/phase0-audit state=/var/lib/phase0-audit units=/usr/local/lib/systemd/system

unscheduled() {  # the folder of one target
  name=$(basename "$1")
  for kind in sample daily drills; do
    systemctl disable --quiet --now "phase0-audit-$kind@$name.timer" || :
    systemctl stop "phase0-audit-$kind@$name.service" || :
  done
  for kept in "$1"/*.toml "$1/worklog.csv" "$1/documents"; do
    if [ -e "$kept" ]; then cp -R "$kept" "$state/$name/"; fi
  done
  rm -rf "${state:?}/$name/reports" "$state/$name/light" "$state/$name/schedule.lock" "$state/$name/told.json" "$1"
  echo "Kept: $state/$name/history.sqlite, and what people wrote"
}

if [ -d "$etc" ]; then
  [ "$(id -u)" = 0 ] || { echo "make uninstall: audits are on a schedule ($etc): it takes root to end them" >&2; exit 2; }
  for folder in "$etc"/*/; do if [ -d "$folder" ]; then unscheduled "${folder%/}"; fi; done
  rmdir "$etc"
  rm -rf "$units"/phase0-audit-*@.service "$units"/phase0-audit-*@.timer "$units/phase0-audit-.service.d" \
    /var/lib/systemd/timers/stamp-phase0-audit-*
  systemctl daemon-reload
  systemctl reset-failed 'phase0-audit-*' 2>/dev/null || :
  chown -R root: "$state"
  userdel phase0-gate
fi
rm -rf "$home" "$PREFIX/bin/phase0-gate"
echo "Removed: $home and $PREFIX/bin/phase0-gate"
