import { expect, type TestContext, test } from 'vitest';
import type { Message } from '../../src/adapters/secret-service/dbus/message.ts';
import type { Value } from '../../src/adapters/secret-service/dbus/value.ts';
import { describeStore } from '../contract/require-stores.ts';
import { FakeProvider, type FakeProviderOptions } from '../faults/fake-provider.ts';
import { errorAnswer, tokenAnswer } from '../support/dify-host.ts';
import { missingSessionBus, startSessionBus } from '../support/session-bus.ts';
import { DifyWorld } from './dify-world.ts';

interface Watched {
  readonly world: DifyWorld;
  readonly provider: FakeProvider;
  /** The attributes of each item that was made, in order. */
  readonly made: Readonly<Record<string, string>>[];
}

describeStore('a provider that writes down what it is told', 'secret-service', missingSessionBus(), () => {
  async function watch(context: TestContext, options: FakeProviderOptions = {}): Promise<Watched> {
    const made: Readonly<Record<string, string>>[] = [];
    const CreateItem = (call: Message) => {
      made.push(attributesIn(call));
      return undefined;
    };
    const bus = await startSessionBus();
    const provider = await FakeProvider.start(bus, { ...options, instead: { CreateItem } });
    context.onTestFinished(async () => {
      await provider.stop();
      await bus.stop();
    });
    return { world: new DifyWorld(context, { DBUS_SESSION_BUS_ADDRESS: bus.address }), provider, made };
  }

  test('[CLI11] a sign-in probes once, by one sentinel under the service difyctl, however long it takes', async (context) => {
    const { world, provider, made } = await watch(context);
    const done = tokenAnswer({ token: 'token-of-alice', account: { id: 'alice' } });
    const host = await world.hostOf('alice', { token: [errorAnswer('authorization_pending'), done] });
    await world.loginAt(host);
    expect(made).toHaveLength(2);
    expect(made[0]).toMatchObject({ service: 'difyctl' });
    expect(made[0]?.username).not.toContain('alice');
    expect(made[1]).toMatchObject({ service: 'difyctl', username: `alice@${host.url}` });
    const [sentinel, gone, kept] = ['CreateItem', 'Delete', 'CreateItem'];
    expect(provider.calls.filter((call) => /^(CreateItem|Delete)$/.test(call))).toEqual([sentinel, gone, kept]);
    expect(provider.items.size).toBe(1);
  });

  test('[CLI12] where the keyring locks while the user signs in, the choice stands: it is not probed anew, and nothing is kept elsewhere', async (context) => {
    const { world, provider, made } = await watch(context);
    const host = await world.hostOf('alice');
    const running = world.sandbox.begin(`difyctl auth login --host ${host.url}`);
    await running.matching(/to sign in, open/);
    provider.locked = true;
    const { stderr, exit } = await running.end;
    expect(stderr).toMatch(/difyctl: .*locked/);
    expect(exit).toBe(1);
    expect(made).toHaveLength(1);
    expect(world.sandbox.run('ls .config/difyctl').stdout).not.toContain('tokens.json');
  });

  test('[CLI13] no command that only reads or removes probes', async (context) => {
    const { world, provider, made } = await watch(context);
    await world.loginAt(await world.hostOf('alice'));
    for (const command of ['status', 'token', 'prune', 'logout']) {
      expect((await world.difyctl(`auth ${command}`)).exit).toBe(0);
    }
    expect(made).toHaveLength(2);
    expect(provider.items.size).toBe(0);
  });

  test('[CLI14] KeePassXC, by a stand-in that has its name: the sign-in goes there, and no sentinel to its recycle bin', async (context) => {
    const { world, provider, made } = await watch(context, { names: ['org.keepassxc.KeePassXC.MainWindow'] });
    const host = await world.hostOf('alice');
    expect((await world.loginAt(host)).stdout).toContain('in the Secret Service');
    expect(made).toEqual([expect.objectContaining({ service: 'difyctl', username: `alice@${host.url}` })]);
    expect(await world.tokenAt(host)).toBe('token-of-alice');
    expect(provider.calls).not.toContain('Prompt');
  });
});

/** The attributes that an item is to be made with. */
function attributesIn(call: Message): Readonly<Record<string, string>> {
  const [properties] = call.body('a{sv}(oayays)b');
  const given = new Map(properties as [string, [string, Value]][]);
  const [, attributes] = given.get('org.freedesktop.Secret.Item.Attributes') ?? ['', []];
  return Object.fromEntries(attributes as [string, string][]);
}
