#!/bin/bash
# KeePassXC with a locked database.
. /situation/keepassxc.sh

start_bus
start_keepassxc false "$database"
until_served
begin "$@"
