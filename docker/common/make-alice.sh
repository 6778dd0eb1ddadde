#!/bin/bash
# Creates the ordinary user alice, who may install packages, and the command keystow.
set -euo pipefail

# The official images have a user with the same id.
if getent passwd node >/dev/null; then userdel --remove node; fi
useradd --create-home --uid 1000 --shell /bin/bash alice
install -d -m 700 -o alice -g alice /run/user/1000
echo 'alice ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/alice

printf '#!/bin/sh\nexec node /keystow/dist/bin/keystow.cjs "$@"\n' >/usr/local/bin/keystow
chmod 755 /usr/local/bin/keystow
