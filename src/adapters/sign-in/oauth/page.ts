import { createHash } from 'node:crypto';
import type { TokenSet } from '../../../domain/token-set.ts';
import { redact } from '../redact.ts';

/** What the browser shows, as plain text. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly lines: readonly string[];
}

const closing = 'You can close this window.';

export function createSignedInPage(subject: TokenSet['subject']): Page {
  const name = redact(subject?.email ?? subject?.name ?? '');
  const title = name === '' ? 'You are signed in' : `You are signed in as ${name}`;
  return { status: 200, title, lines: [`${closing} The command in your terminal continues.`] };
}

export function createSignInFailedPage(reason: string): Page {
  return {
    status: 400,
    title: 'You are not signed in',
    lines: [`${reason}.`, `${closing} The terminal shows what to do next.`],
  };
}

export const wrongStatePage: Page = {
  status: 400,
  title: 'This is another sign-in',
  lines: ['The command in your terminal did not start it, and is still waiting for its own.', closing],
};

export const alreadyAnsweredPage: Page = {
  status: 409,
  title: 'This sign-in has already been answered',
  lines: ['Only the first answer counts.', closing],
};

export const notFoundPage: Page = { status: 404, title: 'Page not found', lines: [closing] };

export const methodNotAllowedPage: Page = { status: 405, title: 'Method not allowed', lines: [closing] };

/** Protects against DNS rebinding: a page whose host name was pointed at this machine. */
export const unknownHostPage: Page = { status: 421, title: 'Unknown host name', lines: [closing] };

const style = `
:root { color-scheme: light dark }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.5rem; overflow-wrap: anywhere }
`;

/** Renders a document that loads and runs nothing. All texts are escaped. */
export function renderPage({ title, lines }: Page): string {
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${paragraphs}
</main>
</body>
</html>
`;
}

/** The URL of the page contains the code, so the page is neither stored nor sent as a referrer. */
export function createPageHeaders(): Readonly<Record<string, string>> {
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

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
