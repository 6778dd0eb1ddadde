import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createKeyutilsProbe } from '../../src/adapters/keyutils/keyutils.ts';
import type { Binding, EntryOptions } from '../../src/adapters/native/binding.ts';
import { failure } from '../contract/errors.ts';

/** A binding whose entries are made, or refused, by `make`; there is nothing that one could write with. */
function bindingOf(make: (service: string, user: string, options?: EntryOptions) => void): Binding {
  const AsyncEntry = class {
    constructor(...names: Parameters<typeof make>) {
      make(...names);
    }
  };
  return { AsyncEntry, findCredentialsAsync: undefined } as unknown as Binding;
}

describe('the kernel keyring', () => {
  test('is usable until the machine is started again, where an entry pinned to it can be made', async () => {
    const made: unknown[] = [];
    const loadBinding = () => bindingOf((...names) => made.push(names));
    const probe = createKeyutilsProbe({ loadBinding });
    expect(probe.id).toBe('keyutils');
    expect(await probe.probe()).toEqual({ kind: 'usable', persistence: 'until-reboot' });
    expect(made).toEqual([['keystow', 'probe', { linux: { store: 'keyutils' } }]]);
  });

  test.each(['PermissionDenied', 'Unknown(38)', 'anything else'])('is not installed where %s is said', async (text) => {
    const loadBinding = () =>
      bindingOf(() => {
        throw new Error("Couldn't access platform storage", { cause: new Error(text) });
      });
    const seen = await createKeyutilsProbe({ loadBinding }).probe();
    expect(seen).toEqual({ kind: 'unsupported', reason: 'not-installed', evidence: { text } });
  });

  test('is unsupported where the native module cannot be loaded', async () => {
    const loadBinding = () => {
      throw new Error('Cannot find native binding.', { cause: new Error('no such file') });
    };
    const seen = await createKeyutilsProbe({ loadBinding }).probe();
    expect(seen).toEqual({ kind: 'unsupported', reason: 'binding-missing', evidence: { text: 'no such file' } });
  });

  test('is not looked at when that was called off before', async () => {
    const probe = createKeyutilsProbe({ loadBinding: () => expect.unreachable() });
    await failure(probe.probe({ signal: AbortSignal.abort() }), 'cancelled');
  });

  test.runIf(process.platform === 'linux')('[NAT8] of this machine is told, and no key is written to it', async () => {
    const keys = () => readFileSync('/proc/keys', 'utf8').match(/.*keyring:probe@keystow.*/g);
    const seen = await createKeyutilsProbe().probe();
    if (seen.kind === 'usable') expect(seen.persistence).toBe('until-reboot');
    else expect(seen, 'this sandbox forbids keyctl').toMatchObject({ kind: 'unsupported', reason: 'not-installed' });
    expect(keys()).toBeNull();
  });
});
