import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitForExit } from './session-bus.ts';

/** A registry of docker images that requires a login. */
export interface Registry {
  /** Such as `127.0.0.1:41234`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** The users and their password. The registry accepts only bcrypt hashes. */
const users = ['alice', 'bob'] as const;
export const password = 's3cret';
const passwordHash = '$2b$04$kBvTbPQb8Oqt1M3Zq9Yt2u/HsNFUHhqj8QqLPCTDgomYXiYOVZexy';

/** Returns why docker or docker-registry can't run here. */
export function missingDocker(): string | undefined {
  if (spawnSync('docker', ['--version']).status !== 0) return 'the docker command is not installed';
  return spawnSync('docker-registry', ['--version']).status === 0 ? undefined : 'docker-registry is not installed';
}

/** Starts Debian's docker-registry on a loopback port, where docker uses plain HTTP. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-registry-'));
  const [passwords, configuration] = [join(folder, 'htpasswd'), join(folder, 'config.yml')];
  writeFileSync(passwords, users.map((user) => `${user}:${passwordHash}\n`).join(''));
  writeFileSync(
    configuration,
    JSON.stringify({
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: '127.0.0.1:0' },
      auth: { htpasswd: { realm: 'registry', path: passwords } },
    }),
  );
  const server = spawn('docker-registry', ['serve', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  const end = waitForExit(server);
  let log = '';
  for await (const line of createInterface({ input: server.stderr })) {
    log += `${line}\n`;
    const [, address] = /listening on ([\d.]+:\d+)/.exec(line) ?? [];
    if (address === undefined) continue;
    server.stderr.resume();
    return {
      address,
      async stop() {
        server.kill('SIGTERM');
        await end;
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }
  throw new Error(`docker-registry ended without listening: ${log}`);
}
