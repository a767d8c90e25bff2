/** Secrets of many kinds, made at random when they are needed: none lies in the repository. */

import type { Random } from './random.ts'

/** One secret in one surrounding. */
export interface Planted {
  kind: string
  form: Form
  text: string
  /** The part that must be gone, as the form spells it; no eight signs of it may stay. */
  secret: string
}

export const forms = ['text', 'diff', 'url', 'json'] as const
export type Form = (typeof forms)[number]

interface SecretKind {
  kind: string
  /** The name that it is set by; where a service's shape tells it without one, it stands in a sentence. */
  name?: string
  make(signs: Signs): string
  /** Part of `make`'s result that is secret; default: all of it. */
  core?(value: string): string
  /** Its own surroundings instead of the usual ones. */
  place?: Partial<Record<Form, (value: string) => string>>
}

/** Random strings of an alphabet. */
type Signs = (length: number, alphabet?: string) => string

const lower = 'abcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const upper = lower.toUpperCase()
const hex = `${digits}abcdef`
const word = lower + upper + digits
const base64 = `${word}+/`
const addressSafe = `${word}-_`

const token = (kind: string, prefix: string, length: number, alphabet = word): SecretKind => ({
  kind,
  make: (signs) => prefix + signs(length, alphabet),
  core: (value) => value.slice(prefix.length),
})
const named = (kind: string, name: string, length: number, alphabet = word): SecretKind => ({
  kind,
  name,
  make: (signs) => signs(length, alphabet),
})
/** As people make them up: words, perhaps one that stands for a password elsewhere, and a few digits. */
const madeUp: SecretKind['make'] = (signs) => {
  const first = ['blueHorse', 'Sommerzeit', 'SecretSauce', 'hunter2Secret', 'Kx83mPq2vLz']
  return `${first[Number(signs(1, '01234'))]}${signs(1, '123456789')}${signs(1, '02468')}`
}
const connection = (kind: string, scheme: string, tail: string): SecretKind => ({
  kind,
  make: (signs) => `${scheme}://app_user:${signs(16)}@db.internal.net${tail}`,
  core: (value) => /:\/\/app_user:(\w+)@/.exec(value)?.[1] ?? '',
  place: { url: (value) => `see ${value} for it` },
})
const header = (
  kind: string,
  before: string,
  make: SecretKind['make'],
  core?: SecretKind['core'],
): SecretKind => ({
  kind,
  make,
  ...(core && { core }),
  place: {
    text: (value) => `curl -H "${before}${value}" https://api.corp.net/v1/items`,
    diff: (value) => `@@ -1 +1,2 @@\n fetch(url, {\n+  headers: { ${quoteHeader(before)}${value}' },\n })`,
    url: (value) => `https://api.corp.net/v1?access_token=${encodeURIComponent(value)}&page=2`,
    json: (value) => JSON.stringify({ log: `> ${before}${value}\n< HTTP/1.1 200` }),
  },
})
const pem = (kind: string, label: string, first: string): SecretKind => ({
  kind,
  make: (signs) => {
    const lines = [first + signs(60, base64), ...Array.from({ length: 6 }, () => signs(64, base64))]
    return `-----BEGIN ${label}-----\n${lines.join('\n')}\n${signs(30, base64)}==\n-----END ${label}-----`
  },
  core: (value) => value.split('\n').slice(1, -1).join('\n'),
})

