import type { Random } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values of every type, and those that are often forgotten. */
const values: readonly Json[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 1, 4_294_967_296],
  ...[
    '',
    ' ',
    '\0',
    '\n',
    '\u001b]0;x\u0007',
    '\u202e',
    '\ud800',
    'x'.repeat(1_100),
    'AAAA',
    'AA==',
    'AB==',
    '2026-02-30T00:00:00.000Z',
  ],
  ...[[], {}, [[]], [null], { a: {} }],
];

const keys = ['__proto__', 'constructor', 'toString', 'length', '', 'kind', 'version', 'format'];

/** A place in a value: a list or an object, and the key of a part of it. */
interface Place {
  readonly parent: Record<string, Json>;
  readonly key: string;
}

/**
 * Changes one part of a JSON text, which stays JSON. Returns `undefined` if the input isn't JSON, has no parts, or is nested
 * too deeply to be copied.
 */
export function mutateJson(bytes: Buffer, random: Random): Buffer | undefined {
  try {
    const root: Json = JSON.parse(bytes.toString());
    const places = findPlaces(root);
    if (places.length === 0) return undefined;
    change(random.pick(places), places, random);
    return Buffer.from(JSON.stringify(root));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Goes only so deep that it doesn't exhaust the stack. */
function findPlaces(value: Json, depth = 0): Place[] {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return [];
  const parent = value as Record<string, Json>;
  return Object.keys(value).flatMap((key) => [{ parent, key }, ...findPlaces(parent[key] as Json, depth + 1)]);
}

const maxDepth = 20;

function change({ parent, key }: Place, places: readonly Place[], random: Random): void {
  const other = random.pick(places);
  switch (random.below(6)) {
    case 0:
      remove(parent, key);
      break;
    case 1:
      // A copy, because the other place may be inside this one.
      parent[key] = structuredClone(other.parent[other.key] as Json);
      break;
    case 2:
      if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)] as Json));
      else define(parent, random.pick(keys), parent[key] as Json);
      break;
    case 3:
      parent[key] = nest(random.pick(values), random.pick([1, 2, 200]));
      break;
    case 4:
      if (typeof parent[key] === 'string') parent[key] = `${parent[key]}${random.pick(values)}`;
      else parent[key] = random.pick(values);
      break;
    default:
      parent[key] = random.pick(values);
  }
}

function remove(parent: Record<string, Json>, key: string): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

/** Unlike an assignment, creates a key `__proto__`, as JSON does. */
function define(parent: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(parent, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function nest(value: Json, depth: number): Json {
  let nested = value;
  for (let level = 0; level < depth; level += 1) nested = [nested];
  return nested;
}
