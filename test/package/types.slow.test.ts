import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NpmProject, needsRegistry } from '../support/npm-project.ts';

const source = `
import { type ApplicationStore, CredentialError, openCredentialStore } from 'keystow';
import { getPassword } from 'keystow/keytar';

export async function main(store: ApplicationStore): Promise<string | null> {
  await (await openCredentialStore({ application: { name: 'acme' } })).close();
  const { store: where } = await store.set('demo', 'alice', new Uint8Array(1));
  where satisfies 'file' | 'keychain' | 'secret-service' | 'credential-manager' | 'pass' | 'custom';
  // @ts-expect-error: a number isn't a secret
  await store.set('demo', 'alice', 1);
  if (new CredentialError('closed', 'closed').code !== 'closed') return null;
  return getPassword('demo', 'alice');
}
`;

describe('[PKG30] the declarations compile without @types/node', needsRegistry('typescript'), () => {
  let project: NpmProject;
  beforeAll(() => {
    project = new NpmProject(['typescript-5@npm:typescript@5.9.3', 'typescript-7@npm:typescript@7.0.2']);
    project.write('a.mts', source);
    project.write('b.cts', source);
  });
  afterAll(() => project.remove());

  test.each(
    ['5', '7'].flatMap((version) =>
      [['es2022'], ['es2022', 'dom'], ['esnext'], ['esnext', 'dom']].map((lib) => ({ version, lib })),
    ),
  )('with TypeScript $version and $lib', ({ version, lib }) => {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: false, module: 'nodenext', target: 'es2022' },
      ...{ types: [], lib },
    };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['a.mts', 'b.cts'] }));
    const { stdout, exit } = project.run([process.execPath, `node_modules/typescript-${version}/bin/tsc`, '-p', '.']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 });
  });
});
