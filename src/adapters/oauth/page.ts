import { createHash } from 'node:crypto';
import type { TokenSet } from '../../domain/sign-in/session.ts';
import { oneLine } from './words.ts';

/** What a browser is shown, as plain text. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly lines: readonly string[];
}

const closing = 'You can close this window.';

export function signedIn(subject: TokenSet['subject']): Page {
  const who = oneLine(subject?.email ?? subject?.name ?? '');
  const title = who === '' ? 'You are signed in' : `You are signed in as ${who}`;
  return { status: 200, title, lines: [`${closing} The command in your terminal goes on.`] };
}

export function notSignedIn(why: string): Page {
  return {
    status: 400,
    title: 'You are not signed in',
    lines: [`${why}.`, `${closing} The terminal says what to do.`],
  };
}

export const anotherSignIn: Page = {
  status: 400,
  title: 'This does not belong to the sign-in',
  lines: ['It was not asked for by the command that waits here, which goes on waiting.', closing],
};

export const alreadyAnswered: Page = {
  status: 409,
  title: 'This sign-in was answered already',
  lines: ['The first answer counts.', closing],
};

export const nothingHere: Page = { status: 404, title: 'There is nothing here', lines: [closing] };

export const wrongMethod: Page = { status: 405, title: 'This can only be read', lines: [closing] };

/** For a request that names another host: a name that somebody pointed at this machine. */
export const wrongHost: Page = { status: 421, title: 'This is not the server for that name', lines: [closing] };

const style = `
:root { color-scheme: light dark }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.5rem; overflow-wrap: anywhere }
`;

/** A whole document that loads and runs nothing. Everything of the page is escaped. */
export function toHtml({ title, lines }: Page): string {
  const paragraphs = lines.map((line) => `<p>${escaped(line)}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${paragraphs}
</main>
</body>
</html>
`;
}

/** The address of the page holds the code: it is neither kept nor told to anybody. */
export function pageHeaders(): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
