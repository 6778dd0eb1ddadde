import { expect, test } from 'vitest';
import { parseBusAddress } from '../../src/adapters/secret-service/dbus/address.ts';

const runtime = { XDG_RUNTIME_DIR: '/run/user/1000' };

test.each([
  ['unix:path=/run/bus', ['/run/bus']],
  ['unix:path=/run/bus,guid=0123', ['/run/bus']],
  ['unix:guid=0123,path=/run/bus', ['/run/bus']],
  ['unix:abstract=/tmp/dbus-abc,guid=0123', ['\0/tmp/dbus-abc']],
  ['unix:runtime=yes', ['/run/user/1000/bus']],
  ['unix:path=/a;unix:path=/b', ['/a', '/b']],
  ['tcp:host=localhost,port=1;unix:path=/b', ['/b']],
  ['unix:path=/with%20blank%2c%C3%A9', ['/with blank,é']],
  ['unix:path=/a=b', ['/a=b']],
  ['unix:path=/ключ%20и%d0%BC%d1%8f', ['/ключ имя']],
  ['unix:path=yes', ['yes']],
  ['unix:runtime=no,path=/run/bus', ['/run/bus']],
  ['unix:xpath=/a,path=/b\n/bus', ['/b\n/bus']],
])('%s is parsed into the sockets %j', (address, sockets) => {
  expect(parseBusAddress({ ...runtime, DBUS_SESSION_BUS_ADDRESS: address })).toEqual(sockets);
});

test.each([
  ...['autolaunch:', 'unixexec:path=/bin/true', 'launchd:env=unix:path=/run/bus', 'tcp:host=localhost,path=/run/bus'],
  ...[
    'unix:dir=/tmp',
    'unix:dir=/unix:path=/a',
    'unix:path=',
    'unix:path',
    'unix:pathx',
    'unix:=/a',
    'unix:',
    'nonsense',
    ';;',
  ],
])('%j contains no socket that can be used', (address) => {
  expect(parseBusAddress({ ...runtime, DBUS_SESSION_BUS_ADDRESS: address })).toEqual([]);
});

test('without an address, the bus is expected in the runtime directory', () => {
  expect(parseBusAddress(runtime)).toEqual(['/run/user/1000/bus']);
  expect(parseBusAddress({ ...runtime, DBUS_SESSION_BUS_ADDRESS: '' })).toEqual(['/run/user/1000/bus']);
});

test('a runtime directory that is not absolute is ignored', () => {
  expect(parseBusAddress({ XDG_RUNTIME_DIR: 'run' })).toEqual([]);
  expect(parseBusAddress({ XDG_RUNTIME_DIR: 'run', DBUS_SESSION_BUS_ADDRESS: 'unix:runtime=yes' })).toEqual([]);
});

test('without an address and a runtime directory there are no sockets', () => {
  expect(parseBusAddress({})).toEqual([]);
  expect(parseBusAddress({ DBUS_SESSION_BUS_ADDRESS: 'unix:runtime=yes' })).toEqual([]);
});
