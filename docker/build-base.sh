#!/usr/bin/env bash
# Builds the image keystow-base without a registry: Debian bookworm with debootstrap, plus this machine's Node.
set -euo pipefail

image=keystow-base
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

if docker image inspect "$image" >/dev/null 2>&1; then exit 0; fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase bookworm "$root" "$mirror"
rm -rf "$root"/var/cache/apt/archives/*.deb
install -m 755 "$(readlink -f "$(command -v node)")" "$root/usr/local/bin/node"
tar -C "$root" --exclude=./dev --exclude=./proc --exclude=./sys -c . | docker import - "$image" >/dev/null
