import { createHash } from 'node:crypto';
import { underWine } from '../support/under-wine.ts';
import { realBinding } from './binding.ts';
import { runTool } from './run-tool.ts';
import { registryKey } from './wine-registry.ts';

/** The targets of the user's generic credentials, as the platform's own tool lists them, sorted. */
export function targets(): readonly string[] {
  const [command, args, line] = underWine
    ? ['reg', ['query', registryKey], /\\Generic: (.*?)\r?$/gm]
    : ['cmdkey', ['/list'], /LegacyGeneric:target=(.*?)\r?$/gm];
  const { stdout } = runTool(command, args);
  return [...stdout.matchAll(line)].map(([, target = '']) => target).sort();
}

/** The credentials that came after those that were there before. */
export class OwnTargets {
  readonly #before = new Set(targets());

  list(): readonly string[] {
    return targets().filter((target) => !this.#before.has(target));
  }

  /** Everything about them, as an opaque fingerprint that changes when they do. */
  async contents(): Promise<string> {
    const lines: string[] = [];
    for (const target of this.list()) lines.push(`${target} ${digest(await bytesOf(target))}`);
    return lines.join('\n');
  }

  async removeAll(): Promise<void> {
    for (const target of this.list()) await entryOf(target).deleteCredential();
  }
}

/** Deletes a credential as somebody does who found it in Credential Manager. */
export async function deleteByHand(target: string): Promise<void> {
  if (!(await entryOf(target).deleteCredential())) throw new Error(`there is no ${target} to delete`);
}

/** The one without a dot is not made of two names, and is emptied by being made. */
function entryOf(target: string) {
  const { AsyncEntry } = realBinding();
  const dot = target.indexOf('.');
  return dot < 0
    ? AsyncEntry.withTarget(target, target, target)
    : new AsyncEntry(target.slice(dot + 1), target.slice(0, dot));
}

async function bytesOf(target: string): Promise<Uint8Array> {
  if (target.includes('.')) return Uint8Array.from((await entryOf(target).getSecret()) ?? []);
  const [found] = await realBinding().findCredentialsAsync('', target);
  return Buffer.from(found?.password ?? '');
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
