import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingDaemons } from '../cli/daemons.ts';
import { type ClientStore, type ClientUser, daemonsOf, startClientUser } from './support/client-user.ts';
import { describeClient, findClient } from './support/clients.ts';
import { type LocalServer, type ReceivedRequest, startLocalServer } from './support/local-server.ts';

const aws = findClient('aws');

const keys = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 's3cret+/', SessionToken: 't0ken==' };
const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;

const stores: readonly ClientStore[] = ['the encrypted file', 'the Secret Service'];
for (const store of stores) {
  describeClient(
    aws,
    `the AWS CLI, with keystow and ${store}`,
    () => {
      let user: ClientUser;
      let sts: LocalServer;
      beforeEach(async () => {
        user = await startClientUser({ store, clients: [aws] });
        sts = await startLocalServer((request) =>
          isSigned(request) ? { headers: { 'content-type': 'text/xml' }, body: identity } : { status: 403 },
        );
        Object.assign(user.sandbox.environment, {
          AWS_DEFAULT_REGION: 'eu-central-1',
          AWS_EC2_METADATA_DISABLED: 'true',
        });
        await user.succeed("aws configure set credential_process 'keystow helper aws work' --profile work");
      });
      afterEach(async () => {
        await sts.stop();
        await user.stop();
      });

      const whoami = () =>
        user.run(`aws sts get-caller-identity --profile work --endpoint-url ${sts.url} --output json`);

      test('[AWS1] signs with the keys that were stored, until they are erased', async () => {
        expect(await whoami()).toMatchObject({
          stdout: '',
          stderr: expect.stringContaining('no credentials are stored'),
        });
        const Expiration = new Date(Date.now() + 3_600_000).toISOString();
        const printed = JSON.stringify({ Credentials: { ...keys, Expiration } });
        await user.succeed(`printf '%s' '${printed}' | keystow helper aws work --store`);
        expect(await user.succeed('keystow list')).toBe('aws:work\tASIAEXAMPLE\n');
        const result = await whoami();
        expect(result, result.stderr).toMatchObject({ exit: 0, stdout: expect.stringContaining('user/alice') });
        await user.succeed('keystow helper aws work --erase');
        expect((await whoami()).exit).not.toBe(0);
        expect(sts.requests).toHaveLength(1);
      });

      test('[AWS2] signs with a secret access key that keystow set stored', async () => {
        await user.succeed(`printf '%s' '${keys.SecretAccessKey}' | keystow set aws:work ${keys.AccessKeyId}`);
        expect(await whoami()).toMatchObject({ exit: 0 });
        await user.succeed(`keystow delete aws:work ${keys.AccessKeyId}`);
        expect((await whoami()).stderr).toContain('no credentials are stored for the AWS profile work');
      });

      test('[AWS3] shows that the keys have expired, and sends none', async () => {
        const expired = JSON.stringify({ Version: 1, ...keys, Expiration: '2020-01-01T00:00:00Z' });
        await user.succeed(`printf '%s' '${expired}' | keystow set aws:work ${keys.AccessKeyId}`);
        const { exit, stderr } = await whoami();
        expect([exit === 0, sts.requests.length]).toEqual([false, 0]);
        expect(stderr).toContain('the credentials of the AWS profile work have expired');
      });
    },
    missingDaemons(daemonsOf(store)),
  );
}

/** Whether a request has a valid signature of version 4 (AWS General Reference, "Signing AWS API requests"), made with the keys. */
function isSigned({ method, path, headers, body, authorization }: ReceivedRequest): boolean {
  const [, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(authorization) ?? [];
  const token = headers['x-amz-security-token'];
  if (token !== undefined && token !== keys.SessionToken) return false;
  const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
  const sign = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const [resource = '', query = ''] = path.split('?');
  const canonical = [method, resource, query, signed.join(''), names, hash(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(sign, `AWS4${keys.SecretAccessKey}`);
  return sign(key, text).toString('hex') === signature;
}
