/** Claude Code keeps the contract, also where files lie beside each other as in older and newer versions. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claudeCode } from '../../src/memory/episodes/importers/claude-code.ts'
import { type Fixture, importerContract } from './contract.ts'
import { labelled, Transcript } from './labelled/claude-code.ts'

const several: Fixture = {
  name: 'two sessions, one with a subagent in its own folder',
  sessions: 2,
  write(home) {
    new Transcript().says('Fix it').edits('a.py', 'x', 'y').runs('pytest', '1 passed in 0.1s').write(home)
    const other = new Transcript({ sessionId: 's2' })
    other.says('Another').edits('b.py', 'x', 'y').write(home, 's2')
    const side = join(home, '.claude', 'projects', '-home-ana-shop', 's2', 'subagents')
    mkdirSync(side, { recursive: true })
    const sub = new Transcript({ sessionId: 's2', isSidechain: true, agentId: 'x1' })
    sub.says('Look for it').edits('c.py', 'x', 'y')
    writeFileSync(join(side, 'agent-x1.jsonl'), `${sub.lines.join('\n')}\n`)
  },
}

importerContract(claudeCode, [several, ...labelled.slice(0, 3)])
