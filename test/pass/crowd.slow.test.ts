import { expect, onTestFinished, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { needsPosix } from '../support/needs.ts';
import { createFakePass } from './fake-pass.ts';

// Each of them waits for longer than the limit of a lock, but always for a holder that makes progress.
test('six loops that store and four removals wait for each other, however slow pass is', needsPosix, async () => {
  const pass = createFakePass({
    insert: 'sleep 0.4; exec cat >"$entry"',
    mv: 'sleep 0.4; exec mv "$entry" "$new"',
    rm: 'sleep 0.4; exec rm "$entry"',
  });
  const variables = { PASSWORD_STORE_DIR: `${pass.home}/.password-store`, KEYSTOW_USE_PASS: '1', KEYSTOW_QUIET: '1' };
  const sandbox = new Sandbox(variables, { timed: true });
  onTestFinished(() => sandbox.remove());
  sandbox.environment.PATH = `${pass.home}/programs:${sandbox.environment.PATH}`;
  const [loops, removals] = [
    [1, 2, 3, 4, 5, 6],
    [1, 2, 3, 4],
  ];
  for (const number of removals) {
    expect(sandbox.run(`printf old | keystow set removed ${number}`).exit).toBe(0);
  }
  const set = (number: number) => `for i in 1 2 3; do printf $i | keystow set kept ${number} || exit 1; done`;
  const runs = [...loops.map(set), ...removals.map((number) => `keystow delete removed ${number}`)].map(
    (command) => sandbox.begin(command).end,
  );
  const done = { stderr: '', exit: 0 };
  expect((await Promise.all(runs)).map(({ stderr, exit }) => ({ stderr, exit }))).toEqual(runs.map(() => done));
  expect(Object.keys(pass.entries()).sort()).toEqual(loops.map((number) => `keystow/kept/${number}`));
});
