import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { TokenSet } from '../../src/domain/token-set.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingChromium, startChromium } from '../support/browser.ts';
import { createClient, providerForSuite, type TestClient } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite();

describeStore('signing in with Chromium', 'chromium', missingChromium(), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  /** Opens a page in a new browser context, and collects its messages, errors and dialogs. */
  async function newPage(): Promise<{ readonly page: Page; readonly messages: readonly string[] }> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('dialog', (dialog) => {
      messages.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return { page, messages };
  }

  const linesOf = async (page: Page) => (await page.locator('body').innerText()).split(/\n+/);

  async function press(page: Page, address: string, button: string): Promise<void> {
    await page.goto(address);
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL(/\/callback\?/);
  }

  /** Signs in while `act` uses the browser, and waits for both. */
  async function signIn(server: TestClient, act: (address: string) => Promise<unknown>): Promise<TokenSet> {
    let acted: Promise<unknown> = Promise.resolve();
    const openUrl = (address: string) => {
      acted = act(address);
    };
    return server.signIn({ openUrl }).finally(() => acted);
  }

  test('a sign-in that succeeds ends on a page that shows it', async () => {
    const { page, messages } = await newPage();
    const tokens = await signIn(createClient(provider.current()), (address) => press(page, address, 'Allow'));
    expect(tokens.subject?.email).toBe('alice@example.com');
    expect(await page.title()).toBe('You are signed in as alice@example.com');
    expect(await linesOf(page)).toEqual([
      'You are signed in as alice@example.com',
      'You can close this window. The command in your terminal continues.',
    ]);
    expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none');
    expect(messages).toEqual([]);
  });

  test('a sign-in that the user denies ends on a page that shows it', async () => {
    const { page, messages } = await newPage();
    const work = signIn(createClient(provider.current()), (address) => press(page, address, 'Deny'));
    await failure(work, 'sign-in-refused');
    expect(await linesOf(page)).toEqual([
      'You are not signed in',
      `${provider.current().issuer} rejected the sign-in: Alice would rather not (access_denied).`,
      'You can close this window. The terminal shows what to do next.',
    ]);
    expect(messages.filter((line) => !line.includes('status of 400'))).toEqual([]);
  });

  test('a description that contains markup is shown as text, and nothing runs', async () => {
    const { page, messages } = await newPage();
    const description = '</p><script>alert(1)</script><img src=x onerror=alert(2)><style>body{display:none}</style>';
    const { issuer } = await startStubProvider({
      redirect: { error: 'access_denied', error_description: description },
    });
    const work = signIn(createClient({ issuer }), (address) => page.goto(address));
    await failure(work, 'sign-in-refused');
    expect((await linesOf(page))[1]).toBe(`${issuer} rejected the sign-in: ${description} (access_denied).`);
    expect(await page.locator('script, img').count()).toBe(0);
    expect(messages.filter((line) => !line.includes('status of 400'))).toEqual([]);
  });

  test('[OA1] another page that knows the port but not the state changes nothing', async () => {
    const [user, stranger] = [await newPage(), await newPage()];
    const tokens = await signIn(createClient(provider.current()), async (address) => {
      const redirectUri = new URL(address).searchParams.get('redirect_uri');
      await stranger.page.goto(`${redirectUri}?state=guessed&code=stolen`);
      expect((await linesOf(stranger.page))[0]).toBe('This is another sign-in');
      await press(user.page, address, 'Allow');
    });
    expect(tokens.subject?.id).toBe('alice');
    expect((await linesOf(user.page))[0]).toBe('You are signed in as alice@example.com');
  });
});
