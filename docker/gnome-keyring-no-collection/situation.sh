#!/bin/bash
# gnome-keyring before the first sign-in with a password: it has no collections.
. /situation/session.sh

start_bus
gnome-keyring-daemon --start --components=secrets >/dev/null
until_served
exec "$@"
