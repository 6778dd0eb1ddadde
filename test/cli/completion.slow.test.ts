import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingPseudoTerminal, type PseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';
import { Sandbox } from './sandbox.ts';

const kept = [
  ['github.com', 'alice'],
  ['https://git.example.com:8080/a', 'bob@example.com'],
  ['https://git.example.com:8080/b', 'bob@example.com'],
  ['my "own" $HOME service', "it's; here"],
  ['-dashes', '--account'],
  ['café', 'zoë'],
] as const;

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox({ CI: 'true' });
  kept.forEach(([service, account], index) => {
    const quoted = [service, account].map((text) => `'${text.replaceAll("'", "'\\''")}'`).join(' ');
    expect(sandbox.run(`printf 's3cret-${index}!' | keystow set -- ${quoted}`).exit).toBe(0);
  });
  writeFileSync(join(sandbox.home, 'bin', 'show-the-token'), '#!/bin/sh\necho "it is $TOKEN"\n', { mode: 0o755 });
  writeFileSync(join(sandbox.home, 'one.env'), 'TOKEN=from-a-file\n');
  expect(sandbox.run('keystow doctor --json >report-of-this-machine').exit).toBe(0);
});
afterAll(() => sandbox.remove());

/** How to start each shell without its configuration, and to install the completion. `'rea''dy> '` doesn't match its own echo. */
const shells = {
  bash: {
    command: 'bash --noprofile --norc -i',
    install: `PS1='rea''dy> '; eval "$(keystow completion bash)"`,
  },
  zsh: {
    command: 'zsh --no-rcs -i',
    install: `autoload -U compinit; compinit -u -D; eval "$(keystow completion zsh)"; PS1='rea''dy> '`,
  },
  fish: {
    command: 'fish --no-config -i',
    install: `keystow completion fish | source; function fish_prompt; echo 'rea''dy> '; end`,
  },
};

/** The keys that are typed, and the output of the completed line. */
const lines: readonly (readonly [string, string])[] = [
  ['keystow ge\tgith\ta\t', 's3cret-0!'],
  ['keystow get htt\tb\tbo\t', 's3cret-2!'],
  ['keystow get my\ti\t', 's3cret-3!'],
  [`keystow get 'my\ti\t`, 's3cret-3!'],
  ['keystow get "my\ti\t', 's3cret-3!'],
  ['keystow get -- -d\t-\t', 's3cret-4!'],
  ['keystow get caf\tz\t', 's3cret-5!'],
  ['keystow doctor --repl\tre\t', ' is selected'],
  // --env-file begins with --env, so the shell adds no space.
  ['keystow exec gith\tal\t--e\t TOKEN -- show-th\t', 'it is s3cret-0!'],
  ['keystow exec --env-\tone\t-- show-th\t', 'it is from-a-file'],
  ['keystow exec --env TOKEN=gith\t-- show-th\t', 'it is s3cret-0!'],
];

for (const [shell, { command, install }] of Object.entries(shells)) {
  describeStore(`completion in ${shell}`, shell, missingPseudoTerminal() ?? missingShell(shell), () => {
    let terminal: PseudoTerminal;
    beforeAll(async () => {
      terminal = runOnTerminal(command, sandbox.home, sandbox.environment, 120_000);
      terminal.type(`${install}\r`);
      await terminal.waitFor('ready> ');
    });
    afterAll(async () => {
      terminal.type('exit\r');
      await terminal.exit;
    });

    test.each(lines)('[CLI1] makes of %j a line that works', async (typed, printed) => {
      terminal.type(`${typed}\r`);
      await terminal.waitFor(printed);
      await terminal.waitFor('ready> ');
    });
  });
}

test('completing opens no store, reads no secret and never prompts', async () => {
  let connections = 0;
  const bus = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  const socket = join(sandbox.home, 'bus');
  await new Promise<void>((resolve) => bus.listen(socket, resolve));
  const environment = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` };
  const sealed = sandbox.run('cat .config/keystow/credentials.json').stdout;
  writeFileSync(join(sandbox.home, '.config/keystow/credentials.json'), 'no envelope');
  try {
    const completed = await sandbox.begin("keystow complete fish -- get ''", environment).end;
    expect(completed).toMatchObject({ stderr: '', exit: 0 });
    expect(completed.stdout.split('\n')).toContain('github.com');
    expect(connections).toBe(0);
    expect((await sandbox.begin('keystow list', environment).end).exit, 'a listing does open both').toBe(1);
    expect(connections).toBeGreaterThan(0);
  } finally {
    writeFileSync(join(sandbox.home, '.config/keystow/credentials.json'), sealed);
    bus.close();
  }
});

function missingShell(shell: string): string | undefined {
  return spawnSync(shell, ['--version']).error && `${shell} is not installed`;
}
