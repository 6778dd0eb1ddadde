import { CredentialError } from '../credential-error.ts';
import {
  buildGitAnswer,
  capabilities,
  findValue,
  findValues,
  formatAttributes,
  type GitAttributes,
  hasCapability,
  isGitSecretExpired,
  isRejected,
  matchesRequest,
  parseAttributes,
  parseBoolean,
  parseGitSecret,
  parseGitUsername,
  requireCompleteLines,
  serialiseGitSecret,
  toGitName,
  toGitService,
} from './git-credential.ts';
import {
  type Candidates,
  errorsOnStderr,
  type Protocol,
  type ProtocolStep,
  type RawRequest,
  type Reply,
  reply,
  replyError,
} from './protocol.ts';

interface GitRequest {
  readonly attributes: GitAttributes;
  readonly raw: RawRequest;
}

const operations = ['get', 'store', 'erase'];

/**
 * git's credential helper protocol: gitcredentials(7), git-credential(1). The arguments are an operation and, to store empty
 * passwords too, `--allow-empty`.
 *
 * - a credential that can be used now is preferred to one that only has a refresh token
 * - `erase` removes only the password or the credential that git rejected, if it says which: another program may have stored
 *   a better one meanwhile
 */
export const git: Protocol<GitRequest> = {
  name: 'git',
  encoding: 'latin1',
  maxRequestBytes: 16 * 1024 * 1024,
  variables: ['GIT_TERMINAL_PROMPT'],
  framing: (args) => (operations.includes(findOperation(args)) ? 'paragraph' : 'none'),
  isInteractive: ({ variables: { GIT_TERMINAL_PROMPT } }) =>
    GIT_TERMINAL_PROMPT === undefined || parseBoolean(GIT_TERMINAL_PROMPT),
  parse(raw) {
    const operation = findOperation(raw.args);
    if (operation === 'capability')
      return reply(['version 0', ...capabilities.map((name) => `capability ${name}`), ''].join('\n'));
    // Unknown operations are ignored, as gitcredentials(7) requires.
    if (!operations.includes(operation)) return reply();
    const attributes = parseAttributes(raw.text);
    const request = { attributes, raw };
    if (operation !== 'get') requireCompleteLines(raw.text);
    switch (operation) {
      case 'get':
        return { kind: 'get', from: findCandidates(attributes), request };
      case 'erase':
        return {
          kind: 'erase',
          from: findCandidates(attributes),
          request,
          matches: ({ text }) => isRejected(parseGitSecret(text ?? ''), attributes),
        };
      default:
        return store(request);
    }
  },
  outcomes: {
    found({ name, text = '' }, request) {
      const { attributes, raw } = request;
      const answer = buildGitAnswer(attributes, parseGitUsername(name), parseGitSecret(text), raw.nowMs);
      if (answer === undefined) return undefined;
      if (answer.kind === 'usable') return print(addStateMark(request, answer.attributes));
      return { kind: 'lastResort', reply: print(answer.attributes) };
    },
    notFound: () => reply(),
    expired: (_, error) => ({ ...reply(undefined, 0), ...(error && { error }) }),
    stored: () => reply(),
    erased: () => reply(),
    ...errorsOnStderr,
    // Makes git stop instead of prompting the user itself.
    cancelled: (error, { args }) => ({
      ...replyError(error),
      ...(findOperation(args) === 'get' && { stdout: formatAttributes([['quit', '1']]) }),
    }),
  },
};

function findOperation(args: readonly string[]): string {
  return args.find((arg) => arg !== allowEmpty) ?? '';
}

const allowEmpty = '--allow-empty';

/** The named user's credential, or every user's of that host. */
function findCandidates(attributes: GitAttributes): Candidates {
  const service = toGitService(attributes);
  const username = findValue(attributes, 'username');
  return username === undefined ? { service } : { names: [toGitName(service, username)] };
}

/**
 * Git sends every credential that worked, every time, so one that's already stored isn't written again.
 *
 * - `ephemeral` → not stored
 * - neither user name and password, nor authtype and credential → `invalid-input`
 * - the password or the credential is empty → `invalid-input`, unless `--allow-empty`, or the user name is empty too, and
 *   nothing is stored for it: git signs in like that where Kerberos does the rest (`http.emptyAuth`)
 */
function store(request: GitRequest): ProtocolStep<GitRequest> {
  const { attributes, raw } = request;
  const name = toGitName(toGitService(attributes), findValue(attributes, 'username'));
  const has = (key: string) => findValue(attributes, key) !== undefined;
  if (has('credential') ? !has('authtype') : !has('username') || !has('password')) {
    throw new CredentialError('invalid-input', 'the user name or the password is missing from the request');
  }
  if (parseBoolean(findValue(attributes, 'ephemeral')) || hasStateMark(request)) return reply();
  const isEmpty = !findValue(attributes, has('credential') ? 'credential' : 'password');
  return {
    kind: 'store',
    name,
    secret: serialiseGitSecret(attributes),
    request,
    isUnchanged(text) {
      const stored = parseGitSecret(text);
      // An expired one isn't returned to git, so the same password with a new expiry, or with none, replaces it.
      return !isGitSecretExpired(stored, raw.nowMs) && matchesRequest(stored, attributes);
    },
    check(isRecorded) {
      if (!isEmpty || raw.args.includes(allowEmpty)) return;
      if (findValue(attributes, 'username') === '' && !isRecorded) return;
      throw new CredentialError('invalid-input', 'the password is empty, so nothing was stored', {
        hint: "to store empty passwords: git config --global credential.helper 'keystow --allow-empty'",
      });
    },
  };
}

function print(attributes: GitAttributes): Reply {
  return reply(formatAttributes(attributes));
}

/** Distinguishes our `state[]` from those of other helpers. */
const markPrefix = 'keystow.given=';

/** Git sends `state[]` back with `store`, which shows that the credential came from us and hasn't changed. */
function addStateMark({ attributes, raw }: GitRequest, answer: GitAttributes): GitAttributes {
  if (!hasCapability(attributes, 'state')) return answer;
  return [['capability[]', 'state'], ...answer, ['state[]', createStateMark(raw, answer)]];
}

function hasStateMark({ attributes, raw }: GitRequest): boolean {
  if (!hasCapability(attributes, 'state')) return false;
  const marks = findValues(attributes, 'state[]').filter((state) => state.startsWith(markPrefix));
  return marks.length > 0 && marks.includes(createStateMark(raw, attributes));
}

/** A hash, because git shows the state to every helper that it calls afterwards. */
function createStateMark({ sha256 }: RawRequest, credential: GitAttributes): string {
  return markPrefix + sha256(JSON.stringify([findValue(credential, 'username'), serialiseGitSecret(credential)]));
}
