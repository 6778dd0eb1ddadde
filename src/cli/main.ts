import { createTerminal } from '../adapters/terminal/terminal.ts';
import type { Context } from '../app/context.ts';
import { createContext } from '../composition/context.ts';
import { listSecretVariables, type Profile } from '../domain/profile.ts';
import { type Cli, services } from './cli.ts';
import { exitAfterGrace, exitCodes } from './exit.ts';
import { print } from './output/print.ts';
import type { Program } from './program.ts';
import { type QuickCommand, quickRun } from './quick-command.ts';

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
  process.once('uncaughtException', async (error) => process.exit(await handleFailure(error, profile, false)));
  const environment = takeEnvironment(profile);
  const contexts: Context[] = [];
  let exitCode: number = exitCodes.done;
  const cli: Cli = {
    profile,
    environment,
    services,
    context({ prompting = true } = {}) {
      const context = createContext({
        profile,
        environment,
        interactive: prompting,
        signal: calledOff.signal,
        terminal: (settings) =>
          createTerminal({
            program: profile.program,
            quiet: settings.quiet,
            get interactive() {
              return prompting && settings.interactive;
            },
          }),
      });
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
    else await runFull(await program(), cli, argv);
    // On Linux all that was written is out by now, and to take apart what ends anyway takes a read 1 ms.
    if (quickly && process.platform === 'linux') process.exit(exitCode);
  } catch (error) {
    exitCode = await handleFailure(error, profile, calledOff.signal.aborted);
  } finally {
    await Promise.all(contexts.map((context) => context.stores.close()));
  }
  exitAfterGrace(exitCode);
}

async function runFull(program: Program, cli: Cli, argv: readonly string[]): Promise<void> {
  const { runProgram } = await import('./run-program.ts');
  await cli.print(await runProgram(program, cli, argv));
}

/** Gives what to exit with. */
async function handleFailure(error: unknown, profile: Profile, calledOff: boolean): Promise<number> {
  const { reportFailure } = await import('./output/failure.ts');
  return reportFailure(error, profile, calledOff);
}

/** Takes the secrets out of the environment that children of this process, such as a browser, would get. */
function takeEnvironment(profile: Profile): Cli['environment'] {
  const environment = { ...process.env };
  for (const variable of listSecretVariables(profile)) delete process.env[variable];
  return environment;
}
