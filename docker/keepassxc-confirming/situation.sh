#!/bin/bash
# KeePassXC with an open database that has one entry; asks before each access, which is its default.
. /situation/keepassxc.sh

start_display
start_bus
if [ ! -e "$database" ]; then make_database && add_entry; fi
start_keepassxc_open true
exec "$@"
