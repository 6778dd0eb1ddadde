import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemons, startDaemons } from '../cli/daemons.ts';
import { type Run, Sandbox } from '../cli/sandbox.ts';

/** A user of git, in a sandbox, who answers its prompts. */
export interface GitUser {
  readonly sandbox: Sandbox;
  readonly surroundings: Daemons;
  /** Runs a shell command. `answers` are typed at git's prompts; any other prompt makes git fail. */
  run(command: string, answers?: Answers): Promise<Run>;
  /** Returns git's prompts since the last call. */
  takePrompts(): string[];
  stop(): Promise<void>;
}

export interface Answers {
  readonly Username?: string;
  readonly Password?: string;
}

export async function startGitUser(wanted: string | undefined): Promise<GitUser> {
  const surroundings = await startDaemons(wanted);
  const sandbox = new Sandbox(surroundings.environment);
  const prompts = join(sandbox.home, 'prompts');
  const askpass = join(sandbox.home, 'bin/askpass');
  // git passes the prompt as the only argument (gitcredentials(7)). Without an answer it must fail, not wait.
  writeFileSync(
    askpass,
    `#!/bin/sh\nprintf '%s\\n' "$1" >>'${prompts}'\neval answer=\\$ANSWER_\${1%% *}\n[ "$answer" ] && echo "$answer"\n`,
    { mode: 0o755 },
  );
  const identity = ['user.name Alice', 'user.email alice@example.com', 'init.defaultBranch main'];
  sandbox.run(identity.map((setting) => `git config --global ${setting}`).join(' && '));
  return {
    sandbox,
    surroundings,
    run(command, { Username = '', Password = '' } = {}) {
      const answers = { ANSWER_Username: Username, ANSWER_Password: Password };
      return sandbox.begin(command, { GIT_ASKPASS: askpass, GIT_TERMINAL_PROMPT: '0', ...answers }).end;
    },
    takePrompts() {
      const { stdout } = sandbox.run(`cat '${prompts}'; rm -f '${prompts}'`);
      return stdout.split('\n').filter(Boolean);
    },
    async stop() {
      sandbox.remove();
      await surroundings.stop();
    },
  };
}
