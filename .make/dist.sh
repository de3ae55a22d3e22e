#!/bin/sh
# Build sdist and wheel from the files that git tracks: .make/dist.sh [FOLDER (dist)]. The same commit gives the same bytes, whatever the
# umask, the hour and what else lies in the clone: the time of every file is that of the commit, or $SOURCE_DATE_EPOCH.
# The backend comes from .venv, so that no network is needed.
set -eu
folder=${1:-dist} python=$PWD/.venv/bin/python
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0
umask 022
if [ -n "$(git status --porcelain)" ]; then
  echo "make dist: not all of this is committed (git status): tracked files are built as they are, others are left out" >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$work/tree"
git ls-files -z | tar -c --null -T - | tar -x -C "$work/tree" --no-same-owner --no-same-permissions
said=$("$python" -m build --no-isolation --outdir "$work/dist" "$work/tree" 2>&1) || { echo "$said" >&2; exit 1; }
mkdir -p "$folder"
rm -f "$folder"/phase0_gate-*
mv "$work/dist/"* "$folder/"
for file in "$folder"/phase0_gate-*; do echo "$file"; done
