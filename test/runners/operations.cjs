const assert = require('node:assert/strict');

/** Performs every operation of the library, as a test of a program that embeds it does. `storage`: `file` or `keychain`. */
exports.performOperations = async ({ openCredentialStore }, storage) => {
  const open = (options) => openCredentialStore({ application: { name: 'acme' }, storage, ...options });
  const store = await open();
  const account = `alice ${Math.random()}`;
  const expected = { file: 'file', keychain: 'secret-service' }[storage];
  // Two at a time, so that one waits for the lock of the other.
  const [first] = await Promise.all([store.set('demo', account, 's3cret'), store.set('demo', `${account} too`, 'x')]);
  assert.equal(first.store, expected);
  await store.set('demo', account, Uint8Array.of(1, 2));
  assert.deepEqual([...(await store.get('demo', account)).expose()], [1, 2]);
  await store.set('demo', account, 'x'.repeat(100_000));
  assert.equal((await store.getText('demo', account)).length, 100_000);
  assert.equal((await store.list('demo')).length, 2);
  assert.equal((await store.report()).selection.store, expected);
  for (const name of [account, `${account} too`]) assert.deepEqual(await store.delete('demo', name), [expected]);
  assert.equal(await store.get('demo', account), undefined);
  await assert.rejects(store.get('', account), { code: 'invalid-name' });
  const cancellation = new AbortController();
  assert.equal(await store.get('demo', account, { signal: cancellation.signal }), undefined);
  cancellation.abort();
  await assert.rejects(store.get('demo', account, { signal: cancellation.signal }), { code: 'cancelled' });
  await store.close();
  await assert.rejects(store.get('demo', account), { code: 'closed' });
  if (storage === 'file') await usePassphrase(open);
};

/** The key of a passphrase is derived in a worker thread. */
async function usePassphrase(open) {
  const options = {
    application: { name: 'acme-sealed' },
    keySource: 'passphrase',
    askPassphrase: async () => 'correct horse',
  };
  const store = await open(options);
  await store.set('demo', 'alice', 's3cret');
  await store.close();
  const again = await open(options);
  assert.equal(await again.getText('demo', 'alice'), 's3cret');
  await again.delete('demo', 'alice');
  await again.close();
}
