#!/bin/bash
# gnome-keyring, its login collection unlocked as by a sign-in.
. /situation/session.sh

start_bus
start_gnome_keyring_unlocked
exec "$@"
