import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { TokenSet } from '../../src/domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../src/ports/sign-in/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingChromium, startChromium } from '../support/browser.ts';
import { clientOf, providerForSuite } from './session.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite();

describeStore('signing in with Chromium', 'chromium', missingChromium(), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  /** A page of a browser that knows nobody, and what it complained of. */
  async function newPage(): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return { page, complaints };
  }

  const linesOf = async (page: Page) => (await page.locator('body').innerText()).split(/\n+/);

  async function press(page: Page, address: string, button: string): Promise<void> {
    await page.goto(address);
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL(/\/callback\?/);
  }

  /** Signs in as `act` does in the browser, and waits for both to have come to their end. */
  async function signIn(server: AuthorizationServer, act: (address: string) => Promise<unknown>): Promise<TokenSet> {
    let acted: Promise<unknown> = Promise.resolve();
    const url = (address: string) => {
      acted = act(address);
    };
    return server.signIn({ url }).finally(() => acted);
  }

  test('the whole round trip ends on a page that says so', async () => {
    const { page, complaints } = await newPage();
    const grant = await signIn(clientOf(provider.current()), (address) => press(page, address, 'Allow'));
    expect(grant.subject?.email).toBe('alice@example.com');
    expect(await page.title()).toBe('You are signed in as alice@example.com');
    expect(await linesOf(page)).toEqual([
      'You are signed in as alice@example.com',
      'You can close this window. The command in your terminal goes on.',
    ]);
    expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none');
    expect(complaints).toEqual([]);
  });

  test('a refusal ends on a page that says so', async () => {
    const { page, complaints } = await newPage();
    const work = signIn(clientOf(provider.current()), (address) => press(page, address, 'Deny'));
    await failure(work, 'sign-in-refused');
    expect(await linesOf(page)).toEqual([
      'You are not signed in',
      `${provider.current().issuer} refuses the sign-in: Alice would rather not (access_denied).`,
      'You can close this window. The terminal says what to do.',
    ]);
    expect(complaints.filter((line) => !line.includes('status of 400'))).toEqual([]);
  });

  test('words that would be markup are text, and nothing runs', async () => {
    const { page, complaints } = await newPage();
    const words = '</p><script>alert(1)</script><img src=x onerror=alert(2)><style>body{display:none}</style>';
    const { issuer } = await startStubProvider({ redirect: { error: 'access_denied', error_description: words } });
    const work = signIn(clientOf({ issuer }), (address) => page.goto(address));
    await failure(work, 'sign-in-refused');
    expect((await linesOf(page))[1]).toBe(`${issuer} refuses the sign-in: ${words} (access_denied).`);
    expect(await page.locator('script, img').count()).toBe(0);
    expect(complaints.filter((line) => !line.includes('status of 400'))).toEqual([]);
  });

  test('[OA1] another page that knows the port and not the state changes nothing', async () => {
    const [user, stranger] = [await newPage(), await newPage()];
    const grant = await signIn(clientOf(provider.current()), async (address) => {
      const redirectUri = new URL(address).searchParams.get('redirect_uri');
      await stranger.page.goto(`${redirectUri}?state=guessed&code=stolen`);
      expect((await linesOf(stranger.page))[0]).toBe('This does not belong to the sign-in');
      await press(user.page, address, 'Allow');
    });
    expect(grant.subject?.id).toBe('alice');
    expect((await linesOf(user.page))[0]).toBe('You are signed in as alice@example.com');
  });
});
