#!/bin/sh
# Copy the rooms with a virtual environment of their own to PREFIX/lib/phase0-gate, and a command to PREFIX/bin.
# Nothing is installed as a Python package: `fixtures` is somebody else's name there.
# With TARGET, a server's folder, its audits are put on a schedule as well (schedule.sh).
set -eu
TARGET=${TARGET:-}
if [ -n "$TARGET" ]; then .make/schedule.sh ready; fi
home=$PREFIX/lib/phase0-gate
mkdir -p "$home" "$PREFIX/bin"
home=$(cd "$home" && pwd)

for room in tests gate fixtures remediations reports notify deploy lab/recordings; do rm -rf "${home:?}/$room"; done
tar -c --exclude=__pycache__ --exclude=reports/out --exclude=targets/README.md \
  tests gate fixtures remediations reports notify deploy lab/recordings targets/twisterlab.example \
  conftest.py pyproject.toml requirements.lock README.md CHANGELOG.md LICENSE docs | tar -x --no-same-owner -C "$home"
.make/venv.sh "$home/.venv" requirements.lock

cat > "$PREFIX/bin/phase0-gate" <<EOF
#!/bin/sh
# phase0-gate [pytest's options] | phase0-gate fixtures|reports|remediations|notify … | phase0-gate schedule KIND FOLDER
case "\${1-}" in
  fixtures | reports | remediations | notify)
    module=\$1
    shift
    PYTHONPATH='$home' exec '$home/.venv/bin/python' -P -m "\$module" "\$@" ;;
  schedule)
    shift
    exec '$home/deploy/schedule' "\$@" ;;
esac
export PHASE0_REPORTS="\${PHASE0_REPORTS:-phase0-reports}"
exec '$home/.venv/bin/python' -P -m pytest -c '$home/pyproject.toml' --rootdir '$home' '$home/tests' "\$@"
EOF
chmod +x "$PREFIX/bin/phase0-gate"
echo "Installed: $PREFIX/bin/phase0-gate (in $home). Try: $PREFIX/bin/phase0-gate --target=demo"
if [ -n "$TARGET" ]; then .make/schedule.sh "$home"; fi
