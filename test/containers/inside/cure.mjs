// Mends a situation as its user would: on a terminal that stays open, applies the first fix that doctor prints, and
// again, until doctor selects an OS keyring; then stores something. Prints the reasons met and the last report.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const password = 'a password of the tests';
const file = '/tmp/report.json';

const prompt = 'ready> ';
const terminal = spawn('script', ['--quiet', '--flush', '--command', 'bash --norc --noediting', '/dev/null'], {
  env: { ...process.env, PS1: prompt, TERM: 'dumb' },
  stdio: ['pipe', 'pipe', 'inherit'],
});
let shown = '';
terminal.stdout.setEncoding('utf8').on('data', (text) => {
  shown += text;
});

async function until(isSo) {
  for (let left = 4500; !isSo(); left -= 1) {
    if (left === 0) throw new Error(`the terminal waits for ever:\n${shown}`);
    await wait(10);
  }
}

const type = (line) => terminal.stdin.write(`${line}\n`);

/** Types a line, and what it asks for; waits for the shell to be ready again. */
async function enter(line, answer = async () => {}) {
  await until(() => shown.endsWith(prompt));
  shown = '';
  type(line);
  await answer();
  await until(() => shown.endsWith(`\n${prompt}`));
}

async function doctor() {
  await enter(`keystow doctor --json </dev/null >${file} 2>/dev/null`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

const apply = (fix) =>
  enter(fix, async () => {
    if (fix.startsWith('sudo apt')) {
      await until(() => shown.includes('[Y/n]'));
      type('y');
    } else if (fix.includes('read -r password')) {
      await wait(1000);
      type(password);
    }
  });

const met = [];
let report = await doctor();
for (let round = 0; round < 20 && report.selection.store === 'file'; round += 1) {
  const [{ reason, fix }] = report.selection.passedOver;
  if (reason === met.at(-1)) {
    // What a fix started may need a moment to be there.
    await wait(200);
  } else {
    met.push(reason);
    await apply(fix);
  }
  report = await doctor();
}
await enter('printf %s s3cret | keystow set demo cured');
report = await doctor();
process.stdout.write(JSON.stringify({ met, report }));
type('exit');
