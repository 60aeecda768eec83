// Loaded before everything else (node --require): whatever a package listens on, it listens on this machine only.
// Neither server can be told an address to bind to, and their default is every interface.
'use strict'

const net = require('node:net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  if (typeof given[0] === 'number') {
    const last = given.at(-1)
    return listen.call(this, { port: given[0], host: '127.0.0.1' }, ...(typeof last === 'function' ? [last] : []))
  }
  if (given[0] !== null && typeof given[0] === 'object' && 'port' in given[0]) {
    return listen.call(this, { ...given[0], host: '127.0.0.1' }, ...given.slice(1))
  }
  throw new Error('only numbered ports are listened on here')
}
