// Loaded before anything else. Wine 8.0 does not know TCP_KEEPALIVE, and a connection for which Node sets it fails:
// every one of `fetch`.
import { Socket } from 'node:net';

Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
