import { expectHidden } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';

/** Holds that an error shows none of these texts, however deep it is looked into. */
export function expectAllHidden(error: unknown, secrets: readonly (string | undefined)[]): void {
  const known = secrets.filter((secret) => secret !== undefined && secret !== '');
  if (known.length === 0) throw new Error('nothing was looked for');
  for (const secret of known) expectHidden(error, textSecret(secret ?? ''));
}
