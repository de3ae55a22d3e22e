#!/bin/sh
# Copy the packages with a virtual environment of their own to PREFIX/lib/phase0-audit, and a command to PREFIX/bin.
# Nothing is installed as a Python package: `fixtures` is somebody else's name there. Modes and owners are the same whatever the umask
# of the clone or of the caller was: only who installs may write to what is installed.
# With TARGET, a server's folder, or FLEET, an inventory, its audits are put on a schedule as well (schedule.sh).
set -eu
umask 022
TARGET=${TARGET:-} FLEET=${FLEET:-} units=/usr/local/lib/systemd/system
me=$(id -u):$(id -g)

refuse() { echo "make install: $1" >&2; exit 4; }

shared() {  # folder: a group may write to it in which there is somebody else than root and who installs, as staff may to Debian's /usr/local
  [ -n "$(find "$1" -prune -perm -0020 -print)" ] || return
  gid=$(stat -c %g "$1")
  { getent group "$gid" | cut -d: -f4 | tr , '\n'; getent passwd | awk -F: -v gid="$gid" '$4 == gid { print $1 }'; } |
    grep -vx -e '' -e root -e "$(id -un)" | grep -q .
}

mine() {  # every folder above: who may write to one can replace what lies below it
  folder=$1
  while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
  folder=$(cd "$folder" && pwd -P)
  while :; do
    if [ -n "$(find "$folder" -prune ! -user 0 ! -user "$(id -u)" -print -o -prune -perm -0002 ! -perm -1000 -print)" ] || shared "$folder"; then
      refuse "$folder belongs to, or may be written by, another account: name another PREFIX, or install as that account"
    fi
    [ "$folder" != / ] || return 0
    folder=$(dirname "$folder")
  done
}

sound() {  # nobody else could have written to it, or left something in it
  [ ! -L "$home" ] && [ -z "$(find "$home" ! -type l \( ! -user "$(id -u)" -o -perm -0020 -o -perm -0002 \) -print | head -n 1)" ]
}

if [ -n "$TARGET$FLEET" ]; then .make/schedule.sh ready; fi
mine "$PREFIX/lib"
mine "$PREFIX/bin"
mkdir -p "$PREFIX/lib" "$PREFIX/bin"
home=$(cd "$PREFIX/lib" && pwd)/phase0-audit
if [ -e "$home" ] || [ -L "$home" ]; then
  sound || { echo "Other accounts could write to $home: all of it is made anew"; rm -rf "$home"; }
fi
if [ -n "$(find tests gate fixtures reports -perm -0002 ! -type l -print | head -n 1)" ]; then
  echo "make install: anybody may write to this clone: see that it is what you think (git status), then: chmod -R go-w ." >&2
fi
mkdir -p "$home"
find "$home" -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -rf {} +
tar -c --exclude=__pycache__ --exclude=reports/out --exclude=targets/README.md \
  phase0_gate phase0_gate.dist-info tests gate fixtures remediations init reports notify fleet deploy lab/recordings targets/twisterlab.example plans \
  conftest.py pyproject.toml requirements.lock requirements-fleet.lock README.md CHANGELOG.md LICENSE docs |
  tar -x --no-same-owner --no-same-permissions -C "$home"
.make/venv.sh "$home/.venv" requirements.lock
chown -Rh "$me" "$home"
chmod -R u=rwX,go=rX "$home"

command=$(mktemp "$PREFIX/bin/.phase0-gate.XXXXXX")
cat > "$command" <<EOF
#!/bin/sh
# See: phase0-gate --help
PYTHONPATH='$home' exec '$home/.venv/bin/python' -P -m phase0_gate "\$@"
EOF
chmod 0755 "$command"
mv -f "$command" "$PREFIX/bin/phase0-gate"
if grep -qsF -e "=$PREFIX/lib/phase0-gate/deploy/" -e "=$home/deploy/" "$units/phase0-audit-daily@.service"; then
  .make/schedule.sh units "$home"
fi
.make/earlier.sh
echo "Installed: $PREFIX/bin/phase0-gate (in $home). Try: $PREFIX/bin/phase0-gate --target=demo"
if [ -n "$TARGET$FLEET" ]; then .make/schedule.sh "$home"; fi
