import { type ChildProcess, fork, spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createAuthorizationServer } from '../../src/adapters/sign-in/oauth/authorization-server.ts';
import { visit } from '../oauth/fake-browser.ts';
import { Stranger } from '../package/packed.ts';
import { type OidcProvider, startOidcProvider, type TokenEvent } from '../support/oidc-provider.ts';

/** How long access tokens are valid. They're renewed after three quarters of it. */
const lifetimeSeconds = 3;
const renewedAfterMs = lifetimeSeconds * 750;
/** How long a busy process may take from looking at its clock to its request, and the server to grant one. */
const maxLatencyMs = 1000;

export interface CrowdOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly members: number;
  /** How many processes `keystow token` run in each round, too. */
  readonly commands: number;
  /** Draws the victims. */
  random(): number;
}

export interface Counts {
  rounds: number;
  /** Refreshes that the server granted. */
  granted: number;
  /** Of these, how many came before the last token had expired. */
  early: number;
  /** The least age of a token that was renewed, by when the two requests were sent. */
  shortestMs: number;
  /** Responses `invalid_grant`, of how many sign-ins. */
  rejected: number;
  endedSignIns: number;
  /** Processes that were ended between their request and the report of its result. */
  killedRenewing: number;
  killed: number;
  suspended: number;
  terminated: number;
  /** Tokens that were returned, and how many of these weren't of the latest refresh when the call began or later. */
  tokens: number;
  outdated: number;
  /** Errors that are not the result of an ended sign-in. */
  failures: string[];
  counted: number;
}

interface Answer {
  readonly tokens?: readonly string[];
  readonly code?: string;
  readonly message?: string;
}

interface Member {
  readonly id: string;
  readonly child: ChildProcess;
  isSuspended: boolean;
}

