import { expect, test } from 'vitest';
import { drawSelection } from '../../scripts/draw-selection.ts';
import { drawSelectionSvg } from '../../scripts/selection-svg.ts';

test('docs/selection.md is up to date (npm run docs generates it)', async () => {
  await expect(drawSelection()).toMatchFileSnapshot('../../docs/selection.md');
});

test('docs/selection.svg is up to date', async () => {
  await expect(await drawSelectionSvg()).toMatchFileSnapshot('../../docs/selection.svg');
});
