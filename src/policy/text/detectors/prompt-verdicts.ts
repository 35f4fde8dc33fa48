import type { Verdict } from './finder.js'

const RULES =
  '(?:instructions?|prompts?|rules|guidelines|directions|directives|guardrails|restrictions|safeguards|programming|training)'
const EARLIER =
  '(?:previous|prior|above|earlier|preceding|foregoing|original|existing|initial|system|safety|developer)'

/** Earlier rules, or everything said before, as what a verb is about. */
const EARLIER_RULES = new RegExp(
  `^\\w+\\s+(?:${[
    `(?:(?:all|any|of|the|your|my|these|those|every|and|other)\\s+){0,4}(?:${EARLIER}\\s+){1,2}${RULES}\\b`,
    `(?:(?:all|any|of|the|your)\\s+){0,3}${RULES}\\s+(?:above|before|you\\s+(?:were|have|got))\\b`,
    'everything\\s+(?:above|before|you\\s+(?:were|have|know))\\b',
  ].join('|')})`,
  'i',
)

/** Before the verb, what makes of an order a permission, a warning or a report of one. */
const NO_ORDER =
  /\b(?:can|may|might|could|would|should not|must not|not|never|cannot|don't|didn't|won't|if you|attempts? to|tr(?:y|ies|ied|ying) to|(?:model|llm|ai|agent|assistant|bot|it|them|claude|gpt) to|how to|such as|like|phrases?|says?)\s+["'“‘`]?$/i

/** Whether to set earlier rules aside is ordered, not allowed, warned of or told about. */
export function isSettingAside(_match: string, text: string, start: number): boolean {
  if (!EARLIER_RULES.test(text.slice(start, start + 160))) return false
  return !NO_ORDER.test(text.slice(Math.max(0, start - 32), start))
}

const READER =
  '(?:AI(?:\\s(?:assistant|agent|model|system))?|LLM|(?:large\\s)?language\\smodel|assistant(?!\\s(?:manager|professor|director|editor|coach))|chatbot)s?\\b'
const READER_WITH_ORDER = new RegExp(`^(?:(?:the|any|all|every|an?)\\s)?${READER}[^\\n.!?]{0,48}[:,!]`, 'i')
const READER_FIRST = new RegExp(`^(?:an?\\s)?${READER}`, 'i')
const READER_LAST = new RegExp(`\\b${READER}\\s$`, 'i')

const following = (match: string, text: string, start: number): string =>
  text.slice(start + match.length, start + match.length + 200)

/** Whether a note is to an AI, and an order may follow. */
export const isToReader: Verdict = (...found) => READER_WITH_ORDER.test(following(...found))

/** Whether the words go on with what an AI is called. */
export const isIfReader: Verdict = (...found) => READER_FIRST.test(following(...found))

/** Whether it is an AI that reads, and reads this, or is spoken to as one that does. */
export const isReaderReading: Verdict = (match, text, start) => {
  const before = text.slice(Math.max(0, start - 40), start)
  return (
    READER_LAST.test(before) &&
    (/^this\b/i.test(following(match, text, start)) || /\bas\san?\s/i.test(before))
  )
}

const SECRETS_TO_ADDRESS =
  /^(?:(?:all|of|the|any|every|your|this|user'?s?|full|entire|whole|private|api|its|a|copy|contents?)\s){0,6}(?:conversation|chat\shistory|chat|system\sprompt|context|credentials|keys?|secrets|passwords|tokens|environment\svariables|cookies|memory|(?:personal|private|user)\sdata)\b[^\n.!?]{0,64}\bto\s+(?:https?:\/\/|[\w.+-]{1,64}@|the\sfollowing\s(?:url|address|e-?mail))/i

/** Whether what is sent is secret, or the conversation itself, and an address is given. */
export const isSendingOfSecrets: Verdict = (...found) => SECRETS_TO_ADDRESS.test(following(...found))

/** Whether letters of the Unicode tags follow no black flag, which spells with them what region it is of. */
export function isHiddenWriting(_match: string, text: string, start: number): boolean {
  return text.slice(Math.max(0, start - 2), start) !== '\u{1F3F4}'
}
