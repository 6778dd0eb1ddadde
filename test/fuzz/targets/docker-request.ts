import { deepEqual, equal } from 'node:assert/strict';
import { parseDockerLogin, parseDockerServer, toDockerName } from '../../../src/domain/protocols/docker.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

/** What docker sends to a credential helper. */
export const dockerRequest: FuzzTarget = {
  name: 'docker-request',
  check(input) {
    const login = tryParse(() => parseDockerLogin(input.toString()), hasCode('invalid-input'));
    if (login === undefined) return;
    deepEqual(parseDockerLogin(JSON.stringify(login)), login);
    const name = tryParse(() => toDockerName(login), hasCode('invalid-input', 'invalid-name'));
    if (name !== undefined) equal(parseDockerServer(name), login.ServerURL);
  },
};
