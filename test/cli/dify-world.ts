import type { TestContext } from 'vitest';
import { codeAnswer, type DifyHost, type DifyScript, startDifyHost, tokenAnswer } from '../support/dify-host.ts';
import { type GnomeKeyring, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { type Run, Sandbox } from './sandbox.ts';

type Cleanup = Pick<TestContext, 'onTestFinished'>;

/** A home with difyctl, and hosts to sign in at. All ends with the test, which may be one of several at once. */
export class DifyWorld {
  readonly sandbox: Sandbox;
  readonly #cleanup: Cleanup;

  constructor(cleanup: Cleanup, environment: Readonly<Record<string, string>> = {}) {
    this.#cleanup = cleanup;
    this.sandbox = new Sandbox(environment);
    cleanup.onTestFinished(() => this.sandbox.remove());
  }

  /** A host where `id` signs in at once with the token `token-of-ID`. */
  async hostOf(id: string, script: DifyScript = {}): Promise<DifyHost> {
    const token = tokenAnswer({ token: `token-of-${id}`, account: { id, email: `${id}@example.com` } });
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })], token: [token], ...script });
    this.#cleanup.onTestFinished(() => host.stop());
    return host;
  }

  /** `storage`: what DIFY_TOKEN_STORAGE is set to. */
  difyctl(command: string, storage?: string): Promise<Run> {
    return this.sandbox.begin(`difyctl ${command}`, storage === undefined ? {} : { DIFY_TOKEN_STORAGE: storage }).end;
  }

  /** Signs in at a host. Rejects with what was said where that failed. */
  async loginAt(host: DifyHost, storage?: string): Promise<Run> {
    const run = await this.difyctl(`auth login --host ${host.url}`, storage);
    if (run.exit !== 0) throw new Error(run.stderr);
    return run;
  }

  async tokenAt(host: DifyHost, storage?: string): Promise<string> {
    return (await this.difyctl(`auth token --host ${host.url}`, storage)).stdout;
  }
}

/** The same with a gnome-keyring, which is unlocked. */
export class KeyringWorld extends DifyWorld {
  readonly keyring: GnomeKeyring;

  static async start(cleanup: Cleanup): Promise<KeyringWorld> {
    const keyring = await startGnomeKeyring('unlocked');
    cleanup.onTestFinished(() => keyring.stop());
    return new KeyringWorld(cleanup, keyring);
  }

  private constructor(cleanup: Cleanup, keyring: GnomeKeyring) {
    super(cleanup, { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address });
    this.keyring = keyring;
  }

  /** The accounts of all its items under the service `difyctl`, sorted. */
  accounts(): readonly string[] {
    const { stdout, stderr } = this.sandbox.run('secret-tool search --all service difyctl');
    return [...`${stdout}${stderr}`.matchAll(/^attribute\.username = (.*)$/gm)].map(([, name = '']) => name).sort();
  }
}
