#!/bin/bash
# gnome-keyring is installed, but no session bus is running, as over SSH without a user session.
. /situation/session.sh

exec "$@"
