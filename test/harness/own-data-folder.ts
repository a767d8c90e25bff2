/** A data folder of this test's own, by being imported: calls of models go into nobody's real book. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'casebook-data-'))
process.env.CASEBOOK_DATA_FOLDER = folder
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
