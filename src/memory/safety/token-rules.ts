/** The shapes of keys that services hand out, and of the headers and addresses that carry them. */

import { isLogin } from './values.ts'

export interface TokenRule {
  kind: string
  /** Global; the secret is the group `secret`, else the whole match. Every repetition is bounded or begins at a boundary. */
  pattern: RegExp
  /** Quickly found, and in every text that holds a match: for the few patterns that begin with what any text is full of. */
  clue?: RegExp
  /** A last look at the secret. */
  accept?: (secret: string) => boolean
}

/** Before a token: no letter or digit, unless it ends an escape of JSON, of an address or of a terminal colour. */
const start = String.raw`(?<=^|[^A-Za-z0-9]|\\[nrtb]|%[0-9A-Fa-f]{2}|\x1b\[[0-9;]{0,12}m)`
const end = '(?![A-Za-z0-9])'

/** By kind; each text is a pattern between boundaries. Formats as the services document them. */
const shapes: readonly (readonly [kind: string, shape: string])[] = [
  ['aws-access-key', '(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}'],
  ['aws-session-token', '(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=%]{60,3000}'],
  ['azure-client-secret', String.raw`[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}`],
  ['google-api-key', 'AIza[\\w-]{35}'],
  ['google-oauth', String.raw`(?:GOCSPX-[\w-]{28}|ya29\.[\w-]{20,2000}|1//0[\w-]{30,200})`],
  ['github-token', 'gh[opusr]_[A-Za-z0-9]{36,255}'],
  ['github-token', String.raw`(?<![\w-]{2})ghs_\d{1,20}_[\w-]{1,1000}\.[\w-]{1,4000}\.[\w-]{1,1000}`],
  ['github-token', 'github_pat_\\w{50,255}'],
  [
    'gitlab-token',
    String.raw`gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat|ffct)-[\w-]{20,300}(?:\.[\w-]{2,60}){0,3}`,
  ],
  ['gitlab-token', 'GR1348941[\\w-]{20,60}'],
  ['npm-token', 'npm_[A-Za-z0-9]{36}'],
  ['pypi-token', 'pypi-AgE[\\w-]{40,1000}'],
  ['rubygems-token', 'rubygems_[a-f0-9]{48}'],
  ['crates-token', 'cio[A-Za-z0-9]{32}'],
  ['nuget-token', 'oy2[a-z0-9]{43}'],
  ['huggingface-token', '(?:hf|api_org)_[A-Za-z0-9]{30,40}'],
  ['openai-key', 'sk-(?:proj|svcacct|admin|None)-[\\w-]{40,200}'],
  ['openai-key', 'sk-[A-Za-z0-9]{32,64}'],
  ['anthropic-key', 'sk-ant-[\\w-]{24,200}'],
  ['model-key', '(?:sk-or-v1-[a-f0-9]{64}|gsk_[A-Za-z0-9]{52}|xai-[A-Za-z0-9]{60,100})'],
  [
    'model-key',
    '(?:pplx-[A-Za-z0-9]{40,60}|r8_[A-Za-z0-9]{37}|sk-lf-[a-f0-9-]{36}|lsv2_(?:pt|sk)_[a-f0-9_]{40,50})',
  ],
  ['slack-token', 'xox[abceoprsd](?:-[A-Za-z0-9.]{1,200}){2,8}'],
  ['slack-token', 'xapp-\\d-[A-Z0-9]{5,40}-\\d{5,30}-[a-f0-9]{30,120}'],
  ['discord-token', String.raw`[MNO][A-Za-z0-9_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}`],
  ['telegram-token', '\\d{8,10}:AA[\\w-]{33}'],
  ['stripe-key', '(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|whsec_[A-Za-z0-9+/]{24,80}={0,2})'],
  ['square-token', '(?:sq0(?:atp|csp|idb)-[\\w-]{22,43}|EAAA[\\w-]{60})'],
  ['paypal-token', String.raw`access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}`],
  ['shopify-token', 'shp(?:at|ca|pa|ss)_[A-Za-z0-9]{32,64}'],
  ['twilio-key', 'SK[0-9a-f]{32}'],
  ['sendgrid-key', String.raw`SG\.[\w-]{16,32}\.[\w-]{16,64}`],
  ['mail-key', '(?:key-[0-9a-f]{32}|[0-9a-f]{32}-us\\d{1,2}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16})'],
  ['digitalocean-token', 'do[opr]_v1_[a-f0-9]{64}'],
  ['databricks-token', 'dapi[a-f0-9]{32}(?:-\\d)?'],
  ['newrelic-key', '(?:NRAK|NRII|NRJS|NRRA)-[A-Za-z0-9-]{19,42}'],
  ['sentry-token', 'sntry[su]_[\\w=+/-]{40,400}'],
  ['grafana-token', '(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,400}={0,2})'],
  ['cloudflare-token', '(?:cfk|cfut|cfat)_[A-Za-z0-9]{48}'],
  [
    'hosting-token',
    '(?:nfp_[A-Za-z0-9]{36,40}|vc[piark]_[A-Za-z0-9]{20,60}|HRKU-[\\w-]{30,80}|sbp_[a-f0-9]{40})',
  ],
  ['hosting-token', '(?:fm[12][ar]?_[A-Za-z0-9+/]{80,1000}={0,2}|rnd_[A-Za-z0-9]{28,40}|pul-[a-f0-9]{40})'],
  ['database-token', 'pscale_(?:tkn|pw|oauth)_[\\w.=-]{32,64}'],
  ['terraform-token', String.raw`[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}`],
  ['vault-token', String.raw`hv[sbr]\.[\w-]{24,300}`],
  ['doppler-token', String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{1,40}\.)?[A-Za-z0-9]{40,44}`],
  [
    '1password-token',
    '(?:ops_eyJ[A-Za-z0-9+/]{100,1300}={0,2}|A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}(?:-[A-Z0-9]{5}){3,4})',
  ],
  ['age-key', 'AGE-SECRET-KEY-1[0-9A-Z]{58}'],
  ['tailscale-key', 'tskey-[a-z]{2,20}-\\w{8,40}-\\w{16,60}'],
  ['atlassian-token', 'AT(?:ATT3|CTT3|BB)[\\w=-]{24,300}'],
  ['linear-key', 'lin_(?:api|oauth)_[A-Za-z0-9_]{32,128}'],
  ['notion-token', '(?:ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43})'],
  ['figma-token', 'figd_[\\w-]{40,200}'],
  ['airtable-token', String.raw`pat[A-Za-z0-9]{14}\.[a-f0-9]{64}`],
  ['dropbox-token', String.raw`sl\.[\w-]{130,2000}`],
  ['facebook-token', 'EAA[A-Za-z0-9]{80,300}'],
  ['postman-key', 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}'],
  ['docker-token', 'dckr_[po]at_[\\w-]{27,40}'],
  ['artifactory-key', 'AKCp[A-Za-z0-9]{60,80}'],
  ['ci-token', '(?:sq[upa]_[a-f0-9]{40}|bkua_[a-f0-9]{40}|CCIPAT_[A-Za-z0-9]{10,40}_[a-f0-9]{40})'],
  ['contentful-token', 'CFPAT-[\\w-]{43}'],
  ['mapbox-token', String.raw`sk\.eyJ1[\w-]{20,300}\.[\w-]{20,60}`],
]

/** In every match of all shapes of a kind, and found ten times as fast. */
const clues: Partial<Record<string, RegExp>> = {
  'azure-client-secret': /Q~/,
  'discord-token': /\.[\w-]{6}\.[\w-]{27}/,
  'telegram-token': /:AA/,
  'shopify-token': /shp(?:at|ca|pa|ss)_/,
  'square-token': /sq0|EAAA/,
  'mail-key': /(?:key|xkeysib)-[0-9a-f]{32}|-us\d/,
  'terraform-token': /\.atlasv1\./,
}

const tokens: TokenRule[] = shapes.map(([kind, shape]) => ({
  kind,
  pattern: new RegExp(`${start}(?:${shape})${end}`, 'g'),
  ...(clues[kind] !== undefined && { clue: clues[kind] }),
  accept: (secret) => !/EXAMPLE|XXXXX|xxxxx/.test(secret),
}))

const headers: TokenRule[] = [
  {
    kind: 'jwt',
    // A dash before it would make many starts of one run.
    pattern: /(?<=^|[^\w-]|\\[nrtb]|%[0-9A-Fa-f]{2})eyJ[\w-]{10,4000}\.eyJ[\w-]{4,8000}\.[\w-]{4,2000}/g,
  },
  {
    kind: 'slack-webhook',
    pattern: /hooks\.slack\.com(?:\/|%2F)(?:services|workflows)(?:\/|%2F)(?<secret>[A-Za-z0-9/%]{20,200})/gi,
  },
  {
    kind: 'discord-webhook',
    pattern:
      /discord(?:app)?\.com(?:\/|%2F)api(?:\/|%2F)webhooks(?:\/|%2F)\d{5,25}(?:\/|%2F)(?<secret>[\w-]{40,120})/gi,
  },
  {
    kind: 'azure-key',
    clue: /=\s{0,3}[A-Za-z0-9+/]{40}/,
    pattern:
      /(?:AccountKey|SharedAccessKey|SharedSecret|AccessKey)\s{0,3}=\s{0,3}(?<secret>[A-Za-z0-9+/]{40,100}={0,2})/gi,
  },
  { kind: 'azure-signature', pattern: /[?&;]sig=(?<secret>[A-Za-z0-9%+/=-]{40,120})/g },
  { kind: 'npm-token', pattern: /:_(?:authToken|auth|password)\s{0,3}=\s{0,3}(?<secret>[^\s$"'{}]{8,500})/g },
  {
    kind: 'basic-auth',
    clue: /basic/i,
    pattern: /\bbasic(?:\s|%20|\+){1,3}(?<secret>[A-Za-z0-9+/]{8,500}={0,2})(?![A-Za-z0-9+/=])/gi,
    accept: (secret) =>
      isLogin(/^[ -~\xa0-\xff]{1,200}?:([ -~\xa0-\xff]{1,300})$/.exec(decode(secret))?.[1] ?? ''),
  },
  {
    kind: 'netrc-password',
    pattern:
      /\bmachine\s{1,9}\S{1,100}\s{1,9}login\s{1,9}\S{1,100}\s{1,9}password\s{1,9}(?<secret>[^\s\\"'[]{3,200})/g,
    accept: isLogin,
  },
]

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1')
}

export const tokenRules: readonly TokenRule[] = [...tokens, ...headers]
