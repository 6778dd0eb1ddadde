import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bindingOptionFix } from '../../domain/advice/commands.ts';
import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import { messageChain, rootMessage } from '../../domain/text/messages.ts';
import { findOwnFile, findOwnPackage, findPackageFolder } from './own-package.ts';

/** The part of `@napi-rs/keyring` 2.1.2 that keystow uses. Its calls run on libuv's threads and cannot be cancelled. */
export interface Binding {
  /** Throws if a name is longer than the platform allows, or if the requested Linux store is unavailable. */
  readonly AsyncEntry: {
    new (service: string, user: string, options?: EntryOptions): NativeEntry;
    /**
     * Windows: the credential with exactly this target. This call itself writes, synchronously: it creates the
     * credential if it does not exist, and empties it if it does.
     */
    withTarget(target: string, service: string, user: string): NativeEntry;
  };
  /**
   * - macOS: the readable items of `service` in every keychain of the search list
   * - Windows: the credentials whose target is `target`, or starts with it if it ends in `*`; rejects if any of them is
   *   not UTF-16 text
   */
  findCredentialsAsync(service: string, target?: string): Promise<readonly BindingCredential[]>;
}

export interface NativeEntry {
  setSecret(secret: Uint8Array): Promise<unknown>;
  /** Resolves with the bytes as numbers, or `null` if the item doesn't exist. */
  getSecret(): Promise<ArrayLike<number> | null | undefined>;
  /** Resolves with `false` if there was no such item. */
  deleteCredential(): Promise<boolean>;
}

export interface BindingCredential {
  readonly account: string;
  readonly password: string;
}

/** Used on Linux only. */
export interface EntryOptions {
  readonly linux: { readonly store: 'keyutils' };
}

const bindingName = '@napi-rs/keyring';

/**
 * Loads the native module of this platform, or the one that the binding's own variable names. Doesn't load the JavaScript of
 * the binding: that would search every folder above for the platform's module. `from`: the folder that the search starts in.
 */
export function loadBinding(from = findOwnFolder()): Binding {
  // Not imported: webpack warns about a `createRequire` whose argument it can't read.
  const require = process.getBuiltinModule('node:module').createRequire(findOwnFile() ?? process.execPath);
  const { NAPI_RS_NATIVE_LIBRARY_PATH: chosen } = process.env;
  if (chosen) return require(chosen) as Binding;
  // Yarn's Plug'n'Play has no folders to search. It only finds the dependencies that the lock file lists.
  if (process.versions.pnp !== undefined) return require(bindingName) as Binding;
  const errors: unknown[] = [];
  for (const folder of from === undefined ? [] : findNativeModules(from)) {
    try {
      return require(folder) as Binding;
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0] ?? new Error(`Cannot find module '${bindingName}-${process.platform}-${process.arch}'`);
}

function findOwnFolder(): string | undefined {
  const file = findOwnFile();
  return file && dirname(file);
}

/** The folders of the platform's packages: several if they were installed for both C libraries of Linux. */
function findNativeModules(from: string): readonly string[] {
  const binding = findOwnPackage(bindingName, from);
  if (binding === undefined) throw new Error(`Cannot find module '${bindingName}'`);
  const { optionalDependencies = {} }: { readonly optionalDependencies?: Readonly<Record<string, string>> } =
    JSON.parse(readFileSync(join(binding, 'package.json'), 'utf8'));
  const name = `${bindingName}-${process.platform}-${process.arch}`;
  return Object.keys(optionalDependencies)
    .filter((other) => other === name || other.startsWith(`${name}-`))
    .flatMap((other) => findOwnPackage(other, binding) ?? []);
}

/** Calls `load`. Throws `binding-missing` if that fails. */
export function requireBinding(load: () => Binding): Binding {
  try {
    return load();
  } catch (cause) {
    const message = `the native module for the OS keyring cannot be loaded: ${rootMessage(cause)}`;
    const hint = findPackageFolder()
      ? 'reinstall with optional dependencies (npm install --include=optional) on this machine'
      : bindingOptionFix;
    throw new CredentialError('binding-missing', message, { hint, cause });
  }
}

/** Maps one kind of failure. The binding reports all of them with the code `GenericFailure`, so only the message tells them apart. */
export interface BindingErrorRule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Precedes the platform's own message. */
  readonly meaning: string;
  readonly hint?: string;
  /** The user dismissed a dialog. */
  readonly dismissed?: true;
}

/** The rules for what the binding itself reports on every platform. */
export function createSharedRules(store: string, items: string): readonly BindingErrorRule[] {
  return [
    {
      pattern: /\bis longer than the platform limit\b/i,
      code: 'too-large',
      meaning: `the secret or its name is too large for ${store}`,
    },
    {
      pattern: /\bis matched by \d+ credentials\b/i,
      code: 'ambiguous',
      meaning: `several ${items} in ${store} match`,
    },
  ];
}

/** Converts what the binding threw, by the first rule that matches any message of its chain; otherwise to `failed`. */
export function toCredentialError(
  rules: readonly BindingErrorRule[],
  storeName: string,
  thrown: unknown,
): CredentialError {
  if (thrown instanceof CredentialError) return thrown;
  const rule = rules.find(({ pattern }) => messageChain(thrown).some((message) => pattern.test(message)));
  const { code, meaning, hint, dismissed }: Omit<BindingErrorRule, 'pattern'> = rule ?? {
    code: 'failed',
    meaning: `the ${storeName} failed`,
  };
  return new CredentialError(code, `${meaning}: ${rootMessage(thrown)}`, {
    // Stryker disable next-line ConditionalExpression: an undefined hint is the same as none
    ...(hint !== undefined && { hint }),
    ...(dismissed && { evidence: { dismissed } }),
    cause: thrown,
  });
}
