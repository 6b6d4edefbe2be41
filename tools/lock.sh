#!/bin/sh
# Rewrites the lock files, from pyproject.toml and from tools/swmm.in: pinned, hashed, for every platform and Python we support, no index named.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
        pyproject.toml tools/build.in "$@"
}
lock --output-file requirements.lock
lock --extra dev --output-file requirements-dev.lock
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
    tools/swmm.in --output-file requirements-swmm.lock
