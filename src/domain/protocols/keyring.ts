import { CredentialError } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';
import {
  errorsOnStderr,
  hasControlCharacters,
  type Protocol,
  type ProtocolStep,
  rejectUserinfo,
  reply,
  replyError,
  requireLine,
} from './protocol.ts';

interface KeyringRequest {
  readonly name: Partial<CredentialName> & Pick<CredentialName, 'service'>;
  /** `creds`: the user name and the password are printed, each on a line. */
  readonly mode: Mode;
}

type Mode = (typeof modes)[number];

const modes = ['password', 'creds'] as const;

/**
 * The command line of Python's keyring, as pip (`network/auth.py`, `KeyRingCliProvider`) and uv (`uv-auth`, `keyring.rs`) call
 * it: `get SERVICE USER`, `get SERVICE [USER] --mode creds`, `set SERVICE USER` with the password on stdin, `del SERVICE USER`.
 * The credential is the one of that service and user, which Python's keyring shares in the Secret Service.
 */
export const keyring: Protocol<KeyringRequest> = {
  name: 'keyring',
  maxRequestBytes: 64 * 1024,
  framing: (args, isTerminal) => (args.includes('set') && !isTerminal ? 'all' : 'none'),
  parse({ args, isTerminal, text }) {
    const { operation, service, username, mode } = parseArguments(args);
    const request: KeyringRequest = { name: { service, ...(username !== undefined && { account: username }) }, mode };
    if (username === undefined) {
      if (operation !== 'get' || mode !== 'creds') throw usageError('the user name is missing');
      return { kind: 'get', from: { service }, request };
    }
    const name = toCredentialName(service, username);
    switch (operation) {
      case 'get':
        return { kind: 'get', from: { names: [name] }, request };
      case 'del':
        return { kind: 'erase', from: { names: [name] }, request };
      case 'set':
        if (!isTerminal) return store(request, text.replace(/\r?\n$/, ''));
        return { kind: 'ask', question: `Password for ${username} in ${service}:`, hidden: true, request };
      default:
        throw usageError('the operation is not get, set or del');
    }
  },
  outcomes: {
    found(credential, { mode }) {
      const { account } = credential.name;
      const password = requireLine(credential);
      if (mode === 'password') return reply(`${password}\n`);
      if (!hasControlCharacters(account)) return reply(`${account}\n${password}\n`);
      throw new CredentialError('failed', 'the user name has control characters, which this protocol cannot express');
    },
    notFound: () => reply(undefined, 1),
    expired: (_, error) => ({ ...reply(undefined, 1), ...(error && { error }) }),
    stored: () => reply(),
    erased: ({ name }, count) => (count > 0 ? reply() : replyError(notFoundError(name))),
    answered(answer, request) {
      if (answer === undefined) throw usageError('the password is missing from stdin');
      return store(request, answer);
    },
    ...errorsOnStderr,
  },
};

function parseArguments(args: readonly string[]) {
  const words: string[] = [];
  let mode: Mode = 'password';
  for (let index = 0; index < args.length; index++) {
    const word = args[index] as string;
    const [, inline] = /^--mode(?:=(.*))?$/s.exec(word) ?? [undefined, null];
    if (inline === null) {
      if (word.startsWith('-') && word !== '-') throw usageError('an option is unknown');
      words.push(word);
      continue;
    }
    const value = inline ?? args[++index];
    const found = modes.find((known) => known === value);
    if (found === undefined) throw usageError('--mode is not password or creds');
    mode = found;
  }
  const [operation = '', service = '', username, ...rest] = words;
  if (rest.length > 0) throw usageError('there are too many arguments');
  rejectUserinfo(service);
  return { operation, service, username, mode };
}

function store(request: KeyringRequest, password: string): ProtocolStep<KeyringRequest> {
  const { service, account = '' } = request.name;
  if (password === '') throw new CredentialError('invalid-input', 'the password is empty, so nothing was stored');
  if (!hasControlCharacters(password)) {
    return { kind: 'store', name: toCredentialName(service, account), secret: password, request };
  }
  throw new CredentialError('invalid-input', 'the password has several lines or control characters', {
    hint: 'store it with keystow set',
  });
}

function notFoundError({ service, account = '' }: KeyringRequest['name']): CredentialError {
  return new CredentialError('not-found', `credential not found: ${service} ${account || '""'}`);
}

function usageError(message: string): CredentialError {
  return new CredentialError('invalid-input', message, {
    hint: 'keystow helper keyring get|set|del SERVICE USER, or get SERVICE --mode creds',
  });
}
