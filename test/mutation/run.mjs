// `npm run mutate -- [SUBJECT [FILE..]]`: alters the code of a subject of subjects.json in every small way, one at a time, and
// holds that a test fails of it, or that named.json says why none can.
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
  plugins: ['@stryker-mutator/vitest-runner'],
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

/** A mutant as named.json names it: the lines that it stands on, as it leaves them. */
const becomes = ({ fileName, location: { start, end }, replacement }) => {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const tail = lines.at(-1).slice(end.column - 1);
  return `${lines[0].slice(0, start.column - 1)}${replacement}${tail}`.replaceAll(/\s+/g, ' ').trim();
};

const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
const living = mutants
  .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  .map((mutant) => ({
    file: fileOf(mutant),
    line: mutant.location.start.line,
    covered: mutant.status === 'Survived',
    becomes: becomes(mutant),
  }));
const isSame = (a) => (b) => a.file === b.file && a.becomes === b.becomes;
const mutated = new Set(mutants.map(fileOf));
const named = read('named.json').filter(({ file }) => mutated.has(file));
const unnamed = living.filter((mutant) => !named.some(isSame(mutant)));
const gone = named.filter((entry) => !living.some(isSame(entry)));

for (const { file, line, covered, becomes } of unnamed)
  process.stdout.write(`\n${covered ? 'survives' : 'is in no test'}: ${file}:${line}\n  ${becomes}\n`);
for (const { file, becomes } of gone) process.stdout.write(`\nnamed, but killed or not there: ${file}\n  ${becomes}\n`);

// What cannot be imported any more has been noticed, too.
const killed = count('Killed', 'Timeout', 'RuntimeError');
const valid = killed + living.length;
const held = (100 * (valid - unnamed.length)) / valid;
process.stdout.write(
  `\n${name}: of ${valid} mutants ${killed} killed, ${living.length - unnamed.length} named, ${unnamed.length} neither: ` +
    `${held.toFixed(1)} %, where ${subject.least} % are asked for\n`,
);
process.exitCode = held >= subject.least && gone.length === 0 ? 0 : 1;
