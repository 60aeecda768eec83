// One process: a directory of identities (PLC) and a personal data server that registers its accounts there.
// node --require ./preload.cjs serve.mjs FOLDER PLC_PORT, with the data server's own settings (PDS_…) in the environment.
// Prints "ready" once both answer. The directory lives in memory: its operations are written to FOLDER/plc.jsonl before
// they are answered, and read back at the start.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { PDS } from '@atproto/pds'

const require = createRequire(import.meta.url)
const { MockDatabase, PlcServer } = require('@did-plc/server')

class KeptDirectory extends MockDatabase {
  constructor(file) {
    super()
    this.file = file
  }

  async readBack() {
    if (!existsSync(this.file)) return
    for (const line of readFileSync(this.file, 'utf8').split('\n')) {
      // A last line cut short by a kill was never answered.
      if (!line.endsWith('}')) continue
      const { did, proposed, createdAt } = JSON.parse(line)
      await super.validateAndAddOp(did, proposed)
      this.contents[did].at(-1).createdAt = new Date(createdAt)
    }
  }

  async validateAndAddOp(did, proposed) {
    await super.validateAndAddOp(did, proposed)
    const createdAt = this.contents[did].at(-1).createdAt
    appendFileSync(this.file, JSON.stringify({ did, proposed, createdAt }) + '\n')
  }
}

const [folder, plcPort] = process.argv.slice(2)
const db = new KeptDirectory(path.join(folder, 'plc.jsonl'))
await db.readBack()
const plc = PlcServer.create({ db, port: Number(plcPort) })
await plc.start()
await PDS.run({ onStarted: () => console.log('ready') })
await plc.destroy()
