#!/bin/bash
# A session bus without a Secret Service. gnome-keyring's packages are downloaded, so installing them needs no network.
. /situation/session.sh

start_bus
exec "$@"
