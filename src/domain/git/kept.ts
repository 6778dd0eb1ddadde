import { type Attributes, valueFor } from './attributes.ts';

/** What may stand beside a password, or in its place. */
const further = ['authtype', 'credential', 'password_expiry_utc', 'oauth_refresh_token'] as const;

/**
 * The secret that a credential is kept as: the password and nothing else where git says nothing else, or, as git's own
 * helpers for libsecret, macOS and Windows have it, each further attribute on a line of its own behind it. Latin-1.
 */
export function keptText(credential: Attributes): string {
  const lines = further.flatMap((key) => {
    const value = valueFor(credential, key);
    return value === undefined ? [] : [`\n${key}=${value}`];
  });
  return [valueFor(credential, 'password') ?? '', ...lines].join('');
}

/** Reads what {@link keptText} gives. A line that it never writes says nothing. */
export function parseKept(text: string): Attributes {
  const [
    // Stryker disable next-line StringLiteral: a split text always has a first part
    password = '',
    ...lines
  ] = text.split('\n');
  const beside = further.flatMap((key): Attributes => {
    const line = lines.find((line) => line.startsWith(`${key}=`));
    return line === undefined ? [] : [[key, line.slice(key.length + 1)]];
  });
  // A pre-encoded credential does without a password; elsewhere an empty password is one.
  const alone = password === '' && valueFor(beside, 'credential') !== undefined;
  return alone ? beside : [['password', password], ...beside];
}

/** Whether a credential is past its time (seconds since the epoch); one that names no time never is. */
export function isExpired(credential: Attributes, nowMs: number): boolean {
  const expiry =
    valueFor(credential, 'password_expiry_utc') ??
    // Stryker disable next-line StringLiteral: any text that isn't a number will do
    '';
  return /^[1-9]\d*$/.test(expiry) && Number(expiry) * 1000 <= nowMs;
}

/**
 * Whether `kept` is the credential that a request describes. It may say more: an older git repeats nothing that it does
 * not understand.
 */
export function says(kept: Attributes, request: Attributes): boolean {
  return ['password', ...further].every((key) => agree(kept, request, key));
}

/** Whether `kept` is the secret that a request says did not serve; one that does not say which is about any. */
export function isRejected(kept: Attributes, request: Attributes): boolean {
  return ['password', 'credential'].every((key) => agree(kept, request, key));
}

function agree(kept: Attributes, request: Attributes, key: string): boolean {
  const asked = valueFor(request, key);
  return asked === undefined || asked === valueFor(kept, key);
}
