import { resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { rawText } from '../scripts/raw-text.ts';
import { ms, row } from './page.ts';

/** What a bundle consists of, by the paths of its modules. The first pattern that matches counts. */
const parts: readonly (readonly [part: string, paths: RegExp])[] = [
  ['Secret Service, with D-Bus', /adapters.secret-service|silence-timer/],
  ['argon2 in WebAssembly', /hash-wasm|argon2-worker/],
  ['encrypted file, and its passphrases', /adapters.encrypted-file|domain.envelope|passphrase/],
  ['locks, permissions and crash-safe writes of files', /adapters.files|file-trust/],
  ['Keychain and Credential Manager', /adapters.(native|keychain|credential-manager|keyutils|keyrings)/],
  ['`pass`', /adapters.(pass|process)/],
  ['selection of a store, and placement', /selection|select-store|placement/],
  ['`get`, `set`, `list` and `delete`', /app.credentials|scoped-store|domain.(credential-name|secret|entry-names)/],
  ['`migrate`, `repair` and `changePassphrase`', /reconcile|app.encrypted-file/],
  ['`report`, and the advice in errors', /app.doctor|advice|host/],
];

const others = 'settings, errors, texts and the interface itself';

/** Describes what the bundle in one file of a program that uses the whole library consists of. */
export async function describeBundle(): Promise<readonly string[]> {
  const input = 'bench:program';
  const build = await rolldown({
    input,
    platform: 'node',
    external: ['@napi-rs/keyring'],
    plugins: [
      rawText,
      {
        name: 'program',
        resolveId: (id) => (id === input ? id : null),
        load: (id) =>
          id === input
            ? `import { openCredentialStore } from ${JSON.stringify(resolve('src/library/index.ts'))};
               console.log(await openCredentialStore({ application: 'bench' }));`
            : null,
      },
    ],
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
  await build.close();
  const [{ code, modules }] = output;
  const total = Object.values(modules).reduce((sum, { renderedLength }) => sum + renderedLength, 0);
  const sizes = new Map([...parts.map(([part]) => [part, 0] as const), [others, 0]]);
  for (const [id, { renderedLength }] of Object.entries(modules)) {
    const part = parts.find(([, paths]) => paths.test(id))?.[0] ?? others;
    const minifiedKiB = ((renderedLength / total) * Buffer.byteLength(code)) / 1024;
    sizes.set(part, (sizes.get(part) ?? 0) + minifiedKiB);
  }
  return [
    '',
    'What the bundle in one file consists of. Only the machine of a user decides which store is used, so a bundle has all of them. The',
    'first four parts, which a Linux machine may need all of, are more than 60 KiB already. The sizes before minification are taken in',
    'proportion.',
    '',
    row('part of the bundle', 'KiB'),
    row('---', '--:'),
    ...[...sizes].map(([part, kib]) => row(part, ms(kib))),
  ];
}
