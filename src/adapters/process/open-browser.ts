import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { findOwnPackage } from '../native/own-package.ts';

/** Opens a page in the user's browser. Rejects if none can be opened. `from`: the folder that the search for `open` starts in. */
export async function openBrowser(url: string, from = import.meta.dirname): Promise<void> {
  const folder = findOwnPackage('open', from);
  if (folder === undefined) throw new Error("Cannot find module 'open'");
  const { href } = pathToFileURL(createRequire(import.meta.url).resolve(folder));
  const { default: open }: typeof import('open') = await import(href);
  await open(url);
}
