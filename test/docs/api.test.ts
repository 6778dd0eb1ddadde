import { expect, test } from 'vitest';
import { renderApiPage } from '../../scripts/api-page.ts';

test('docs/api.md matches the declarations (update it with npm run docs:api)', async () => {
  await expect(renderApiPage('index', "The library: `import { … } from 'keystow'`", 'keytar')).toMatchFileSnapshot(
    '../../docs/api.md',
  );
});
