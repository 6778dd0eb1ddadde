/** Starts a session bus for what is started from the same terminal. */
export const startBus = 'export DBUS_SESSION_BUS_ADDRESS="$(dbus-daemon --session --fork --print-address)"';
