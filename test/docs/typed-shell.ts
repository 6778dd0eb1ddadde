import type { Recorded } from '../../scripts/terminal-svg.ts';
import type { Sandbox } from '../cli/sandbox.ts';
import { type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';

/** The width of the pictures in characters. */
export const columns = 92;

const prompt = '\u001b[1;32m$\u001b[0m ';

/** The variable that makes bash show the prompt of the pictures. */
export const promptVariable = { PS1: '\\[\\e[1;32m\\]$\\[\\e[0m\\] ' };

/** Starts a shell on a terminal, in the home of the sandbox, which must have {@link promptVariable}. */
export async function startTypedShell(sandbox: Sandbox): Promise<PseudoTerminal> {
  const shell = `stty cols ${columns}; exec bash --noprofile --norc --noediting -i`;
  const terminal = runOnTerminal(shell, sandbox.home, sandbox.environment, 120_000);
  await terminal.waitFor(prompt);
  return terminal;
}

/** Types a command, answers its questions, and waits until the next prompt. */
export async function typeCommand(
  terminal: PseudoTerminal,
  command: string,
  answer = async () => {},
): Promise<Recorded> {
  const start = terminal.shown().length;
  terminal.type(`${command}\r`);
  await answer();
  await terminal.waitFor(prompt);
  const shown = terminal.shown().slice(start);
  return { command, output: shown.slice(shown.indexOf('\n') + 1, shown.lastIndexOf(prompt)) };
}
