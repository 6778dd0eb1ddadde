#!/usr/bin/env bash
# Builds an image keystow-SITUATION for each folder with a Dockerfile; the cache makes it a matter of seconds.
# BASE: the image to build on; where absent, keystow-base if build-base.sh has made it, or the Dockerfiles' own.
set -euo pipefail
cd "$(dirname "$0")"

if [ -z "${BASE:-}" ] && docker image inspect keystow-base >/dev/null 2>&1; then BASE=keystow-base; fi
export BASE

build() {
  local log
  if ! log=$(docker build --network=host ${BASE:+--build-arg "BASE=$BASE"} --tag "keystow-$1" --file "$1/Dockerfile" . 2>&1); then
    echo "$log" >&2
    # xargs then starts no other.
    return 255
  fi
}
export -f build

# Reads situations, and builds two at a time.
build_each() { xargs -P 2 -I SITUATION bash -c 'build SITUATION'; }

# First one of each kind that installs the same packages: the others then have that layer from the cache.
grep -m 1 ^RUN */Dockerfile | sort -t : -k 2 -u | cut -d / -f 1 | build_each
dirname */Dockerfile | build_each
