import { CredentialError } from '../credential-error.ts';

const shape = /^jsm_[A-Za-z0-9_-]{16,}$/;

/** Gives back a key that looks like one of jsm's; anything else → `invalid-input`, without repeating it. */
export function checkApiKey(key: string): string {
  if (shape.test(key)) return key;
  throw new CredentialError('invalid-input', 'this does not look like an API key', {
    hint: 'a key is jsm_ and at least 16 letters, digits, - or _; make one at /account/api-keys',
  });
}
