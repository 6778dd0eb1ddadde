import { expect, type TestContext, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import type { Message, Value } from '../faults/dbus-codec.ts';
import { FakeProvider, type FakeProviderOptions } from '../faults/fake-provider.ts';
import { errorAnswer, tokenAnswer } from '../support/dify-host.ts';
import { missingSessionBus, startSessionBus } from '../support/session-bus.ts';
import { DifyWorld } from './dify-world.ts';

interface Watched {
  readonly world: DifyWorld;
  readonly provider: FakeProvider;
  /** The attributes of each item that was created, in order. */
  readonly created: Readonly<Record<string, string>>[];
}

describeStore('difyctl with a provider that records all calls', 'secret-service', missingSessionBus(), () => {
  async function watch(context: TestContext, options: FakeProviderOptions = {}): Promise<Watched> {
    const created: Readonly<Record<string, string>>[] = [];
    const CreateItem = (call: Message) => {
      created.push(attributesIn(call));
      return undefined;
    };
    const bus = await startSessionBus();
    const provider = await FakeProvider.start(bus, { ...options, instead: { CreateItem } });
    context.onTestFinished(async () => {
      await provider.stop();
      await bus.stop();
    });
    return { world: new DifyWorld(context, { DBUS_SESSION_BUS_ADDRESS: bus.address }), provider, created };
  }

  test('[CLI11] a sign-in probes once, with one sentinel under the service difyctl, however long it takes', async (context) => {
    const { world, provider, created } = await watch(context);
    const done = tokenAnswer({ token: 'token-of-alice', account: { id: 'alice' } });
    const host = await world.hostOf('alice', { token: [errorAnswer('authorization_pending'), done] });
    await world.loginAt(host);
    expect(created).toHaveLength(2);
    expect(created[0]).toMatchObject({ service: 'difyctl' });
    expect(created[0]?.username).not.toContain('alice');
    expect(created[1]).toMatchObject({ service: 'difyctl', username: `alice@${host.url}` });
    const [sentinel, removal, signIn] = ['CreateItem', 'Delete', 'CreateItem'];
    expect(provider.calls.filter((call) => /^(CreateItem|Delete)$/.test(call))).toEqual([sentinel, removal, signIn]);
    expect(provider.items.size).toBe(1);
  });

  test('[CLI12] if the keyring is locked during the sign-in, it is not probed again, and the token goes to the encrypted file with a warning', async (context) => {
    const { world, provider, created } = await watch(context);
    const host = await world.hostOf('alice');
    const running = world.sandbox.begin(`difyctl auth login --host ${host.url}`);
    await running.matching(/to sign in, open/);
    provider.locked = true;
    const { stdout, stderr, exit } = await running.end;
    expect(stderr).toMatch(/difyctl: .*locked/);
    expect(stdout).toContain('in the encrypted file');
    expect(exit).toBe(0);
    expect(created).toHaveLength(1);
    expect(world.sandbox.run('ls .config/difyctl').stdout).toContain('tokens.json');
  });

  test('[CLI13] commands that only read or remove do not probe', async (context) => {
    const { world, provider, created } = await watch(context);
    await world.loginAt(await world.hostOf('alice'));
    for (const command of ['status', 'token', 'prune', 'logout']) {
      expect((await world.difyctl(`auth ${command}`)).exit).toBe(0);
    }
    expect(created).toHaveLength(2);
    expect(provider.items.size).toBe(0);
  });

  test('[CLI14] a sign-in is stored in a stand-in for KeePassXC without a sentinel', async (context) => {
    const { world, provider, created } = await watch(context, { names: ['org.keepassxc.KeePassXC.MainWindow'] });
    const host = await world.hostOf('alice');
    expect((await world.loginAt(host)).stdout).toContain('in the Secret Service');
    expect(created).toEqual([expect.objectContaining({ service: 'difyctl', username: `alice@${host.url}` })]);
    expect(await world.tokenAt(host)).toBe('token-of-alice');
    expect(provider.calls).not.toContain('Prompt');
  });
});

/** The attributes in a call of CreateItem. */
function attributesIn(call: Message): Readonly<Record<string, string>> {
  const [properties] = call.body('a{sv}(oayays)b');
  const given = new Map(properties as [string, [string, Value]][]);
  const [, attributes] = given.get('org.freedesktop.Secret.Item.Attributes') ?? ['', []];
  return Object.fromEntries(attributes as [string, string][]);
}
