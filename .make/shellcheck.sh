#!/bin/sh
# Check all the shell there is: scripts, and the fragments that are asked of a server, which have no first line (their
# shell is sh). Both get values from elsewhere: SC1091 and SC2154 say no more than that. Four run side by side.
set -eu
git grep -zlE '^#!/bin/(ba)?sh' -- ':!*.py' ':!*.md' ':!*.toml' ':!fixtures' ':!deploy/audit' ':!deploy/fix' |
  xargs -0 -n 10 -P 4 .venv/bin/shellcheck --exclude=SC1091,SC2154,SC2329
git grep -zLE '^#!/bin/' -- 'fixtures/*.sh' 'remediations/*.sh' |
  xargs -0 -n 10 -P 4 .venv/bin/shellcheck --shell=sh --exclude=SC2154
