# Shared by all situations. Each situation.sh sources it, sets its situation up, and then execs the given command.
# shellcheck shell=bash
set -euo pipefail

# The password of gnome-keyring's login collection, of KWallet's wallet and of KeePassXC's database.
password='a password of the tests'

# Starts a session bus at the address that pam_systemd uses.
start_bus() {
  rm -f "$XDG_RUNTIME_DIR/bus"
  dbus-daemon --session --nopidfile --fork --address="unix:path=$XDG_RUNTIME_DIR/bus"
}

# A display without a user.
display=:99

# Starts the display and exports it.
start_display() {
  export DISPLAY=$display
  rm -f /tmp/.X99-lock /tmp/.X11-unix/X99
  (Xvfb "$DISPLAY" -noreset -nolisten tcp >/dev/null 2>&1 &)
  until [ -S /tmp/.X11-unix/X99 ]; do sleep 0.1; done
}

# Starts gnome-keyring with an unlocked login collection, and creates the collection if necessary.
start_gnome_keyring_unlocked() {
  printf %s "$password" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  until_served
}

# Starts gnome-keyring with a locked login collection, which has to be created first.
start_gnome_keyring_locked() {
  if [ ! -e ~/.local/share/keyrings/login.keyring ]; then
    start_gnome_keyring_unlocked
    end_provider gnome-keyring-d
  fi
  gnome-keyring-daemon --start --components=secrets >/dev/null
  until_served
}

# Ends the provider, and starts it again over the same files.
restart_provider() {
  end_provider gnome-keyring-d
  start_gnome_keyring_unlocked
}

# Whether a program on the bus owns a name.
is_owned() {
  dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner "string:$1" 2>/dev/null | grep -q true
}

until_served() {
  until is_owned "${1:-org.freedesktop.secrets}"; do sleep 0.1; done
}

# Ends a program with SIGTERM, or with signal $2, and waits until the bus has noticed.
end_provider() {
  pkill "-${2:-TERM}" -x "$1"
  while pgrep -x "$1" >/dev/null || is_owned org.freedesktop.secrets; do sleep 0.1; done
}
