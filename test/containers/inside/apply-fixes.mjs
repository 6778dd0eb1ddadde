// Fixes a situation the way its user would: in one terminal, applies the first fix that doctor prints, again and again, until
// doctor selects an OS keyring; then stores a credential. Prints the reasons it met and the last report.
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
    if (left === 0) throw new Error(`the terminal still waits:\n${shown}`);
    await wait(10);
  }
}

const type = (line) => terminal.stdin.write(`${line}\n`);

/** Types a line, answers its prompts, and waits for the shell's prompt. */
async function enter(line, answer = async () => {}) {
  await until(() => shown.endsWith(prompt));
  shown = '';
  type(line);
  await answer();
  // Some programs end without a line break, so the prompt isn't always on a line of its own.
  await until(() => shown.endsWith(prompt));
}

async function doctor() {
  await enter(`keystow doctor --json </dev/null >${file} 2>/dev/null`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Types the password into a program's window as soon as it's visible. */
function typeInto(program) {
  const window = ['search', '--sync', '--onlyvisible', '--class', program];
  execFileSync('xdotool', [...window, 'windowfocus', '--sync', 'type', '--file', '-'], { input: password });
  execFileSync('xdotool', ['key', 'Return']);
}

/** Waits for the program's window; its Secret Service is then available too. */
const untilSeen = (program) => execFileSync('xdotool', ['search', '--sync', '--onlyvisible', '--class', program]);

const isServed = () =>
  execFileSync('dbus-send', [
    ...['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/'],
    ...['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'],
  ]).includes('true');

/** What the user types while a fix runs. The first entry whose text is part of the fix applies. */
const answers = [
  ['sudo apt', () => until(() => shown.includes('[Y/n]')).then(() => type('y'))],
  ['keystow unlock', () => until(() => /Password of .*: $/.test(shown) && isEchoOff()).then(() => type(password))],
  ['KWallet.open', () => typeInto('kwalletd5')],
];

/** What the user does after a fix ran. */
const followUps = [
  ['nohup kwalletd5', () => until(isServed)],
  ['nohup keepassxc', () => untilSeen('keepassxc')],
  ['keepassxc', () => typeInto('keepassxc')],
];

async function apply(fix) {
  const findAction = (actions) => actions.find(([part]) => fix.includes(part))?.[1];
  // Somebody types here, so it isn't CI.
  await enter(fix.replace(/^keystow unlock/, 'CI= keystow unlock'), findAction(answers));
  await findAction(followUps)?.();
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
    // A program that the fix started may need a moment.
    await wait(200);
  } else {
    met.push(reason);
    applied = fix;
    await apply(fix);
  }
  report = await doctor();
}
await enter('printf %s s3cret | keystow set demo fixed');
report = await doctor();
process.stdout.write(JSON.stringify({ met, report }));
type('exit');
