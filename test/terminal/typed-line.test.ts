import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Progress, TypedLine } from '../../src/adapters/terminal/typed-line.ts';

/** Adds chunks of Latin-1, and returns the last progress and the line. */
function type(chunks: readonly string[], allowLines = true): { progress: Progress; line: string } {
  const line = new TypedLine({ allowLines });
  let progress: Progress = 'typing';
  for (const chunk of chunks) {
    progress = line.add(Buffer.from(chunk, 'latin1'));
    if (progress !== 'typing' && progress !== 'entered') break;
  }
  return { progress, line: Buffer.from(line.toBytes()).toString('latin1') };
}

const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;
const key = '-----BEGIN KEY-----\rMIIE\r+/==\r-----END KEY-----';
const keyLines = key.replaceAll('\r', '\n');

describe('a line that is entered', () => {
  test.each([
    ['typed', ['s3cret\r'], 's3cret'],
    ['typed key by key', ['a', 'b', '\r'], 'ab'],
    ['pasted with a line feed', ['s3cret\n'], 's3cret'],
    ['pasted with CR LF', ['s3cret\r\n'], 's3cret'],
    ['pasted with CR LF in two chunks', ['s3cret\r', '\n'], 's3cret'],
    ['pasted with several line breaks at the end', ['s3cret\r\r', '\r'], 's3cret'],
    ['a marked paste', [paste('s3cret'), '\r'], 's3cret'],
    ['a marked paste with a line break at its end', [`${paste('s3cret\r')}\r`], 's3cret'],
    ['a marked paste between typed keys', ['a', paste('b\r'), 'c\r'], 'abc'],
    ['a marked paste of several lines', [paste(key), '\r'], keyLines],
    ['a marked paste of several lines and a line break', [paste(`${key}\r`), '\r'], keyLines],
    ['a marked paste of several lines with CR LF', [paste(key.replaceAll('\r', '\r\n')), '\r'], keyLines],
    ['a marked paste in single bytes', [...`x${paste(key)}`, '\r'], `x${keyLines}`],
    ['two marked pastes of several lines', [paste('a\rb\r'), paste('c\rd\r'), '\r'], 'a\nb\nc\nd'],
    ['with a tab', ['a\tb\r'], 'a\tb'],
    ['in UTF-8', ['p\xc3\xa4ss\r'], 'p\xc3\xa4ss'],
    ['in Latin-1', ['p\xe4ss\r'], 'p\xe4ss'],
    ['longer than a line of a terminal in line mode', [`${'x'.repeat(10_000)}\r`], 'x'.repeat(10_000)],
    ['empty', ['\r'], ''],
    ['with escape characters in a marked paste', [paste('a\x1b[Db\x04'), '\r'], 'a\x1b[Db\x04'],
  ])('%s', (_, chunks, line) => {
    expect(type(chunks)).toEqual({ progress: 'entered', line });
  });
});

describe('a key', () => {
  test.each([
    ['Backspace deletes a character', 'ab\x7f', 'a'],
    ['Backspace deletes a character of several bytes', 'a\xc3\xa4\xf0\x9f\x94\x91\x7f\x7f', 'a'],
    ['Backspace deletes a byte that is not UTF-8', 'a\xe4b\xa4\x7f\x7f\x7f', 'a'],
    ['Ctrl-H deletes a character', 'ab\b', 'a'],
    ['Backspace in an empty line does nothing', '\x7fa', 'a'],
    ['Ctrl-U deletes the line', 'ab\x15c', 'c'],
    ['Ctrl-W deletes a word', 'one two  \x17x', 'one x'],
    ['Ctrl-D in a line does nothing', 'a\x04b', 'ab'],
    ['an arrow does nothing', 'a\x1b[Db', 'ab'],
    ['an arrow in application mode does nothing', 'a\x1bODb', 'ab'],
    ['F1 on the Linux console does nothing', 'a\x1b[[Ab', 'ab'],
    ['Delete does nothing', 'a\x1b[3~b', 'ab'],
    ['Ctrl-A and Ctrl-T do nothing', 'a\x01\x14b', 'ab'],
    ['a key with Alt is that key', 'a\x1bb', 'ab'],
  ])('%s', (_, keys, line) => {
    expect(type([`${keys}\r`])).toEqual({ progress: 'entered', line });
    expect(type([keys])).toEqual({ progress: 'typing', line });
  });

  test('Esc does not change the next key', () => {
    expect(type(['a', '\x1b', 'O', 'b', '\x1b', '\r'])).toEqual({ progress: 'entered', line: 'aOb' });
  });

  test.each([
    ['Ctrl-C', 'ab\x03', 'cancelled'],
    ['Ctrl-C after Enter', 'ab\r\x03', 'cancelled'],
    ['Ctrl-C in a marked paste that never ends', '\x1b[200~ab\x03', 'cancelled'],
    ['Ctrl-\\', 'ab\x1c', 'cancelled'],
    ['Ctrl-D in an empty line', 'a\x7f\x04', 'cancelled'],
    ['Ctrl-Z', 'ab\x1a', 'suspended'],
  ])('%s ends the line: %j → %s', (_, keys, progress) => {
    expect(type([keys]).progress).toBe(progress);
  });
});

describe('several lines are rejected', () => {
  test.each([
    ['in one chunk', [`${key}\r`]],
    ['in several chunks', ['-----BEGIN KEY-----\r', 'MIIE\r']],
    ['of which the first is empty', ['\rs3cret\r']],
    ['if a marked paste follows a line break', ['a\r', paste('b')]],
  ])('%s', (_, chunks) => {
    expect(type(chunks).progress).toBe('several-lines');
  });

  test('in a marked paste, if they are not allowed', () => {
    expect(type([paste(key)], false).progress).toBe('several-lines');
    expect(type([paste('s3cret\r'), '\r'], false)).toEqual({ progress: 'entered', line: 's3cret' });
  });
});

test('a marked paste is the same however it is split into chunks', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\r', '\n', '~', '[', '\xe4', '2'), minLength: 1 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 4 }), (pasted, cuts) => {
      const input = `${paste(pasted)}\r`;
      const places = [...new Set(cuts.map((cut) => 1 + (cut % (input.length - 1))))].sort((a, b) => a - b);
      const chunks = [0, ...places].map((from, index) => input.slice(from, places[index]));
      expect(type(chunks)).toEqual(type([input]));
    }),
  );
});
