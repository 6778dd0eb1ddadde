import { createTerminal } from '../adapters/terminal/terminal.ts';
import type { Context } from '../app/context.ts';
import { createContext } from '../composition/context.ts';
import { isTerminal } from '../composition/environment.ts';
import { isSecretVariable, type Profile } from '../domain/profile.ts';
import type { SelectedApplication } from './application-options.ts';
import { type Cli, services } from './cli.ts';
import { exitAfterGrace, exitCodes, SignalGuard } from './exit.ts';
import { type DirectCommand, findDirectRun } from './fast-path.ts';
import { createPaint, findColor, print, printBytes, printJson } from './output/print.ts';
import type { Program } from './program.ts';

/** The part of a program that is loaded in every run. */
export interface Executable {
  readonly profile: Profile;
  /** Commands that run without the parser. */
  readonly direct: readonly DirectCommand[];
  /** The exit code for an invalid command line or invalid input, if a protocol prescribes another one than 2. */
  readonly invalidInputCode?: number;
  /** Whether it can inspect what other applications keep: `--application NAME`. */
  readonly inspects?: boolean;
  /** Loads the full program. Not called for a direct command. */
  program(): Promise<Program>;
}

/** Runs a program: connects the process (arguments, environment, signals, exit code) to its commands. */
export async function main(executable: Executable): Promise<void> {
  const { direct, invalidInputCode, program } = executable;
  const { profile, argv, variables, fault } = await selectProfile(executable, process.argv.slice(2));
  const cancellation = new AbortController();
  process.once('SIGINT', () => cancellation.abort());
  const guard = new SignalGuard(cancellation);
  process.once('uncaughtException', async (error) => process.exit(await handleFailure(error, profile, false)));
  const environment = { ...takeEnvironment(profile), ...variables };
  const contexts: Context[] = [];
  let exitCode: number = exitCodes.done;
  const cli: Cli = {
    profile,
    environment,
    services,
    signal: cancellation.signal,
    context({ interactive = true } = {}) {
      const context = createContext({
        profile,
        environment,
        interactive: interactive ? 'auto' : false,
        explainsOnce: true,
        renewal: {
          uninterrupted: cli.uninterrupted,
          refresh: (...args) => services.refreshTokens(environment, ...args),
        },
        signal: cancellation.signal,
        terminal: (settings) =>
          createTerminal({
            program: profile.program,
            quiet: settings.quiet,
            get interactive() {
              return interactive && settings.interactive;
            },
          }),
      });
      contexts.push(context);
      return context;
    },
    print,
    printJson,
    printBytes,
    uninterrupted: (step) => guard.run(step),
    exitWith: (code) => {
      exitCode = code;
    },
  };
  const runDirectly = findDirectRun(direct, argv);
  try {
    if (fault !== undefined) throw fault;
    if (runDirectly) await runDirectly(cli);
    else await runFull(await program(), cli, argv);
    // On Linux all output is written by now, and a regular exit takes 1 ms more.
    if (runDirectly && process.platform === 'linux' && !cancellation.signal.aborted) process.exit(exitCode);
  } catch (error) {
    exitCode = await handleFailure(error, profile, cancellation.signal.aborted);
    if (exitCode === exitCodes.usage && invalidInputCode !== undefined) exitCode = invalidInputCode;
  } finally {
    await Promise.all(contexts.map((context) => context.stores.close()));
  }
  guard.deliver();
  exitAfterGrace(exitCode);
}

interface SelectedProfile extends SelectedApplication {
  /** Why an option is invalid. */
  readonly fault?: unknown;
}

async function selectProfile({ profile, inspects }: Executable, argv: readonly string[]): Promise<SelectedProfile> {
  if (!inspects || !argv.some((word) => word.startsWith('--'))) return { profile, argv };
  const { mayNameApplication, selectApplication } = await import('./application-options.ts');
  if (!mayNameApplication(argv)) return { profile, argv };
  try {
    return selectApplication(profile, argv);
  } catch (fault) {
    return { profile, argv, fault };
  }
}

async function runFull(program: Program, cli: Cli, argv: readonly string[]): Promise<void> {
  const { runProgram } = await import('./run-program.ts');
  const text = await runProgram(program, cli, argv);
  if (text === '') return;
  const { formatHelp } = await import('./output/failure.ts');
  await cli.print(formatHelp(text), createPaint(findColor(argv), process.env, isTerminal(1)));
}

/** Returns the exit code. */
async function handleFailure(error: unknown, profile: Profile, cancelled: boolean): Promise<number> {
  const { reportFailure } = await import('./output/failure.ts');
  return reportFailure(error, profile, cancelled);
}

/** Returns the environment, and removes the secrets from the one that child processes, such as a browser, inherit. */
function takeEnvironment(profile: Profile): Cli['environment'] {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) if (isSecretVariable(name, profile)) delete process.env[name];
  return environment;
}
