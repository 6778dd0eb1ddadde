import { expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { visit } from '../oauth/fake-browser.ts';
import { startStubProvider } from '../oauth/stub-provider.ts';
import { missingPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { homeWithTerminal } from './home-with-terminal.ts';

const prompt = 'paste its address here (the input is hidden):';

/** Bracketed paste: a terminal marks what it pastes. */
const markPaste = (text: string) => `\x1b[200~${text}\x1b[201~`;

describeStore('jsm login without a browser on this machine', 'pseudo-terminal', missingPseudoTerminal(), () => {
  const home = homeWithTerminal();

  async function begin(variables: Record<string, string>, command = 'jsm login') {
    const stub = await startStubProvider({});
    const terminal = home.start(command, {
      JSM_ISSUER: stub.issuer,
      JSM_CLIENT_ID: 'native',
      JSM_SEAL: 'home',
      ...variables,
    });
    await terminal.waitFor(prompt);
    const [, address = ''] = /open this address .*?: (\S+)/.exec(terminal.shown()) ?? [];
    const location = async () => (await fetch(address, { redirect: 'manual' })).headers.get('location') ?? '';
    return { stub, terminal, address, redirect: await location() };
  }

  async function expectSignedIn(terminal: PseudoTerminal, code: string): Promise<void> {
    expect(await terminal.exit).toBe(0);
    expect(terminal.shown()).toContain('stored the sign-in in the encrypted file');
    expect(terminal.shown()).not.toContain(code);
    expect(home.sandbox.run('JSM_SEAL=home jsm auth status').exit).toBe(0);
  }

  test('over SSH suggests a tunnel with the real port, and accepts the pasted address', async () => {
    const { stub, terminal, redirect } = await begin({ SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' });
    const { port } = new URL(redirect);
    expect(terminal.shown()).toContain(`run this there first: ssh -L ${port}:127.0.0.1:${port} HOST\r\n`);
    terminal.type(`${markPaste(redirect)}\r`);
    await expectSignedIn(terminal, stub.code);
  });

  test.each(['\r', '\n'])('accepts only the query, in a paste of several lines (%j)', async (lineBreak) => {
    const { stub, terminal, redirect } = await begin({ SSH_TTY: '/dev/pts/9' });
    const query = redirect.slice(redirect.indexOf('?') + 1);
    terminal.type(`${markPaste(`${query.slice(0, 30)}${lineBreak}${query.slice(30)}`)}\r`);
    await expectSignedIn(terminal, stub.code);
  });

  test('asks again after a wrong paste, each time with one line', async () => {
    const { stub, terminal, redirect } = await begin({}, 'jsm login --no-browser');
    const wrong = [
      ['', 'jsm: nothing was pasted'],
      [redirect.replace(/state=[^&]+/, 'state=another'), 'jsm: that is the address of another sign-in'],
      [redirect.replace(/code=[^&]+/, 'error=access_denied'), 'jsm: the server reports access_denied; '],
    ] as const;
    for (const [text, message] of wrong) {
      terminal.type(text === '' ? '\r' : `${markPaste(text)}\r`);
      await terminal.waitFor(message);
      await terminal.waitFor(prompt);
    }
    // Without marks, the lines arrive as if they were typed.
    terminal.type('one\rtwo\rthree\r');
    await terminal.waitFor('the input has several lines');
    await terminal.waitFor(prompt);
    terminal.type(`${markPaste(redirect)}\r`);
    await expectSignedIn(terminal, stub.code);
  });

  test('goes on if the browser reaches this machine, and the terminal echoes again', async () => {
    const { terminal, address } = await begin({ SSH_TTY: '/dev/pts/9' }, 'jsm login; stty -a');
    await visit(address);
    expect(await terminal.exit).toBe(0);
    expect(terminal.shown()).toMatch(/stored the sign-in in the encrypted file[\s\S]*\secho\s/);
  });

  test('says that no browser could be opened without a display', async () => {
    const { terminal, redirect } = await begin({});
    expect(terminal.shown()).toContain('no browser could be opened');
    terminal.type(`${markPaste(redirect)}\r`);
    expect(await terminal.exit).toBe(0);
  });

  test('exits with 130 after Ctrl-C at the prompt', async () => {
    const { terminal } = await begin({ SSH_TTY: '/dev/pts/9' });
    terminal.type('\x03');
    expect(await terminal.exit).toBe(130);
  });
});
