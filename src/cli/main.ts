import { readFileSync } from 'node:fs';
import { lazyLock } from '../adapters/files/lazy-lock.ts';
import { createPlacementFile } from '../adapters/placement-file/placement-file.ts';
import { createTerminal } from '../adapters/terminal/terminal.ts';
import type { Context } from '../app/context.ts';
import { readSettings } from '../app/settings.ts';
import type { Profile } from '../domain/profile.ts';
import { distributionOf } from '../domain/surroundings.ts';
import type { Cli } from './cli.ts';
import { currentFolder } from './current-folder.ts';
import { exitCodes } from './exit-code.ts';
import { homeFolder } from './home-folder.ts';
import { isTerminal } from './is-terminal.ts';
import { leave } from './leave.ts';
import { print } from './output.ts';
import type { Program } from './program.ts';
import { type QuickCommand, quickRun } from './quick-command.ts';
import { reportFailure } from './report-failure.ts';
import { services } from './services.ts';
import { createStores } from './stores.ts';

/** One of the programs, as much of it as each run of it loads. */
export interface Executable {
  readonly profile: Profile;
  readonly quick: readonly QuickCommand[];
  /** All of it: loaded, and the parser with it, where the command line is not a quick one. */
  program(): Promise<Program>;
}

/** Runs one of the programs: the one place that knows the process and the platform, and wires them to the rest. */
export async function main({ profile, quick, program }: Executable): Promise<void> {
  const calledOff = new AbortController();
  process.once('SIGINT', () => calledOff.abort());
  process.once('uncaughtException', (error) => process.exit(reportFailure(error, profile, false)));
  const environment = takeEnvironment(profile);
  const contexts: Context[] = [];
  let exitCode: number = exitCodes.done;
  const cli: Cli = {
    profile,
    environment,
    services,
    context(options) {
      const context = wire(profile, environment, calledOff.signal, options?.prompting ?? true);
      contexts.push(context);
      return context;
    },
    print,
    exitWith: (code) => {
      exitCode = code;
    },
  };
  const argv = process.argv.slice(2);
  const quickly = quickRun(quick, argv);
  try {
    if (quickly) await quickly(cli);
    else await runWhole(await program(), cli, argv);
  } catch (error) {
    exitCode = reportFailure(error, profile, calledOff.signal.aborted);
  } finally {
    await Promise.all(contexts.map((context) => context.stores.close()));
  }
  leave(exitCode);
}

async function runWhole(program: Program, cli: Cli, argv: readonly string[]): Promise<void> {
  const { runProgram } = await import('./run-program.ts');
  await cli.print(await runProgram(program, cli, argv));
}

/** Takes the secrets out of the environment that children of this process, such as a browser, would get. */
function takeEnvironment({ variables, secretVariables = [] }: Profile): Cli['environment'] {
  const environment = { ...process.env };
  for (const variable of [variables.passphrase, ...secretVariables]) delete process.env[variable];
  return environment;
}

function wire(profile: Profile, environment: Cli['environment'], signal: AbortSignal, prompting: boolean): Context {
  const { platform } = process;
  const home = homeFolder();
  const settings = readSettings(profile, {
    environment,
    platform,
    home,
    directory: currentFolder(),
    get terminal() {
      return isTerminal(0) || isTerminal(2);
    },
  });
  const terminal = createTerminal({
    program: profile.program,
    quiet: settings.quiet,
    get attended() {
      return prompting && settings.attended;
    },
  });
  return {
    profile,
    settings,
    where: {
      platform,
      get distribution() {
        return distributionOf(platform === 'linux' ? readOsRelease() : '');
      },
      program: profile.program,
      storageVariable: profile.variables.storage,
      disableVariable: profile.variables.disableKeyring,
    },
    stores: createStores({ profile, settings, terminal, environment, platform, home, prompting }),
    placement: createPlacementFile({ path: settings.placementPath }),
    exclusively: lazyLock({ path: `${settings.credentialsPath}.copies`, what: 'lock of the credentials' }),
    terminal,
    clock: () => new Date().toISOString(),
    signal,
  };
}

/** os-release(5) has two homes; a system without either is of no known distribution. */
function readOsRelease(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return readFileSync(path, 'utf8');
    } catch {}
  }
  return '';
}
