// Preloaded into a program: suspends it, once, at the moment that SUSPEND_BEFORE names, and writes its process ID to the file
// SUSPENDED. `a write`: right before the encrypted file is replaced. `a response`: before it gets the one to a renewal.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

let isDone = false;
function suspend() {
  if (isDone) return;
  isDone = true;
  fs.writeFileSync(process.env.SUSPENDED, String(process.pid));
  process.kill(process.pid, 'SIGSTOP');
}

if (process.env.SUSPEND_BEFORE === 'a write') {
  const { renameSync } = fs;
  fs.renameSync = (from, to) => {
    if (String(to).endsWith('/credentials.json')) suspend();
    return renameSync(from, to);
  };
  syncBuiltinESMExports();
} else {
  const { fetch } = globalThis;
  globalThis.fetch = async (url, options) => {
    const response = await fetch(url, options);
    if (String(options?.body).includes('refresh_token')) suspend();
    return response;
  };
}
