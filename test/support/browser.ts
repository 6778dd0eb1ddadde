import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** From the variable `CHROMIUM`, or Debian's path. */
function executable(): string {
  return process.env.CHROMIUM || '/usr/bin/chromium';
}

/** Returns why Chromium can't be started. */
export function missingChromium(): string | undefined {
  return existsSync(executable()) ? undefined : `${executable()} is missing; set CHROMIUM to the path of Chromium`;
}

/** Starts Chromium without a window and without requests of its own. */
export function startChromium(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];
  return chromium.launch({ executablePath: executable(), args });
}
