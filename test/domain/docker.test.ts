import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseDockerLogin,
  parseDockerServer,
  toDockerName,
  toDockerService,
} from '../../src/domain/protocols/docker.ts';

const invalid = (message: string) => expect.objectContaining({ code: 'invalid-input', message });

describe('the name of a registry login', () => {
  test.each([
    ['localhost:5000', 'docker-credential:localhost:5000'],
    ['https://index.docker.io/v1/', 'docker-credential:https://index.docker.io/v1/'],
  ])('%s is the service %s', (server, service) => {
    expect(toDockerService(server)).toBe(service);
    expect(toDockerName({ ServerURL: server, Username: '<token>' })).toEqual({ service, account: '<token>' });
  });

  test('contains the registry', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (server) => {
        expect(parseDockerServer({ service: toDockerService(server), account: 'alice' })).toBe(server);
      }),
    );
    expect(parseDockerServer({ service: 'localhost:5000', account: 'alice' })).toBeUndefined();
  });

  test('requires a registry and a user; the messages are those that docker recognises', () => {
    expect(() => toDockerService('')).toThrow(invalid('no credentials server URL'));
    expect(() => toDockerName({ ServerURL: '', Username: '' })).toThrow(invalid('no credentials server URL'));
    expect(() => toDockerName({ ServerURL: 'localhost:5000', Username: '' })).toThrow(
      invalid('no credentials username'),
    );
  });
});

describe('the input of `store`', () => {
  test('is JSON, and missing fields are empty', () => {
    const login = { ServerURL: 'localhost:5000', Username: 'alice', Secret: 's3crét' };
    expect(parseDockerLogin(`${JSON.stringify(login)}\n`)).toEqual(login);
    expect(parseDockerLogin('{}')).toEqual({ ServerURL: '', Username: '', Secret: '' });
  });

  test.each(['', 's3cret', '{"Secret":"s3cret"', '{"Secret":["s3cret"]}', '{"ServerURL":1}', '{"Username":1}'])(
    'is rejected if it is %j, and not repeated in the message',
    (text) => {
      expect(() => parseDockerLogin(text)).toThrow(
        invalid('the input is not JSON with ServerURL, Username and Secret'),
      );
    },
  );
});
