import type { ListedCredential } from '../../app/credentials/list-credentials.ts';
import { formatName } from '../../domain/credential-name.ts';
import { dayMs, isExpired, isExpiringSoon } from '../../domain/placement/expiry.ts';
import { escapeUnprintable } from '../../domain/text/escape.ts';
import { createUnicodeRegExp } from '../../domain/text/messages.ts';
import { formatCount, type Line, type Span, styled, tab, wrap } from './text.ts';

/** Service, tab, account. */
export function formatListed({ service, account }: ListedCredential): Line {
  return [service, tab, account];
}

/** The same, then the store, the time of writing and the time of expiry, empty if they aren't recorded. */
export function formatListedLong(credential: ListedCredential): Line {
  const { service, account, store, writtenAt = '', expiresAt = '' } = credential;
  return [service, tab, account, tab, store, tab, writtenAt, tab, expiresAt];
}

/** In columns, for a terminal. An empty account is `""`. */
export function formatAligned(listed: readonly ListedCredential[]): readonly Line[] {
  return formatColumns(listed.map(({ service, account }) => [service, account || '""']));
}

/**
 * In columns with a heading or, if the terminal is too narrow for a line, in paragraphs. `now`: in the format of
 * `toISOString`. `width`: in characters.
 */
export function formatAlignedLong(
  listed: readonly ListedCredential[],
  { now, width }: { readonly now: string; readonly width: number },
): readonly Line[] {
  if (listed.length === 0) return [];
  const rows = listed.map((credential) => [
    credential.service,
    credential.account || '""',
    credential.store,
    formatAge(credential, now),
    formatExpiry(credential, now) ?? '',
  ]);
  const heading = ['service', 'account', 'store', 'stored', 'expires'].map((title) => styled('strong', title));
  const lines = formatColumns([heading, ...rows]);
  const isWide = lines.some((line) => measureText([line].flat().map(toText).join('')) > width);
  return isWide ? listed.flatMap((credential) => formatParagraph(credential, { now, width })) : lines;
}

function formatParagraph(
  credential: ListedCredential,
  { now, width }: { readonly now: string; readonly width: number },
): readonly Line[] {
  const { store, writtenAt } = credential;
  const stored = writtenAt === undefined ? store : `${store}, stored ${formatAge(credential, now)}`;
  const expiry = formatExpiry(credential, now);
  return [
    [styled('strong', formatName(credential))],
    ...wrap(stored, width, '  '),
    ...(expiry ? [[`  ${isExpired(credential, now) ? 'expired' : 'expires'} `, expiry]] : []),
  ];
}

function formatAge({ writtenAt }: ListedCredential, now: string): string {
  if (writtenAt === undefined) return '';
  const days = countDays(writtenAt, now);
  return `${writtenAt.slice(0, 10)} (${days < 1 ? 'today' : `${formatCount(days, 'day')} ago`})`;
}

function formatExpiry(credential: ListedCredential, now: string): Span | string | undefined {
  const { expiresAt } = credential;
  if (expiresAt === undefined) return undefined;
  const days = countDays(now, expiresAt);
  const when = isExpired(credential, now) ? 'expired' : days < 1 ? 'within a day' : `in ${formatCount(days, 'day')}`;
  const text = `${expiresAt.slice(0, 10)} (${when})`;
  if (isExpired(credential, now)) return styled('bad', text);
  return isExpiringSoon(credential, now) ? styled('fair', text) : text;
}

/** A moment, to the minute. */
export function formatTime(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function countDays(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** Pads every cell but the last of a row. */
function formatColumns(rows: readonly (readonly (string | Span)[])[]): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, measureText(toText(cell)));
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => toText(cell) !== '');
    return row
      .slice(0, last + 1)
      .flatMap((cell, column) =>
        column === last ? [cell] : [cell, ' '.repeat((widths[column] ?? 0) - measureText(toText(cell)) + 2)],
      );
  });
}

function toText(part: string | Span | typeof tab): string {
  return typeof part === 'string' ? part : 'text' in part ? part.text : part.separator;
}

/** How many columns of a terminal a text takes, nearly: two for a character of East Asia or an emoji, none for an accent. */
function measureText(text: string): number {
  const wide = createUnicodeRegExp(
    '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Emoji_Presentation}\uff01-\uff60]',
  );
  return [...escapeUnprintable(text).replace(createUnicodeRegExp('\\p{M}'), '').replace(wide, '  ')].length;
}

export function formatNothingListed(service: string | undefined, program: string): string {
  return service === undefined
    ? `no credentials are stored; to store one: ${program} set SERVICE ACCOUNT`
    : 'no credentials of this service are stored';
}
