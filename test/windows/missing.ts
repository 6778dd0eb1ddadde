import { targets } from './targets.ts';

/** Why the tests of this folder do not run here. */
export const missing = process.platform === 'win32' ? taken() : 'this is not Windows';

/** They change entries of fixed names, and list all that keystow keeps. */
function taken(): string | undefined {
  const taken = targets().filter((target) => target === 'jsm' || /^%name-|\.difyctl\//.test(target));
  if (taken.length === 0) return undefined;
  return `this user has credentials of keystow, jsm or difyctl, which it would change: ${taken.join(' ')}`;
}
