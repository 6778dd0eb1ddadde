import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A user who may read and write a repository. Tests may change the password. */
export interface GitAccount {
  /** As in the URL, such as `a.git`. */
  readonly repository: string;
  readonly user: string;
  password: string;
}

export interface GitHost {
  /** Such as `127.0.0.1:41234`. */
  readonly host: string;
  /** The requests, in order: `USER` if the password was right, `-USER` if it was wrong, `-` without credentials. */
  readonly visits: readonly string[];
  stop(): Promise<void>;
}

/** Returns why git or its http-backend can't run here. */
export function missingGit(): string | undefined {
  const { stdout } = spawnSync('git', ['--exec-path'], { encoding: 'utf8' });
  if (!stdout) return 'git is not installed';
  return existsSync(join(stdout.trim(), 'git-http-backend')) ? undefined : 'git http-backend is not installed';
}

/** Starts a host of git repositories on a loopback port: git’s http-backend(1) with Basic authentication (RFC 7617). */
export async function startGitHost(accounts: readonly GitAccount[]): Promise<GitHost> {
  const root = mkdtempSync(join(tmpdir(), 'keystow-git-host-'));
  for (const { repository } of accounts) {
    const { status, stderr } = spawnSync('git', ['init', '--quiet', '--bare', join(root, repository)]);
    if (status !== 0) throw new Error(`git init failed: ${stderr}`);
  }
  const visits: string[] = [];
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) => {
    const [, repository] = (request.url ?? '').split(/[/?]/);
    const [user, password] = parseBasicAuth(request);
    const account = accounts.find((known) => known.repository === repository && known.user === user);
    const known = account !== undefined && account.password === password;
    visits.push(known ? account.user : `-${user ?? ''}`);
    if (known) serve(root, account.user, request, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function parseBasicAuth({ headers }: IncomingMessage): readonly (string | undefined)[] {
  const [, encoded] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** Runs http-backend as a CGI program (RFC 3875). */
function serve(root: string, user: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://host');
  const { headers, method } = request;
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: user,
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: method,
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: headers['content-length'],
      HTTP_CONTENT_ENCODING: headers['content-encoding'],
      HTTP_GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
  });
  backend.stdin.on('error', () => {});
  request.pipe(backend.stdin);
  let head = '';
  backend.stdout.on('data', function onHead(chunk: Buffer) {
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    backend.stdout.off('data', onHead);
    const lines = head.slice(0, end).split('\r\n');
    const fields = new Map(lines.map((line) => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)]));
    const status = Number.parseInt(fields.get('Status') ?? '200', 10);
    fields.delete('Status');
    response.writeHead(status, Object.fromEntries(fields));
    response.write(Buffer.from(head.slice(end + 4), 'latin1'));
    backend.stdout.pipe(response);
  });
  backend.once('close', () => response.end());
}
