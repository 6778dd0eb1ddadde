import { execFile } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serviceName } from '../../src/adapters/secret-service/calls.ts';
import { missingGraphical, type ProviderProcess, startProvider } from './provider-process.ts';
import { missingProgram, missingSessionBus, type SessionBus, startSessionBus } from './session-bus.ts';
import { readSituationFile } from './situation-file.ts';

/** `switched-off`: the daemon runs, but its Secret Service is off. */
export type WalletState = 'open' | 'locked' | 'switched-off';

/** A KWallet for one test, on its own session bus. */
export interface KWallet {
  readonly bus: SessionBus;
  /** The complete environment of a program that uses it. */
  readonly environment: SessionBus['environment'];
  /** Saves the wallet and restarts the daemon with the same files. */
  restart(state: WalletState): Promise<void>;
  /** Ends the daemon and its bus, and removes their files. */
  stop(): Promise<void>;
}

const ownName = 'org.kde.kwalletd5';
const wallet = 'kdewallet';

/** Returns why KWallet can't run here. */
export function missing(): string | undefined {
  return missingSessionBus() ?? missingProgram('dbus-send') ?? missingGraphical('kwalletd5');
}

export async function startKWallet(state: WalletState): Promise<KWallet> {
  const bus = await startSessionBus();
  const key = createKey(bus);
  let daemon = await startDaemon(bus, 'open');
  await openWallet(bus, key);
  const kwallet: KWallet = {
    bus,
    environment: bus.environment,
    async restart(next) {
      await closeWallet(bus);
      await daemon.end('SIGKILL');
      daemon = await startDaemon(bus, next);
      if (next === 'open') await openWallet(bus, key);
    },
    async stop() {
      await daemon.end('SIGKILL');
      await bus.stop();
    },
  };
  // The daemon's Secret Service contains only wallets that existed when it started.
  await kwallet.restart(state);
  return kwallet;
}

function startDaemon(bus: SessionBus, state: WalletState): Promise<ProviderProcess> {
  const folder = bus.environment.XDG_CONFIG_HOME ?? '';
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kwalletrc'), formatSettings(state));
  return startProvider(bus, state === 'switched-off' ? ownName : serviceName, ['kwalletd5']);
}

const formatSettings = (state: WalletState) =>
  readSituationFile('kwalletrc').replace('SERVES', String(state !== 'switched-off'));

/** Writes a salt and derives a key from a password, as a sign-in to KDE does: kwallet-pam, `kwallet_hash`. */
function createKey({ environment }: SessionBus): Buffer {
  const folder = join(environment.XDG_DATA_HOME ?? '', 'kwalletd');
  const salt = randomBytes(56);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${wallet}.salt`), salt);
  return pbkdf2Sync(randomBytes(16), salt, 50_000, 56, 'sha512');
}

/** Opens the wallet as a sign-in to KDE does. Creates it if it's missing. */
async function openWallet(bus: SessionBus, key: Buffer): Promise<void> {
  await callDaemon(bus, 'pamOpen', `string:${wallet}`, `array:byte:${key.join(',')}`, 'int32:0');
}

/** Closes the wallet, which saves it. */
async function closeWallet(bus: SessionBus): Promise<void> {
  await callDaemon(bus, 'close', `string:${wallet}`, 'boolean:true');
}

async function callDaemon({ environment }: SessionBus, method: string, ...values: readonly string[]): Promise<void> {
  const to = ['--session', '--print-reply', `--dest=${ownName}`, '/modules/kwalletd5', `org.kde.KWallet.${method}`];
  await promisify(execFile)('dbus-send', [...to, ...values], { env: environment });
}
