import { equal } from 'node:assert/strict';
import { aws } from '../../../src/domain/protocols/aws.ts';
import { docker } from '../../../src/domain/protocols/docker.ts';
import { git } from '../../../src/domain/protocols/git.ts';
import { keyring } from '../../../src/domain/protocols/keyring.ts';
import { kubernetes } from '../../../src/domain/protocols/kubernetes.ts';
import type { Protocol, RawRequest } from '../../../src/domain/protocols/protocol.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

const stores: readonly (readonly [protocol: Protocol, args: readonly string[]])[] = [
  [aws, ['work', '--store']],
  [kubernetes, ['robot', '--store']],
  [keyring, ['set', 'https://pypi.example/simple/', 'alice']],
  [docker, ['store']],
  [git, ['store']],
];

const info = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}';

/** What clients send to be stored, and what's read from a store. The same text is passed to each protocol. */
export const protocolRequest: FuzzTarget = {
  name: 'protocol-request',
  check(input) {
    for (const [protocol, args] of stores) check(protocol, args, input);
  },
};

function check(protocol: Protocol, args: readonly string[], input: Buffer): void {
  const text = input.toString(protocol.encoding ?? 'utf-8');
  const variables = { KUBERNETES_EXEC_INFO: text.startsWith('{"kind":"ExecCredential"') ? text : info };
  const raw: RawRequest = {
    args,
    text,
    variables,
    isTerminal: false,
    isRepeated: false,
    nowMs: 0,
    sha256: () => 'hash',
  };
  protocol.isInteractive?.(raw);
  const step = tryParse(() => protocol.parse(raw), hasCode('invalid-input', 'invalid-name'));
  if (step?.kind !== 'store') return;
  // A stored credential can be read.
  const { name, secret, request } = step;
  const found = protocol.outcomes.found(
    { name, text: secret },
    { ...Object(request), nowMs: 0, server: 'x', mode: 'password' },
  );
  if (protocol !== git) equal(found?.kind, 'reply');
  tryParse(() => protocol.outcomes.found({ name, text }, request), hasCode('failed', 'invalid-input'));
}
