#!/bin/bash
# Installs packages, on keystow-base or an official Node image. Accepts apt-get's `--download-only`.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
rm -f /etc/apt/apt.conf.d/docker-clean
cat >/etc/apt/apt.conf.d/as-slim-machines-have-it <<'.'
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "false";
.
# Like the official images: skips fsync, because an interrupted build is repeated anyway.
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/docker-apt-speedup

apt-get update -qq
apt-get install -y -qq "$@" >/dev/null
