#!/bin/bash
# KeePassXC with an open database whose root group is exposed; doesn't ask before each access.
. /situation/keepassxc.sh

start_display
start_bus
start_keepassxc_open false
exec "$@"
