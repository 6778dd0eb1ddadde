// A preload for Node under Wine. Wine 8.0 does not support TCP_KEEPALIVE: any connection for which Node enables it fails,
// including every `fetch`.
import { Socket } from 'node:net';

Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
