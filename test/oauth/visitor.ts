/** What a visit ended with. */
export interface Shown {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/**
 * A browser without a window: follows redirects, keeps cookies by host and port, and at the provider's form presses the
 * button named `decision`.
 */
export async function visit(address: string, decision: 'allow' | 'deny' = 'allow'): Promise<Shown> {
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
    const text = await response.text();
    const location = response.headers.get('location');
    const isForm = body === undefined && text.includes('<form');
    body = isForm ? new URLSearchParams({ decision }) : undefined;
    if (location !== null) url = new URL(location, url);
    else if (!isForm) return { url: url.href, status: response.status, text, headers: response.headers };
  }
  throw new Error(`${address} redirects for ever`);
}
