import { instance } from '@viz-js/viz';
import { selectionRules } from '../src/domain/selection/selection.ts';
import { findSelectionEdges, type SelectionEdge, type SelectionNode } from './selection-edges.ts';

/** docs/selection.svg. The colours follow the reader's light or dark mode. */
export async function drawSelectionSvg(): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(
    {
      graphAttributes: { rankdir: 'LR', bgcolor: 'transparent', pad: 0.2, ranksep: 0.5, nodesep: 0.55 },
      // Graphviz measures Helvetica. The margin leaves room for the wider fonts that viewers may use instead.
      nodeAttributes: { shape: 'box', style: 'rounded,filled', margin: '0.32,0.16', ...font },
      edgeAttributes: { arrowsize: 0.7, ...font, fontsize: 12 },
      nodes: Object.entries(labels).map(([name, label]) => ({ name, attributes: { label, class: name } })),
      edges: findSelectionEdges().map((edge) => ({
        tail: edge.from,
        head: edge.to,
        // Blanks keep the label off its line.
        attributes: { label: formatLabel(edge).replaceAll(/^|$/gm, '   ') },
      })),
      subgraphs: [
        { graphAttributes: { rank: 'same' }, nodes: ['store', 'file', 'rejected'].map((name) => ({ name })) },
      ],
    },
    { format: 'svg' },
  );
  return svg
    .replace(/^[\s\S]*?(?=<svg)/, '')
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/(<svg[^>]*>)/, `$1\n<style>${style}</style>`);
}

const font = { fontname: 'Helvetica,Arial,sans-serif', fontsize: 13 };

const labels: Readonly<Record<SelectionNode, string>> = {
  start: 'policy and\ncandidates',
  probing: 'probing the\nnext candidate',
  store: 'the store\nis selected',
  file: 'the encrypted file\nis selected',
  rejected: 'rejected',
};

const style = `
text { fill: #1f2328; }
.edge text { fill: #59636e; }
.node path { fill: #f6f8fa; stroke: #59636e; }
.probing path { fill: #ddf4ff; stroke: #0969da; }
.store path { fill: #dafbe1; stroke: #1a7f37; }
.file path { fill: #fff8c5; stroke: #9a6700; }
.rejected path { fill: #ffebe9; stroke: #d1242f; }
.edge path { fill: none; stroke: #59636e; }
.edge polygon { fill: #59636e; stroke: #59636e; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.edge text { fill: #9198a1; }
.node path { fill: #151b23; stroke: #9198a1; }
.probing path { fill: #121d2f; stroke: #4493f8; }
.store path { fill: #12261e; stroke: #3fb950; }
.file path { fill: #272115; stroke: #d29922; }
.rejected path { fill: #25171c; stroke: #f85149; }
.edge path { stroke: #9198a1; }
.edge polygon { fill: #9198a1; stroke: #9198a1; }
}
`;

/** One line for each rule that ends the step: `2 file-requested`, or `8, 9 or 10, then 5 file-fallback`. */
function formatLabel({ paths }: SelectionEdge): string {
  return (
    selectionRules
      .flatMap(({ number, name }) => {
        const before = paths.filter((path) => path.at(-1) === number).map((path) => path.slice(0, -1));
        if (before.length === 0) return [];
        const skips = before.flat().sort((a, b) => a - b);
        return skips.length === 0 ? `${number} ${name}` : `${formatOr(skips)}, then\n${number} ${name}`;
      })
      .join('\n') || 'no rule applies'
  );
}

function formatOr(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(', ')} or ${numbers.at(-1)}`;
}
