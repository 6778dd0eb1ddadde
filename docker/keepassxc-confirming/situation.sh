#!/bin/bash
# KeePassXC with an open database, asking before each access to an entry, as it is installed; there is one.
. /situation/keepassxc.sh

start_display
start_bus
if [ ! -e "$database" ]; then make_database && add_entry; fi
start_keepassxc_open true
exec "$@"
