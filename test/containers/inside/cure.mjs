// Mends a situation as its user would: on a terminal that stays open, applies the first fix that doctor prints, and
// again, until doctor selects an OS keyring; then stores something. Prints the reasons met and the last report.
import { execFileSync, spawn } from 'node:child_process';
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
  for (let left = 9000; !isSo(); left -= 1) {
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

/** Types the password into the window of a program, once there is one to see. */
function typeInto(program) {
  const window = ['search', '--sync', '--onlyvisible', '--class', program];
  execFileSync('xdotool', [...window, 'windowfocus', '--sync', 'type', '--file', '-'], { input: password });
  execFileSync('xdotool', ['key', 'Return']);
}

/** The program's window is there, and so is what it serves. */
const untilSeen = (program) => execFileSync('xdotool', ['search', '--sync', '--onlyvisible', '--class', program]);

const isServed = () =>
  execFileSync('dbus-send', [
    ...['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/'],
    ...['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'],
  ]).includes('true');

/** What the user has to do while a fix runs, by what is in it; of several, the first. */
const answers = [
  ['sudo apt', () => until(() => shown.includes('[Y/n]')).then(() => type('y'))],
  ['read -r password', () => until(isEchoOff).then(() => type(password))],
  ['KWallet.open', () => typeInto('kwalletd5')],
];

/** The same, once it has run. */
const sequels = [
  ['nohup kwalletd5', () => until(isServed)],
  ['nohup keepassxc', () => untilSeen('keepassxc')],
  ['keepassxc', () => typeInto('keepassxc')],
];

async function apply(fix) {
  const of = (acts) => acts.find(([part]) => fix.includes(part))?.[1];
  await enter(fix, of(answers));
  await of(sequels)?.();
}

await enter('tty');
const [tty] = /\/dev\/\S+/.exec(shown);
const isEchoOff = () => /-echo\b/.test(execFileSync('stty', ['-F', tty, '-a']));

const met = [];
let applied;
let report = await doctor();
for (let round = 0; round < 20 && report.selection.store === 'file'; round += 1) {
  const [{ reason, fix }] = report.selection.skipped;
  if (fix === applied) {
    // What a fix started may need a moment to be there.
    await wait(200);
  } else {
    met.push(reason);
    applied = fix;
    await apply(fix);
  }
  report = await doctor();
}
await enter('printf %s s3cret | keystow set demo cured');
report = await doctor();
process.stdout.write(JSON.stringify({ met, report }));
type('exit');
