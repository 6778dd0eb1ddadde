import { expect, test } from 'vitest';
import { drawSelection } from '../../scripts/draw-selection.ts';
import { drawSelectionSvg } from '../../scripts/selection-svg.ts';

test('docs/selection.md is what the machine draws (npm run docs draws it again)', async () => {
  await expect(drawSelection()).toMatchFileSnapshot('../../docs/selection.md');
});

test('docs/selection.svg is what the machine draws', async () => {
  await expect(await drawSelectionSvg()).toMatchFileSnapshot('../../docs/selection.svg');
});
