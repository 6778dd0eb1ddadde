import { CredentialError } from '../credential-error.ts';
import { type CredentialName, formatName, toCredentialName } from '../credential-name.ts';
import { decodeUtf8, encodeUtf8 } from '../text/encodings.ts';
import { isPrintable } from '../text/escape.ts';
import { quoteNameForShell } from '../text/quote.ts';
import {
  findValue,
  isGitSecretExpired,
  parseGitSecret,
  parseGitUsername,
  toGitName,
  toGitService,
} from './git-credential.ts';
import { type Protocol, type ProtocolStep, reply, replyError } from './protocol.ts';

/**
 * What a prompt asks for:
 *
 * - `secret`: a stored credential. `isRetry`: the program says that the last answer was wrong
 * - `username`: the account of the credential that git needs the password of
 * - `confirmation`: a decision, which only the user can make. `isExitCode`: the exit code is the answer
 * - `notice`: nothing
 * - `unknown`: something else, such as a new password or a one-time code. Only the user knows it, and it isn't stored
 */
export type Prompt =
  | { readonly kind: 'secret'; readonly name: CredentialName; readonly isRetry?: true }
  | { readonly kind: 'username'; readonly service: string }
  | { readonly kind: 'confirmation'; readonly isExitCode?: true }
  | { readonly kind: 'notice' | 'unknown' };

interface AskpassRequest {
  readonly prompt: Prompt;
  readonly text: string;
  readonly nowMs: number;
  /** What the user has typed. */
  readonly typed?: string;
}

/**
 * A program for `SSH_ASKPASS`, `SUDO_ASKPASS` and `GIT_ASKPASS`: the prompt is its only argument, and the answer a line on stdout. If
 * it fails, nothing is answered.
 *
 * If nothing is stored, or if the same process asks the same again, because the stored answer was wrong, the user is asked on the
 * terminal.
 */
export const askpass: Protocol<AskpassRequest> = {
  name: 'askpass',
  maxRequestBytes: 0,
  variables: ['SSH_ASKPASS_PROMPT', 'PWD'],
  noticesRepeats: true,
  framing: () => 'none',
  parse({ args, nowMs, variables, isRepeated }) {
    const [text, ...more] = args;
    if (text === undefined || more.length > 0) {
      throw new CredentialError('invalid-input', 'the argument is not one prompt', {
        hint: 'set SSH_ASKPASS to the path of keystow-askpass, and let ssh run it',
      });
    }
    const prompt = parsePrompt(text, { hint: variables.SSH_ASKPASS_PROMPT, folder: variables.PWD });
    const request = { prompt, text, nowMs };
    switch (prompt.kind) {
      case 'secret':
        return prompt.isRetry || isRepeated
          ? askUser(request, 'the stored answer was not accepted')
          : { kind: 'get', from: { names: [prompt.name] }, request };
      case 'username':
        return { kind: 'get', from: { service: prompt.service }, request };
      case 'notice':
        return reply();
      default:
        return askUser(request);
    }
  },
  outcomes: {
    found({ name, text = rejectAnswer('is not UTF-8 text', name) }, { prompt, nowMs }) {
      if (!name.service.startsWith(gitPrefix)) return answer(text, name);
      const stored = parseGitSecret(text);
      if (isGitSecretExpired(stored, nowMs)) return { kind: 'expired' };
      const value = prompt.kind === 'username' ? decodeUsername(name) : findValue(stored, 'password');
      return value ? answer(value, name) : undefined;
    },
    notFound: (request) => askUser(request),
    expired: (request) => askUser(request, 'the stored answer has expired'),
    answered,
    stored: ({ typed = '' }) => answer(typed),
    erased: () => reply(),
    badRequest: (error) => replyError(error, 1),
    failed: (error) => replyError(error, 1),
    cancelled: (error) => ({ ...replyError(error), interruptsCaller: true }),
  },
};

function askUser(request: AskpassRequest, why?: string): ProtocolStep<AskpassRequest> {
  const hidden = request.prompt.kind === 'secret' || request.prompt.kind === 'unknown';
  const text = request.text.trimEnd().replace(/\s*\n/g, ' ');
  const question = why === undefined ? text : `keystow: ${why}. ${text}`;
  // A hidden prompt ends with a blank anyway.
  return { kind: 'ask', question: hidden ? question : `${question} `, hidden, request };
}

/** The second question is whether to store the answer to the first one. */
function answered(typed: string | undefined, request: AskpassRequest): ProtocolStep<AskpassRequest> {
  const { prompt, typed: earlier } = request;
  const isYes = /^y(es)?$/i.test(typed?.trim() ?? '');
  if (earlier !== undefined) {
    if (prompt.kind !== 'secret' || !isYes) return answer(earlier);
    return { kind: 'store', name: prompt.name, secret: earlier, isOptional: true, request };
  }
  if (typed === undefined) return replyError(nobodyToAsk(prompt), 1);
  if (prompt.kind === 'confirmation' && prompt.isExitCode) return isYes ? answer('yes') : reply(undefined, 1);
  if (prompt.kind === 'confirmation') return answer(typed.trim());
  // No program takes an empty line for a refusal, as the user means it.
  if (typed === '') return reply(undefined, 1);
  if (prompt.kind !== 'secret') return answer(typed);
  checkAnswer(typed);
  const question = `Store it as ${formatName(prompt.name)}, for the next time? [y/N] `;
  return { kind: 'ask', question, hidden: false, request: { ...request, typed } };
}

