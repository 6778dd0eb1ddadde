#!/bin/bash
# gnome-keyring is installed, and there is no session bus, as over SSH without a user session.
. /situation/session.sh

exec "$@"
