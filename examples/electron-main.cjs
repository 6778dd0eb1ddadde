// The main process of an Electron application, which stores the token. The window can sign in and out by messages, but
// never gets the token. In main.js:
//
//   const { ipcMain, dialog, app } = require('electron');
//   const { serveCredentials } = require('./electron-main.cjs');
//   const credentials = await serveCredentials(ipcMain);
//   app.on('before-quit', () => credentials.close());
const { isCredentialError, openCredentialStore } = require('keystow');

const service = 'api.example.com';

/** @param {{ handle(channel: string, listener: (event: unknown, ...args: any[]) => unknown): void }} ipcMain */
async function serveCredentials(ipcMain, options = {}) {
  const store = await openCredentialStore({
    application: 'example-desktop',
    // A desktop application has a user who can unlock a keyring.
    interactive: true,
    ...options,
  });
  ipcMain.handle(
    'credentials:isSignedIn',
    async (_event, account) => (await store.get(service, account)) !== undefined,
  );
  ipcMain.handle('credentials:signIn', async (_event, account, token) =>
    settle(() => store.set(service, account, token)),
  );
  ipcMain.handle('credentials:signOut', async (_event, account) => settle(() => store.delete(service, account)));
  return {
    /** For requests of the main process. */
    token: (account) => store.getText(service, account),
    close: () => store.close(),
  };
}

/** Electron's messages lose the code of an error, so return it as a value. */
async function settle(work) {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!isCredentialError(error)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

module.exports = { serveCredentials };
