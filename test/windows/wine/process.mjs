import { spawn } from 'node:child_process';

/** Runs a program to its end and resolves with its exit code, `null` where it was killed: for taking over `limitMs`, too. */
export function exitOf(command, args, { limitMs, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { timeout: limitMs, killSignal: 'SIGKILL', ...options });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** The same, and rejects where it fails. */
export async function run(command, args, options) {
  const exit = await exitOf(command, args, options);
  if (exit !== 0) throw new Error(`${[command, ...args].join(' ')}: exit code ${exit}`);
}
