import { deepEqual, equal } from 'node:assert/strict';
import {
  findValue,
  formatAttributes,
  parseAttributes,
  parseGitSecret,
  parseGitUsername,
  serialiseGitSecret,
  toGitName,
  toGitService,
} from '../../../src/domain/protocols/git-credential.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

/** What git sends to a credential helper, and what is stored for it. */
export const gitRequest: FuzzTarget = {
  name: 'git-request',
  check(input) {
    const text = input.toString('latin1');
    const secret = parseGitSecret(text);
    deepEqual(parseGitSecret(serialiseGitSecret(secret)), secret);
    const request = tryParse(() => parseAttributes(text), hasCode('invalid-input'));
    if (request === undefined) return;
    deepEqual(parseAttributes(formatAttributes(request)), request);
    const username = findValue(request, 'username');
    const name = tryParse(() => toGitName(toGitService(request), username), hasCode('invalid-input', 'invalid-name'));
    if (name !== undefined) equal(parseGitUsername(name), username);
  },
};
