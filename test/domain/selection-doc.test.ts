import { expect, test } from 'vitest';
import { drawSelection } from '../../scripts/draw-selection.ts';

test('docs/selection.md is what the machine draws (npm run docs draws it again)', async () => {
  await expect(drawSelection()).toMatchFileSnapshot('../../docs/selection.md');
});
