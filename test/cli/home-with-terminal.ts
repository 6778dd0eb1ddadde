import { afterEach, beforeEach } from 'vitest';
import { onTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

export interface HomeWithTerminal {
  /** That of the test that runs. */
  readonly sandbox: Sandbox;
  /** Runs a line of shell there, on a terminal of its own. */
  start(command: string, extra?: Readonly<Record<string, string>>): PseudoTerminal;
}

/** A home for each test of the suite that calls this. */
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
    start: (command, extra = {}) => onTerminal(command, sandbox.home, { ...sandbox.environment, ...extra }),
  };
}
