import type { TestContext } from 'vitest';
import { codeAnswer, type DifyHost, type DifyScript, startDifyHost, tokenAnswer } from '../support/dify-host.ts';
import { type GnomeKeyring, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { type Run, Sandbox } from './sandbox.ts';

type Cleanup = Pick<TestContext, 'onTestFinished'>;

/** A sandbox with difyctl, and hosts to sign in at. All are removed with the test, which may run concurrently. */
export class DifyWorld {
  readonly sandbox: Sandbox;
  readonly #cleanup: Cleanup;

  constructor(cleanup: Cleanup, environment: Readonly<Record<string, string>> = {}) {
    this.#cleanup = cleanup;
    this.sandbox = new Sandbox(environment);
    cleanup.onTestFinished(() => this.sandbox.remove());
  }

  /** Starts a host where `id` is signed in without waiting, with the token `token-of-ID`. */
  async hostOf(id: string, script: DifyScript = {}): Promise<DifyHost> {
    const token = tokenAnswer({ token: `token-of-${id}`, account: { id, email: `${id}@example.com` } });
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })], token: [token], ...script });
    this.#cleanup.onTestFinished(() => host.stop());
    return host;
  }

  /** `storage`: the value of DIFY_TOKEN_STORAGE. */
  difyctl(command: string, storage?: string): Promise<Run> {
    return this.sandbox.begin(`difyctl ${command}`, storage === undefined ? {} : { DIFY_TOKEN_STORAGE: storage }).end;
  }

  /** Signs in at a host. Throws an error with stderr if that fails. */
  async loginAt(host: DifyHost, storage?: string): Promise<Run> {
    const run = await this.difyctl(`auth login --host ${host.url}`, storage);
    if (run.exit !== 0) throw new Error(run.stderr);
    return run;
  }

  async tokenAt(host: DifyHost, storage?: string): Promise<string> {
    return (await this.difyctl(`auth token --host ${host.url}`, storage)).stdout;
  }
}

/** With an unlocked GNOME Keyring. */
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

  /** The accounts of all items with the service `difyctl`, sorted. */
  accounts(): readonly string[] {
    const { stdout, stderr } = this.sandbox.run('secret-tool search --all service difyctl');
    return [...`${stdout}${stderr}`.matchAll(/^attribute\.username = (.*)$/gm)].map(([, name = '']) => name).sort();
  }
}
