import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** `CHROMIUM` names it where it is not where Debian has it. */
function executable(): string {
  return process.env.CHROMIUM || '/usr/bin/chromium';
}

/** Why there can be no Chromium here. */
export function missingChromium(): string | undefined {
  return existsSync(executable()) ? undefined : `there is no ${executable()}; CHROMIUM names another`;
}

/** Chromium without a window, which asks nobody for anything on its own. */
export function startChromium(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];
  return chromium.launch({ executablePath: executable(), args });
}
