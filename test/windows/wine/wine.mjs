import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forwardingDll } from './forwarding-dll.mjs';

/** A Windows in a folder of its own. It needs no display. */
export class Wine {
  #folder;
  #prefix;
  #env;

  constructor(folder) {
    this.#folder = folder;
    this.#prefix = join(folder, 'prefix');
    this.#env = {
      PATH: process.env.PATH,
      HOME: folder,
      WINEPREFIX: this.#prefix,
      WINEDEBUG: '-all',
      // Do not offer to install Mono and Gecko, and do not open a debugger after a crash.
      WINEDLLOVERRIDES: 'mscoree,mshtml,winedbg.exe=d',
    };
  }

  async create() {
    mkdirSync(this.#prefix, { recursive: true });
    await this.#run('wine', ['wineboot', '--init']);
    // Node exits immediately on Wine's default version of Windows.
    await this.#run('wine', ['winecfg', '-v', 'win10']);
    // Rust gets random bytes from this DLL. Wine 8.0 does not have it, only RtlGenRandom, which does the same.
    const path = join(this.#prefix, 'drive_c/windows/system32/bcryptprimitives.dll');
    if (!existsSync(path)) {
      writeFileSync(path, forwardingDll('bcryptprimitives.dll', 'ProcessPrng', 'advapi32.SystemFunction036'));
    }
  }

  /** Starts a Windows program. It writes to a file, `output`, because Node for Windows cannot use Linux's pipes. */
  start(program, args, { env, ...options }) {
    const output = join(this.#folder, 'output.txt');
    const descriptor = openSync(output, 'w');
    try {
      const stdio = ['ignore', descriptor, descriptor];
      const exit = waitForExit('wine', [program, ...args], { stdio, env: { ...this.#env, ...env }, ...options });
      return { output, exit };
    } finally {
      closeSync(descriptor);
    }
  }

  /** Ends all of its programs. */
  async end() {
    await this.#run('wineserver', ['--kill']).catch(() => undefined);
    await this.#run('wineserver', ['--wait']);
  }

  #run(command, args) {
    return run(command, args, { env: this.#env, stdio: 'ignore', limitMs: 120_000 });
  }
}

/** Resolves with why Wine cannot be used, if it cannot. */
export async function missingWine() {
  for (const command of ['wine', 'wineserver']) {
    const exit = await waitForExit(command, ['--version'], { stdio: 'ignore', limitMs: 30_000 }).catch(() => undefined);
    if (exit !== 0) return `${command} not found; on Debian: apt-get install wine wine64`;
  }
  return undefined;
}

/** Runs a program, and rejects if it fails. */
export async function run(command, args, options) {
  const exit = await waitForExit(command, args, options);
  if (exit !== 0) throw new Error(`${[command, ...args].join(' ')}: exit code ${exit}`);
}

/** Runs a program. Resolves with its exit code, or `null` if it was killed, for example after `limitMs`. */
function waitForExit(command, args, { limitMs, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { timeout: limitMs, killSignal: 'SIGKILL', ...options });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/** Copies a growing file to stdout. Returns a function that copies the rest and stops. */
export function follow(path) {
  const descriptor = openSync(path, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  const copy = () => {
    for (let bytes = -1; bytes !== 0; ) {
      bytes = readSync(descriptor, buffer);
      process.stdout.write(Buffer.from(buffer.subarray(0, bytes)));
    }
  };
  const timer = setInterval(copy, 500);
  return () => {
    clearInterval(timer);
    copy();
    closeSync(descriptor);
  };
}
