/** @casebook in the native chat of a real VS Code, with a model server that speaks by a script. Looked at in both themes. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Locator } from 'playwright-core'
import type { Script } from '../../../src/llm/scripted.ts'
import { type ScriptedServer, startScriptedServer } from '../../../src/llm/scripted-server.ts'
import { type FixtureCommit, makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../../harness/workbench.ts'

const thought = 'Totals are rounded half to even in ledger/money.py, because the auditors compare them.'

const fixes: FixtureCommit[] = [
  {
    message: 'Fix rounding of negative amounts (#12)\n\nround_half_even raised ValueError for -1/2.',
    files: {
      'ledger/rounding.py':
        'def round_half_even(a, b):\n    return -round_half_even(-a, b) if a < 0 else a // b\n',
      'tests/test_rounding.py': 'def test_negative():\n    assert True\n',
    },
  },
]

const answer =
  'They are rounded **half to even** [m1]. The code is in `ledger/money.py:40-43`; nobody says more [m9].'

const script: Script = [
  {
    when: { lastUser: /unbalanced/, result: null },
    reply: {
      content: 'I look into the code.',
      tool_calls: [{ name: 'casebook_search', arguments: { query: 'UnbalancedEntryError' } }],
    },
  },
  { when: { lastUser: /unbalanced/ }, reply: 'It is refused in ledger/journal.py:37.' },
  {
    when: { lastUser: /Repair/, result: null },
    reply: {
      tool_calls: [
        {
          name: 'casebook_edit',
          arguments: {
            path: 'ledger/rounding.py',
            before: 'return -round_half_even(-a, b) if a < 0 else a // b',
            after: 'return a // b',
          },
        },
      ],
    },
    times: 2,
  },
  { when: { lastUser: /Repair/, result: /was changed/ }, reply: 'It is changed.' },
  { when: { lastUser: /Repair/ }, reply: 'You refused it.' },
  { when: { lastUser: /forever/ }, reply: { content: 'word '.repeat(2_000), pause: 40 } },
  { when: { lastUser: /rounded/ }, reply: { content: answer, pause: 15 }, times: 9 },
]

for (const theme of ['dark', 'light'] as const) {
  test(`a question is answered with citations that can be followed, and the commands work (${theme})`, async (t) => {
    const { workbench, chat, server } = await openChat(t, { theme }, { script })
    await chat.say(`/remember ${thought}`)
    await chat.answer('Remembered: Fact').waitFor()
    await workbench.screenshot(`chat-remember-${theme}`)

    await chat.say('How are totals rounded?')
    await chat.answer('nobody says more').waitFor()
    assert.match(bodyOf(server), /\| Totals are rounded half to even/)
    await chat.answer('half to even').locator('a', { hasText: 'm1' }).waitFor()
    await workbench.screenshot(`chat-answer-${theme}`)
    await chat.answer('half to even').locator('a', { hasText: 'm1' }).click()
    await workbench.page.locator('.view-line', { hasText: 'Why do you know this?' }).first().waitFor()
    await workbench.screenshot(`chat-citation-${theme}`)
    await chat.answer('half to even').locator('a', { hasText: 'money.py' }).click()
    await workbench.page.locator('.tab.active', { hasText: 'money.py' }).waitFor()

    await workbench.page.getByText('Why these memories?').last().click()
    await chat.answer('score').waitFor()
    await workbench.screenshot(`chat-why-${theme}`)
    await chat.say('/history ledger/rounding.py')
    await chat.answer('Fixed before').waitFor()
    await workbench.screenshot(`chat-history-${theme}`)
    if (theme === 'dark') await theRest(workbench, chat, server)
  })
}

/** In one window: opening another takes as long as all of this. */
async function theRest(workbench: Workbench, chat: Chat, server: ScriptedServer): Promise<void> {
  await chat.say('Where are unbalanced entries refused?')
  await chat.answer('It is refused in').waitFor()
  assert.match(bodyOf(server), /UnbalancedEntryError/, 'the tool was run and its result told')
  await chat.say('/tools')
  await chat.answer('known tools are at hand').waitFor()
  await workbench.screenshot('chat-tools')

  await chat.say('Speak forever')
  await chat.answer('word word').waitFor()
  const asked = server.requests.length
  await workbench.page.keyboard.press('Escape')
  await workbench.page.locator('.chat-execute-toolbar [aria-label^="Cancel"]').click()
  await chat.input().waitFor()
  await workbench.screenshot('chat-cancelled')
  assert.equal(server.requests.length, asked)

  server.misbehave = (_received, response) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({ error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }),
    )
    return true
  }
  await chat.say('How are totals rounded?')
  await chat.answer('asks for a key').waitFor()
  await workbench.page.getByRole('button', { name: 'Set Up Model' }).last().waitFor()
  await workbench.screenshot('chat-error')
}

