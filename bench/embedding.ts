import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { describeBundle } from './bundle-parts.ts';
import { name, newHome, token } from './homes.ts';
import { nodeAlone } from './keystow.ts';
import { excessMs, type Measured, measure, ratio, type Subject } from './measure.ts';
import { heading, ms, row, type Section, times } from './page.ts';

/** The program's second argument, as each library has an item of its own: the binding fails if two match. */
const [service, account] = ['process.argv[3]', JSON.stringify(name.account)];

/** A library that a program stores its credentials with. */
interface Library {
  readonly label: string;
  readonly package: string;
  readonly names: string;
  /** A module can import only its default export, because Node doesn't see the names of what it exports. */
  readonly hasOnlyDefault?: boolean;
  /** Reads the token as often as `process.argv[2]` says, or stores it if that's 0. */
  readonly read: string;
  /** Opens a store, and sets, gets and deletes a credential, for the size of a bundle. */
  readonly all: string;
  /** Native code that has to be shipped with the bundle on Linux, too. */
  readonly native?: string;
}

const libraries: readonly Library[] = [
  {
    label: '**keystow**',
    package: 'keystow',
    names: 'openCredentialStore',
    read: `const store = await openCredentialStore({ application: { name: 'bench' } });
      if (process.argv[2] === '0') await store.set(${service}, ${account}, ${JSON.stringify(token)});
      for (let left = Number(process.argv[2]); left > 0; left--)
        if ((await store.getText(${service}, ${account}))?.length !== ${token.length}) process.exit(1);
      await store.close();`,
    all: `const store = await openCredentialStore({ application: { name: 'bench' } });
      await store.set(${service}, ${account}, 'x');
      await store.getText(${service}, ${account});
      await store.delete(${service}, ${account});
      await store.close();`,
  },
  {
    label: '`@napi-rs/keyring`',
    package: '@napi-rs/keyring',
    names: 'AsyncEntry',
    read: `if (process.argv[2] === '0') await new AsyncEntry(${service}, ${account}).setPassword(${JSON.stringify(token)});
      for (let left = Number(process.argv[2]); left > 0; left--)
        if ((await new AsyncEntry(${service}, ${account}).getPassword())?.length !== ${token.length}) process.exit(1);`,
    all: `const entry = new AsyncEntry(${service}, ${account});
      await entry.setPassword('x');
      await entry.getPassword();
      await entry.deletePassword();`,
    native: `@napi-rs/keyring-${process.platform}-${process.arch}-gnu`,
  },
  {
    label: '`@github/keytar`',
    package: '@github/keytar',
    names: 'getPassword, setPassword, deletePassword',
    hasOnlyDefault: true,
    read: `if (process.argv[2] === '0') await setPassword(${service}, ${account}, ${JSON.stringify(token)});
      for (let left = Number(process.argv[2]); left > 0; left--)
        if ((await getPassword(${service}, ${account}))?.length !== ${token.length}) process.exit(1);`,
    all: `await setPassword(${service}, ${account}, 'x');
      await getPassword(${service}, ${account});
      await deletePassword(${service}, ${account});`,
    native: '@github/keytar/build/Release/keytar.node',
  },
];

/** How a program loads a library. On Node 20, a module that imports CommonJS, as the others are, starts much later. */
const loads = ['import', 'require'] as const;

type Load = (typeof loads)[number];

const extensions = { import: 'mjs', require: 'cjs' } as const;

function toProgram(load: Load, { package: specifier, names, hasOnlyDefault }: Library, body: string): string {
  if (load === 'require') return `const { ${names} } = require('${specifier}');\n(async () => { ${body} })();`;
  if (hasOnlyDefault) return `import all from '${specifier}';\nconst { ${names} } = all;\n${body}`;
  return `import { ${names} } from '${specifier}';\n${body}`;
}

const gets = 1_000;

