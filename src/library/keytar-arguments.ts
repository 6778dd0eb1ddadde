/** What keytar calls each of its arguments: in its JavaScript where it lacks, in its native part where it is no text. */
const words = {
  service: { required: 'Service', typed: 'service' },
  account: { required: 'Account', typed: 'username' },
  password: { required: 'Password', typed: 'password' },
} as const;

/** Throws what keytar 7.9 throws, in its order: first whether each is there, then whether each is a string. */
export function checkArguments(given: Readonly<Partial<Record<keyof typeof words, unknown>>>): void {
  const parts = (['service', 'account', 'password'] as const).filter((part) => part in given);
  for (const part of parts) {
    if (!isThere(given[part])) throw new Error(`${words[part].required} is required.`);
  }
  for (const part of parts) {
    if (typeof given[part] !== 'string') throw new TypeError(`Parameter '${words[part].typed}' must be a string`);
  }
}

/** An empty list is not there either; anything else that is no string is. */
function isThere(value: unknown): boolean {
  return Boolean(value) && !(Number((value as { readonly length?: unknown }).length) <= 0);
}