test('a reload keeps the chat and the tools that it has at hand', async (t) => {
  const { workbench, chat, server } = await openChat(t, {}, { script })
  await chat.say('Where are unbalanced entries refused?')
  await chat.answer('It is refused in').waitFor()
  // The editor writes its chats down when they have been quiet for a while.
  await workbench.page.waitForTimeout(4_000)
  await workbench.page.reload()
  const restored = workbench.page.locator('.interactive-response', { hasText: 'It is refused in' })
  await restored.first().waitFor({ timeout: 60_000 })
  await workbench.page.locator('.chat-input-toolbars', { hasText: 'scripted' }).waitFor()
  const asked = server.requests.length
  await chat.say('/tools')
  const tools = chat.answer('known tools are at hand')
  await tools.waitFor({ timeout: 60_000 })
  assert.match((await tools.textContent()) ?? '', /casebook_search.*used in turn 1/s)
  assert.equal(server.requests.length, asked, 'no model was asked')
  await workbench.screenshot('chat-reloaded')
})

test('changes a file only after the person was asked, where they allowed the chat to act at all', async (t) => {
  const settings = { 'casebook.chatMayAct': true }
  const { workbench, chat, repo } = await openChat(t, {}, { script, settings })
  const file = join(repo.dir, 'ledger/rounding.py')
  const dialog = workbench.page.locator('.monaco-dialog-box')
  const before = readFileSync(file, 'utf8')
  await chat.say('Repair the rounding.')
  await dialog.getByText('Change ledger/rounding.py?').waitFor()
  await workbench.screenshot('chat-asks')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await chat.answer('You refused it.').waitFor()
  assert.equal(readFileSync(file, 'utf8'), before)

  await chat.say('Repair it, please.')
  await dialog.getByText('Change ledger/rounding.py?').waitFor()
  await dialog.getByRole('button', { name: 'Allow', exact: true }).click()
  await chat.answer('It is changed.').waitFor()
  assert.match(readFileSync(file, 'utf8'), /\n {4}return a \/\/ b\n/)
})

test('recalls without any model, and says how to get one', async (t) => {
  const { workbench, chat } = await openChat(t, {}, { script: null, model: 'No model: memory only' })
  await chat.say(`/remember ${thought}`)
  await chat.answer('Remembered: Fact').waitFor()
  await chat.say('/recall rounding of totals')
  await chat.answer('because the auditors').last().waitFor()
  await chat.say('How are totals rounded?')
  await chat.answer('No model is set up').waitFor()
  await workbench.screenshot('chat-without-model')
})

test('reads nothing in Restricted Mode, and says so', async (t) => {
  // A workspace that nobody trusts names no model server, either.
  const { workbench, chat, repo, server } = await openChat(
    t,
    { askForTrust: true },
    { script, model: 'Models' },
  )
  const refusal = chat.answer('Casebook reads nothing in Restricted Mode')
  // Nothing shows when the editor has asked for models; until then it refuses each prompt by itself.
  for (let tries = 0; tries < 5 && !(await refusal.isVisible()); tries++) {
    await chat.say('How are totals rounded?')
    await refusal.or(chat.answer('Language model unavailable')).last().waitFor()
  }
  await refusal.waitFor()
  await workbench.screenshot('chat-restricted')
  assert.ok(!existsSync(join(repo.dir, '.git/casebook')))
  assert.equal(server.requests.length, 0)
})

interface Chat {
  say(text: string): Promise<void>
  answer(text: string): Locator
  input(): Locator
}

async function openChat(
  t: TestContext,
  options: WorkbenchOptions,
  {
    script: lines,
    model = 'scripted',
    settings: more = {},
  }: { script: Script | null; model?: string; settings?: Record<string, unknown> },
) {
  const repo = makeRepo('python-small', { commits: fixes })
  const server = await startScriptedServer(lines ?? [])
  const settings =
    lines === null ? {} : { 'casebook.model.baseUrl': server.baseUrl, 'casebook.model.model': 'scripted' }
  const workbench = await openWorkbench({ folder: repo.dir, settings: { ...settings, ...more }, ...options })
  t.after(async () => {
    // Where it failed, if it failed.
    await workbench.screenshot(`chat-end-${t.name.replace(/\W+/g, '-').slice(0, 40)}`)
    await workbench.close()
    await server.close()
    repo.cleanup()
  })
  if (options.askForTrust !== true) {
    const panel = await workbench.panel()
    await panel.getByText('Up to date').waitFor({ timeout: 60_000 })
  }
  const { page } = workbench
  await workbench.command('Chat: Open Chat')
  // The first prompt fails while the editor has not asked for models yet.
  await page.locator('.chat-input-toolbars', { hasText: model }).waitFor({ timeout: 30_000 })
  await page.locator('.interactive-input-part .monaco-editor').first().click()
  await page.keyboard.type('@casebook ')
  const input = () => page.locator('.chat-execute-toolbar [aria-label^="Send"]')
  const chat: Chat = {
    async say(text) {
      await input().waitFor()
      await page.locator('.interactive-input-part .monaco-editor').first().click()
      await page.keyboard.type(text)
      await page.keyboard.press('Escape')
      await page.keyboard.press('Enter')
    },
    answer: (text) => page.locator('.interactive-response', { hasText: text }).last(),
    input,
  }
  return { workbench, chat, server, repo }
}

function bodyOf(server: ScriptedServer): string {
  return JSON.stringify(server.requests.at(-1)?.body)
}
