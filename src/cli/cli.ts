import type { AuthorizationServerOptions } from '../adapters/sign-in/oauth/client.ts';
import type { Context } from '../app/context.ts';
import type { SetupContext } from '../app/setup/setup.ts';
import type { Profile } from '../domain/profile.ts';
import type { Secret } from '../domain/secret.ts';
import type { TokenSet } from '../domain/token-set.ts';
import type { OperationOptions } from '../ports/credential-store.ts';
import type { AnsweredPrompts } from '../ports/interaction.ts';
import type { AuthorizationServer, DeviceSignIn, RefreshedTokens } from '../ports/sign-in/sign-in.ts';
import type { Clipboard, RunChild, RunFilter, ToolRunner, Uninterrupted } from '../ports/system.ts';
import type { CredentialFiles } from '../ports/tool-files.ts';
import type { Age, ForeignEntries, ForeignItems } from '../ports/transfer.ts';
import type { Line, Paint } from './output/text.ts';

/** Everything that a command uses. */
export interface Cli {
  readonly profile: Profile;
  /** The environment that the process started with, secrets included. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly services: Services;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Reads the settings and creates the stores. Throws if a setting is invalid. */
  context(options?: { readonly interactive?: boolean }): Context;
  /** Prints text for people to stdout. */
  print(lines: readonly Line[], paint?: Paint): Promise<void>;
  /** Prints a value as JSON, with `indent` spaces for each level; 0: on one line. Default: 2. */
  printJson(value: unknown, indent?: number): Promise<void>;
  /** Writes secrets, and what other programs read, to stdout as they are. */
  printBytes(bytes: Uint8Array): Promise<void>;
  readonly uninterrupted: Uninterrupted;
  /** Sets the exit code for a command that doesn't fail. */
  exitWith(code: number): void;
}

/** What some commands need in addition to the stores. Each is loaded when it's first used. */
export interface Services {
  authorizationServer(options: Omit<AuthorizationServerOptions, 'clock'>): Promise<AuthorizationServer>;
  /** Renews tokens as their `renewal` says. `environment` can contain the client secret. */
  refreshTokens(
    environment: Cli['environment'],
    tokens: TokenSet,
    options?: OperationOptions,
  ): Promise<RefreshedTokens>;
  deviceSignIn(): Promise<DeviceSignIn>;
  /** Opens a page in the user's browser. Rejects if none can be opened. */
  openBrowser(url: string): Promise<void>;
  childRunner(): Promise<RunChild>;
  age(): Promise<Age>;
  /** What other programs keep in the Secret Service, and in a password store of pass(1). */
  foreignCredentials(
    context: Context,
    environment: Cli['environment'],
  ): Promise<{ items(): ForeignItems; entries(): ForeignEntries }>;
  /** Parses CSV into rows of cells. Invalid → `invalid-input`. */
  csvParser(): Promise<(text: string) => readonly (readonly string[])[]>;
  /** Writes a file that only the user can read. `check` throws as `write` does, and writes nothing. */
  exportWriter(): Promise<ExportWriter>;
  /** The clipboard of the user's desktop. Rejects with `command-not-found` if there's none. */
  clipboard(environment: Cli['environment']): Promise<Clipboard>;
  /** Parses a `.env` file into its variables. */
  envFileParser(): Promise<(text: string) => ReadonlyMap<string, string>>;
  /** What `setup` and `sweep` change other tools' configuration with. */
  setup(context: Context, environment: Cli['environment']): Promise<SetupContext>;
  /** Reads the files that other tools keep credentials in. */
  credentialFiles(): Promise<CredentialFiles>;
  /** Asks other programs for credentials as their users do. */
  toolRunner(): Promise<ToolRunner>;
  filterRunner(): Promise<RunFilter>;
  /** Asks for a line on the terminal, with echo. `undefined` without a terminal. Ctrl-C, end of input → `cancelled`. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Unlocks the login keyring of a running GNOME Keyring, and creates it if there's none. */
  unlockGnomeKeyring(environment: Cli['environment'], password: Secret, signal: AbortSignal): Promise<void>;
  answeredPrompts(context: Context): Promise<AnsweredPrompts>;
}

const clock = () => new Date().toISOString();

/** `replaces`: whether an existing file is replaced. Otherwise it's `invalid-input`. */
export interface ExportWriter {
  check(path: string, options: { readonly replaces: boolean }): void;
  write(path: string, content: Uint8Array, options: { readonly replaces: boolean }): Promise<void>;
}

export const services: Services = {
  async authorizationServer(options) {
    const { createAuthorizationServer } = await import('../adapters/sign-in/oauth/authorization-server.ts');
    return createAuthorizationServer({ ...options, clock });
  },
  async refreshTokens(environment, tokens, options) {
    const { refreshTokens } = await import('../adapters/sign-in/oauth/authorization-server.ts');
    return refreshTokens(tokens, { ...options, environment, clock });
  },
  async deviceSignIn() {
    const { createDeviceSignIn } = await import('../adapters/sign-in/dify/device-sign-in.ts');
    return createDeviceSignIn({ clock });
  },
  async openBrowser(url) {
    const { openBrowser } = await import('../adapters/process/run-child.ts');
    await openBrowser(url);
  },
  async childRunner() {
    const { runChild } = await import('../adapters/process/run-child.ts');
    return runChild;
  },
  async setup(context, environment) {
    const { createSetupContext } = await import('../composition/setup.ts');
    return createSetupContext(context, environment);
  },
  async credentialFiles() {
    return (await import('../adapters/credential-files/credential-files.ts')).credentialFiles;
  },
  async toolRunner() {
    return (await import('../adapters/process/capture-output.ts')).runTool;
  },
  async age() {
    return (await import('../adapters/transfer/age-file.ts')).age;
  },
  async foreignCredentials(context, environment) {
    const { openForeignCredentials } = await import('../composition/foreign-credentials.ts');
    return openForeignCredentials(context, environment);
  },
  async csvParser() {
    return (await import('../adapters/transfer/csv.ts')).parseCsv;
  },
  async exportWriter() {
    const { checkReplaceable, writeExport } = await import('../adapters/transfer/write-export.ts');
    return { check: (path, { replaces }) => checkReplaceable(path, replaces), write: writeExport };
  },
  async clipboard(environment) {
    const { openClipboard } = await import('../adapters/process/clipboard.ts');
    return openClipboard(process.platform, environment);
  },
  async envFileParser() {
    const { parseEnvFile } = await import('../adapters/transfer/env-file.ts');
    return parseEnvFile;
  },
  async filterRunner() {
    const { runFilter } = await import('../adapters/process/capture-output.ts');
    return runFilter;
  },
  async ask(question, signal) {
    const { askOnTerminal } = await import('../adapters/terminal/ask.ts');
    return askOnTerminal(question, signal);
  },
  async unlockGnomeKeyring(environment, password, signal) {
    const { unlockGnomeKeyring } = await import('../adapters/secret-service/unlock-gnome-keyring.ts');
    await unlockGnomeKeyring(environment, password, signal);
  },
  async answeredPrompts({ settings }) {
    const { createAnsweredPrompts } = await import('../adapters/process/answered-prompts.ts');
    return createAnsweredPrompts(settings.credentialsPath);
  },
};
