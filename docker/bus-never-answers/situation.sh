#!/bin/bash
# In place of the session bus, a program accepts connections and never answers.
. /situation/session.sh

rm -f "$XDG_RUNTIME_DIR/bus"
node -e 'require("node:net").createServer(() => {}).listen(process.argv[1])' "$XDG_RUNTIME_DIR/bus" &
until [ -S "$XDG_RUNTIME_DIR/bus" ]; do sleep 0.1; done
exec "$@"
