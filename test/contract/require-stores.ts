import { describe, test } from 'vitest';
import { needs } from '../support/needs.ts';

/** The stores whose suites must run, from `REQUIRE_STORES`: names separated by commas or blanks. */
const required = new Set((process.env.REQUIRE_STORES ?? '').split(/[\s,]+/).filter(Boolean));

/**
 * Declares a suite that needs `store`. If the store is unavailable, the suite is skipped and its title says why; if
 * `REQUIRE_STORES` names the store, it fails instead.
 */
export function describeStore(title: string, store: string, missing: string | undefined, suite: () => void): void {
  if (missing === undefined) {
    describe(title, suite);
  } else if (required.has(store)) {
    test(`${title} runs, because REQUIRE_STORES names ${store}`, () => {
      throw new Error(`${store} did not run: ${missing}`);
    });
  } else {
    describe(`${title} (did not run: ${missing})`, needs(false, `${store}: ${missing}`), suite);
  }
}
