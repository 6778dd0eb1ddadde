import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSelfSigned } from '../../support/certificate.ts';
import { type LocalServer, type ReceivedRequest, type Reply, startLocalServer } from './local-server.ts';

/** A host of Terraform modules with TLS, and with a login that lets everyone in. */
export interface TerraformHost extends LocalServer {
  /** The certificate of its authority, in PEM. */
  readonly certificate: string;
  /** Returns a new token that it accepts. */
  issueToken(): string;
}

/** The source of its only module, after the host. */
export const modulePath = 'acme/empty/test';

/** Starts a host (Terraform, "Server-side login protocol" and "Module registry protocol"). */
export async function startTerraformHost(): Promise<TerraformHost> {
  const tls = createSelfSigned();
  const archive = createModule();
  const issued = new Set<string>();
  let count = 0;
  const issue = () => {
    count += 1;
    const token = `token-of-terraform-${count}`;
    issued.add(token);
    return token;
  };
  const server = await startLocalServer(
    (request) => {
      // As with a signed URL of a storage service, anyone with the URL can read it.
      if (request.path === '/archive.tar.gz') return { body: archive };
      const token = request.authorization.replace(/^Bearer /, '');
      return handlePublic(request, issue) ?? (issued.has(token) ? handle(request) : { status: 401 });
    },
    { tls },
  );
  return { ...server, certificate: tls.cert, issueToken: issue };
}

function handlePublic({ path, headers }: ReceivedRequest, issue: () => string): Reply | undefined {
  const url = new URL(path, `https://${headers.host}`);
  switch (url.pathname) {
    case '/.well-known/terraform.json':
      return {
        body: {
          'modules.v1': '/modules/',
          'login.v1': { client: 'terraform-cli', grant_types: ['authz_code'], authz: '/authorize', token: '/token' },
        },
      };
    case '/authorize': {
      const redirect = new URL(url.searchParams.get('redirect_uri') ?? '');
      redirect.searchParams.set('state', url.searchParams.get('state') ?? '');
      redirect.searchParams.set('code', 'code');
      return { status: 302, headers: { location: redirect.href } };
    }
    case '/token':
      return { body: { access_token: issue(), token_type: 'bearer' } };
    default:
      return undefined;
  }
}

function handle({ path, headers }: ReceivedRequest): Reply {
  switch (path) {
    case `/modules/${modulePath}/versions`:
      return { body: { modules: [{ versions: [{ version: '1.0.0' }] }] } };
    case `/modules/${modulePath}/1.0.0/download`:
      return { status: 204, headers: { 'x-terraform-get': `https://${headers.host}/archive.tar.gz` } };
    default:
      return { status: 404 };
  }
}

function createModule(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-module-'));
  try {
    writeFileSync(join(folder, 'main.tf'), 'output "name" { value = "empty" }\n');
    execFileSync('tar', ['-czf', 'module.tar.gz', 'main.tf'], { cwd: folder });
    return readFileSync(join(folder, 'module.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
