import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createKeyutilsProbe } from '../../src/adapters/keyutils/keyutils.ts';
import type { Binding, EntryOptions } from '../../src/adapters/native/binding.ts';
import { failure } from '../contract/errors.ts';
import { needsLinux } from '../support/needs.ts';

/** A binding that calls `create` for each entry, and has no methods that write. */
function createBinding(create: (service: string, user: string, options?: EntryOptions) => void): Binding {
  const AsyncEntry = class {
    constructor(...names: Parameters<typeof create>) {
      create(...names);
    }
  };
  return { AsyncEntry, findCredentialsAsync: undefined } as unknown as Binding;
}

describe('the kernel keyring', () => {
  test('is usable until the next reboot if the binding can create an entry in it', async () => {
    const created: unknown[] = [];
    const loadBinding = () => createBinding((...names) => created.push(names));
    const probe = createKeyutilsProbe({ loadBinding });
    expect(probe.id).toBe('keyutils');
    expect(await probe.probe()).toEqual({ kind: 'usable', persistence: 'until-reboot' });
    expect(created).toEqual([['keystow', 'probe', { linux: { store: 'keyutils' } }]]);
  });

  test.each(['PermissionDenied', 'Unknown(38)', 'anything else'])(
    'is reported as not installed if the binding fails with %s',
    async (text) => {
      const loadBinding = () =>
        createBinding(() => {
          throw new Error("Couldn't access platform storage", { cause: new Error(text) });
        });
      const result = await createKeyutilsProbe({ loadBinding }).probe();
      expect(result).toEqual({ kind: 'unsupported', reason: 'not-installed', evidence: { text } });
    },
  );

  test('is unsupported if the native module cannot be loaded', async () => {
    const loadBinding = () => {
      throw new Error('Cannot find native binding.', { cause: new Error('no such file') });
    };
    const result = await createKeyutilsProbe({ loadBinding }).probe();
    expect(result).toEqual({ kind: 'unsupported', reason: 'binding-missing', evidence: { text: 'no such file' } });
  });

  test('is not probed if the signal is already aborted', async () => {
    const probe = createKeyutilsProbe({ loadBinding: () => expect.unreachable() });
    await failure(probe.probe({ signal: AbortSignal.abort() }), 'cancelled');
  });

  test('[NAT8] of this machine is probed without writing a key', needsLinux, async () => {
    const keys = () => readFileSync('/proc/keys', 'utf8').match(/.*keyring:probe@keystow.*/g);
    const result = await createKeyutilsProbe().probe();
    if (result.kind === 'usable') expect(result.persistence).toBe('until-reboot');
    else expect(result, 'this sandbox forbids keyctl').toMatchObject({ kind: 'unsupported', reason: 'not-installed' });
    expect(keys()).toBeNull();
  });
});
