#!/bin/bash
# gnome-keyring with a locked login collection, which asks on a display that nobody looks at.
. /situation/session.sh

start_display
start_bus
start_gnome_keyring_locked
exec "$@"
