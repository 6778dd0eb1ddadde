#!/bin/bash
# gnome-keyring with a locked login collection, which asks on a display that nobody looks at.
. /situation/session.sh

export DISPLAY=:99
Xvfb "$DISPLAY" -nolisten tcp >/dev/null 2>&1 &
until [ -S /tmp/.X11-unix/X99 ]; do sleep 0.02; done
start_bus
start_gnome_keyring_locked
begin "$@"
