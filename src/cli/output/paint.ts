import { styleText } from 'node:util';
import type { colorOption } from '../command.ts';
import type { Paint } from './line.ts';

const formats = {
  strong: 'bold',
  faint: 'dim',
  // Bold too: plain colours are hard to read on a light terminal.
  good: ['bold', 'green'],
  fair: ['bold', 'yellow'],
  bad: ['bold', 'red'],
} as const;

/**
 * `auto`: on a terminal that supports colours, unless NO_COLOR is set (no-color.org). `always` and `never` override the
 * environment.
 */
export function createPaint(
  when: (typeof colorOption.choices)[number],
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const auto = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const colours = when === 'always' || (when === 'auto' && auto);
  return (style, text) => (colours ? styleText([formats[style]].flat(), text, { validateStream: false }) : text);
}
