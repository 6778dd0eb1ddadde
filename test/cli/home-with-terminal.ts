import { afterEach, beforeEach } from 'vitest';
import { type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

export interface HomeWithTerminal {
  /** The one of the current test. */
  readonly sandbox: Sandbox;
  /** Runs a line of shell in the sandbox, on a terminal of its own. */
  start(command: string, extra?: Readonly<Record<string, string>>): PseudoTerminal;
}

/** Creates a home for each test of the calling suite. */
export function homeWithTerminal(): HomeWithTerminal {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.remove());
  return {
    get sandbox() {
      return sandbox;
    },
    start: (command, extra = {}) => runOnTerminal(command, sandbox.home, { ...sandbox.environment, ...extra }),
  };
}