function nobodyToAsk(prompt: Prompt): CredentialError {
  if (prompt.kind !== 'secret') {
    return new CredentialError('not-found', 'only the user can answer this, and there is no terminal to ask on', {
      hint: 'run the command on a terminal',
    });
  }
  return new CredentialError(
    'not-found',
    `no accepted answer is stored as ${formatName(prompt.name)}, and there is no terminal to ask on`,
    { hint: `store it: keystow set ${quoteNameForShell(prompt.name)}` },
  );
}

/** OpenSSH and sudo read no more, and would use the beginning of a longer answer (openssh, readpass.c; sudo, SUDO_CONV_REPL_MAX). */
const maxAnswerBytes = 1023;

function answer(text: string, name?: CredentialName) {
  checkAnswer(text, name);
  return reply(`${text}\n`);
}

function checkAnswer(text: string, name?: CredentialName): void {
  if (/[\0\r\n]/.test(text)) rejectAnswer('contains a line break or a NUL', name);
  if (encodeURIComponent(text).replace(/%../g, '.').length <= maxAnswerBytes) return;
  rejectAnswer(`is longer than ${maxAnswerBytes} bytes`, name);
}

function rejectAnswer(fault: string, name?: CredentialName): never {
  const subject = name === undefined ? 'the answer' : `the secret of ${formatName(name)}`;
  throw new CredentialError('failed', `${subject} ${fault}, so it can't be an answer to a prompt`);
}

/**
 * Parses a prompt. What a server has written is never taken for a prompt of the program itself: OpenSSH puts `(USER@HOST)` before
 * it. OpenSSH before 8.6 doesn't.
 */
export function parsePrompt(
  text: string,
  { hint, folder }: { readonly hint?: string | undefined; readonly folder?: string | undefined } = {},
): Prompt {
  // openssh, readpass.c
  if (hint === 'none') return { kind: 'notice' };
  if (hint === 'confirm') return { kind: 'confirmation', isExitCode: true };
  if (/[([](yes\/no|y\/n)\b|type 'yes'/i.test(text)) return { kind: 'confirmation' };
  const line = text.trimEnd();
  if (!isPrintable(line)) return { kind: 'unknown' };
  const prompt =
    parseKeyPrompt(line, folder) ?? parsePasswordPrompt(line) ?? parseSudoPrompt(line) ?? parseGitPrompt(line);
  return prompt ?? { kind: 'unknown' };
}

/** openssh, sshconnect2.c (with quotation marks), ssh-add.c and ssh-keygen.c. */
function parseKeyPrompt(line: string, folder: string | undefined): Prompt | undefined {
  const [, quoted] = /^Enter passphrase for key '(.+)':$/.exec(line) ?? [];
  const [, again, plain] =
    /^(Enter passphrase for|Bad passphrase, try again for) (?!key ')"?([^"]*[\\/][^"]*?)"?(?: \(will confirm each use\))?:$/.exec(
      line,
    ) ?? [];
  const path = toAbsolutePath(quoted ?? plain, folder);
  if (path === undefined) return undefined;
  const isRetry = again?.startsWith('Bad') ?? false;
  return { kind: 'secret', name: toCredentialName('ssh-key', path), ...(isRetry && { isRetry }) };
}

/** `folder`: what a relative path starts from. */
function toAbsolutePath(path: string | undefined, folder: string | undefined): string | undefined {
  if (path === undefined || /^([a-z]:)?[\\/]/i.test(path)) return path;
  if (!folder?.startsWith('/')) return undefined;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** openssh, sshconnect2.c, cuts the user and the host off: `%.30s@%.128s's password: `. The other form is a server's own prompt. */
function parsePasswordPrompt(line: string): Prompt | undefined {
  const [, user = '', host = ''] =
    /^([^\s'"()]{1,29})@([^\s'"()@]{1,127})'s password:$/.exec(line) ??
    /^\(([^\s'"()]{1,29})@([^\s'"()@]{1,127})\) password(?: for [^:]*)?:$/i.exec(line) ??
    [];
  if (host === '') return undefined;
  return { kind: 'secret', name: toCredentialName(`ssh:${host.toLowerCase()}`, user) };
}

/** sudo's own prompt, `[sudo] password for %p: `, in English or in a language that ends with the user as well. */
function parseSudoPrompt(line: string): Prompt | undefined {
  const [, user] = /^\[sudo\] .*?([^\s:]+) ?:$/.exec(line) ?? [];
  return user === undefined ? undefined : { kind: 'secret', name: toCredentialName('sudo', user) };
}

const gitPrefix = 'git-credential:';

/** git, credential.c: the credential that git-credential-keystow has for this URL. */
function parseGitPrompt(line: string): Prompt | undefined {
  const [, word, , url = ''] = /^(Username|Password) for (['"])([^'"]+)\2:$/.exec(line) ?? [];
  const [, protocol, user, host, path] =
    /^([a-z][a-z\d+.-]*):\/\/(?:([^@/]*)@)?([^@/?#\\\s]+)(?:\/([^?#]*))?$/i.exec(url) ?? [];
  if (protocol === undefined || host === undefined) return undefined;
  const parts = [user ?? '', host, path ?? ''].map(decodePercents);
  if (!parts.every(isPrintable)) return undefined;
  const [username = '', hostBytes = '', pathBytes = ''] = parts.map(encodeUtf8);
  const service = toGitService([
    ['protocol', protocol],
    ['host', hostBytes],
    ...(path === undefined ? [] : [['path', pathBytes] as const]),
  ]);
  return word === 'Username' ? { kind: 'username', service } : { kind: 'secret', name: toGitName(service, username) };
}

/** A text that isn't percent-encoded UTF-8 stays as it is. */
function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function decodeUsername(name: CredentialName): string | undefined {
  const bytes = parseGitUsername(name);
  return bytes && decodeUtf8(bytes);
}
