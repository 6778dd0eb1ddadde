#!/bin/bash
# gnome-keyring is installed and does not run, and the bus does not know how to start it.
. /situation/session.sh

start_bus
exec "$@"
