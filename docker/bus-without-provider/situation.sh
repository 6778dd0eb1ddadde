#!/bin/bash
# A session bus without a Secret Service. Packages of one lie ready, so that installing them needs no network.
. /situation/session.sh

start_bus
exec "$@"
