/** Masking: every kind of secret goes, whatever surrounds it; what only looks like one stays. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import fc from 'fast-check'
import { openRandom } from '../../src/cli/bench/random.ts'
import { leaks, plantSecrets, secretKinds } from '../../src/cli/bench/secrets.ts'
import { findOwn, redact } from '../../src/memory/safety/redact.ts'
import { knownRules, lintSecrets } from '../../src/memory/safety/secretlint.ts'
import { ordinary } from './ordinary.ts'

const planted = Array.from({ length: 4 }, (_, seed) => plantSecrets(openRandom(seed + 1))).flat()

test('masks every kind of secret in text, diff, address and JSON, and leaves the rest', async () => {
  assert.ok(secretKinds.length >= 40, `${secretKinds.length} kinds`)
  const missed: string[] = []
  for (const { kind, form, text, secret } of planted) {
    const result = await redact(text)
    if (result.masked === 0 || leaks(result.text, secret)) missed.push(`${kind}/${form}`)
    assert.match(result.text, /\[masked: [a-z0-9-]+\]/)
    assert.equal(sum(result.kinds), result.masked)
    if (form === 'json') assert.doesNotThrow(() => JSON.parse(result.text), kind)
    if (form === 'diff') assert.ok(result.text.startsWith('@@ '), kind)
  }
  assert.deepEqual(missed, [])
})

test('masks passwords as people make them up', async () => {
  const texts = [
    ['password=blueHorse77', 'blueHorse77'],
    ['{"password":"Sommer2024"}', 'Sommer2024'],
    ['deploy --password Kx83mPq2vLz now', 'Kx83mPq2vLz'],
    ['mysql -pKx83mPq2vLz', 'Kx83mPq2vLz'],
    ['password=SecretSauce99', 'Sauce99'],
    ['password=hunter2Secret99', 'hunter2'],
    ['db.password: Sommer2024', 'Sommer2024'],
    ['pwd = "Winter#2024"', 'Winter'],
  ]
  for (const [text = '', secret = ''] of texts) {
    const result = await redact(text)
    assert.ok(result.masked > 0 && !result.text.includes(secret), result.text)
  }
})

test('masks what a sentence tells', async () => {
  const texts = [
    ['The password for the staging database is Sommer2024!', 'Sommer2024'],
    ['the password for db.example.com is now "blueHorse77".', 'blueHorse77'],
    ['My passphrase is Tr0ub4dor&3, do not tell', 'Tr0ub4dor'],
    ['The token is 9fK2mLx0qRt7vW3z.', '9fK2mLx0qRt7vW3z'],
    ['API key for the mailer was rotated to 4b7c9d2e8f1a6053bc91d7e2', '4b7c9d2e8f1a6053'],
    ['The deploy token that CI uses is `q8Zr-41hPw-77bXk`', 'q8Zr-41hPw'],
    ['log in as admin with the password Kx83mPq2vLz and click', 'Kx83mPq2vLz'],
    ['the credentials are root/Kx83mPq2vLz', 'Kx83mPq2vLz'],
  ]
  for (const [text = '', secret = ''] of texts) {
    const result = await redact(text)
    assert.ok(result.masked > 0 && !result.text.includes(secret), result.text)
    assert.ok(result.text.startsWith(text.slice(0, 12)), 'the sentence stays')
  }
})

test('leaves sentences about secrets that tell none', async () => {
  const texts = [
    'The password for the account is required and must be base64-encoded.',
    'The token is refreshed automatically, the token is UTF-8 text, the key is sha256-hashed.',
    'The key is user_id2, the token is None, the secret is stored in vault.',
    'If the key is missing, the token was invalidated; a password is generated in create_user2().',
    'a token is 16-character hex, the keys are integers, the key for x is KEY_F12',
    'Use the token endpoint, send the token in_header2, pass key sort_order_v2',
    'the key for each row is dataset.coords and the access key is settings.AWS_KEY',
    'The password is foobar123, a test password.',
  ]
  for (const text of texts) assert.equal((await redact(text)).text, text)
})

test('a second masking finds nothing', async () => {
  for (const { kind, form, text } of planted) {
    const once = await redact(text)
    assert.deepEqual(await redact(once.text), { text: once.text, masked: 0, kinds: {} }, `${kind}/${form}`)
  }
})

test('finds every kind without secretlint, too: a library that fails lets nothing through', () => {
  const missed = planted.filter(({ text }) => findOwn(text).length === 0)
  assert.deepEqual(
    missed.map(({ kind, form }) => `${kind}/${form}`),
    [],
  )
})

test('leaves what is no secret as it is', async () => {
  const wrong: string[] = []
  for (const text of ordinary) {
    const { masked, text: result } = await redact(text)
    if (masked > 0) wrong.push(result.slice(0, 200))
  }
  assert.deepEqual(wrong, [])
})

test('leaves shas, blob ids, images and lockfiles, however many', async () => {
  const shas = Array.from({ length: 300 }, (_, i) => createHash('sha1').update(String(i)).digest('hex'))
  const image = createHash('sha512').update('pixel').digest('base64').repeat(40)
  const text = [
    ...shas.map((sha, i) =>
      i % 2 === 0 ? `commit ${sha}` : `index ${sha.slice(0, 10)}..${sha.slice(10, 20)}`,
    ),
    ...shas.map((sha) => `"integrity": "sha512-${Buffer.from(sha).toString('base64')}=="`),
    ...shas.map((sha) => `blob = "${sha}"`),
    `<img src="data:image/png;base64,${image}">`,
  ].join('\n')
  assert.equal((await redact(text)).masked, 0)
})

test('a comment in the text cannot switch masking off', async () => {
  const token = plantSecrets(openRandom(5)).find(({ kind }) => kind === 'slack-token')?.text ?? ''
  assert.equal((await redact(`// secretlint-disable\n${token}`)).masked, 1)
  assert.ok((await lintSecrets(`// secretlint-disable\n${token}`)).length > 0)
})

test('a mark in the text does not hide the secret beside it', async () => {
  const { text, masked } = await redact('DB_PASSWORD=[masked: x]gK3vQ9zL2mXp7Rt')
  assert.equal(masked, 1)
  assert.ok(!text.includes('gK3vQ9zL2'))
})

test('counts places rightly after a byte order mark', async () => {
  const { text } = await redact('\ufeffpassword = "gK3vQ9zL2mXp7Rt"\nrest')
  assert.equal(text, '\ufeffpassword = "[masked: secret]"\nrest')
})

test('the clues that spare most texts the asking miss nothing, and know all rules of the preset', async () => {
  const ids = rules.map((rule) => rule.meta.id.replace('@secretlint/secretlint-rule-', ''))
  assert.deepEqual(
    ids.filter((id) => !knownRules.includes(id)),
    [],
  )
  for (const text of [...planted.map((item) => item.text), ...ordinary])
    assert.deepEqual(await lintSecrets(text), await lintSecrets(text, { everything: true }))
})

test('never throws, and masking is settled after the first time, for any text', async () => {
  const pieces = fc.constantFrom(
    ...[
      'password=',
      'token: "',
      'eyJ',
      '-----BEGIN PRIVATE KEY-----',
      '://u:',
      '@h.de',
      '[masked: a]',
      '[masked: ',
    ],
    ...[
      '"',
      "'",
      '\\',
      '\n',
      ' = ',
      'AKIA',
      'ghp_',
      'Cookie: a=',
      '%3D',
      '\u202e',
      '\ud800',
      'x9Kq2LmZ7pTt4Rv8Ws3',
    ],
  )
  const texts = fc
    .array(
      fc.oneof(pieces, fc.string({ maxLength: 12, unit: 'binary' }), fc.base64String({ maxLength: 40 })),
      {
        maxLength: 14,
      },
    )
    .map((parts) => parts.join(''))
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const once = await redact(text)
      const twice = await redact(once.text)
      assert.equal(twice.masked, 0)
      assert.equal(twice.text, once.text)
    }),
    { numRuns: 1_500, seed: 7 },
  )
})

test('a megabyte of anything takes seconds, not hours: nothing grows with the square of the text', async () => {
  const hostile = [
    'password="',
    'a',
    'x: ',
    '-----BEGIN PRIVATE KEY-----',
    'eyJhbGciOi-',
    'eyJhbGciOi.',
    '://a:',
    'Cookie: a=bcdefghij; ',
    'ghs_1_',
    'SG.aaaa',
    'token ',
    'curl -u a:b ',
    '-_'.repeat(50),
    'passwordpassword_',
    'KEY=',
    '\\',
    '"',
  ]
  for (const piece of hostile) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    const started = performance.now()
    await redact(text)
    const took = performance.now() - started
    assert.ok(took < 20_000, `${piece} took ${took} ms`)
  }
})

test('15,000 commit messages take under ten seconds', async () => {
  const started = performance.now()
  for (let i = 0; i < 15_000; i++)
    await redact(
      `fix: the token of page ${i} is read again (#${i})\n\nThe password reset kept it.\n\nSigned-off-by: A B <a${i}@b.org>`,
    )
  const took = performance.now() - started
  assert.ok(took < 10_000, `${took} ms`)
})

test('leaves nothing behind in the process', async () => {
  await redact('the secret is one')
  const before = performance.getEntries().length
  for (let i = 0; i < 100; i++) await redact(`the secret of ${i} is kept`)
  assert.ok(performance.getEntries().length <= before)
})

function sum(kinds: Record<string, number>): number {
  return Object.values(kinds).reduce((total, count) => total + count, 0)
}

test('patterns that are asked only where a clue is find their keys', async () => {
  const hex = '0f3a9c1be47d25860f3a9c1be47d2586'
  const keys = [
    `key-${hex}`,
    `${hex}-us12`,
    `xkeysib-${hex}${hex}-aB3dE5gH7jK9mN1p`,
    `aB3dE5gH7jK9mN.atlasv1.${'qW3rT5yU7i'.repeat(6)}xyz12`,
    'export DATABASE_PASSWORD=q8#Vz2!kLw0^tR',
    'DEPLOY_KEY_OF_THE_OTHER_MACHINE=q8#Vz2!kLw0^tR',
  ]
  for (const key of keys) assert.equal((await redact(`before ${key}\n${key} after`)).masked >= 1, true, key)
})
