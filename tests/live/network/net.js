// A whole Bluesky network for the live tests: directory (PLC), server (PDS), AppView and moderation, from
// @atproto/dev-env. Needs DB_POSTGRES_URL and REDIS_HOST. Prints one line of JSON when it is ready, and ends on
// SIGTERM, or when its standard input ends: so it does not outlive the test that started it.
'use strict'

const dns = require('node:dns')
const net = require('node:net')

// dev-env lets every server listen on all interfaces. Nobody outside this machine shall reach them.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'number' || /^\d+$/.test(first)) {
    const done = rest.find((argument) => typeof argument === 'function')
    return listen.call(this, { port: Number(first), host: '127.0.0.1' }, done)
  }
  if (typeof first === 'object' && first !== null && 'port' in first) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  return listen.call(this, first, ...rest)
}
dns.setDefaultResultOrder('ipv4first')

const { TestNetwork } = require('@atproto/dev-env')

async function main() {
  const began = Date.now()
  const network = await TestNetwork.create({
    dbPostgresSchema: 'rapport',
    pds: {
      hostname: 'localhost',
      enableDidDocWithSession: true,
      repoBackfillLimitMs: Number(process.env.BACKFILL_LIMIT_MS || 24 * 3600 * 1000),
    },
  })
  const end = () => process.exit(0)
  process.on('SIGTERM', end)
  process.stdin.on('end', end).resume()
  const ready = {
    pds: network.pds.url,
    appview: network.bsky.url,
    plc: network.plc.url,
    moderation: network.ozone.ctx.cfg.service.did,
    ready_ms: Date.now() - began,
  }
  process.stdout.write(JSON.stringify(ready) + '\n')
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