/** What is found by its shape alone, and what by its name or place. */
export const secretKinds: readonly SecretKind[] = [
  token('aws-access-key', 'AKIA', 16, upper + digits),
  named('aws-secret-key', 'aws_secret_access_key', 40, base64),
  token('aws-session-token', 'IQoJb3JpZ2lu', 300, base64),
  {
    kind: 'azure-storage-key',
    make: (signs) => `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${signs(86, base64)}==;`,
    core: (value) => /AccountKey=(.{86})/.exec(value)?.[1] ?? '',
    place: { url: (value) => `https://shop.net/?conn=${value}` },
  },
  {
    kind: 'azure-client-secret',
    make: (signs) => `${signs(3)}8Q~${signs(34)}`,
    core: (value) => value.slice(6),
  },
  {
    kind: 'azure-signature',
    make: (signs) =>
      `https://shop.blob.core.windows.net/a/b.zip?sv=2024-11-04&se=2027-01-01&sig=${signs(43)}%3D`,
    core: (value) => /sig=(\w+)/.exec(value)?.[1] ?? '',
    place: { url: (value) => `open ${value} now` },
  },
  token('google-api-key', 'AIza', 35, addressSafe),
  token('google-client-secret', 'GOCSPX-', 28, word),
  token('google-access-token', 'ya29.', 120, addressSafe),
  token('github-token', 'ghp_', 36),
  token('github-fine-grained', 'github_pat_', 82),
  token('gitlab-token', 'glpat-', 20),
  token('npm-token', 'npm_', 36),
  {
    kind: 'npmrc-token',
    make: (signs) => `//registry.corp.net/:_authToken=${signs(36, hex)}`,
    core: (value) => value.split('=')[1] ?? '',
    place: { url: (value) => `https://docs.corp.net/#${value}` },
  },
  token('pypi-token', 'pypi-AgEIcHlwaS5vcmc', 120, addressSafe),
  token('rubygems-token', 'rubygems_', 48, hex),
  token('huggingface-token', 'hf_', 34, lower + upper),
  token('openai-key', 'sk-proj-', 100, addressSafe),
  {
    kind: 'openai-old-key',
    make: (signs) => `sk-${signs(20)}T3BlbkFJ${signs(20)}`,
    core: (value) => value.slice(3, 23),
  },
  token('anthropic-key', 'sk-ant-api03-', 93, word),
  {
    kind: 'slack-token',
    make: (signs) => `xoxb-${signs(12, digits)}-${signs(12, digits)}-${signs(24)}`,
    core: (value) => value.slice(-24),
  },
  {
    kind: 'slack-webhook',
    make: (signs) => `https://hooks.slack.com/services/T${signs(8, upper)}/B${signs(8, upper)}/${signs(24)}`,
    core: (value) => value.slice(-24),
  },
  token('stripe-key', 'sk_live_', 24),
  token('stripe-webhook', 'whsec_', 32),
  token('twilio-key', 'SK', 32, hex),
  named('twilio-auth-token', 'TWILIO_AUTH_TOKEN', 32, hex),
  { kind: 'sendgrid-key', make: (signs) => `SG.${signs(22)}.${signs(43)}`, core: (value) => value.slice(3) },
  token('mailgun-key', 'key-', 32, hex),
  token('digitalocean-token', 'dop_v1_', 64, hex),
  token('databricks-token', 'dapi', 32, hex),
  named('datadog-api-key', 'DD_API_KEY', 32, hex),
  named('datadog-app-key', 'dd_app_key', 40, hex),
  token('newrelic-key', 'NRAK-', 27, upper + digits),
  {
    kind: 'grafana-token',
    make: (signs) => `glsa_${signs(32)}_${signs(8, hex)}`,
    core: (value) => value.slice(5, 37),
  },
  token('shopify-token', 'shpat_', 32, hex),
  token('discord-webhook', 'https://discord.com/api/webhooks/123456789012345678/', 68, word),
  {
    kind: 'telegram-token',
    make: (signs) => `7${signs(9, digits)}:AA${signs(33)}`,
    core: (value) => value.slice(13),
  },
  {
    kind: 'terraform-token',
    make: (signs) => `${signs(14)}.atlasv1.${signs(67)}`,
    core: (value) => value.slice(23),
  },
  token('vault-token', 'hvs.', 95, word),
  token('doppler-token', 'dp.pt.', 43),
  token('atlassian-token', 'ATATT3', 180, word),
  token('linear-key', 'lin_api_', 40),
  token('notion-token', 'secret_', 43),
  token('figma-token', 'figd_', 43, addressSafe),
  {
    kind: 'postman-key',
    make: (signs) => `PMAK-${signs(24, hex)}-${signs(34, hex)}`,
    core: (value) => value.slice(5),
  },
  token('docker-token', 'dckr_pat_', 27),
  token('age-key', 'AGE-SECRET-KEY-1', 58, upper + digits),
  {
    kind: 'tailscale-key',
    make: (signs) => `tskey-auth-${signs(12)}-${signs(32)}`,
    core: (value) => value.slice(-32),
  },
  {
    kind: 'jwt',
    make: (signs) => `eyJhbGciOiJIUzI1NiJ9.eyJ${signs(60)}.${signs(43)}`,
    core: (value) => value.slice(-43),
  },
  header('bearer', 'Authorization: Bearer ', (signs) => signs(40)),
  header(
    'basic-auth',
    'Authorization: Basic ',
    (signs) => Buffer.from(`deploy:${signs(18)}`).toString('base64'),
    (value) => value.slice(10, -4),
  ),
  {
    ...header('cookie', 'Cookie: theme=dark; sid=', (signs) => signs(32)),
  },
  named('session-id', 'session_id', 32, hex),
  {
    kind: 'url-password',
    make: (signs) => `https://deploy:${signs(20)}@git.corp.net/shop.git`,
    core: (value) => /deploy:(\w+)@/.exec(value)?.[1] ?? '',
    place: { url: (value) => `clone ${value} first` },
  },
  connection('postgres', 'postgresql', ':5432/shop?sslmode=require'),
  connection('mongodb', 'mongodb+srv', '/shop?retryWrites=true'),
  connection('mysql', 'mysql', '/shop'),
  connection('redis', 'rediss', ':6380/0'),
  connection('amqp', 'amqps', '/vhost'),
  {
    kind: 'ado-connection',
    make: (signs) => `Server=db.corp.net;Database=shop;User Id=app;Password=${signs(20)};Encrypt=true`,
    core: (value) => /Password=(\w+)/.exec(value)?.[1] ?? '',
    place: { url: (value) => `https://shop.net/?conn=${value}` },
  },
  pem('rsa-key', 'RSA PRIVATE KEY', 'MIIE'),
  pem('pkcs8-key', 'PRIVATE KEY', 'MIIE'),
  pem('openssh-key', 'OPENSSH PRIVATE KEY', 'b3BlbnNzaC1rZXktdjE'),
  pem('pgp-key', 'PGP PRIVATE KEY BLOCK', 'lQOY'),
  named('password', 'password', 14, `${word}!#*`),
  { kind: 'made-up-password', name: 'password', make: madeUp },
  { kind: 'made-up-db-password', name: 'DB_PASSWORD', make: madeUp },
  {
    kind: 'password-option',
    make: madeUp,
    place: {
      text: (value) => `The job ran with --password ${value} --verbose`,
      diff: (value) => `@@ -1 +1,2 @@\n #!/bin/sh\n+deploy --user app --password=${value} shop\n`,
      url: (value) => `curl --proxy-password ${value} https://api.corp.net/v1/items`,
      json: (value) => JSON.stringify({ command: `deploy --password ${value} shop` }),
    },
  },
  {
    kind: 'client-password',
    make: madeUp,
    place: {
      text: (value) => `mysql -u root -p${value} shop`,
      diff: (value) => `@@ -1 +1,2 @@\n #!/bin/sh\n+sshpass -p ${value} ssh app@db.corp.net\n`,
      url: (value) => `redis-cli -u redis://db.corp.net -a ${value} ping`,
      json: (value) => JSON.stringify({ command: `mysqldump -h db -p${value} shop` }),
    },
  },
  named('db-password', 'DB_PASSWORD', 18),
  named('api-key', 'api_key', 28),
  named('client-secret', 'clientSecret', 36),
  named('secret-key-base', 'SECRET_KEY_BASE', 128, hex),
  named('encryption-key', 'encryption-key', 44, base64),
  {
    kind: 'high-entropy',
    make: (signs) => `a1Z7q4${signs(38)}`,
    place: {
      text: (value) => `shop_backend = "${value}"`,
      diff: (value) => `@@ -3 +3 @@\n-shop: ""\n+shop: "${value}"`,
      url: (value) => `https://shop.net/?shop=${value}`,
      json: (value) => JSON.stringify({ shop: value }),
    },
  },
]

