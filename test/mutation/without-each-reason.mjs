// Runs the tests of the reasons as they are, and again without each reason in turn: out of the domain's lists and out of
// its table of advice. Prints, as JSON, how many tests failed each time; `none` is as they are.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** By file, what is there of a reason. */
const places = {
  'src/domain/probe.ts': (reason) => new RegExp(`^  '${reason}',\n`, 'm'),
  'src/domain/advice/advise.ts': (reason) => new RegExp(`^  '?${reason}'?: \\([^]*?^  }\\),\n`, 'm'),
};

/** Takes a reason out of the source as it is loaded. */
function without(reason) {
  return {
    name: 'without-a-reason',
    enforce: 'pre',
    transform(code, id) {
      const place = Object.keys(places).find((file) => id.endsWith(file));
      if (place === undefined || reason === 'none') return undefined;
      const left = code.replace(places[place](reason), '');
      if (left === code) throw new Error(`there is no ${reason} in ${place}`);
      return left;
    },
  };
}

async function failuresWithout(reason) {
  const options = { config: false, root, watch: false, reporters: [{}], update: false };
  const vitest = await startVitest('test', ['test/app/reasons.test.ts'], options, { plugins: [without(reason)] });
  const failed = vitest.state.getCountOfFailedTests() + vitest.state.getUnhandledErrors().length;
  await vitest.close();
  return failed;
}

const [lists] = readFileSync(`${root}/src/domain/probe.ts`, 'utf8').split('export type', 1);
const reasons = [...lists.matchAll(/^ {2}'([a-z-]+)',$/gm)].map(([, reason]) => reason);
const failures = {};
for (const reason of ['none', ...reasons]) failures[reason] = await failuresWithout(reason);
process.exitCode = 0;
process.stdout.write(JSON.stringify(failures));
