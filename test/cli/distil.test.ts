/** `casebook distil --with-model` against a scripted server: what the command line sends and tells. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startScriptedServer } from '../../src/llm/scripted-server.ts'
import { openMemory } from '../casebook/open-memory.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { command, episodeOf } from '../learn/episodes.ts'
import { runCli } from './run-cli.ts'

const reply = (data: unknown) => `\`\`\`json\n${JSON.stringify(data)}\n\`\`\``

test('asks the model that is set only when told to, and tells what it cost', async (t) => {
  using repo = makeRepo({ 'src/parse.py': 'def parse_config(text):\n    return dict(text)\n' })
  const server = await startScriptedServer([
    {
      when: { system: /one finished piece of work/ },
      reply: {
        content: reply({
          proposals: [
            {
              op: 'ADD',
              kind: 'fact',
              text: 'src/parse.py must take empty files',
              entities: ['src/parse.py'],
            },
          ],
        }),
        usage: { inputTokens: 1_200, outputTokens: 30 },
      },
    },
    {
      when: { system: /two short numbered lists/ },
      reply: { content: reply({ test: [], patch: [] }), usage: { inputTokens: 800, outputTokens: 5 } },
    },
  ])
  t.after(() => server.close())
  const casebook = await openMemory(t, repo.dir)
  await casebook.index({ reason: 'test' })
  await casebook.memories.record(
    episodeOf({
      goal: 'Empty files crash src/parse.py',
      commands: [command('npm test', 0)],
      files: [{ path: 'src/parse.py', change: 'M' }],
    }),
  )
  await casebook.close()
  const env = { CASEBOOK_MODEL_BASE_URL: server.baseUrl, CASEBOOK_MODEL_MODEL: 'scripted' }
  const without = await runCli(['distil'], { cwd: repo.dir, env })
  assert.equal(without.code, 0, without.stderr)
  assert.match(without.stdout, /^model {2,}none\nepisodes {2,}1\n/)
  assert.equal(server.requests.length, 0)
  const { code, stdout, stderr } = await runCli(['distil', '--with-model'], { cwd: repo.dir, env })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^model {2,}scripted@127[^\n]*\n[\s\S]*admitted {2,}1\n/)
  assert.match(stdout, /asked {2,}2 questions, 2,000 tokens in, 35 out/)
  assert.equal(server.requests.length, 2)
})
