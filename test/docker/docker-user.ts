import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sandbox } from '../cli/sandbox.ts';

/** Creates a sandbox with these settings in docker's config.json. */
export function createDockerSandbox(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>> = {},
): Sandbox {
  const sandbox = new Sandbox(environment);
  mkdirSync(join(sandbox.home, '.docker'));
  writeFileSync(join(sandbox.home, '.docker/config.json'), JSON.stringify(settings));
  return sandbox;
}

/** Returns a shell command that logs in. */
export function loginCommand(user: string, password: string, address: string): string {
  return `printf ${password} | docker login --username ${user} --password-stdin ${address}`;
}
