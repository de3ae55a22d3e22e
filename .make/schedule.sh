#!/bin/sh
# Put the audits of TARGET, or of the servers of FLEET, on a schedule of systemd: .make/schedule.sh HOME (or `ready`: can this machine do that? or `units HOME`: write
# the units alone).
# The folder goes to /etc/phase0-audit/NAME, for root to change and phase0-gate to read; what audits leave lies in
# /var/lib/phase0-audit/NAME. A folder that is there already stays as it is, and so does every history. The units lie below /usr/local:
# a new file in /etc/systemd would be a change of the server's configuration, and open its seven days anew.
# A fleet is a folder as well: its fleet.toml, beside it the folder of each server, and one history for each.
set -eu
umask 022
etc=/etc/phase0-audit state=/var/lib/phase0-audit units=/usr/local/lib/systemd/system account=phase0-gate

FLEET=${FLEET:-}
refuse() { echo "make install ${FLEET:+FLEET=$FLEET}${TARGET:+TARGET=$TARGET}: $1" >&2; exit "${2:-1}"; }

ready() {
  [ "$(id -u)" = 0 ] || refuse "units and an account need root; without TARGET the command alone is installed" 2
  [ -d /run/systemd/system ] || refuse "systemd does not run here; see docs/operating.md for cron and for a cluster" 2
  for tool in ssh flock; do
    command -v "$tool" >/dev/null || refuse "$tool is missing: sudo apt-get install -y openssh-client util-linux" 2
  done
  [ -z "$FLEET" ] || [ -z "$TARGET" ] || refuse "name one of them: a server or a fleet" 4
  if [ -n "$FLEET" ]; then [ -f "$FLEET" ] || refuse "there is no such file; see docs/fleet.md" 4; return; fi
  [ -f "$TARGET/target.toml" ] || [ -f "targets/$TARGET/target.toml" ] || refuse "no target.toml there and in targets/$TARGET" 4
}

copy() {  # nobody else may read keys; what comes in is root's, so that an audit cannot answer for people
  rm -rf "$etc/.new"
  install -d -m 0755 "$etc"
  cp -R "$folder" "$etc/.new"
  rm -f "$etc/.new/schedule.lock"
  chown -Rh "root:$account" "$etc/.new"
  chmod -R u=rwX,g=rX,o= "$etc/.new"
  mv "$etc/.new" "$etc/$name"
}

as_account() { runuser -u "$account" -- "$@"; }

state_of() {  # the folder where the audits of this name may write
  folder=$state/$1
  install -d -m 0755 "$state"
  if [ -d "$folder" ] && [ "$(stat -c %u "$folder")" = 0 ]; then  # uninstalled: all is root's; the folder itself comes last
    find "$folder" -depth \( -type d -o -type f -links 1 \) -exec chown -h "$account:" {} +
  fi
  install -d -o "$account" -g "$account" -m 0750 "$folder"
}

history() {  # the link keeps the database where audits may write: there the account acts, since root would follow its links
  kept=$state/$1/history.sqlite ours=$etc/$1/history.sqlite
  as_account mkdir -p -m 0750 "$state/$1"
  if [ -f "$ours" ] && [ ! -L "$ours" ] && [ ! -e "$kept" ]; then
    for part in '' -wal -shm; do
      if [ -f "$ours$part" ] && [ ! -L "$ours$part" ]; then
        # shellcheck disable=SC2016 # its own parameter
        as_account sh -c 'umask 027; cat >"$1"' sh "$kept$part" <"$ours$part"
      fi
    done
  fi
  rm -f "$ours" "$ours-wal" "$ours-shm"
  ln -s "$kept" "$ours"
}

