import type { Plugin } from 'rolldown';

const atOnce = 'const segmenter = new Intl.Segmenter();';

const late = `
let made;
const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };
`;

/** Has string-width make its segmenter of graphemes when it first meets text that needs one. */
export const lateSegmenter: Plugin = {
  name: 'late-segmenter',
  transform: {
    filter: { id: /[\\/]string-width[\\/]index\.js$/ },
    handler(code) {
      if (!code.includes(atOnce)) throw new Error('string-width does not make its segmenter as it did');
      return code.replace(atOnce, late);
    },
  },
};
