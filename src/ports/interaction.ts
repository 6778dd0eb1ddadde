import type { Secret } from '../domain/secret.ts';

/** Whether the user can answer a store's dialog, and how to tell them that one is open. */
export interface Interaction {
  /** Whether a store may prompt: the caller allows it, and somebody can answer. */
  readonly interactive: boolean;
  /** Called once when an operation starts to wait for the user: prints a notice on stderr. `what`: the store's name. */
  notifyWaiting(what: string): void;
}

export interface PromptOptions {
  readonly stayHidden?: boolean;
  /** Whether the answer may have several lines. */
  readonly allowLines?: boolean;
  /** Ends the prompt. */
  readonly signal?: AbortSignal;
}

/** What a notice to a program that embeds keystow is about. */
export type NoticeCode =
  /** A store isn't used, because it doesn't work. */
  | 'store-skipped'
  /** An item of another program was read, or remains and will be read. */
  | 'other-program'
  /** A store couldn't be listed, so that only the recorded credentials are. */
  | 'list-incomplete'
  /** The placement file couldn't be written. */
  | 'placement-not-written'
  /** The encrypted file or its folder: its permissions, another user's access to it, or that it was missing. */
  | 'encrypted-file'
  /** A passphrase from the environment is used, or ignored. */
  | 'passphrase-variable'
  /** The passphrase that was asked for is wrong or empty, so it's asked for again. */
  | 'passphrase-rejected'
  /** A credential was read whose time of expiry has passed. */
  | 'expired'
  /** A store waits until the user answers its dialog. */
  | 'waiting'
  | 'other';

/** The user's terminal, if there is one. */
export interface Terminal {
  /** Prints one line on stderr, unless the user asked for quiet. The code is for programs that embed keystow. */
  notice(line: string, code?: NoticeCode): void;
  /** Prints one line on stderr, and one with the hint, if there is one. */
  warn(line: string, hint?: string, code?: NoticeCode): void;
  /**
   * Reads a line without echo. It may be empty.
   *
   * - typed or pasted → its bytes; with `stayHidden`, the terminal does not echo until {@link restoreEcho}
   * - several lines → `invalid-input`, unless `allowLines`, and the terminal tells where a paste ends
   * - nobody can be asked → rejects with `passphrase-required`
   * - cancelled (Ctrl-C, end of input, `signal`) → rejects with `cancelled`
   */
  askHidden(question: string, options?: PromptOptions): Promise<Secret>;
  restoreEcho(): void;
}

/** Remembers for a few minutes which prompts of the calling process were answered. Never throws. */
export interface AnsweredPrompts {
  /** `prompt`: its SHA-256, in hexadecimal. */
  has(prompt: string): boolean;
  add(prompt: string): void;
}

/** Remembers what the user was told on this machine. */
export interface NoticeMemory {
  /** Returns `true` the first time that it's called with this cause. A cause is a word of letters and dashes. */
  isFirst(cause: string): boolean;
  /** Forgets all causes, because they no longer apply. */
  forget(): void;
}

/**
 * The source of the encrypted file's passphrase: the environment, if the user opted in, or a prompt without echo.
 *
 * - `open`: for an existing file. `attempt` counts from 1. `undefined` if there is nothing else to try
 * - `create`: for a new file. A prompt asks twice, until both answers are equal and not empty
 * - `change`: the new passphrase of an existing file. A prompt asks as for `create`
 * - nobody can be asked → rejects with `passphrase-required`
 * - the user cancels → rejects with `cancelled`
 * - `done`: the passphrase has been tried, and no question follows. Only then does the terminal echo again
 */
export interface PassphraseSource {
  open(attempt: number): Promise<Secret | undefined>;
  create(): Promise<Secret>;
  change(): Promise<Secret>;
  done?(): void;
  /** The variable that the passphrase comes from. */
  readonly variable?: string | undefined;
}
