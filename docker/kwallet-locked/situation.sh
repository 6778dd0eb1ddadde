#!/bin/bash
# KWallet with its Secret Service enabled and a closed wallet.
. /situation/kwallet.sh

start_display
start_bus
start_kwallet true
exec "$@"
