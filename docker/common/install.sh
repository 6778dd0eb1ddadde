#!/bin/bash
# Installs packages, on keystow-base and on the official images of Node alike. `--download-only` as apt-get has it.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
rm -f /etc/apt/apt.conf.d/docker-clean
cat >/etc/apt/apt.conf.d/as-slim-machines-have-it <<'.'
APT::Install-Recommends "false";
APT::Keep-Downloaded-Packages "false";
.
# As the official images have it: nothing is lost that matters where a machine dies while it is made.
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/docker-apt-speedup

apt-get update -qq
apt-get install -y -qq "$@" >/dev/null
