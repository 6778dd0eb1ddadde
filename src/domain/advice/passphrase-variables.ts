/** The two variables that let a passphrase come from the environment, which requires both. */
export interface PassphraseVariables {
  /** The name of the variable that allows it. */
  readonly allow: string;
  readonly isAllowed: boolean;
  /** The name of the variable with the passphrase. */
  readonly variable: string;
  readonly state: 'unset' | 'empty' | 'set';
}

/** Describes a variable without keeping its value. */
export function toVariableState(value: string | undefined): PassphraseVariables['state'] {
  return value ? 'set' : value === undefined ? 'unset' : 'empty';
}

/** Returns what's wrong if only one of the two variables is set. One line, without a period. */
export function findMissingVariable({ allow, isAllowed, variable, state }: PassphraseVariables): string | undefined {
  if (isAllowed && state === 'empty') return `${allow} is set, but ${variable} is empty`;
  if (isAllowed && state === 'unset') return `${allow} is set, but ${variable} is not`;
  if (!isAllowed && state === 'set') return `${variable} is ignored, because ${allow} is not 1`;
  return undefined;
}

/**
 * Describes a passphrase that isn't used, because the home directory seals the file. `isNew`: there's no file yet. `seal`:
 * the variable that decides for a new file. `command`: what hints name.
 */
export function describeUnusedPassphrase(
  { variable }: Pick<PassphraseVariables, 'variable'>,
  { isNew, seal, command }: { readonly isNew: boolean; readonly seal: string; readonly command: string },
): string {
  return isNew
    ? `${variable} will be ignored: to seal the new file with it, set ${seal}=passphrase`
    : `${variable} is ignored: the file is sealed by the home directory; to change that, run: ${command} passphrase change`;
}

/** Returns what to do if a passphrase is required and nobody can be asked. */
export function formatPassphraseHint(
  variables: PassphraseVariables,
  { canPrompt }: { readonly canPrompt: boolean },
): string {
  const { allow, isAllowed, variable, state } = variables;
  const missing = findMissingVariable(variables);
  const settings = [...(isAllowed ? [] : [`${allow}=1`]), ...(state === 'set' ? [] : [variable])].join(' and ');
  return `${missing ? `${missing}: ` : ''}set ${settings}${canPrompt ? ', or run it on a terminal' : ''}`;
}
