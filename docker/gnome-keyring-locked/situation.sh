#!/bin/bash
# gnome-keyring with a locked login collection, and no display for its prompt.
. /situation/session.sh

start_bus
start_gnome_keyring_locked
exec "$@"
