/** Code leaves the machine only after a person has seen where to, how much and at what price, in a real VS Code. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { makeRepo } from '../../harness/fixture-repo.ts'
import { openWorkbench } from '../../harness/workbench.ts'

test('asks before code goes to an embedding server, and sends nothing until then', async (t) => {
  using repo = makeRepo('python-small')
  const { baseUrl, requests } = await embeddingServer(t)
  const settings = {
    'casebook.embedder.kind': 'endpoint',
    'casebook.embedder.baseUrl': baseUrl,
    'casebook.embedder.model': 'tiny-embed',
    'casebook.embedder.pricePerMillionTokens': 0.02,
  }
  const workbench = await openWorkbench({ folder: repo.dir, settings })
  t.after(() => workbench.close())
  const { page } = workbench
  await page.getByText('Casebook is set to embed with tiny-embed').waitFor({ timeout: 60_000 })
  assert.equal(requests.length, 0)
  await workbench.command('Casebook: Review Embedding Endpoint')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`Send code of this workspace to ${new URL(baseUrl).host}?`).waitFor()
  const detail = await dialog.textContent()
  for (const fact of [
    /Model: tiny-embed/,
    /Pieces of code: \d+, about [\d,]+ tokens/,
    /Cost: about 0\.00 US dollars/,
  ]) {
    assert.match(detail ?? '', fact)
  }
  await workbench.screenshot('embedding-consent')
  assert.equal(requests.length, 0)
  await dialog.getByRole('button', { name: 'Agree and Send' }).click()
  const panel = await workbench.panel()
  await panel.getByText('because settings changed: embedder').waitFor({ timeout: 60_000 })
  assert.ok(requests.length > 1, 'the texts were sent after the person agreed')
})

async function embeddingServer(t: TestContext): Promise<{ baseUrl: string; requests: string[] }> {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await bodyOf(request)) as { input: string | string[] }
    requests.push(...[input].flat())
    const data = [input].flat().map((text, index) => ({ index, embedding: [text.length, 1, 2, 3] }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
