#!/bin/bash
# gnome-keyring with its login collection unlocked, as after signing in.
. /situation/session.sh

start_bus
start_gnome_keyring_unlocked
exec "$@"
