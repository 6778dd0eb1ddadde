#!/bin/bash
# KeePassXC with an open database, asking before each access to an entry, as it is installed; there is one.
. /situation/keepassxc.sh

start_bus
start_keepassxc_open true
begin "$@"
