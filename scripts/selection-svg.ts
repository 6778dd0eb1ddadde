import { instance } from '@viz-js/viz';
import { type SelectionNode, selectionEdges } from './selection-edges.ts';

const nodes: Readonly<Record<SelectionNode, Readonly<Record<string, string>>>> = {
  start: { label: 'policy and candidates', shape: 'plaintext', style: '' },
  probing: { label: 'probing the next candidate', fillcolor: '#dbeafe' },
  store: { label: 'that store\nis selected', fillcolor: '#dcfce7' },
  file: { label: 'the encrypted file\nis selected', fillcolor: '#fef9c3' },
  rejected: { label: 'rejected', fillcolor: '#fee2e2' },
};

/** The machine as a picture: SVG, readable on a dark page as on a light one. */
export async function drawSelectionSvg(): Promise<string> {
  const viz = await instance();
  return viz.renderString(
    {
      graphAttributes: { rankdir: 'LR', bgcolor: 'white', pad: 0.3, ranksep: 1.1, nodesep: 0.5 },
      nodeAttributes: {
        shape: 'box',
        style: 'rounded,filled',
        fillcolor: 'white',
        fontname: 'Helvetica',
        fontsize: 12,
      },
      edgeAttributes: { fontname: 'Helvetica', fontsize: 11, color: '#475569' },
      nodes: Object.entries(nodes).map(([name, attributes]) => ({ name, attributes })),
      edges: selectionEdges().map(({ from, to, rows }) => ({
        tail: from,
        head: to,
        attributes: { label: rows.map((row) => ` ${row} `).join('\n') },
      })),
    },
    { format: 'svg' },
  );
}
