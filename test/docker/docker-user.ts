import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sandbox } from '../cli/sandbox.ts';

/** A sandbox whose docker has these settings in its config.json. */
export function dockerSandbox(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>> = {},
): Sandbox {
  const sandbox = new Sandbox(environment);
  mkdirSync(join(sandbox.home, '.docker'));
  writeFileSync(join(sandbox.home, '.docker/config.json'), JSON.stringify(settings));
  return sandbox;
}

/** A line of shell that logs in. */
export function loginAs(user: string, password: string, address: string): string {
  return `printf ${password} | docker login --username ${user} --password-stdin ${address}`;
}
