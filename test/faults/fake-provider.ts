import { setTimeout as wait } from 'node:timers/promises';
import type { SessionBus } from '../support/session-bus.ts';
import { type Answer, BusPeer } from './bus-peer.ts';
import type { Fields, Message, Value } from './dbus-codec.ts';

/** A wrong response to a call: another answer, no answer, or the end of the provider. */
export type FaultyResponse = Answer | 'silence' | 'end';

/** How a fake provider differs from one that is unlocked, never prompts and works. */
export interface FakeProviderOptions {
  /** Bus names that it owns besides the Secret Service’s. keystow recognises a provider by them. */
  readonly names?: readonly string[];
  readonly locked?: boolean;
  /** What the user does with a prompt. `nothing`: the prompt stays open. */
  readonly user?: 'agrees' | 'dismisses' | 'nothing';
  /** The result of a prompt that the user accepts, as a variant. The collection by default. */
  readonly result?: () => Value;
  /** How long the user takes to answer, in milliseconds. */
  readonly thinksMs?: number;
  /** The delay of every answer, in milliseconds. */
  readonly lateMs?: number;
  /** What each answer waits for. */
  readonly until?: (call: Message) => Promise<unknown>;
  /** The response to a call, by method. `undefined`: the correct answer. */
  readonly instead?: Readonly<Record<string, (call: Message) => FaultyResponse | undefined>>;
  /** The response to the `count`th call, from 1. `undefined`: the response of {@link instead}, or the correct answer. */
  readonly misbehaves?: (count: number, call: Message) => FaultyResponse | undefined;
}

interface FakeItem {
  readonly attributes: readonly (readonly [string, string])[];
  readonly modified: bigint;
  secret: Value;
}

const root = '/org/freedesktop/secrets';
const collection = `${root}/collection/fake`;
const prompt = `${root}/prompt/p1`;
const none = '/';

/** A provider of the Secret Service that keeps its items in memory. Tests can choose every answer. */
export class FakeProvider {
  /** The called methods, in order. */
  readonly calls: string[] = [];
  readonly items = new Map<string, FakeItem>();
  readonly #received: Message[] = [];
  locked: boolean;
  readonly #peer: BusPeer;
  readonly #options: FakeProviderOptions;
  #created = 0;

  private constructor(bus: SessionBus, options: FakeProviderOptions) {
    this.#options = options;
    this.locked = options.locked ?? false;
    this.#peer = new BusPeer(bus, (call) => this.#serve(call));
  }

  static async start(bus: SessionBus, options: FakeProviderOptions = {}): Promise<FakeProvider> {
    const provider = new FakeProvider(bus, options);
    await provider.#peer.own(['org.freedesktop.secrets', ...(options.names ?? [])]);
    return provider;
  }

  /** Adds an item, as another tool would. Returns its path. */
  add(attributes: Readonly<Record<string, string>>, text: string, modified = 0n): string {
    this.#created += 1;
    const path = `${collection}/${this.#created}`;
    const secret = [`${root}/session/s1`, new Uint8Array(), new Uint8Array(Buffer.from(text)), 'text/plain'];
    this.items.set(path, { attributes: Object.entries(attributes), modified, secret });
    return path;
  }

  /** Returns the arguments of each call of a method, in order. */
  valuesOf(method: string): Value[][] {
    const calls = this.#received.filter(({ fields }) => fields.member === method);
    return calls.map(({ fields, body }) => body(fields.signature ?? ''));
  }

  /** Answers the open prompt as the user. */
  answer(): void {
    const agreed = this.#options.user !== 'dismisses';
    if (agreed) this.locked = false;
    const fields = { path: prompt, interface: 'org.freedesktop.Secret.Prompt', member: 'Completed', signature: 'bv' };
    const result = this.#options.result?.() ?? ['ao', [collection]];
    this.#peer.signal(fields, [!agreed, agreed ? result : ['ao', []]]);
  }

  signal(fields: Fields, values: readonly Value[]): void {
    this.#peer.signal(fields, values);
  }

