// `npm run mutate -- [SUBJECT [FILE..]]` makes small changes to the code of a subject of subjects.json, one at a time, and
// checks that a test fails. `// Stryker disable next-line MUTATOR: reason` in the code excludes changes that no test can notice.
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
  // Stryker reads this file with a compiler API that TypeScript 7 doesn't have, so it must not exist.
  tsconfigFile: 'none',
  concurrency: 2,
  coverageAnalysis: 'perTest',
  // Long enough that a stalled machine doesn't count as a killed mutant.
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

/** Returns the lines of the mutant after the change. */
const mutatedLines = ({ fileName, location: { start, end }, replacement }) => {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const tail = lines.at(-1).slice(end.column - 1);
  return `${lines[0].slice(0, start.column - 1)}${replacement}${tail}`.replaceAll(/\s+/g, ' ').trim();
};

const descriptions = {
  Survived: 'survives',
  NoCoverage: 'is in no test',
  Timeout: 'times out, so check that it hangs',
};

const survivors = withStatus('Survived', 'NoCoverage');
for (const mutant of [...survivors, ...withStatus('Timeout')]) {
  const what = descriptions[mutant.status];
  process.stdout.write(`\n${what}: ${fileOf(mutant)}:${mutant.location.start.line}\n  ${mutatedLines(mutant)}\n`);
}

/** A comment that disables mutants must have a reason, and must disable something. */
const disabled = withStatus('Ignored');
const faultyComments = [...new Set(mutants.map(fileOf))].flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const [, reason] = /\/\/ ?Stryker disable[^:]*(?::\s*(.*))?$/.exec(line) ?? [null, null];
      if (reason === null) return [];
      if (!reason) return `${file}:${index + 1}: has no reason`;
      const works = disabled.some((mutant) => fileOf(mutant) === file && mutant.statusReason === reason.trim());
      return works ? [] : `${file}:${index + 1}: disables nothing`;
    }),
);
for (const fault of faultyComments) process.stdout.write(`\n${fault}\n`);

// A runtime error, such as a failed import, also counts as killed.
const killed = withStatus('Killed', 'Timeout', 'RuntimeError').length;
const valid = killed + survivors.length;
const score = (100 * killed) / valid;
process.stdout.write(
  `\n${name}: of ${valid} mutants ${killed} killed, ${survivors.length} not; ${disabled.length} disabled with a reason: ` +
    `${score.toFixed(1)} %, at least ${subject.least} % required\n`,
);
process.exitCode = score >= subject.least && faultyComments.length === 0 ? 0 : 1;
