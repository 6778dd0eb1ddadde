#!/bin/bash
# gnome-keyring with a locked login collection, which prompts on a display without a user.
. /situation/session.sh

start_display
start_bus
start_gnome_keyring_locked
exec "$@"
