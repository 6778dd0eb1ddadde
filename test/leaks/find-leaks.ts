import { MarkerFinder, passphraseMarkers } from './leak-markers.ts';
import type { Trace, Write } from './strace-log.ts';

/** The commands that print a secret, by their first arguments. */
const printingCommands = [['get'], ['show'], ['auth', 'token'], ['git', 'get'], ['helper']];

/** The programs that do nothing but answer a client with a secret. */
const answeringPrograms = /^(cargo-credential-keystow|keystow-askpass|keystow-vault-client)\b/;

const passphrases = new MarkerFinder(passphraseMarkers);

/** Lists the secrets that a run of a program leaked. */
export function findLeaks({ argv, children, writes }: Trace, secrets: MarkerFinder): readonly string[] {
  const [, script = '', ...args] = argv;
  const program = script.replace(/.*\//, '');
  const variables = [args, ...children.map((child) => child.argv.map(String))].flatMap(findExecVariables);
  const leaks = [
    ...writes.flatMap((write) => {
      const found = isAllowed(write, program, args) ? passphrases.find(write.bytes) : secrets.find(write.bytes);
      return found ? [`${found} was written to ${formatTarget(write)}`] : [];
    }),
    ...children.flatMap((child) => {
      const [name = '', ...given] = child.argv.map(String);
      const argument = given.map((text) => secrets.find(Buffer.from(text))).find((found) => found !== undefined);
      const variable = child.environment
        .filter((text) => !variables.some((name) => String(text).startsWith(`${name}=`)))
        .map((text) => secrets.find(text))
        .find((found) => found !== undefined);
      return [
        ...(argument ? [`${argument} was an argument of ${name}`] : []),
        ...(variable ? [`${variable} was in the environment of ${name}`] : []),
      ];
    }),
  ];
  return leaks.map((leak) => `${program} ${args[0] ?? ''}: ${leak}`);
}

/** Whether a secret may be written there: by a command that prints it, or to another program or a server. */
function isAllowed(write: Write, program: string, args: readonly string[]): boolean {
  const prints =
    answeringPrograms.test(program) ||
    printingCommands.some((words) => words.every((word, index) => args[index] === word));
  if (write.own && write.descriptor === 1) return prints;
  if (write.own && write.descriptor === 2) return false;
  // Restores the files that secrets were moved out of.
  if (args[0] === 'sweep' && args.includes('--undo')) return true;
  return !isFile(write.to);
}

function isFile(to: string): boolean {
  return to.startsWith('/') && !to.startsWith('/dev/');
}

function formatTarget({ own, descriptor, to }: Write): string {
  if (own && descriptor === 1) return 'stdout';
  return own && descriptor === 2 ? 'stderr' : to;
}

/** Finds NAME in `exec … --env NAME` or `NAME=REFERENCE`: the child receives a secret in it, and may itself run `exec`. */
function findExecVariables(args: readonly string[]): readonly string[] {
  return args.flatMap((text, index) => {
    const value = text === '--env' ? (args[index + 1] ?? '') : /^--env=(.*)/s.exec(text)?.[1];
    if (value !== undefined) return [value.replace(/=.*/s, '')];
    // The transcripts' .env files name their variables by one letter.
    return text === '--env-file' ? [...'ABCDEFG'] : [];
  });
}
