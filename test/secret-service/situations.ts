import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BusPeer } from '../faults/bus-peer.ts';
import { type FakeBus, startFakeBus } from '../faults/fake-bus.ts';
import { FakeProvider, type FakeProviderOptions } from '../faults/fake-provider.ts';
import { type GnomeKeyring, type KeyringState, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { type SessionBus, type SessionBusOptions, startSessionBus } from '../support/session-bus.ts';

// Everything that is started here is stopped when the test ends.

export async function sessionBus(options?: SessionBusOptions): Promise<SessionBus> {
  const bus = await startSessionBus(options);
  onTestFinished(() => bus.stop());
  return bus;
}

export async function gnomeKeyring(state: KeyringState): Promise<GnomeKeyring> {
  const keyring = await startGnomeKeyring(state);
  onTestFinished(() => keyring.stop());
  return keyring;
}

export async function fakeProvider(bus: SessionBus, options?: FakeProviderOptions): Promise<FakeProvider> {
  const provider = await FakeProvider.start(bus, options);
  onTestFinished(() => provider.stop());
  return provider;
}

export async function fakeBus(greet: (client: Socket) => void): Promise<FakeBus> {
  const bus = await startFakeBus(greet);
  onTestFinished(() => bus.stop());
  return bus;
}

/** Owns a name on the bus until the test ends, and ignores all calls. */
export async function nameOwner(bus: SessionBus, name: string): Promise<void> {
  const peer = new BusPeer(bus, () => undefined);
  await peer.own([name]);
  onTestFinished(() => peer.leave());
}

/** Creates a folder for `PATH` that contains programs with these names. All of them fail. */
export function programs(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-path-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of names) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 1\n');
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
