import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { describeStore } from '../contract/require-stores.ts';
import { freshSecret } from '../contract/secrets.ts';
import { type Death, startDeadlyBus } from '../support/deadly-bus.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { createHomeContext } from '../support/home-context.ts';
import { findScript } from '../support/programs.ts';
import { Sandbox } from './sandbox.ts';

const never: Death = { nth: Number.POSITIVE_INFINITY, when: 'unheard' };
const keyringId = 'secret-service';

describeStore('keystow migrate, killed', 'secret-service', missing(), () => {
  let keyring: GnomeKeyring;
  beforeAll(async () => {
    keyring = await startGnomeKeyring('unlocked');
  });
  afterAll(() => keyring.stop());

  /** Creates a home with one credential, which is in `from`. */
  async function createHome(from: StoreId, account: string) {
    const sandbox = new Sandbox({ DBUS_SESSION_BUS_ADDRESS: keyring.bus.address });
    const name = { service: 'demo', account };
    const secret = freshSecret();
    const context = createHomeContext(sandbox.home, sandbox.environment);
    await setCredential(context, name, secret, {
      selected: { status: 'selected', store: from, skipped: [], rules: [] },
    });
    return { sandbox, context, name, secret };
  }

  /** Runs a migration until it is killed. Returns its calls on the bus, and the exit code or signal. */
  async function migrate({ environment }: Sandbox, to: StoreId, death: Death) {
    let kill = () => {};
    const bus = await startDeadlyBus(keyring.bus, death, () => kill());
    const child = spawn(process.execPath, [findScript('keystow'), 'migrate', '--to', to], {
      env: { ...environment, ...bus.environment },
      stdio: 'ignore',
    });
    kill = () => void child.kill('SIGKILL');
    const [code, signal] = await once(child, 'exit');
    await bus.stop();
    return { calls: bus.calls, end: signal ?? code };
  }

  test.each([
    ['file', keyringId],
    [keyringId, 'file'],
  ] as const)(
    '[CLI37] from %s to %s, at each call on the bus: it is still read, and the same again ends as if nothing had been',
    async (from, to) => {
      const { calls } = await migrate((await createHome(from, `${from}-whole`)).sandbox, to, never);
      for (const { nth, when } of deathsIn(calls)) {
        const account = `${from}-${nth}-${when}`;
        const { sandbox, context, name, secret } = await createHome(from, account);
        expect((await migrate(sandbox, to, { nth, when })).end, account).toBe('SIGKILL');
        expect((await getCredential(context, name))?.equals(secret), account).toBe(true);
        expect((await migrate(sandbox, to, never)).end, account).toBe(0);
        for (const store of ['file', keyringId] as const) {
          const copy = await (await context.stores.open(store)).get(name);
          expect(copy?.equals(secret) ?? false, `${account} in ${store}`).toBe(store === to);
        }
        expect((await context.placement.read()).placement).toMatchObject([{ ...name, store: to, stale: [] }]);
        expect(filesOf(context).filter((file) => !file.endsWith('.json'))).toEqual([]);
        await context.stores.close();
        sandbox.remove();
      }
    },
  );
});

/** Kills before each call after the probe (which ends by deleting the sentinel), and also after each call that changes something. */
function deathsIn(calls: readonly string[]): readonly Death[] {
  const afterProbe = calls.indexOf('Delete') + 1;
  expect(afterProbe).toBeGreaterThan(0);
  expect(calls.length).toBeGreaterThan(afterProbe);
  return calls
    .flatMap((method, index): Death[] => {
      const unheard: Death = { nth: index + 1, when: 'unheard' };
      return /Create|Set|Delete/.test(method) ? [unheard, { nth: index + 1, when: 'answered' }] : [unheard];
    })
    .filter(({ nth }) => nth > afterProbe);
}

function filesOf({ settings }: Context): readonly string[] {
  return readdirSync(join(settings.credentialsPath, '..'));
}
