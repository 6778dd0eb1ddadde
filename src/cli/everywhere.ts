import type { Option } from './command.ts';

/** What the programs' options have in common: every command takes these, and is given what they say. */
export const commonOptions = {
  color: {
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe: 'colour: auto (on a terminal, unless NO_COLOR is set), always or never',
  },
} as const satisfies Record<string, Option>;

/** The options that every command has, those that the parser serves by itself included. */
export const everywhere: Readonly<Record<string, Option>> = {
  ...commonOptions,
  help: { describe: 'show help' },
  version: { describe: 'show the version' },
};
