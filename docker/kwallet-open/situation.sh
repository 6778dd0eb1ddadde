#!/bin/bash
# KWallet with its Secret Service enabled and an open wallet.
. /situation/kwallet.sh

start_display
start_bus
start_kwallet true
open_wallet
exec "$@"
