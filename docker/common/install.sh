#!/bin/bash
# Installs packages and makes the ordinary user alice, on keystow-base and on the official images of Node alike.
# `--for-later PACKAGE...` only downloads them, for alice to install.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
rm -f /etc/apt/apt.conf.d/docker-clean
apt-get update -qq

if [ "$1" = --for-later ]; then
  shift
  echo 'APT::Install-Recommends "false";' >/etc/apt/apt.conf.d/as-slim-machines-have-it
  apt-get install -y -qq --download-only "$@" >/dev/null
  echo 'alice ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/alice
  exit
fi

apt-get install -y -qq --no-install-recommends tini "$@" >/dev/null
apt-get clean

if getent passwd node >/dev/null; then userdel --remove node; fi
useradd --create-home --uid 1000 --shell /bin/bash alice
install -d -m 700 -o alice -g alice /run/user/1000

printf '#!/bin/sh\nexec node /keystow/dist/bin/keystow.cjs "$@"\n' >/usr/local/bin/keystow
chmod 755 /usr/local/bin/keystow
