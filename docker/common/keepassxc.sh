# KeePassXC, for the situations with one. Sourced.
# shellcheck shell=bash
. /situation/session.sh

export DISPLAY=$display
database=~/database.kdbx
opened=~/.opened

# Starts KeePassXC with the database open. $1: whether it asks before each access to an entry.
start_keepassxc_open() {
  start_keepassxc "$1" --pw-stdin "$database"
  until_served
  until [ "$(is_default_locked)" = false ]; do sleep 0.2; done
  touch "$opened"
}

start_keepassxc() {
  if [ ! -e "$database" ]; then make_database; fi
  configure "$1"
  (printf '%s\n' "$password" | keepassxc "${@:2}" >/dev/null 2>&1 &)
}

# Waits until changes are saved first: version 2.7.4 hangs if it's told to quit while saving.
restart_provider() {
  until [ "$database" -nt "$opened" ]; do sleep 0.2; done
  end_provider keepassxc
  start_keepassxc_open false
}

# Makes it save only when it quits: version 2.7.4 crashes if an entry changes during a save. Unsaved changes are lost.
save_at_end() {
  end_provider keepassxc KILL
  saves_each_change=false start_keepassxc_open false
}

is_default_locked() {
  local collection
  collection=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets /org/freedesktop/secrets \
    org.freedesktop.Secret.Service.ReadAlias string:default | tr -d ' ')
  dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets "$collection" \
    org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked 2>/dev/null |
    awk '{ print $NF }'
}

make_database() {
  printf '%s\n%s\n' "$password" "$password" |
    keepassxc-cli import --quiet --set-password --decryption-time 100 /situation/keepassxc-database.xml "$database" >/dev/null
}

# Adds an entry that belongs to another program.
add_entry() {
  printf '%s\n' "$password" | keepassxc-cli add --quiet "$database" 'of another program'
}

configure() {
  mkdir -p ~/.config/keepassxc
  sed "s/CONFIRMS/$1/; s/SAVES_EACH_CHANGE/${saves_each_change:-true}/" /situation/keepassxc.ini >~/.config/keepassxc/keepassxc.ini
}
