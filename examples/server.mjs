// A server that calls another one with a token, which isn't in its configuration. A server has no user to answer a
// dialog, so keystow shows none: if a keyring is locked, the request fails with 503.
//
//   EXAMPLE_SERVER_STORAGE=file node server.mjs 8080
import { createServer } from 'node:http';
import { CredentialError, openCredentialStore } from 'keystow';

const upstream = { service: 'upstream.example.com', account: 'server' };
/** The longest time that a request waits for a keyring. */
const limitMs = 2_000;

const store = await openCredentialStore({
  application: 'example-server',
  onNotice: ({ code, message }) => console.error(`${code}: ${message}`),
});

const server = createServer(async (request, response) => {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  try {
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(limitMs)]);
    const token = await store.getText(upstream.service, upstream.account, { signal });
    if (token === undefined) return answer(response, 503, 'the token for the upstream server is missing');
    answer(response, 200, `would request ${request.url} with a token of ${token.length} characters`);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    // Log the message, which contains no secret, but don't send it to the client.
    if (error.code !== 'cancelled') console.error(`${error.code}: ${error.message}`);
    answer(response, 503, `no token: ${error.code}`);
  }
});

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close(() => store.close());
  server.closeIdleConnections();
});

function answer(response, status, body) {
  if (!response.writableEnded) response.writeHead(status, { 'content-type': 'text/plain' }).end(`${body}\n`);
}
