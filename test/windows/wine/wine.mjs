import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forwardingDll } from './forwarding-dll.mjs';
import { exitOf, run } from './process.mjs';

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
      // Nobody is there to be offered Mono and Gecko, or to look at a crash.
      WINEDLLOVERRIDES: 'mscoree,mshtml,winedbg.exe=d',
    };
  }

  async make() {
    mkdirSync(this.#prefix, { recursive: true });
    await this.#run('wine', ['wineboot', '--init']);
    // Node ends at once on the Windows that Wine is unless told.
    await this.#run('wine', ['winecfg', '-v', 'win10']);
    // Rust takes random bytes from here. Wine 8.0 does not have it, only RtlGenRandom, which is the same.
    const path = join(this.#prefix, 'drive_c/windows/system32/bcryptprimitives.dll');
    if (!existsSync(path)) {
      writeFileSync(path, forwardingDll('bcryptprimitives.dll', 'ProcessPrng', 'advapi32.SystemFunction036'));
    }
  }

  /** Starts a program of Windows. It prints to a file, `output`: Node for Windows fails at Linux's pipes. */
  start(program, args, { env, ...options }) {
    const output = join(this.#folder, 'output.txt');
    const descriptor = openSync(output, 'w');
    try {
      const stdio = ['ignore', descriptor, descriptor];
      return { output, exit: exitOf('wine', [program, ...args], { stdio, env: { ...this.#env, ...env }, ...options }) };
    } finally {
      closeSync(descriptor);
    }
  }

  /** Ends all that runs in it. */
  async end() {
    await this.#run('wineserver', ['--kill']).catch(() => undefined);
    await this.#run('wineserver', ['--wait']);
  }

  #run(command, args) {
    return run(command, args, { env: this.#env, stdio: 'ignore', limitMs: 120_000 });
  }
}

/** Why there is none here. */
export async function missingWine() {
  for (const command of ['wine', 'wineserver']) {
    const there = await exitOf(command, ['--version'], { stdio: 'ignore', limitMs: 30_000 }).catch(() => undefined);
    if (there !== 0) return `there is no ${command}; Debian has it: apt-get install wine wine64`;
  }
  return undefined;
}
