#!/usr/bin/env node
// A command-line tool that uses keytar in the usual way.
const { readFileSync } = require('node:fs');
const keytar = require('keytar');

const service = 'written-for-keytar';

async function run([command, account]) {
  switch (command) {
    case 'login':
      await keytar.setPassword(service, account, readFileSync(0, 'utf8'));
      return `signed in as ${account}`;
    case 'token': {
      const token = account ? await keytar.getPassword(service, account) : await keytar.findPassword(service);
      if (token === null) throw new Error('not signed in');
      return token;
    }
    case 'accounts': {
      const found = await keytar.findCredentials(service);
      return found.map(({ account, password }) => `${account}: ${password}`).join('\n');
    }
    case 'logout':
      return (await keytar.deletePassword(service, account)) ? 'signed out' : 'was not signed in';
    default:
      throw new Error('usage: written-for-keytar login|token|accounts|logout [ACCOUNT]');
  }
}

run(process.argv.slice(2)).then(
  (text) => process.stdout.write(text),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
