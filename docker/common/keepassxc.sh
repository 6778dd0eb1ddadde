# KeePassXC, for the situations with one. Sourced.
# shellcheck shell=bash
. /situation/session.sh

export QT_QPA_PLATFORM=offscreen
database=~/database.kdbx

# Starts it with the database open. The argument: whether it asks before each access to an entry.
start_keepassxc_open() {
  start_keepassxc "$1" --pw-stdin "$database"
  until_served
  until [ "$(is_default_locked)" = false ]; do sleep 0.05; done
}

start_keepassxc() {
  if [ ! -e "$database" ]; then make_database; fi
  configure "$1"
  printf '%s\n' "$password" | keepassxc "${@:2}" >/dev/null 2>&1 &
}

# It saves each change on its own, a moment later.
restart_provider() {
  sleep 1
  pkill -KILL -x keepassxc
  until_gone keepassxc
  start_keepassxc_open false
}

is_default_locked() {
  local collection
  collection=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets /org/freedesktop/secrets \
    org.freedesktop.Secret.Service.ReadAlias string:default | tr -d ' ')
  dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets "$collection" \
    org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked 2>/dev/null |
    awk '{ print $NF }'
}

# A KeePass 2 XML document: what is exposed is the group that its custom data names. One entry, for a program to want.
make_database() {
  local root id entry
  root=$(cat /proc/sys/kernel/random/uuid)
  id=$(base64_of "$root")
  entry=$(base64_of "$(cat /proc/sys/kernel/random/uuid)")
  cat >"$database.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
  <Meta>
    <DatabaseName>database</DatabaseName>
    <CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{$root}</Value></Item></CustomData>
  </Meta>
  <Root>
    <Group>
      <UUID>$id</UUID>
      <Name>Root</Name>
      <Entry>
        <UUID>$entry</UUID>
        <String><Key>Title</Key><Value>of another program</Value></String>
      </Entry>
    </Group>
  </Root>
</KeePassFile>
END
  printf '%s\n%s\n' "$password" "$password" |
    keepassxc-cli import --quiet --set-password --decryption-time 100 "$database.xml" "$database" >/dev/null
  rm "$database.xml"
}

# Of the bytes that a UUID stands for.
base64_of() {
  node -p 'Buffer.from(process.argv[1].replaceAll("-", ""), "hex").toString("base64")' "$1"
}

configure() {
  mkdir -p ~/.config/keepassxc
  cat >~/.config/keepassxc/keepassxc.ini <<END
[General]
ConfigVersion=2
UpdateCheckMessageShown=true

[GUI]
CheckForUpdates=false
ShowTrayIcon=false

[Security]
LockDatabaseIdle=false
LockDatabaseScreenLock=false

[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=$1
ConfirmDeleteItem=$1
UnlockBeforeSearch=true
END
}