copy_fleet() {  # the inventory, and of its servers those that are not there yet
  base=$(cd "$(dirname "$FLEET")" && pwd)
  case $servers in *..* | /*) refuse "a server lies outside of $base; bring its folder there" 4 ;; esac
  for server in $servers; do
    case $server in reports | light) refuse "no server of a fleet is called $server here: that is where its pages go" 4 ;; esac
  done
  install -d -m 0755 "$etc"
  if [ -e "$etc/$name" ] && [ ! -f "$etc/$name/fleet.toml" ]; then
    refuse "$etc/$name is the schedule of a server of that name: give [fleet] name of $FLEET another name" 4
  fi
  install -d -o root -g "$account" -m 0750 "$etc/$name"
  for part in fleet.toml $beside $servers; do
    from=$base/$part
    if [ "$part" = fleet.toml ]; then from=$FLEET; fi
    if [ -e "$etc/$name/$part" ]; then
      [ -d "$from" ] || cmp -s "$from" "$etc/$name/$part" || echo "Kept: $etc/$name/$part (change it there)"
      continue
    fi
    install -d -o root -g "$account" -m 0750 "$(dirname "$etc/$name/$part")"
    rm -rf "$etc/.new"
    cp -R "$from" "$etc/.new"
    rm -f "$etc/.new/schedule.lock"
    chown -Rh "root:$account" "$etc/.new"
    chmod -R u=rwX,g=rX,o= "$etc/.new"
    mv "$etc/.new" "$etc/$name/$part"
  done
}

fleet_on_schedule() {
  said=$("$python" -P -c "$INVENTORY" "$FLEET") || exit 4
  name=$(echo "$said" | sed -n 1p) beside=$(echo "$said" | sed -n 2p) servers=$(echo "$said" | sed 1,2d)
  systemd-sysusers "$home/deploy/systemd/sysusers.conf"
  copy_fleet
  state_of "$name"
  for server in $("$python" -P -c "$INVENTORY" "$etc/$name/fleet.toml" | sed 1,2d); do
    if [ -d "$etc/$name/$server" ]; then history "$name/$server"; fi
  done
  as_account "$python" -P -c "$INVENTORY" "$etc/$name/fleet.toml" >/dev/null ||
    refuse "nothing outside the folder comes along: bring what is missing into $etc/$name, or name it in full there; then again" 4
}

# Prints the name of a fleet, the files that its inventory names, and the folder of each server, relative to that of the inventory.
INVENTORY='import os, sys
from pathlib import Path
from fleet.inventory.fleet_toml import load_fleet, named_files
from fleet.inventory.inventory import FleetError
file = Path(sys.argv[1]).resolve()
try:
    fleet = load_fleet(file)
    print(fleet.name)
    print(*named_files(file))
    for server in fleet.servers:
        print(os.path.relpath(server.target.removeprefix("replay:"), file.parent))
except (FleetError, OSError) as error:
    sys.exit(str(error))'

same_server() {  # two folders of one name would share a history
  there=$("$python" -P -c "$VALIDATED" "$etc/$name") || exit 4
  [ "$there" = "$said" ] ||
    refuse "$etc/$name audits ${there#* }, and $folder ${said#* }: give [target] name of $folder another name, or change $etc/$name" 4
  echo "Kept: $etc/$name (change it there)"
}

# Prints name and address of a folder, once it is validated.
VALIDATED='import sys
from pathlib import Path
from fixtures.target.folder import load_target, TargetError
try:
    target = load_target(Path(sys.argv[1]))
    print(target.target.name, target.host.address)
except (TargetError, OSError) as error:
    sys.exit(str(error))'

write_units() {
  install -d -m 0755 "$units" "$units/phase0-audit-.service.d"
  for unit in deploy/systemd/*.service deploy/systemd/*.timer deploy/systemd/phase0-audit-.service.d/audit.conf; do
    sed "s|@HOME@|$home|g" "$unit" | install -m 0644 -o root -g root /dev/stdin "$units/${unit#deploy/systemd/}"
  done
  systemctl daemon-reload
}

case $1 in
  ready) ready; exit ;;
  units) home=$2; write_units; exit ;;
esac
home=$1 python=$1/.venv/bin/python folder=$TARGET
export PYTHONPATH="$home"
page=verdict.html
if [ -n "$FLEET" ]; then
  fleet_on_schedule
  page=fleet.html
else
  [ -f "$folder/target.toml" ] || folder=targets/$TARGET
  said=$("$python" -P -c "$VALIDATED" "$folder") || exit 4
  name=${said%% *}
  systemd-sysusers "$home/deploy/systemd/sysusers.conf"
  [ ! -f "$etc/$name/fleet.toml" ] || refuse "$etc/$name is the schedule of a fleet: give [target] name of $folder another name" 4
  if [ -e "$etc/$name" ]; then same_server; else copy; fi
  state_of "$name"
  history "$name"
  as_account "$python" -P -c "$VALIDATED" "$etc/$name" >/dev/null ||
    refuse "nothing outside the folder comes along: bring what is missing into $etc/$name, or name it in full there; then again" 4
fi

write_units
if [ -n "$FLEET" ]; then  # each audit has its own deadline, so that a round of many servers ends
  for kind in sample daily drills check; do
    install -d -m 0755 "$units/phase0-audit-$kind@$name.service.d"
    printf '[Service]\nTimeoutStartSec=12h\n' >"$units/phase0-audit-$kind@$name.service.d/fleet.conf"
  done
  systemctl daemon-reload
fi
for kind in sample daily drills; do systemctl enable --quiet --now "phase0-audit-$kind@$name.timer"; done
cat <<EOF
On a schedule: $name, as phase0-gate. When: systemctl list-timers 'phase0-audit-*'
What it will see:  systemctl start phase0-audit-check@$name; journalctl -o cat -n 40 -u phase0-audit-check@$name
The first audit:   systemctl start phase0-audit-drills@$name; journalctl -o cat -n 40 -u phase0-audit-drills@$name
The page:          /var/lib/phase0-audit/$name/reports/$page
EOF