  stop(): Promise<void> {
    return this.#peer.leave();
  }

  async #serve(call: Message): Promise<Answer | undefined> {
    const { member = '', path = '', signature = '' } = call.fields;
    const { misbehaves, instead, lateMs, until } = this.#options;
    this.calls.push(member);
    this.#received.push(call);
    const done = misbehaves?.(this.calls.length, call) ?? instead?.[member]?.(call);
    if (done === 'end') await this.stop();
    if (done === 'end' || done === 'silence') return undefined;
    const answer = done ?? this.#answer(member, path, call.body(signature)) ?? unknownObject(path);
    await until?.(call);
    if (lateMs !== undefined) await wait(lateMs, undefined, { ref: false });
    return answer;
  }

  #answer(member: string, path: string, values: readonly Value[]): Answer | undefined {
    const item = this.items.get(path);
    switch (member) {
      case 'OpenSession':
        return { signature: 'vo', values: [['s', ''], `${root}/session/s1`] };
      case 'ReadAlias':
        return { signature: 'o', values: [collection] };
      case 'Get':
        return this.#property(values.join('.'), item);
      case 'SearchItems':
        return this.#search(values[0] as [string, string][]);
      case 'Unlock':
        return this.locked
          ? { signature: 'aoo', values: [[], prompt] }
          : { signature: 'aoo', values: [values[0] as Value, none] };
      case 'Prompt':
        if (this.#options.user !== 'nothing') setTimeout(() => this.answer(), this.#options.thinksMs ?? 5);
        return {};
      case 'Dismiss':
        return {};
      case 'CreateItem':
        return this.#create(values);
      case 'GetSecret':
        return item && { signature: '(oayays)', values: [item.secret] };
      case 'SetSecret':
        if (item !== undefined) item.secret = values[0] as Value;
        return item && {};
      case 'Delete':
        return this.items.delete(path) ? { signature: 'o', values: [none] } : undefined;
      default:
        return undefined;
    }
  }

  #property(name: string, item: FakeItem | undefined): Answer | undefined {
    const known: Record<string, Value> = {
      'Collection.Locked': ['b', this.locked],
      'Collection.Label': ['s', 'fake'],
      'Collection.Items': ['ao', [...this.items.keys()]],
      'Item.Locked': ['b', this.locked],
      'Item.Attributes': ['a{ss}', item?.attributes ?? []],
      'Item.Modified': ['t', item?.modified ?? 0n],
    };
    const value = known[name.replace('org.freedesktop.Secret.', '')];
    return value === undefined ? undefined : { signature: 'v', values: [value] };
  }

  #search(wanted: readonly [string, string][]): Answer {
    const paths = this.#find(wanted);
    return { signature: 'aoao', values: this.locked ? [[], paths] : [paths, []] };
  }

  /** Returns the paths of the items that have these attributes, whatever else they have. */
  #find(wanted: readonly [string, string][]): string[] {
    const has = ({ attributes }: FakeItem) =>
      wanted.every(([key, text]) => attributes.some(([k, t]) => k === key && t === text));
    return [...this.items].filter(([, item]) => has(item)).map(([path]) => path);
  }

  /** Asked to replace, overwrites an item that has these attributes, whatever else it has: as gnome-keyring and KWallet do. */
  #create([properties, secret, replaces]: readonly Value[]): Answer {
    const given = new Map(properties as [string, [string, Value]][]);
    const [, value] = given.get('org.freedesktop.Secret.Item.Attributes') ?? ['', []];
    const attributes = value as [string, string][];
    const [existing] = replaces ? this.#find(attributes) : [];
    if (existing === undefined) this.#created += 1;
    const path = existing ?? `${collection}/${this.#created}`;
    this.items.set(path, { attributes, modified: 0n, secret: secret as Value });
    return { signature: 'oo', values: [path, none] };
  }
}

function unknownObject(path: string): Answer {
  return { errorName: 'org.freedesktop.DBus.Error.UnknownObject', signature: 's', values: [`no ${path}`] };
}
