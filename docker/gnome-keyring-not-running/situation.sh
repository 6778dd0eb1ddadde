#!/bin/bash
# gnome-keyring is installed but not running, and the bus can't start it.
. /situation/session.sh

start_bus
exec "$@"
