#!/bin/bash
# Neither a session bus nor a provider is installed.
. /situation/session.sh

begin "$@"
