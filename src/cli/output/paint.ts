import { styleText } from 'node:util';
import type { colorOption } from '../command.ts';

const formats = {
  strong: 'bold',
  faint: 'dim',
  // Bold too: plain colours are hard to read on a light terminal.
  good: ['bold', 'green'],
  fair: ['bold', 'yellow'],
  bad: ['bold', 'red'],
} as const;

export type Style = keyof typeof formats;

/** Gives a text its style, or leaves it as it is where nothing is to be coloured. */
export type Paint = (style: Style, text: string) => string;

type When = (typeof colorOption.choices)[number];

/** `auto`: on a terminal that can, unless NO_COLOR is set to anything (no-color.org). What the user types overrules both. */
export function paintFor(
  when: When,
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const auto = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const colours = when === 'always' || (when === 'auto' && auto);
  return (style, text) => (colours ? styleText([formats[style]].flat(), text, { validateStream: false }) : text);
}
