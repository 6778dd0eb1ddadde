import { createHash } from 'node:crypto';
import { type Attributes, findValue, findValues } from '../../domain/protocols/git/attributes.ts';
import { serialiseGitSecret } from '../../domain/protocols/git/git-credential.ts';

/** Tells a `state[]` of keystow's from those of other helpers. */
const prefix = 'keystow.given=';

/** Stands for a credential that was given to git. A hash, because every helper that git calls afterwards is told it. */
export function markOf(credential: Attributes): string {
  const parts = [findValue(credential, 'username'), serialiseGitSecret(credential)];
  return prefix + createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Whether git stores just what it was given. */
export function isMarked(request: Attributes): boolean {
  const marks = findValues(request, 'state[]').filter((state) => state.startsWith(prefix));
  return marks.length > 0 && marks.includes(markOf(request));
}
