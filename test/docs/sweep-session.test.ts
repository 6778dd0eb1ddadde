import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingProgram } from '../support/session-bus.ts';
import { createTenFiles, secrets, tenFiles } from '../sweep/ten-files.ts';

const page = resolve(import.meta.dirname, '../../docs/sweep.md');
const session = /(?<=<!-- a session; npm run docs writes its output -->\n```console\n)[\s\S]*?(?=\n```)/;

describeStore('docs/sweep.md', 'git', missingProgram('git'), () => {
  test('[SWP14] shows a session on a home directory with ten files, from the first look to the undo', async () => {
    const sandbox = new Sandbox({ KEYSTOW_STORAGE: 'file' });
    onTestFinished(() => sandbox.remove());
    const { home } = sandbox;
    chmodSync(home, 0o755);
    createTenFiles(home);
    // pip looks for its command there.
    sandbox.environment.PATH = `${home}/.config/keystow/bin:${sandbox.environment.PATH}`;
    const listFiles = () =>
      readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
        (name) => !/^(sums$|\.config\/keystow)/.test(name),
      );
    const filesBefore = listFiles();
    const text = readFileSync(page, 'utf8');
    const [before = ''] = session.exec(text) ?? [];
    const commands = before.split('\n').filter((line) => line.startsWith('$ '));
    expect(commands.length).toBeGreaterThan(5);
    expect(Object.keys(tenFiles)).toHaveLength(10);

    const lines = commands.flatMap((command) => {
      const { stdout } = sandbox.run(command.slice(2));
      const output = stdout.replaceAll(home, '/home/alice').replace(/\n$/, '');
      return output === '' ? [command] : [command, ...output.split('\n')];
    });
    const shown = lines.join('\n');
    // Only a command that reads a secret shows one.
    const answers = /^(password=.*|\{"ServerURL".*)$/gm;
    for (const secret of Object.values(secrets)) expect(shown.replace(answers, '')).not.toContain(secret.slice(4));
    expect(shown).toContain(`password=${secrets.git}\n`);
    await expect(text.replace(session, () => shown)).toMatchFileSnapshot(page);
    expect(listFiles().sort()).toEqual(filesBefore.sort());
    for (const [name, content] of Object.entries(tenFiles)) {
      expect(readFileSync(join(home, name), 'utf8'), name).toBe(content);
    }
  });
});
