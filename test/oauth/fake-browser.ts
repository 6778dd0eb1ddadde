export interface ShownPage {
  readonly url: string;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

/** Follows redirects, keeps cookies by host and port, and presses the button `decision` of the provider's form. */
export async function visit(address: string, decision: 'allow' | 'deny' = 'allow'): Promise<ShownPage> {
  const jar = new Map<string, Map<string, string>>();
  let url = new URL(address);
  let body: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    const cookies = jar.get(url.host) ?? new Map<string, string>();
    jar.set(url.host, cookies);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(body && { method: 'POST', body }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const html = await response.text();
    const location = response.headers.get('location');
    const isForm = body === undefined && html.includes('<form');
    body = isForm ? new URLSearchParams({ decision }) : undefined;
    if (location !== null) url = new URL(location, url);
    else if (!isForm) return { url: url.href, status: response.status, html, headers: response.headers };
  }
  throw new Error(`${address} redirects endlessly`);
}

/** Returns what a person reads: a line for the title and for each paragraph. */
export function readPage({ html }: Pick<ShownPage, 'html'>): string {
  const [, main = ''] = /<main>([\s\S]*)<\/main>/.exec(html) ?? [];
  return main.replaceAll(/<[^>]*>/g, '').trim();
}
