/** What people say, and what tools call it: everyday words in groups, to widen a question that shares no word with a tool. */

/** Written by hand from general knowledge of what services call their functions. A word may stand in several lines. */
const groups: readonly string[] = [
  // Acts
  'make create add new generate build open begin file write',
  'show list get view display see tell look read fetch present',
  'find search look lookup query locate where any',
  'change update edit modify set adjust push shift reschedule move',
  'delete remove cancel drop erase discard rid clean clear purge throw trash',
  'send post publish message mail email write notify forward share',
  'start run launch boot trigger execute invoke begin',
  'stop end shut halt kill terminate cancel',
  'fix repair restore recover rollback revert undo return back',
  'buy order purchase shop product cart checkout basket',
  'book reserve reservation appointment booking schedule',
  'turn switch toggle on off enable disable',
  'turn convert conversion transform change into format',
  'cut trim split crop piece part pages out',
  'join merge combine concatenate together unite single',
  'press click tap push hit button element',
  'capture screenshot snapshot picture photo grab',
  'count number many quantity amount total',
  'calculate compute evaluate math percent expression sum much',
  'compare difference different diff versus between',
  'check verify test validate whether status',
  'write type jot note record save down',
  'done finish complete finished tick completed close',
  'say translate translation language speak',
  'talk call phone telephone conversation',
  'mute silence snooze quiet',
  'pay payment charge bill invoice money',
  'earn salary wage payslip income pay',
  'hide lock secure close',
  'tidy format indent indentation style beautify pretty',
  'proofread correct grammar spelling mistake typo',
  'recognise recognize ocr scan text extract',
  'use called call usage reference references used uses',
  'name rename call renamed title',
  'install add package dependency library module',
  'hand give assign pass escalate transfer',
  'wire transfer money bank payment',
  'upload put push store',
  'download save pull get attachment',
  'quit unsubscribe leave newsletter list',
  'wake alarm clock morning',
  'remind reminder timer countdown minutes',
  'meet meeting event appointment calendar schedule invite standup',
  'absent vacation holiday leave away off office absence days',
  'sum summary summarise summarize gist short overview digest',
  'draw paint generate image picture illustration plot graph chart',
  'dictate transcribe speech said voice memo recording',
  'loud aloud speech voice read speak',
  'send back return refund item',
  'boss manager reports lead chief organisation org',
  // Times
  'today tomorrow monday tuesday wednesday thursday friday saturday sunday week month date day calendar event schedule',
  'oclock pm am noon morning evening time hour event alarm',
  'time clock timezone zone hour',
  'until till days between dates date',
  'late delay delayed status time',
  // Things
  'website site web page url link internet online',
  'internet web online browser',
  'picture photo image img pic pixels png jpeg',
  'pixels width height wide size resize image',
  'film movie series show cinema video',
  'mov mp4 avi mkv video clip format',
  'song music track playlist album jazz tune listen',
  'mp3 wav podcast audio recording sound',
  'paper report document letter contract doc word pdf',
  'excel sheet spreadsheet table row csv line',
  'folder directory directories tree',
  'zip archive compress tar unpack extract',
  'bug issue ticket defect problem fault report',
  'task todo story ticket list item do',
  'repo repository project github',
  'pr pull request',
  'build ci workflow pipeline job actions',
  'exception error crash failure stack throw thrown',
  'server machine host instance vm node',
  'network port connection internet',
  'program script code snippet python source function symbol',
  'function method symbol class variable identifier',
  'cloud aws s3 bucket storage',
  'disk space storage memory',
  'password login credential secret key',
  'leak breach exposed stolen hacked',
  'hole vulnerability vulnerabilities security weakness',
  'site domain certificate ssl tls',
  'warm hot cold cool degrees temperature weather heating',
  'rain rainy snow sunny storm wind weather forecast',
  'sun sunset sunrise dawn dusk daylight',
  'polluted pollution smog air quality',
  'way route directions path navigate drive walk',
  'near nearby around close location place here',
  'restaurant cafe bar shop place food',
  'plane flight airline airport fly',
  'train rail railway station timetable departure',
  'car vehicle rental drive rent',
  'electric charge charging station battery',
  'room hotel accommodation stay night',
  'room meeting conference office',
  'euro euros dollar dollars pound pounds yen franc rupee yuan currency money exchange',
  'worth price cost value rate',
  'stock share shares trading market',
  'bitcoin ethereum crypto coin cryptocurrency',
  'mortgage loan credit interest',
  'spend spent expense cost spending transactions',
  'receipt expense taxi',
  'tax salary payslip income',
  'customer client buyer contact lead deal crm',
  'revenue sales turnover income',
  'package parcel delivery shipment shipping track arrive',
  'shoes jacket shirt trousers clothes dress product item size',
  'coupon discount voucher code percent',
  'warehouse stock inventory left pieces',
  'lamp light bulb lights',
  'heating thermostat radiator temperature',
  'blinds shutters curtains',
  'hoover vacuum clean robot floor',
  'medicine drug drugs pill medication ibuprofen aspirin tablet interactions',
  'doctor dermatologist dentist physician appointment medical',
  'eat meal food breakfast lunch dinner diet calories',
  'cook recipe ingredients dish meal',
  'calories nutrition nutrients food',
  'run ran jog swim cycle sport workout exercise kilometres',
  'walk walked steps',
  'sleep slept night rest',
  'english french german spanish italian japanese chinese korean russian language translate text',
  'synonym synonyms another word similar meaning',
  'mean meaning definition define dictionary',
  'happy positive negative sentiment mood feeling opinion',
  'litre litres gallon gallons metre metres mile miles kilo pound inch foot ounce unit units convert',
  'equation solve equals squared variable',
  'median mean average deviation statistics numbers',
  'colleague team channel slack group',
  'thumbs emoji reaction smiley like',
  'twitter linkedin facebook instagram social network post followers',
  'headline headlines news press article articles',
  'score match game play played won win',
  'bundesliga premier league standings table season first',
  'visitor visitors visited visits views traffic page',
  'signup funnel conversion drop lose users',
  'variant experiment ab',
  'help article support knowledge manual',
  'chat conversation transcript messages',
  'metric metrics cpu latency monitoring graph',
  'slow performance plan explain speed',
  'rows select sql query database table',
  'column columns field schema table',
  'line blame author who wrote last',
  'pod pods container containers kubernetes docker cluster',
  'replica replicas scale',
  'version release tag revision',
]

let table: Map<string, Set<string>> | undefined

/** Words of tools that are meant by everyday ones, each once, without those that were said. */
export function widened(words: readonly string[]): string[] {
  table ??= readGroups()
  const said = new Set(words.map(stem))
  const meant = new Set<string>()
  for (const word of said)
    for (const other of table.get(word) ?? []) if (!said.has(stem(other))) meant.add(other)
  return [...meant]
}

function readGroups(): Map<string, Set<string>> {
  const groupsOf = new Map<string, Set<string>>()
  for (const words of groups.map((line) => line.split(' ')))
    for (const word of words) {
      const others = groupsOf.get(stem(word)) ?? new Set<string>()
      for (const other of words) others.add(other)
      groupsOf.set(stem(word), others)
    }
  return groupsOf
}

/** Enough to join the forms of a word. */
function stem(word: string): string {
  return word.length > 4
    ? word.replace(/(?:ing|ed|es|s)$/, '')
    : word.length > 3
      ? word.replace(/s$/, '')
      : word
}