/** Programs in many processes that share one sign-in, whose access token expires again and again. */
export class Crowd {
  readonly counts: Counts = {
    rounds: 0,
    granted: 0,
    early: 0,
    shortestMs: Number.POSITIVE_INFINITY,
    rejected: 0,
    endedSignIns: 0,
    killedRenewing: 0,
    killed: 0,
    suspended: 0,
    terminated: 0,
    tokens: 0,
    outdated: 0,
    failures: [],
    counted: 0,
  };
  readonly #stranger = new Stranger();
  readonly #options: CrowdOptions;
  #provider: OidcProvider | undefined;
  #members: Member[] = [];
  #nextId = 0;
  /** The access tokens of all refreshes, in order, and when the last one was granted. */
  readonly #issued: string[] = [];
  #grantedAt = 0;
  /** When the request for it was sent: its process counts from then. */
  #sentAt = 0;
  /** The process whose request was granted last, until it reports. */
  #renewing: string | undefined;
  #killedRenewing = false;
  /** Kills the next process whose request is granted. */
  #isTrapSet = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    copyFileSync(join(import.meta.dirname, 'crowd-member.mjs'), join(this.#stranger.folder, 'member.mjs'));
  }

  async start(): Promise<void> {
    this.#provider = await startOidcProvider({
      accessTokenSeconds: lifetimeSeconds,
      onTokenEvent: (event) => this.#note(event),
    });
    await this.#command(['set', 'api', 'other'], 'never changes').end;
    await this.#signIn();
    await this.#fill();
  }

  async stop(): Promise<void> {
    for (const { child } of this.#members) child.kill('SIGKILL');
    await this.#provider?.stop();
    this.#stranger.remove();
  }

  /** The output of a command of keystow. */
  async read(...args: string[]): Promise<string> {
    return (await this.#command(args).end).stdout;
  }

  /** Lets the token expire, and all processes request one at the same time, while some are killed, suspended or ended. */
  async round(): Promise<void> {
    const { counts } = this;
    await wait(Math.max(0, this.#grantedAt + renewedAfterMs + 50 - Date.now()));
    counts.rounds += 1;
    const started = Date.now();
    this.#isTrapSet = this.#options.random() < 0.1;
    const before = this.#issued.length;
    const commands = Array.from({ length: this.#options.commands }, () => this.#command(['token', 'api', 'alice']));
    const members = this.#members.map((member, index) => this.#ask(member, index < 4));
    const disturbed = this.#disturb(commands.map(({ child }) => child));
    const answers = (await Promise.all(members)).flat();
    for (const { exit, stdout, stderr } of await Promise.all(commands.map(({ end }) => end))) {
      if (exit === 0) answers.push({ tokens: [stdout] });
      else if (exit !== null && exit !== 143) answers.push({ code: exit === 4 ? 'refresh-rejected' : stderr });
    }
    await disturbed;
    if (process.env.KEYSTOW_VERBOSE) process.stderr.write(`${Date.now() - started} ms ${JSON.stringify(counts)}\n`);
    this.#isTrapSet = false;
    this.#check(answers, before);
    await this.#fill();
  }

  #check(answers: readonly Answer[], before: number): void {
    const { counts } = this;
    const isEnded = answers.some(({ code }) => code === 'refresh-rejected');
    for (const { tokens = [], code, message } of answers) {
      counts.tokens += tokens.length;
      // The last one of the round before is still valid for a quarter of its time.
      const current = this.#issued.slice(Math.max(0, before - 1));
      counts.outdated += tokens.filter((token) => !current.includes(token)).length;
      if (code !== undefined && code !== 'refresh-rejected') counts.failures.push(`${code}: ${message}`);
    }
    if (isEnded && !this.#killedRenewing) counts.failures.push('the sign-in ended without a kill');
    this.#killedRenewing = isEnded ? false : this.#killedRenewing;
    this.#signInAgain = isEnded;
  }

  #signInAgain = false;

  async #fill(): Promise<void> {
    if (this.#signInAgain) {
      this.counts.endedSignIns += 1;
      this.#signInAgain = false;
      await this.#signIn();
    }
    const { members } = this.#options;
    this.#members = this.#members.filter(({ child }) => !hasEnded(child));
    while (this.#members.length < members) {
      const missing = Math.min(8, members - this.#members.length);
      this.#members.push(...(await Promise.all(Array.from({ length: missing }, () => this.#join()))));
    }
  }

  async #join(): Promise<Member> {
    const id = `member-${this.#nextId++}`;
    const threaded = this.#nextId % 16 === 0 ? { THREADED: '1' } : {};
    const env = { ...this.#environment, ...threaded, CLIENT: id, TOKEN_ENDPOINT: `${this.#provider?.issuer}/token` };
    const child = fork(join(this.#stranger.folder, 'member.mjs'), {
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`a member ended with ${code}`)));
    });
    child.removeAllListeners('exit');
    return { id, child, isSuspended: false };
  }

  /** Resolves with nothing if the process is killed. */
  async #ask({ id, child }: Member, counts: boolean): Promise<readonly Answer[]> {
    // Killed in the round before, after it was filled.
    if (hasEnded(child)) return [];
    return new Promise((resolve) => {
      const settle = (answers: readonly Answer[]) => {
        child.off('exit', ended).off('message', answered);
        resolve(answers);
      };
      const ended = () => settle([]);
      const answered = (message: unknown) => {
        const { answers } = message as { answers: Answer[] };
        if (this.#renewing === id) this.#renewing = undefined;
        if (counts) this.counts.counted += 1;
        settle(answers);
      };
      child.on('exit', ended).on('message', answered);
      // Its error says that the process was killed, as `exit` does.
      child.send({ counts }, () => undefined);
    });
  }

  /** Up to three processes are killed, suspended for a while, or ended. */
  async #disturb(commands: readonly ChildProcess[]): Promise<void> {
    const { random } = this.#options;
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const victims = Array.from({ length: Math.floor(random() * 4) }, async () => {
      await wait(random() * 400);
      const member = pick(this.#members);
      const action = pick(['SIGKILL', 'SIGSTOP', 'SIGTERM', 'command'] as const);
      if (action === 'command' && commands.length > 0) {
        // The command stores what the server has sent before it ends.
        pick(commands).kill('SIGTERM');
        this.counts.terminated += 1;
      } else if (action === 'SIGSTOP') {
        this.counts.suspended += 1;
        member.child.kill('SIGSTOP');
        await wait(200 + random() * 1300);
        member.child.kill('SIGCONT');
      } else this.#kill(member, action === 'SIGTERM' ? 'SIGTERM' : 'SIGKILL');
    });
    await Promise.all(victims);
  }

  #kill({ id, child }: Member, signal: 'SIGKILL' | 'SIGTERM'): void {
    if (hasEnded(child)) return;
    this.counts[signal === 'SIGKILL' ? 'killed' : 'terminated'] += 1;
    if (this.#renewing === id) {
      this.#killedRenewing = true;
      this.counts.killedRenewing += 1;
    }
    child.kill(signal);
  }

  #note({ outcome, client, accessToken }: TokenEvent): void {
    const { counts } = this;
    // A sign-in first asks whether the client is known, with a code that isn't.
    if (outcome === 'invalid_grant' && !this.#isSigningIn) counts.rejected += 1;
    if (outcome !== 'granted' || accessToken === undefined) return;
    this.#issued.push(accessToken);
    const now = Date.now();
    const [id, sent] = client?.split(' ') ?? [];
    const sentAt = sent === undefined ? undefined : Number(sent);
    const isSignIn = this.#isSigningIn;
    if (!isSignIn) {
      counts.granted += 1;
      const ageMs = (sentAt ?? now) - this.#sentAt;
      counts.shortestMs = Math.min(counts.shortestMs, ageMs);
      if (ageMs < renewedAfterMs - maxLatencyMs) counts.early += 1;
      this.#renewing = id;
      const member = this.#members.find((member) => member.id === id);
      if (this.#isTrapSet && member) {
        this.#isTrapSet = false;
        this.#kill(member, 'SIGKILL');
      }
    }
    this.#grantedAt = now;
    this.#sentAt = sentAt ?? now - maxLatencyMs;
  }

  #isSigningIn = false;

  async #signIn(): Promise<void> {
    this.#isSigningIn = true;
    const issuer = this.#provider?.issuer ?? '';
    const clock = () => new Date().toISOString();
    const server = createAuthorizationServer({ issuer, clientId: 'native', clock });
    const { accessToken, refreshToken } = await server.signIn({ openUrl: async (url) => void visit(url) });
    this.#isSigningIn = false;
    const response = JSON.stringify({
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: lifetimeSeconds,
    });
    const options = ['--issuer', issuer, '--client-id', 'native'];
    const { exit, stderr } = await this.#command(['set', '--token', ...options, 'api', 'alice'], response).end;
    if (exit !== 0) throw new Error(stderr);
    this.#grantedAt = Date.now();
    this.#sentAt = this.#grantedAt - maxLatencyMs;
  }

  get #environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, ...this.#options.environment };
  }

  #command(args: readonly string[], input = '') {
    const program = join(this.#stranger.folder, 'node_modules/keystow/dist/bin/keystow.cjs');
    const child = spawn(process.execPath, [program, '--application', 'acme', ...args], { env: this.#environment });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const end = new Promise<{ exit: number | null; stdout: string; stderr: string }>((resolve) =>
      child.once('close', (exit) => resolve({ exit, stdout, stderr })),
    );
    return { child, end };
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
