#!/bin/sh
# Pin every dependency with its hashes: requirements.lock to run an audit, requirements-fleet.lock to run some on several machines,
# requirements-dev.lock to test the checker.
# The machine's own index settings stay out of the files.
set -eu
unset PIP_FIND_LINKS

compile() {  # file, options
  file=$1
  shift
  echo "Locking $file …"
  CUSTOM_COMPILE_COMMAND='make lock' .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$file" "$@" pyproject.toml
}

compile requirements.lock
compile requirements-fleet.lock --extra fleet --constraint requirements.lock
compile requirements-dev.lock --extra dev --constraint requirements-fleet.lock
