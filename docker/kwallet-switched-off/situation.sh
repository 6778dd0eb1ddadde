#!/bin/bash
# KWallet runs, and does not serve the Secret Service.
. /situation/kwallet.sh

start_display
start_bus
start_kwallet false
exec "$@"
