// `npm run mutate -- [SUBJECT [FILE..]]`: alters the code of a subject of subjects.json in every small way, one at a time, and
// checks that a test fails. `// Stryker disable next-line MUTATOR: reason` in the code excepts what no test can notice.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const root = resolve(import.meta.dirname, '../..');
const read = (name) => JSON.parse(readFileSync(resolve(import.meta.dirname, name), 'utf8'));

const subjects = read('subjects.json');
const [name = 'domain', ...only] = process.argv.slice(2);
const subject = subjects[name];
if (!subject) throw new Error(`${name} is not one of ${Object.keys(subjects).join(', ')}`);
const mutate = only.length > 0 ? only : subject.mutate;

process.chdir(root);
process.env.MUTATED = name;
const mutants = await new Stryker({
  mutate,
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', resolve(import.meta.dirname, 'equivalent.mjs')],
  ignorers: ['equivalent'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: true },
  // No such file: Stryker would read it through a compiler's interface that TypeScript 7 does not have.
  tsconfigFile: 'none',
  concurrency: 2,
  coverageAnalysis: 'perTest',
  // A machine that stalls does not count as a test that noticed.
  timeoutMS: 60_000,
  tempDirName: `.stryker/${name}`,
  ignorePatterns: ['dist', 'coverage', '.stryker'],
  reporters: ['progress-append-only'],
  logLevel: 'warn',
  allowConsoleColors: false,
  warnings: { slow: false },
}).runMutationTest();

const fileOf = ({ fileName }) => relative(root, fileName).replaceAll('\\', '/');
const withStatus = (...statuses) => mutants.filter(({ status }) => statuses.includes(status));

/** The mutant's lines as it leaves them. */
const mutatedLines = ({ fileName, location: { start, end }, replacement }) => {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const tail = lines.at(-1).slice(end.column - 1);
  return `${lines[0].slice(0, start.column - 1)}${replacement}${tail}`.replaceAll(/\s+/g, ' ').trim();
};

const survivors = withStatus('Survived', 'NoCoverage');
for (const mutant of survivors) {
  const what = mutant.status === 'Survived' ? 'survives' : 'is in no test';
  process.stdout.write(`\n${what}: ${fileOf(mutant)}:${mutant.location.start.line}\n  ${mutatedLines(mutant)}\n`);
}

/** A comment in the code that disables mutants must give a reason, and must disable something. */
const disabled = withStatus('Ignored');
const faultyComments = [...new Set(mutants.map(fileOf))].flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const [, reason] = /\/\/ ?Stryker disable[^:]*(?::\s*(.*))?$/.exec(line) ?? [null, null];
      if (reason === null) return [];
      if (!reason) return `${file}:${index + 1}: gives no reason`;
      const works = disabled.some((mutant) => fileOf(mutant) === file && mutant.statusReason === reason.trim());
      return works ? [] : `${file}:${index + 1}: disables nothing`;
    }),
);
for (const fault of faultyComments) process.stdout.write(`\n${fault}\n`);

// What cannot be imported any more has been noticed, too.
const killed = withStatus('Killed', 'Timeout', 'RuntimeError').length;
const valid = killed + survivors.length;
const score = (100 * killed) / valid;
process.stdout.write(
  `\n${name}: of ${valid} mutants ${killed} killed, ${survivors.length} not; ${disabled.length} disabled with a reason: ` +
    `${score.toFixed(1)} %, at least ${subject.least} % required\n`,
);
process.exitCode = score >= subject.least && faultyComments.length === 0 ? 0 : 1;
