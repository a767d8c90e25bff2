/** An agent repairs a real repository with a scripted model behind a real server: the whole way, nothing played. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { outputsInMemory } from '../../src/agent/context/outputs.ts'
import { openWorkingContext } from '../../src/agent/context/working-context.ts'
import { type AgentEvent, runAgent, type Trajectory } from '../../src/agent/loop.ts'
import { toolSet } from '../../src/agent/tools/tool-set.ts'
import { usableTools } from '../../src/agent/tools/work.ts'
import { workTools } from '../../src/agent/tools/work-tools.ts'
import { openWorkTree, type Wish } from '../../src/agent/workspace/work-tree.ts'
import { openCasebook } from '../../src/casebook.ts'
import { parseSettings } from '../../src/config.ts'
import { knowledgeOf } from '../../src/knowledge.ts'
import type { Script } from '../../src/llm/scripted.ts'
import { makeRepo } from '../harness/fixture-repo.ts'
import { calls, offeredIn, resultsIn, servedModel } from './server-model.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }
const limits = { steps: 20, tokens: 1_000_000, seconds: 60 }

async function workshop(t: TestContext, { may = { edit: true, run: true }, answer = true } = {}) {
  const repo = makeRepo({
    'tax.sh': 'vat_of() { echo $(( $1 / 5 )); }\n',
    'test.sh':
      '. ./tax.sh\n[ "$(vat_of -10)" = 0 ] || { echo "FAILED vat_of -10: $(vat_of -10) != 0"; exit 1; }\n',
  })
  const casebook = await openCasebook({
    repo: repo.dir,
    settings: parseSettings({ workers: 1 }),
    log: silent,
  })
  t.after(async () => {
    await casebook.close()
    repo.cleanup()
  })
  await casebook.index({ reason: 'test' })
  const knowledge = knowledgeOf(casebook)
  const wishes: Wish[] = []
  const workspace = openWorkTree({
    root: repo.dir,
    may,
    testCommand: async () => 'sh test.sh',
    ask: async (wish) => {
      wishes.push(wish)
      return answer
    },
  })
  const context = openWorkingContext({
    system: 'You repair.',
    window: 32_000,
    outputs: outputsInMemory({ open: (handle, range) => knowledge.open(handle, range) }),
  })
  const about = {
    knowledge,
    agent: 'casebook',
    sessionId: 's1',
    marks: new Map<string, string>(),
    mayWrite: true,
    workspace,
    working: context,
  }
  return { repo, context, wishes, tools: toolSet(usableTools(workTools, about), about) }
}

const repair: Script = [
  { reply: calls(['casebook_recall', { text: 'negative VAT of free items' }], ['casebook_test', {}]) },
  { reply: calls(['casebook_search', { query: 'vat_of' }], ['casebook_read', { path: 'tax.sh' }]) },
  {
    reply: calls([
      'casebook_edit',
      { path: 'tax.sh', before: '$(( $1 / 5 ))', after: '$(( $1 < 0 ? 0 : $1 / 5 ))' },
    ]),
  },
  { reply: calls(['casebook_test', {}], ['casebook_note', { text: 'negative prices give 0' }]) },
  { reply: 'Negative prices now give no tax; the test passes.' },
]

test('an agent finds, changes and checks, and is asked about by name', async (t) => {
  const { repo, context, wishes, tools } = await workshop(t)
  const model = await servedModel(t, repair)
  const events: AgentEvent[] = []
  let kept: Trajectory | undefined
  context.ask('vat_of gives a negative tax for negative prices. Repair it.')
  const outcome = await runAgent({
    model,
    context,
    tools,
    limits,
    onEvent: (event) => events.push(event),
    save: async (trajectory) => {
      kept = trajectory
    },
  })
  assert.deepEqual(outcome, { kind: 'answered', text: 'Negative prices now give no tax; the test passes.' })
  assert.match(readFileSync(join(repo.dir, 'tax.sh'), 'utf8'), /< 0 \? 0/)
  assert.deepEqual(
    wishes.map((wish) => (wish.kind === 'run' ? wish.command : wish.path)),
    ['sh test.sh', 'tax.sh', 'sh test.sh'],
  )
  const results = events.flatMap((event) => (event.type === 'result' ? [event.result.content] : []))
  assert.match(results[1] ?? '', /exit code 1/)
  assert.match(results[1] ?? '', /FAILED vat_of -10/)
  assert.match(results[3] ?? '', /vat_of\(\)/)
  assert.match(results[5] ?? '', /exit code 0/)
  assert.equal(kept?.steps.length, 5)
  assert.equal(kept?.outcome.kind, 'answered')
})

test('where nothing may be changed or run, no such tool is offered', async (t) => {
  const { context, tools } = await workshop(t, { may: { edit: false, run: false } })
  const model = await servedModel(t, [
    { reply: calls(['casebook_run', { command: 'id', why: 'x' }]) },
    { reply: 'No.' },
  ])
  context.ask('Run id.')
  await runAgent({ model, context, tools, limits })
  const [offered = []] = offeredIn(model)
  for (const name of ['casebook_edit', 'casebook_run', 'casebook_test']) assert.ok(!offered?.includes(name))
  assert.ok(offered?.includes('casebook_read'))
  assert.match(resultsIn(model)[0] ?? '', /no tool named casebook_run/)
})

test('a refusal is a result that the model reads, and the work goes on', async (t) => {
  const { repo, context, tools } = await workshop(t, { answer: false })
  const model = await servedModel(t, [
    { reply: calls(['casebook_edit', { path: 'tax.sh', before: '$1 / 5', after: '0' }]) },
    { reply: 'You did not want it.' },
  ])
  context.ask('Break it.')
  const outcome = await runAgent({ model, context, tools, limits })
  assert.equal(outcome.kind, 'answered')
  assert.match(resultsIn(model)[0] ?? '', /person refused/)
  assert.match(readFileSync(join(repo.dir, 'tax.sh'), 'utf8'), /\$1 \/ 5/)
})

test('names of tests are data to the shell', async (t) => {
  const { wishes, context, tools } = await workshop(t)
  const model = await servedModel(t, [
    { reply: calls(['casebook_test', { which: ['a b', "x'; touch made #", '--lf', 'test/a.py::t[1]'] }]) },
    { reply: 'Done.' },
  ])
  context.ask('Test.')
  await runAgent({ model, context, tools, limits })
  const [wish] = wishes
  assert.equal(
    wish?.kind === 'run' && wish.command,
    String.raw`sh test.sh 'a b' 'x'\''; touch made #' '--lf' 'test/a.py::t[1]'`,
  )
})
