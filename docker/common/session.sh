# What situations share. Sourced by a situation.sh, which brings its situation up and then calls `begin "$@"`.
# shellcheck shell=bash
set -euo pipefail

# Of gnome-keyring's login collection, of KWallet's wallet and of KeePassXC's database.
password='a password of the tests'

# Starts a session bus where pam_systemd would have it.
start_bus() {
  rm -f "$XDG_RUNTIME_DIR/bus"
  dbus-daemon --session --nopidfile --fork --address="unix:path=$XDG_RUNTIME_DIR/bus"
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
    end_gnome_keyring
  fi
  gnome-keyring-daemon --start --components=secrets >/dev/null
  until_served
}

end_gnome_keyring() {
  pkill -x gnome-keyring-d
  until_gone gnome-keyring-d
}

# Ends the provider, and starts it again over the same files.
restart_provider() {
  end_gnome_keyring
  start_gnome_keyring_unlocked
}

# Whether a program on the bus owns a name.
is_owned() {
  dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner "string:$1" 2>/dev/null | grep -q true
}

until_served() {
  until is_owned "${1:-org.freedesktop.secrets}"; do sleep 0.02; done
}

# A process that nobody waits for stays as a zombie, which counts as gone.
until_gone() {
  while pgrep -x "$1" --runstates DIRST >/dev/null; do sleep 0.02; done
}

# Says that the situation is there, and becomes the command given.
begin() {
  echo 'the situation is there'
  exec "$@"
}
