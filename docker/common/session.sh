# What situations share. Sourced by a situation.sh, which brings its situation up and then becomes the command given.
# shellcheck shell=bash
set -euo pipefail

# Of gnome-keyring's login collection, of KWallet's wallet and of KeePassXC's database.
password='a password of the tests'

# Starts a session bus where pam_systemd would have it.
start_bus() {
  rm -f "$XDG_RUNTIME_DIR/bus"
  dbus-daemon --session --nopidfile --fork --address="unix:path=$XDG_RUNTIME_DIR/bus"
}

# A display that nobody looks at.
display=:99

# Starts it, for what is started after it.
start_display() {
  export DISPLAY=$display
  rm -f /tmp/.X99-lock /tmp/.X11-unix/X99
  (Xvfb "$DISPLAY" -noreset -nolisten tcp >/dev/null 2>&1 &)
  until [ -S /tmp/.X11-unix/X99 ]; do sleep 0.1; done
}

# Starts gnome-keyring with its login collection unlocked; makes the collection where there is none.
start_gnome_keyring_unlocked() {
  printf %s "$password" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  until_served
}

# The same with the collection locked: it has to be there, so the first time it is made.
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

# Ends a program, by SIGTERM or the signal that is named, and waits until the bus has noticed as well.
end_provider() {
  pkill "-${2:-TERM}" -x "$1"
  while pgrep -x "$1" >/dev/null || is_owned org.freedesktop.secrets; do sleep 0.1; done
}
