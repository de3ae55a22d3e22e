#!/bin/sh
# Check all the shell there is: scripts, and the fragments that are asked of a server, which have no first line (their
# shell is sh). Both get values from elsewhere: SC1091 and SC2154 say no more than that.
set -eu
# shellcheck disable=SC2046 # no name of ours holds a space
.venv/bin/shellcheck --exclude=SC1091,SC2154,SC2329 \
  $(git grep -lE '^#!/bin/(ba)?sh' -- ':!*.py' ':!*.md' ':!*.toml' ':!fixtures' ':!deploy/audit' ':!deploy/fix')
# shellcheck disable=SC2046
.venv/bin/shellcheck --shell=sh --exclude=SC2154 $(git grep -LE '^#!/bin/' -- 'fixtures/*.sh' 'remediations/*.sh')