/** Every kind in every form. */
export function plantSecrets(random: Random): Planted[] {
  const signs: Signs = (length, alphabet = word) =>
    Array.from({ length }, () => random.pick([...alphabet])).join('')
  return secretKinds.flatMap((kind) =>
    forms.map((form) => {
      const value = kind.make(signs)
      const core = kind.core?.(value) ?? value
      const text = (kind.place?.[form] ?? usual(kind.name)[form])(value)
      return {
        kind: kind.kind,
        form,
        text,
        secret: form === 'json' ? JSON.stringify(core).slice(1, -1) : core,
      }
    }),
  )
}

function usual(name: string | undefined): Record<Form, (value: string) => string> {
  if (name === undefined)
    return {
      text: (value) => `I pasted ${value} into the chat, and it was logged.`,
      diff: (value) => `@@ -7,2 +7,2 @@\n context\n-old line\n+call("${value.replaceAll('\n', '\n+')}")`,
      url: (value) => `GET https://api.corp.net/v1/items?page=2&k=${encodeURI(value)}&sort=asc`,
      json: (value) => JSON.stringify({ id: 17, note: [value], ok: true }),
    }
  return {
    text: (value) => `The job ran with ${name}=${value}`,
    diff: (value) => `@@ -1,2 +1,2 @@\n # settings\n-${name} = os.environ["X"]\n+${name} = "${value}"`,
    url: (value) => `https://api.corp.net/v1/items?page=2&${name}=${encodeURIComponent(value)}&sort=asc`,
    json: (value) => JSON.stringify({ host: 'db.corp.net', [name]: value, retries: 3 }, null, 2),
  }
}

/** Whether eight signs of the secret in a row are still to be read; an address may spell it with escapes. */
export function leaks(masked: string, secret: string): boolean {
  for (const spelt of new Set([secret, encodeURIComponent(secret)]))
    for (let i = 0; i + 8 <= spelt.length; i++) if (masked.includes(spelt.slice(i, i + 8))) return true
  return false
}

/** `{ Authorization: 'Bearer ` from `Authorization: Bearer `. */
function quoteHeader(before: string): string {
  const [name = '', value = ''] = before.split(': ')
  return `${name}: '${value}`
}
