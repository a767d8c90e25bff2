/** Finds text that speaks to a model instead of telling about code. Such a memory waits for a person. Pure. */

interface Sign {
  flag: string
  pattern: RegExp
}

/** Between words: blanks, a few signs, ends of lines. */
const s = String.raw`[\s"'*_,:-]{1,6}`
const of = (parts: string) => new RegExp(parts.replaceAll(' ', s), 'i')

/** Commands that change what a model was told, or who it is. */
const orders: readonly Sign[] = [
  {
    flag: 'overrides-instructions',
    pattern: of(
      String.raw`\b(?:ignore|disregard|forget|override|bypass|do not follow|don't follow|stop following)\b(?: (?:all|any|every|everything|the|your|these|those|of|my|its|other|from))* (?:previous|prior|above|earlier|preceding|existing|original|initial|system|safety|given|former)(?: (?:instructions?|prompts?|messages?|rules?|directions?|guidelines?|context|conversation|commands?|policies|training))`,
    ),
  },
  {
    flag: 'overrides-instructions',
    pattern: of(
      String.raw`\b(?:ignore|disregard|forget)\b(?: (?:all|any|every|everything|the|your|these|those|of|my))* (?:instructions|guidelines|(?:system )?prompts?|everything (?:you|above|before)|(?:you were|you have been|you've been) (?:told|taught|given))`,
    ),
  },
  {
    flag: 'overrides-instructions',
    pattern: of(
      String.raw`\b(?:new|updated|real|actual|hidden|secret) (?:system )?(?:instructions?|prompt|orders)\s{0,2}(?::|follow|are)`,
    ),
  },
  {
    flag: 'gives-a-role',
    pattern: of(
      String.raw`\b(?:you are now|from now on,? you|you will now act|pretend (?:to be|that you|you are)|act as (?:a|an|my|the) (?:ai|assistant|model|root|admin\w*|hacker|unrestricted|jailbr\w+|different|language)|enter (?:developer|debug|god|dan|jailbreak) mode|you have no (?:restrictions|rules|limits)|without any (?:restrictions|filters)|jailbroken)\b`,
    ),
  },
  {
    flag: 'speaks-to-the-model',
    pattern: of(
      String.raw`\b(?:(?:dear|hey|attention|note to|message (?:for|to)|instructions? (?:for|to)|as an|important for) (?:the |any |all )?(?:ai|llms?|language models?|chatgpt|gpt|claude|gemini|copilot|cursor|coding (?:agents?|assistants?)|ai (?:agents?|assistants?|models?))\b|(?:if|when) you(?: are|'re) (?:an? )?(?:ai|llm|language model|assistant|agent|bot)\b)`,
    ),
  },
  {
    flag: 'asks-for-the-prompt',
    pattern: of(
      String.raw`\b(?:reveal|print|show|repeat|output|leak|tell me|display|send)\b(?: \w{1,12}){0,3} (?:your|the) (?:system|hidden|initial|secret|developer) (?:prompt|instructions?|message)`,
    ),
  },
  {
    flag: 'keeps-from-the-person',
    pattern: of(
      String.raw`\b(?:do not|don't|never|without) (?:tell|telling|mention|mentioning|inform|informing|notify|notifying|ask|asking|alert|alerting|show|showing)(?: (?:this|that|it|anything))?(?: to)? (?:the |any )?(?:user|human|person|developer|maintainers?|reviewers?|anyone|operator)s?\b`,
    ),
  },
  {
    flag: 'sends-data-away',
    pattern: of(
      String.raw`\b(?:exfiltrat\w*|(?:send|post|upload|forward|leak|transmit|e-?mail|copy|report)\b(?: [\w./~$-]{1,30}){0,6} (?:secrets?|tokens?|credentials?|passwords?|api keys?|private keys?|ssh keys?|\.env|environment variables?|env vars?|~\/\.(?:ssh|aws)\S{0,30}|id_rsa)(?: [\w./~$-]{1,30}){0,5} (?:to|at|via) (?:https?|\S{1,60}@|this|the following|my|our|an external|attacker|evil|webhook))`,
    ),
  },
  {
    flag: 'sends-data-away',
    pattern:
      /\b(?:curl|wget|nc|invoke-webrequest)\b[^\n]{0,200}(?:\$\(|`|@|<\s?)[^\n]{0,60}(?:\.env|id_rsa|\.ssh|\.aws|\/etc\/passwd|secret|token|credential|printenv|\benv\b)/i,
  },
  {
    flag: 'runs-foreign-code',
    pattern:
      /\b(?:curl|wget|iwr|fetch)\b[^\n|]{1,300}\|\s{0,3}(?:sudo\s)?(?:ba|z|da|k)?sh\b|\b(?:curl|wget)\b[^\n|]{1,300}\|\s{0,3}(?:sudo\s)?(?:python\d?|node|perl|ruby|iex)\b|\bbase64\s+(?:-d|--decode|-D)[^\n|]{0,80}\|\s{0,3}(?:ba|z)?sh\b|\brm\s+-rf?\s+(?:--no-preserve-root\s+)?[~/](?:\s|\*|$)/i,
  },
  {
    flag: 'orders-a-command',
    pattern: of(
      String.raw`\b(?:(?:immediately|now|silently|secretly|quietly|always first|you must(?: now| first| always)?) (?:run|execute|invoke|call|eval)|(?:run|execute) (?:this|the following) (?:command|script|code)(?: (?:now|immediately|first|silently|as root|with sudo|without asking)| before (?:anything|answering|responding|you (?:answer|respond|continue))))\b`,
    ),
  },
  {
    flag: 'lifts-checks',
    pattern: of(
      String.raw`\b(?:auto-?approve|approve (?:all|every|any)|disable|turn off|skip|bypass|circumvent)\b(?: \w{1,12}){0,3} (?:safety|security|permission|approval|confirmation|sandbox|guardrails?|moderation)(?: (?:checks?|prompts?|rules?|filters?|dialogs?|steps?|mode|limits))\b`,
    ),
  },
]

/** Forms that belong into a conversation, not into a note. */
const forms: readonly Sign[] = [
  {
    flag: 'role-marks',
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)[^|]{0,30}\|>|\[\/?INST\]|<<\/?SYS>>|^\s{0,3}(?:#{1,4}\s{0,2})?(?:system|assistant|developer|human)\s{0,2}(?:prompt|message|instructions?)?\s{0,2}:\s|<\/?(?:system|assistant|human|system[-_]prompt|system[-_]reminder|instructions?)>/im,
  },
  {
    flag: 'tool-call',
    pattern:
      /<\/?(?:antml:)?(?:function_calls?|invoke|tool_(?:use|call|result)s?|parameter)\b[^>]{0,200}>|"(?:tool_calls|function_call|tool_use)"\s{0,3}:|"type"\s{0,3}:\s{0,3}"(?:tool_use|tool_result|function_call)"|^\s{0,3}Action(?: Input)?:\s{0,3}[\w{]/im,
  },
  {
    flag: 'image-with-data',
    pattern:
      /<img\b[^>]{0,300}\bsrc\s{0,2}=\s{0,2}["']?https?:\/\/[^"'>\s]{1,500}[?&](?:data|secret|token|key|prompt|content|context|env|history)=/i,
  },
  {
    flag: 'hidden-html',
    pattern:
      /<(?:span|div|p|font|a|section|details)\b[^>]{0,300}(?:display\s{0,2}:\s{0,2}none|visibility\s{0,2}:\s{0,2}hidden|font-size\s{0,2}:\s{0,2}0|opacity\s{0,2}:\s{0,2}0(?![.\d])|color\s{0,2}:\s{0,2}(?:white|#fff(?:fff)?)|\bhidden\b)|<script\b|<iframe\b|\bjavascript:/i,
  },
]

const image = /!\[[^\]]{0,200}\]\(\s{0,3}https?:\/\/[^)\s?#&]{1,500}(?<query>[?&#][^)\s]{0,1000})/g
/** A hole for data, a long value, or a name that promises data. */
const carried =
  /\{|%7B|\$|<|=[A-Za-z0-9+/%_-]{24}|[?&](?:data|secret|token|key|prompt|content|context|env|history|q|d)=/i

const htmlComment = /<!--([\s\S]{20,2000}?)-->/g
/** Zero width (but not the joiners of emoji and scripts), bidi overrides and isolates, tag letters. */
const hidden = /[\u200b\u2060-\u2064\ufeff\u00ad\u180e]|[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u
const marks =
  /[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/gu

/** Flags, sorted, each once; empty for ordinary text. Never throws, linear in the text. */
export function findInstructions(text: string): string[] {
  const flags = new Set<string>()
  if (hidden.test(text.replace(/^\ufeff/, ''))) flags.add('hidden-characters')
  // Hidden signs and letters of other widths must not take words apart.
  const plain = text.replace(marks, '').normalize('NFKC')
  for (const { flag, pattern } of [...orders, ...forms]) if (pattern.test(plain)) flags.add(flag)
  for (const { groups } of plain.matchAll(image))
    if (carried.test(groups?.query ?? '')) flags.add('image-with-data')
  for (const comment of plain.matchAll(htmlComment))
    if (/\b(?:you|ai|assistant|model|agent|run|execute|ignore|must)\b/i.test(comment[1] ?? ''))
      flags.add('hidden-html')
  return [...flags].sort()
}
