#!/bin/bash
# gnome-keyring as it is before anybody signed in with a password: there is no login collection, nor any other.
. /situation/session.sh

start_bus
gnome-keyring-daemon --start --components=secrets >/dev/null
until_served
exec "$@"
