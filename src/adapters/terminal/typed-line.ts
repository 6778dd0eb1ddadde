/** Keys, as a terminal in raw mode sends them. */
const keys = {
  controlC: 0x03,
  controlD: 0x04,
  backspace: 0x08,
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  controlU: 0x15,
  controlW: 0x17,
  controlZ: 0x1a,
  escape: 0x1b,
  controlBackslash: 0x1c,
  space: 0x20,
  delete: 0x7f,
} as const;

/** What a terminal with bracketed paste sends around a paste (xterm, "Bracketed Paste Mode"). */
const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

/** `several-lines`: more text came right after a line break. The caller must discard what follows. */
export type Progress = 'typing' | 'entered' | 'several-lines' | 'cancelled' | 'suspended';

/**
 * The line that a user types or pastes at a prompt: takes the bytes that a terminal in raw mode sends, and follows the keys
 * that a terminal itself handles in a line (stty(1): erase, kill, werase, intr, quit, eof, susp). Other keys do nothing.
 *
 * - bytes that aren't UTF-8 → part of the line, as they are
 * - a paste that the terminal marks → part of the line until Enter is pressed. Line breaks become LF, and one at its end is
 *   dropped. If it has several lines, and they aren't allowed → `several-lines`
 * - any other text after a line break → `several-lines`: a paste into a terminal that doesn't mark pastes
 * - Ctrl-D → `cancelled` if the line is empty, otherwise nothing
 */
export class TypedLine {
  readonly #allowsLines: boolean;
  #bytes: number[] = [];
  /** An escape sequence that isn't complete. */
  #sequence = '';
  /** Whether it's perhaps the Esc key, which must not change the next key. A slow line can still split a marked paste there. */
  #isEscapeAlone = false;
  /** Where the paste that isn't complete begins in the line. */
  #pasteFrom: number | undefined;
  #isEntered = false;

  constructor({ allowLines }: { readonly allowLines: boolean }) {
    this.#allowsLines = allowLines;
  }

  /** Adds bytes that arrived together. Also call it with what arrives shortly after `entered`. */
  add(chunk: Uint8Array): Progress {
    for (const byte of chunk) {
      const progress = this.#addByte(byte);
      if (progress !== 'typing') return progress;
    }
    this.#isEscapeAlone = chunk.length === 1 && this.#sequence === '\x1b';
    return this.#isEntered ? 'entered' : 'typing';
  }

  /** Returns the line. */
  toBytes(): Uint8Array {
    // A line can only end with a line break if it was pasted.
    const end = this.#bytes.at(-1) === keys.lineFeed ? -1 : undefined;
    return Uint8Array.from(this.#bytes.slice(0, end));
  }

  #addByte(byte: number): Progress {
    if (byte === keys.controlC) return 'cancelled';
    if (this.#isEntered) return isLineBreak(byte) ? 'typing' : 'several-lines';
    if (this.#pasteFrom !== undefined) return this.#addPasted(byte, this.#pasteFrom);
    if (this.#sequence !== '' && this.#continueSequence(byte)) return 'typing';
    return this.#addTyped(byte);
  }

  #addTyped(byte: number): Progress {
    switch (byte) {
      case keys.carriageReturn:
      case keys.lineFeed:
        this.#isEntered = true;
        break;
      case keys.controlBackslash:
        return 'cancelled';
      case keys.controlD:
        return this.#bytes.length === 0 ? 'cancelled' : 'typing';
      case keys.controlZ:
        return 'suspended';
      case keys.escape:
        this.#sequence = '\x1b';
        break;
      case keys.backspace:
      case keys.delete:
        this.#deleteCharacter();
        break;
      case keys.controlU:
        this.#bytes = [];
        break;
      case keys.controlW:
        this.#deleteWord();
        break;
      default:
        if (byte >= keys.space || byte === keys.tab) this.#bytes.push(byte);
    }
    return 'typing';
  }

  /** Returns whether the byte belongs to the sequence, which is ignored unless it starts a paste (ECMA-48, 5.4). */
  #continueSequence(byte: number): boolean {
    const sequence = this.#sequence + String.fromCharCode(byte);
    const isFirst = this.#sequence === '\x1b';
    if (byte < keys.space || (isFirst && !(this.#isEscapeAlone ? /\[$/ : /[[O]$/).test(sequence))) {
      this.#sequence = '';
      return false;
    }
    // The Linux console sends ESC [ [ A for F1.
    const isLast = !isFirst && /[@-Z\\-~]$/.test(sequence);
    this.#sequence = isLast ? '' : sequence;
    if (sequence === pasteStart) this.#pasteFrom = this.#bytes.length;
    return true;
  }

  #addPasted(byte: number, from: number): Progress {
    this.#bytes.push(byte);
    if (byte !== pasteEnd.charCodeAt(pasteEnd.length - 1)) return 'typing';
    const last = this.#bytes.slice(Math.max(from, this.#bytes.length - pasteEnd.length));
    if (Buffer.from(last).toString('latin1') !== pasteEnd) return 'typing';
    const pasted = Buffer.from(this.#bytes.slice(from, -pasteEnd.length)).toString('latin1').replace(/\r\n?/g, '\n');
    const hasLines = /\n[^\n]/.test(pasted);
    const text = hasLines ? pasted : pasted.replace(/\n+$/, '');
    this.#bytes = [...this.#bytes.slice(0, from), ...Buffer.from(text, 'latin1')];
    this.#pasteFrom = undefined;
    return hasLines && !this.#allowsLines ? 'several-lines' : 'typing';
  }

  /** A character of UTF-8, or a byte that isn't part of one. */
  #deleteCharacter(): void {
    const start = this.#bytes.findLastIndex((byte) => !isContinuation(byte));
    const isCharacter = start >= 0 && (this.#bytes[start] ?? 0) >= 0xc0 && this.#bytes.length - start <= 4;
    this.#bytes.length = isCharacter ? start : Math.max(this.#bytes.length - 1, 0);
  }

  #deleteWord(): void {
    const text = Buffer.from(this.#bytes).toString('latin1');
    this.#bytes.length = text.replace(/[^ \t\n]*[ \t\n]*$/, '').length;
  }
}

function isLineBreak(byte: number): boolean {
  return byte === keys.lineFeed || byte === keys.carriageReturn;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0;
}