/** Measures what each library adds to a program that reads a token from the Secret Service. */
export async function embedding(session: Readonly<Record<string, string>>, runs: number): Promise<Section> {
  const env = newHome(session);
  linkPackages(env.HOME);
  const write = (library: Library, load: Load, count: number): Subject => {
    const index = libraries.indexOf(library);
    const script = join(env.HOME, `${index}.${extensions[load]}`);
    writeFileSync(script, toProgram(load, library, library.read));
    const argv = [process.execPath, script, `${count}`, `${name.service}.${index}`];
    return { name: `${library.label} ${load} ${count}`, argv, env };
  };
  // Those that are installed, and can store the token.
  const works = libraries.filter((library) => {
    const [program = '', ...args] = write(library, 'require', 0).argv;
    return spawnSync(program, args, { env, stdio: 'ignore' }).status === 0;
  });
  const alone = nodeAlone(env);
  const once = measure([alone, ...works.flatMap((each) => loads.map((load) => write(each, load, 1)))], runs);
  const loops = measure(
    works.flatMap((library) => [write(library, 'require', 1), write(library, 'require', gets)]),
    Math.ceil(runs / 10),
  );
  const find = (measured: ReadonlyMap<string, Measured>, { label }: Library, load: Load, count: number) =>
    measured.get(`${label} ${load} ${count}`) as Measured;
  const base = once.get(alone.name) as Measured;
  const costs = await Promise.all(
    works.map(async (library) => {
      const [imported, required] = [find(once, library, 'import', 1), find(once, library, 'require', 1)];
      const [one, all] = [find(loops, library, 'require', 1), find(loops, library, 'require', gets)];
      return {
        label: library.label,
        imported,
        required,
        perGetMs: excessMs(all, one) / (gets - 1),
        ...(await bundle(env.HOME, library)),
      };
    }),
  );
  const [own, binding] = costs;
  const goals = own && [
    ...(binding?.label === '`@napi-rs/keyring`'
      ? [
          {
            what: '**keystow** embedded: `import` and one get, × the binding',
            value: ratio(own.imported, binding.imported),
            atMost: 1,
          },
          {
            what: '**keystow** embedded: `require` and one get, × the binding',
            value: ratio(own.required, binding.required),
            atMost: 1,
          },
          {
            what: `**keystow** embedded: ${gets} gets in one process, × the binding`,
            value: own.perGetMs / binding.perGetMs,
            atMost: 1,
          },
        ]
      : []),
    { what: '**keystow** embedded: a bundle in one file, KiB', value: own.wholeKiB, atMost: 60 },
    {
      what: '**keystow** embedded: the part of a bundle that is loaded at the start, KiB',
      value: own.startKiB,
      atMost: 60,
    },
  ];
  return {
    text: [
      heading('Embedding'),
      'What a program gets from loading a library and one read of a token from the Secret Service, in addition to `node -e 0`, and the',
      `time of each of ${gets} reads in one process. Bundles are minified by rolldown, of a program that opens a store, and sets, gets and`,
      "deletes a credential. In one file, a bundle has everything that keystow may ever load; in several, a part is loaded when it's needed.",
      'Native code is counted on its own: keystow needs none on Linux, and keytar needs libsecret.',
      '',
      row(
        '',
        '`import`, one get, ms',
        '`require`, one get, ms',
        'peak MiB',
        `each of ${gets} gets, ms`,
        'bundle KiB',
        'loaded at the start, KiB',
        'native KiB',
      ),
      row('---', '--:', '--:', '--:', '--:', '--:', '--:', '--:'),
      ...costs.map(({ label, imported, required, perGetMs, wholeKiB, startKiB, nativeKiB }) =>
        row(
          label,
          ms(excessMs(imported, base)),
          ms(excessMs(required, base)),
          ms(required.peakMiB - base.peakMiB),
          times(perGetMs),
          ms(wholeKiB),
          ms(startKiB),
          ms(nativeKiB),
        ),
      ),
      ...(await describeBundle()),
    ],
    goals: goals ?? [],
  };
}

/** Makes the packages importable from a folder, keystow as it's built. */
function linkPackages(folder: string): void {
  for (const [name, target] of [
    ['keystow', '.'],
    ['@napi-rs', 'node_modules/@napi-rs'],
    ['@github', 'node_modules/@github'],
  ] as const) {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(resolve(target), path);
  }
}

async function bundle(folder: string, library: Library) {
  const { all, native } = library;
  // A file each, because they are bundled at the same time.
  const input = join(mkdtempSync(join(folder, 'bundle-')), 'program.mjs');
  writeFileSync(input, toProgram('import', library, all));
  const measureSize = async (codeSplitting: boolean) => {
    const build = await rolldown({
      input,
      platform: 'node',
      external: /\.node$|^@napi-rs\/keyring-/,
      logLevel: 'silent',
    });
    const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting });
    await build.close();
    const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
    const loaded = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
    for (const fileName of loaded)
      for (const other of chunks.get(fileName)?.imports ?? []) if (chunks.has(other)) loaded.add(other);
    return [...loaded].reduce((sum, fileName) => sum + Buffer.byteLength(chunks.get(fileName)?.code ?? ''), 0) / 1024;
  };
  const find = createRequire(input);
  return {
    wholeKiB: await measureSize(false),
    startKiB: await measureSize(true),
    nativeKiB: native === undefined ? 0 : statSync(find.resolve(native)).size / 1024,
  };
}
