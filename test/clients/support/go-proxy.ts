import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSelfSigned } from '../../support/certificate.ts';
import { type LocalServer, type Reply, startLocalServer } from './local-server.ts';

/** A proxy of Go modules with TLS that refuses every request without the right `Authorization` header. */
export interface GoProxy extends LocalServer {
  /** The certificate of its authority, in PEM. */
  readonly certificate: string;
}

/** Its only module, and the module's only version. */
export const goModule = 'example.com/private';
const version = 'v1.0.0';

/** Starts a proxy (Go Modules Reference, "GOPROXY protocol"). */
export async function startGoProxy(authorization: () => string): Promise<GoProxy> {
  const tls = createSelfSigned();
  const definition = `module ${goModule}\n`;
  const archive = createArchive(definition);
  const replies: Readonly<Record<string, Reply['body']>> = {
    list: `${version}\n`,
    [`${version}.info`]: { Version: version },
    [`${version}.mod`]: definition,
    [`${version}.zip`]: archive,
  };
  const server = await startLocalServer(
    (request) => {
      if (request.authorization !== authorization()) return { status: 401, body: 'sign in first' };
      const body = replies[request.path.replace(`/${goModule}/@v/`, '')];
      return body === undefined ? { status: 404 } : { body };
    },
    { tls },
  );
  return { ...server, certificate: tls.cert };
}

function createArchive(definition: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-go-'));
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder });
  try {
    git('init', '--quiet');
    writeFileSync(join(folder, 'go.mod'), definition);
    writeFileSync(join(folder, 'private.go'), 'package private\n');
    git('add', '.');
    const tree = git('write-tree').toString().trim();
    return git('archive', '--format=zip', `--prefix=${goModule}@${version}/`, tree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
