import { expect, test } from 'vitest';
import { drawApi } from '../../scripts/draw-api.ts';

test('docs/api.md is what the declarations say (npm run docs:api draws it)', async () => {
  await expect(drawApi('index', "The library: `import { … } from 'keystow'`", 'keytar')).toMatchFileSnapshot(
    '../../docs/api.md',
  );
});
