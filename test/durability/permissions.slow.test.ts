import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { childProcesses } from '../encrypted-file/processes.ts';
import { durableFiles } from './durable-files.ts';
import { missingStrace, repeatableEnvironment, straceRecording, writtenPaths } from './strace.ts';

const file = 'made/anew/kept.json';
/** Sealing a file again creates no other files. */
const made = durableFiles.filter(({ verb }) => verb !== 'reseal');
const paths = ['made', 'made/anew', ...writtenPaths(file)];

describeStore('new files and folders', 'strace', missingStrace(), () => {
  const { run } = childProcesses();

  test.each(made.flatMap(({ name, verb }) => ['0000', '0022', '0777'].map((umask) => ({ name, verb, umask }))))(
    '[DUR3] for $name are private from the first byte with umask $umask',
    async ({ verb, umask }) => {
      const { folder } = newPlace();
      const log = join(folder, 'log');
      const under = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...straceRecording(log, folder, paths)];
      expect(await run(verb, join(folder, file), 'alice', repeatableEnvironment, under)).toEqual({ value: null });
      // The log was created under that umask too.
      chmodSync(log, 0o600);
      const calls = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => / = \d/.test(line) && (line.includes('O_CREAT') || / mkdir(at)?\(/.test(line)));
      const [files, folders] = [
        calls.filter((line) => line.includes('O_CREAT')),
        calls.filter((line) => / mkdir/.test(line)),
      ];
      expect(files).toHaveLength(2);
      for (const line of files) expect(line).toMatch(/O_CREAT\|O_EXCL\|O_NOFOLLOW.*, 0600\)/);
      expect(folders).toHaveLength(3);
      for (const line of folders) expect(line).toMatch(/, 0700\)/);
    },
  );
});
