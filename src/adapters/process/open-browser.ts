import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { findOwnPackage } from '../native/own-package.ts';

/** Opens a page in the user's browser. Rejects if none can be opened. `from`: the folder that the search for `open` starts in. */
export async function openBrowser(url: string, from = import.meta.dirname): Promise<void> {
  if (!canShowBrowser(process.platform, process.env)) throw new Error('there is no display');
  const folder = findOwnPackage('open', from);
  if (folder === undefined) throw new Error("Cannot find module 'open'");
  const { href } = pathToFileURL(createRequire(import.meta.url).resolve(folder));
  const { default: open }: typeof import('open') = await import(href);
  await open(url);
}

/** Without a display, xdg-open(1) starts a browser for terminals, which nobody sees. WSL opens the browser of Windows. */
export function canShowBrowser(platform: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { DISPLAY, WAYLAND_DISPLAY, BROWSER, WSL_DISTRO_NAME } = environment;
  return platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY || BROWSER || WSL_DISTRO_NAME);
}
