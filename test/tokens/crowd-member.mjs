// A program that embeds keystow. Told to, it requests a token, twice at the same time, and reports what it got.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { openCredentialStore } from 'keystow';

const { TOKEN_ENDPOINT: endpoint, CLIENT: client, THREADED: threaded } = process.env;
const store = await openCredentialStore({ application: 'acme' });

async function refresh({ refreshToken }) {
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: 'native' };
  const headers = { 'x-client': `${client} ${Date.now()}` };
  const response = await fetch(endpoint, { method: 'POST', headers, body: new URLSearchParams(fields) });
  return response.json();
}

async function request() {
  const token = () => store.token('api', 'alice', { refresh });
  try {
    return { tokens: await Promise.all([token(), token()]) };
  } catch ({ code, message }) {
    return { code, message };
  }
}

if (isMainThread) {
  const worker = threaded ? new Worker(new URL(import.meta.url)) : undefined;
  const ask = () =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage('request');
    });
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ counts }) => {
    const answers = await Promise.all([request(), ...(worker ? [ask()] : [])]);
    if (counts) await store.update('api', 'counter', async (old) => String(Number(read(old)) + 1));
    process.send({ answers, counted: counts });
  });
  process.send('ready');
} else {
  parentPort.on('message', async () => parentPort.postMessage(await request()));
}

function read(secret) {
  return secret ? Buffer.from(secret.expose()).toString() : '0';
}
