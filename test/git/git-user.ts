import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, Sandbox } from '../cli/sandbox.ts';
import { type Surroundings, startSurroundings } from '../cli/surroundings.ts';

/** Somebody who uses git, has keystow set up as README says, and types what git asks for. */
export interface GitUser {
  readonly sandbox: Sandbox;
  readonly surroundings: Surroundings;
  /** Runs a line of shell, as whoever types `answers` when git asks; a git that asks for anything else fails. */
  run(command: string, answers?: Answers): Promise<Run>;
  /** What git asked for since the last call, in its words. */
  asked(): string[];
  stop(): Promise<void>;
}

export interface Answers {
  readonly Username?: string;
  readonly Password?: string;
}

export async function startGitUser(wanted: string | undefined): Promise<GitUser> {
  const surroundings = await startSurroundings(wanted);
  const sandbox = new Sandbox(surroundings.environment);
  const questions = join(sandbox.home, 'questions');
  const askpass = join(sandbox.home, 'bin/askpass');
  // git gives the question as the only argument (gitcredentials(7)); without an answer it is to fail, not to wait.
  writeFileSync(
    askpass,
    `#!/bin/sh\nprintf '%s\\n' "$1" >>'${questions}'\neval answer=\\$ANSWER_\${1%% *}\n[ "$answer" ] && echo "$answer"\n`,
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
    asked() {
      const { stdout } = sandbox.run(`cat '${questions}'; rm -f '${questions}'`);
      return stdout.split('\n').filter(Boolean);
    },
    async stop() {
      sandbox.remove();
      await surroundings.stop();
    },
  };
}
