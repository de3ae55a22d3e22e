#!/bin/sh
# Take away what `make install` brought, with PREFIX as it was then: timers, account, targets, reports, program. Each history stays, and
# what people wrote beside it: both are evidence. Keys and tokens go. The observer of a server that audits itself is not of this.
set -eu
umask 022
home=$PREFIX/lib/phase0-audit etc=/etc/phase0-audit state=/var/lib/phase0-audit units=/usr/local/lib/systemd/system account=phase0-gate

unscheduled() {  # the folder of one target
  name=$(basename "$1")
  kept=$state/$name
  for kind in sample daily drills; do
    systemctl disable --quiet --now "phase0-audit-$kind@$name.timer" || :
    systemctl stop "phase0-audit-$kind@$name.service" || :
  done
  install -d -o root -g root -m 0700 "$kept"  # from here on the account can lay no link in it
  find "$kept" -mindepth 1 -type d -exec chown -h root:root {} \; -exec chmod 0700 {} \;
  rm -rf "${kept:?}/reports" "$kept/light" "$kept/schedule.lock" "$kept/told.json"
  find "$kept" -mindepth 1 ! -type d ! -type f -exec rm -f {} +  # links, pipes and sockets are no evidence
  for file in "$1"/*.toml "$1"/worklog.csv "$1"/documents "$1"/*/*.toml "$1"/*/worklog.csv "$1"/*/documents; do
    case ${file#"$1"/documents/} in "$file") ;; *) continue ;; esac
    if [ -e "$file" ]; then  # of a fleet those of each server, beside its history
      into=$kept/$(dirname "${file#"$1"/}")
      install -d -o root -g root -m 0700 "$into"
      rm -rf "${into:?}/${file##*/}"
      cp -R "$file" "$into/"
    fi
  done
  find "$kept" -depth \( -type d -o -type f -links 1 \) -exec chown -h root:root {} + -exec chmod u=rwX,g=rX,o= {} +
  rm -rf "$1"
  echo "Kept: every history.sqlite in $kept, and what people wrote"
}

if [ -d "$etc" ]; then
  [ "$(id -u)" = 0 ] || { echo "make uninstall: audits are on a schedule ($etc): it takes root to end them" >&2; exit 2; }
  for folder in "$etc"/*/; do if [ -d "$folder" ]; then unscheduled "${folder%/}"; fi; done
  rmdir "$etc"
  rm -rf "$units"/phase0-audit-*@.service "$units"/phase0-audit-*@.timer "$units/phase0-audit-.service.d" "$units"/phase0-audit-*.service.d \
    /var/lib/systemd/timers/stamp-phase0-audit-*
  systemctl daemon-reload
  systemctl reset-failed 'phase0-audit-*' 2>/dev/null || :
  userdel "$account"
fi
rm -rf "$home" "$PREFIX/bin/phase0-gate"
.make/earlier.sh
echo "Removed: $home and $PREFIX/bin/phase0-gate"
