// node lexicon.mjs INSTALLED METHOD input|output|params: whether the JSON on standard input is what the lexicon promises,
// by the schemas that the data server ships. Says what is wrong and ends with 1 otherwise.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [installed, method, part] = process.argv.slice(2)
const load = (file) => import(pathToFileURL(file).href)
const packages = path.join(installed, 'node_modules', '@atproto')
const lexicon = await load(path.join(packages, 'pds/dist/lexicons', `${method.replaceAll('.', '/')}.defs.js`))
const { jsonToLex } = await load(createRequire(path.join(packages, 'pds/package.json')).resolve('@atproto/lex-json'))
const schema = part === 'params' ? lexicon.$params : lexicon[`$${part}`].schema
const checked = schema.safeParse(jsonToLex(JSON.parse(readFileSync(0, 'utf8'))))
if (!checked.success) {
  console.log(String(checked.reason ?? checked.error))
  process.exit(1)
}
