import type { Option } from './command.ts';

/** The options that every command has. */
export const everywhere: Readonly<Record<string, Option>> = {
  help: { describe: 'show help' },
  version: { describe: 'show the version' },
};
