#!/bin/bash
# KWallet is running, with its Secret Service disabled.
. /situation/kwallet.sh

start_display
start_bus
start_kwallet false
exec "$@"
