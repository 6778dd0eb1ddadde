import { CredentialError } from '../credential-error.ts';
import type { CredentialName } from '../credential-name.ts';
import { escapeJson } from '../text/escape.ts';
import { quoteForShell } from '../text/quote.ts';

/**
 * A protocol by which other programs ask for credentials, as data: what a request means, and how each outcome is expressed.
 * It's pure. `R` is the protocol's own form of a request.
 */
export interface Protocol<R = unknown> {
  /** `keystow helper NAME`. */
  readonly name: string;
  /** How stdin, stdout and secrets are encoded. Default: `utf-8`; bytes that aren't → {@link Outcomes.badRequest}. */
  readonly encoding?: 'utf-8' | 'latin1';
  /** Larger requests → {@link Outcomes.badRequest}. */
  readonly maxRequestBytes: number;
  /** The environment variables that {@link parse} receives. */
  readonly variables?: readonly string[];
  /** Whether {@link parse} is told that the same process asks the same again. */
  readonly noticesRepeats?: true;
  /** What a request consists of. `isTerminal`: whether stdin is a terminal, which shows a secret as it's typed. */
  framing(args: readonly string[], isTerminal: boolean): Framing;
  /** Whether stores may show a prompt. Never throws. Default: yes. */
  isInteractive?(request: RawRequest): boolean;
  /** Printed before the first request of a dialogue. */
  readonly greeting?: string;
  /** Returns the first step. Throws `invalid-input` or `invalid-name`, and never repeats the request in a message. */
  parse(request: RawRequest): ProtocolStep<R>;
  readonly outcomes: Outcomes<R>;
}

/**
 * - `none`: arguments and variables only; stdin isn't read
 * - `all`: everything up to the end of stdin
 * - `paragraph`: the lines up to a blank one, or to the end of stdin
 * - `lines`: a dialogue, in which each line of stdin is a request. It ends with stdin
 */
export type Framing = 'none' | 'all' | 'paragraph' | 'lines';

export interface RawRequest {
  /** The arguments after the protocol's name. */
  readonly args: readonly string[];
  /** Whether stdin is a terminal. */
  readonly isTerminal: boolean;
  /** The text from stdin. A line of a dialogue is without its newline. */
  readonly text: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Whether the calling process has received an answer to the same request. See {@link Protocol.noticesRepeats}. */
  readonly isRepeated: boolean;
  /** Since the epoch. */
  readonly nowMs: number;
  /** SHA-256 of the UTF-8 bytes of a text, in hexadecimal. */
  sha256(text: string): string;
}

/** What happens next: a reply ends the request, and an operation has an outcome, which determines the next step. */
export type ProtocolStep<R> = Reply | ProtocolOperation<R>;

export interface Reply {
  readonly kind: 'reply';
  readonly stdout?: string;
  /** Printed to stderr, with its hint. */
  readonly error?: CredentialError;
  /** Default: that of `error`, see {@link CredentialError}; without one, 0. The last reply of a dialogue counts. */
  readonly exitCode?: number;
  /** Whether a dialogue ends, although stdin doesn't. */
  readonly ends?: boolean;
  /** Whether the calling program, which waits for the answer and would ask again, is interrupted too. */
  readonly interruptsCaller?: boolean;
}

export type ProtocolOperation<R> = Get<R> | Store<R> | Erase<R> | List<R> | Ask<R>;

interface Requested<R> {
  /** Passed on to the outcome. */
  readonly request: R;
}

/** The credentials that a request is about: these, in order, or every account of a service, newest first. */
export type Candidates = { readonly names: readonly CredentialName[] } | { readonly service: string };

/** Reads the first credential that {@link Outcomes.found} accepts. Never one that has expired. */
export interface Get<R> extends Requested<R> {
  readonly kind: 'get';
  readonly from: Candidates;
}

export interface Store<R> extends Requested<R> {
  readonly kind: 'store';
  readonly name: CredentialName;
  /** May be empty, unless {@link check} rejects that. */
  readonly secret: string;
  /** When it stops working, in the format of `Date.prototype.toISOString`. */
  readonly expiresAt?: string;
  /** Whether the recorded secret needn't be replaced. Then nothing is written, and no store is selected. */
  isUnchanged?(stored: string): boolean;
  /** Throws if the secret can't be stored. `isRecorded`: whether there is a credential of that name. */
  check?(isRecorded: boolean): void;
  /** Whether the recorded credentials of other accounts of the service are removed afterwards. */
  readonly replacesOthers?: boolean;
  /** Whether the outcome is `stored` too if the secret can't be stored. Then there's a warning. */
  readonly isOptional?: boolean;
}

export interface Erase<R> extends Requested<R> {
  readonly kind: 'erase';
  readonly from: Candidates;
  /** Which of them are removed. Default: all, without reading those that are named. */
  matches?(credential: StoredText): boolean;
}

/** Lists the names of all credentials, newest first. */
export interface List<R> extends Requested<R> {
  readonly kind: 'list';
}

/** Asks the user for a line on the terminal. */
export interface Ask<R> extends Requested<R> {
  readonly kind: 'ask';
  readonly question: string;
  /** Whether the answer is typed without echo. */
  readonly hidden: boolean;
}

/**
 * Why a credential isn't the answer. Then the next candidate is tried.
 *
 * - `undefined`: it doesn't match the request
 * - `expired`: according to the secret itself
 * - `lastResort`: the reply counts if no other candidate is better
 */
