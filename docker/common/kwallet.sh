# KWallet, for the situations with one. Sourced.
# shellcheck shell=bash
. /situation/session.sh

export DISPLAY=$display
wallet=kdewallet
salt=~/.local/share/kwalletd/$wallet.salt

# Starts KWallet with an existing wallet. $1: whether its Secret Service is enabled.
start_kwallet() {
  if [ ! -e "$salt" ]; then make_wallet; fi
  configure "$1"
  start_daemon
}

# The daemon doesn't offer a wallet created after its start, so it has to be restarted.
make_wallet() {
  mkdir -p "$(dirname "$salt")"
  head -c 56 /dev/urandom >"$salt"
  configure true
  start_daemon
  open_wallet
  end_kwallet
}

# Closing the wallet saves it immediately instead of some seconds later.
end_kwallet() {
  call close "string:$wallet" boolean:true
  end_provider kwalletd5 KILL
}

restart_provider() {
  end_kwallet
  start_kwallet true
  open_wallet
}

start_daemon() {
  (kwalletd5 >/dev/null 2>&1 &)
  until_served org.kde.kwalletd5
  if [ "$serves" = true ]; then until_served; fi
}

# Opens the wallet as signing in to KDE does, and creates it if necessary (kwallet-pam, `kwallet_hash`).
open_wallet() {
  local key
  key=$(node -p 'crypto.pbkdf2Sync(process.argv[1], fs.readFileSync(process.argv[2]), 50_000, 56, "sha512").join()' \
    "$password" "$salt")
  call pamOpen "string:$wallet" "array:byte:$key" int32:0
}

call() {
  dbus-send --session --print-reply --dest=org.kde.kwalletd5 /modules/kwalletd5 "org.kde.KWallet.$1" "${@:2}" >/dev/null
}

configure() {
  serves=$1
  mkdir -p ~/.config
  sed "s/SERVES/$serves/" /situation/kwalletrc >~/.config/kwalletrc
}
