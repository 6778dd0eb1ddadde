// A server that calls another one with a token which it does not keep in its configuration. Nobody is there to answer a
// dialog, so none is put up: what is locked is an error, and the request that needed it gets 503.
//
//   EXAMPLE_SERVER_STORAGE=file node server.mjs 8080
import { createServer } from 'node:http';
import { CredentialError, openCredentialStore } from 'keystow';

const upstream = { service: 'upstream.example.com', account: 'server' };
/** However a keyring behaves, a request does not wait for it longer than this. */
const limitMs = 2_000;

const store = await openCredentialStore({
  application: { name: 'example-server' },
  onNotice: (line) => console.error(line),
});

const server = createServer(async (request, response) => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(limitMs)]);
    const token = await store.getText(upstream.service, upstream.account, { signal });
    if (token === undefined) return answer(response, 503, 'the token for the upstream server has not been set up');
    answer(response, 200, `${request.url} would be asked for with a token of ${token.length} characters`);
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    // The message holds no secret; it is for the log of whoever runs the server, not for who asked.
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
