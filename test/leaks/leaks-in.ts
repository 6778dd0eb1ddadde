import { Finder, passphraseTelltales } from './telltales.ts';
import type { Trace, Write } from './trace.ts';

/** The commands whose job it is to print a secret, by the first words of their arguments. */
const printing = [['get'], ['auth', 'token'], ['git', 'get']];

const passphrases = new Finder(passphraseTelltales);

/** What a run of a program gave away. */
export function leaksIn({ argv, children, writes }: Trace, secrets: Finder): readonly string[] {
  const [, script = '', ...args] = argv;
  const program = script.replace(/.*\//, '');
  const variables = [args, ...children.map((child) => child.argv.map(String))].flatMap(askedFor);
  const leaks = [
    ...writes.flatMap((write) => {
      const found = isOpen(write, args) ? passphrases.in(write.bytes) : secrets.in(write.bytes);
      return found ? [`${found} was written to ${nameOf(write)}`] : [];
    }),
    ...children.flatMap((child) => {
      const [name = '', ...given] = child.argv.map(String);
      const argument = given.map((text) => secrets.in(Buffer.from(text))).find((found) => found !== undefined);
      const variable = child.environment
        .filter((text) => !variables.some((name) => String(text).startsWith(`${name}=`)))
        .map((text) => secrets.in(text))
        .find((found) => found !== undefined);
      return [
        ...(argument ? [`${argument} was an argument of ${name}`] : []),
        ...(variable ? [`${variable} was in the environment of ${name}`] : []),
      ];
    }),
  ];
  return leaks.map((leak) => `${program} ${args[0] ?? ''}: ${leak}`);
}

/** Where a secret may go: out of a command that prints it, and to the programs and servers that it is for. */
function isOpen(write: Write, args: readonly string[]): boolean {
  const prints = printing.some((words) => words.every((word, index) => args[index] === word));
  if (write.own && write.descriptor === 1) return prints;
  if (write.own && write.descriptor === 2) return false;
  return !isFile(write.to);
}

function isFile(to: string): boolean {
  return to.startsWith('/') && !to.startsWith('/dev/');
}

function nameOf({ own, descriptor, to }: Write): string {
  if (own && descriptor === 1) return 'stdout';
  return own && descriptor === 2 ? 'stderr' : to;
}

/** `exec … --env NAME` gives its child, which may run `exec` in its turn, a secret in that variable. */
function askedFor(args: readonly string[]): readonly string[] {
  return args.flatMap((text, index) => {
    if (text === '--env') return [args[index + 1] ?? ''];
    return text.startsWith('--env=') ? [text.slice('--env='.length)] : [];
  });
}