export type Unsuitable =
  | undefined
  | { readonly kind: 'expired' }
  | { readonly kind: 'lastResort'; readonly reply: Reply };

export interface StoredText {
  readonly name: CredentialName;
  /** The secret, in the encoding of the protocol. `undefined` if it isn't in UTF-8. */
  readonly text: string | undefined;
}

/** A credential that can be used now. */
export interface FoundCredential extends StoredText {
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
}

/** How a protocol expresses each outcome, or which operation follows. The functions may throw as {@link Protocol.parse} does. */
export interface Outcomes<R> {
  found(credential: FoundCredential, request: R): ProtocolStep<R> | Unsuitable;
  notFound(request: R): ProtocolStep<R>;
  /** The only candidates have expired. `error`: why they couldn't be renewed; of other credentials, a warning was printed. */
  expired(request: R, error?: CredentialError): ProtocolStep<R>;
  stored(request: R): ProtocolStep<R>;
  /** `count`: how many credentials were removed. */
  erased(request: R, count: number): ProtocolStep<R>;
  /** Newest first. */
  listed?(names: readonly CredentialName[], request: R): ProtocolStep<R>;
  /** `answer`: `undefined` if nobody can be asked. */
  answered?(answer: string | undefined, request: R): ProtocolStep<R>;
  /** The request is invalid. */
  badRequest(error: CredentialError, request: RawRequest): Reply;
  /** A store, a file or a setting doesn't work, or a credential can't be expressed in the protocol. */
  failed(error: CredentialError, request: RawRequest): Reply;
  cancelled(error: CredentialError, request: RawRequest): Reply;
}

/**
 * The text of a stored secret, for a protocol in which it's one line. Not UTF-8, or with control characters, which clients would
 * read differently → `failed`.
 */
export function requireLine(stored: StoredText): string {
  const text = requireText(stored);
  if (!hasControlCharacters(text)) return text;
  throw new CredentialError(
    'failed',
    'the stored secret has several lines or control characters, which this protocol cannot express',
    {
      hint: 'read it with keystow get',
    },
  );
}

/** Whether a text has control characters: C0 or DEL. */
export function hasControlCharacters(text: string): boolean {
  for (const character of text) if (character < ' ' || character === '\x7f') return true;
  return false;
}

/** Throws `invalid-input` if a URL contains a user name or a password: other programs would see it among the names. */
export function rejectUserinfo(url: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(url)) return;
  throw new CredentialError('invalid-input', 'the URL contains a user name or a password', {
    hint: 'remove the part before the @',
  });
}

/** The text of a stored secret. Not UTF-8 → `failed`. */
export function requireText({ text }: StoredText, what = 'secret', hint = 'store it again'): string {
  if (text !== undefined) return text;
  throw new CredentialError('failed', `the stored ${what} is not UTF-8 text`, { hint });
}

/** What to do with the credential of a name: for protocols that only read, and that keystow alone writes. */
export interface EntryArguments {
  readonly name: string;
  readonly action: 'get' | 'store' | 'erase';
}

/** Parses `NAME`, `NAME --store` or `NAME --erase`. `usage`: the command with its placeholder, such as `… aws PROFILE`. */
export function parseEntryArguments(args: readonly string[], usage: string): EntryArguments {
  const [option = '', ...surplusOptions] = args.filter((arg) => arg.startsWith('-'));
  const [name = '', ...surplusNames] = args.filter((arg) => !arg.startsWith('-'));
  const action = Object.hasOwn(entryActions, option) ? entryActions[option] : undefined;
  if (name !== '' && action !== undefined && surplusNames.length + surplusOptions.length === 0) return { name, action };
  throw new CredentialError('invalid-input', 'the arguments are not a name and one option at most', {
    hint: `${usage}, with --store to store the text on stdin or --erase to remove it`,
  });
}

/** What {@link parseEntryArguments} found, as a step. A service has one credential. */
export function toEntryStep<R>(
  action: EntryArguments['action'],
  service: string,
  request: R,
  store: () => ProtocolStep<R>,
) {
  return action === 'store' ? store() : ({ kind: action, from: { service }, request } satisfies ProtocolStep<R>);
}

/** A name as an argument in a hint; the placeholder if it can't be typed. */
export function formatArgument(name: string, placeholder: string): string {
  return hasControlCharacters(name) ? placeholder : quoteForShell(name);
}

const entryActions: Readonly<Record<string, EntryArguments['action']>> = {
  '': 'get',
  '--store': 'store',
  '--erase': 'erase',
};

export function reply(stdout?: string, exitCode?: number): Reply {
  return { kind: 'reply', ...(stdout !== undefined && { stdout }), ...(exitCode !== undefined && { exitCode }) };
}

/** Prints a value as JSON on one line. What a terminal would interpret is escaped. */
export function replyJson(value: unknown, exitCode?: number): Reply {
  return reply(`${escapeJson(JSON.stringify(value))}\n`, exitCode);
}

/** Reports an error on stderr, with the exit code of that error unless another one is given. */
export function replyError(error: CredentialError, exitCode?: number): Reply {
  return { kind: 'reply', error, ...(exitCode !== undefined && { exitCode }) };
}

/** For a protocol that has no errors of its own: each is reported on stderr. */
export const errorsOnStderr: Pick<Outcomes<unknown>, 'badRequest' | 'failed' | 'cancelled'> = {
  badRequest: (error) => replyError(error),
  failed: (error) => replyError(error),
  cancelled: (error) => replyError(error),
};
