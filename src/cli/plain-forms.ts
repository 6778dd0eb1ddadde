import type { QuickCommand } from './quick-command.ts';

type Form = Pick<QuickCommand, 'words' | 'operands'>;

/** `get SERVICE ACCOUNT`, which is read at once, or served without the parser. */
export const getForm: Form = { words: ['get'], operands: 2 };

/** `auth token`, likewise. */
export const tokenForm: Form = { words: ['auth', 'token'], operands: 0 };
