import type { QuickCommand } from '../quick-command.ts';

export const quickGit: QuickCommand = {
  words: ['git'],
  operands: 1,
  run: async (cli, operation = '') => (await import('../serve-git.ts')).serveGit(cli, operation),
};
