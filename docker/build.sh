#!/usr/bin/env bash
# Builds an image keystow-SITUATION for each folder with a Dockerfile; the cache makes it a matter of seconds.
# BASE: the image to build on; where absent, keystow-base if build-base.sh has made it, or the Dockerfiles' own.
set -euo pipefail
cd "$(dirname "$0")"

if [ -z "${BASE:-}" ] && docker image inspect keystow-base >/dev/null 2>&1; then BASE=keystow-base; fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for file in */Dockerfile; do
  situation=$(dirname "$file")
  build=(docker build --network=host ${BASE:+--build-arg "BASE=$BASE"})
  if ! "${build[@]}" --tag "keystow-$situation" --file "$file" . >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
  fi
done
