import { createLazyLock } from '../adapters/files/lazy-lock.ts';
import type { AuthorizationServerOptions } from '../adapters/sign-in/oauth/settings.ts';
import type { Context } from '../app/context.ts';
import type { Profile } from '../domain/profile.ts';
import type { Mutex } from '../ports/mutex.ts';
import type { RunChild } from '../ports/run-child.ts';
import type { AuthorizationServer } from '../ports/sign-in/authorization-server.ts';
import type { DeviceSignIn } from '../ports/sign-in/device-sign-in.ts';

/** What a command works with. */
export interface Cli {
  readonly profile: Profile;
  /** As the process was given it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly services: Services;
  /** Reads the settings and wires the stores. A setting that means nothing → rejects with its code. */
  context(options?: { readonly prompting?: boolean }): Context;
  /** Writes to stdout. */
  print(output: string | Uint8Array): Promise<void>;
  /** What the program will exit with, where that is not 0. */
  exitWith(code: number): void;
}

/** What some commands take beside the stores. Each is loaded when it is first wanted. */
export interface Services {
  /** Of all processes that renew or write an application's sign-ins, one at a time. */
  signInMutex(context: Context): Mutex;
  authorizationServer(options: Omit<AuthorizationServerOptions, 'clock'>): Promise<AuthorizationServer>;
  deviceSignIn(): Promise<DeviceSignIn>;
  /** Shows a page in the user's browser. Rejects where there is none. */
  openBrowser(url: string): Promise<void>;
  childRunner(): Promise<RunChild>;
}

/** How long one process may take to renew before the others give up notifyWaiting: a server has 10 s to answer a request. */
const renewalLimitMs = 30_000;

const clock = () => new Date().toISOString();

export const services: Services = {
  signInMutex: ({ settings }) =>
    createLazyLock({
      path: `${settings.credentialsPath}.sign-in`,
      label: 'lock of the sign-in',
      limitMs: renewalLimitMs,
    }),
  async authorizationServer(options) {
    const { createAuthorizationServer } = await import('../adapters/sign-in/oauth/authorization-server.ts');
    return createAuthorizationServer({ ...options, clock });
  },
  async deviceSignIn() {
    const { createDeviceSignIn } = await import('../adapters/sign-in/dify/device-sign-in.ts');
    return createDeviceSignIn({ clock });
  },
  async openBrowser(url) {
    const { default: open } = await import('open');
    await open(url);
  },
  async childRunner() {
    const { runChild } = await import('../adapters/process/run-child.ts');
    return runChild;
  },
};
