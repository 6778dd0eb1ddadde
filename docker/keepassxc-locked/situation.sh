#!/bin/bash
# KeePassXC with a locked database.
. /situation/keepassxc.sh

start_display
start_bus
start_keepassxc false "$database"
until_served
exec "$@"
