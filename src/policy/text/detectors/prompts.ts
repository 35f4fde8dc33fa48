import type { ClueDetector } from './from-clues.js'
import {
  isHiddenWriting,
  isIfReader,
  isReaderReading,
  isSendingOfSecrets,
  isSettingAside,
  isToReader,
} from './prompt-verdicts.js'

/** Orders to an agent in what it only was to read: web pages, mails, files, answers of tools. */
export const PROMPTS: readonly ClueDetector[] = [
  {
    name: 'prompt.override',
    title: 'Instructions set aside',
    description:
      'Orders to ignore or forget earlier instructions or to drop all rules, in several languages; not advice that one may.',
    category: 'prompt',
    clues: [
      { pattern: '(?i)\\b(?:ignore|disregard|forget|override|bypass)\\s{1,4}\\w', accept: isSettingAside },
      "(?i)\\byou(?:\\sare|'re)\\snow\\s(?:DAN\\b|(?:in\\s)?(?:developer|debug|god|admin|jailbreak)\\smode|(?:an?\\s)?(?:unrestricted|unfiltered|uncensored|jailbroken))|\\b(?:system|admin|developer)\\soverride\\s?:",
      "(?i)\\b(?:you\\sare|you're)\\sno\\slonger\\s(?:bound|restricted|limited|constrained)\\sby|\\b(?:pretend|act\\sas\\sif|act\\sas\\sthough)\\s(?:that\\s)?(?:you\\shave|there\\sare)\\sno\\s(?:rules|restrictions|limits|guidelines|filters)|\\b(?:enable|enter|activate)\\s(?:developer|jailbreak|DAN)\\smode\\b",
      '(?i)\\bignora\\s(?:todas\\s)?(?:las|tus)\\sinstrucciones\\s(?:anteriores|previas)|\\bignorez?\\s(?:toutes\\s)?(?:les|vos|tes)\\sinstructions\\s(?:précédentes|ci-dessus)|\\bignoriere?\\s(?:alle\\s)?(?:die\\s)?(?:vorherigen|bisherigen|obigen|früheren)\\s(?:anweisungen|instruktionen)|\\bignore\\s(?:todas\\s)?as\\sinstruções\\santeriores|\\babaikan\\s(?:semua\\s)?instruksi\\ssebelumnya|忽略(?:之前|以上|上述|先前|前面)的?(?:所有|全部)?的?(?:指令|指示|提示)',
    ],
  },
  {
    name: 'prompt.fake_role',
    title: 'Forged roles',
    description:
      'The marks by which chats tell system, user and assistant apart, or a heading that plays a system message.',
    category: 'prompt',
    clues: [
      '<\\|(?:im_start|im_end|system|assistant|user|start_header_id|end_header_id|eot_id|endoftext)\\|>|\\[/?INST\\]|<</?SYS>>',
      '(?i)(?:^|\\n)\\s{0,8}(?:\\[system\\]|<system>|<system_prompt>|\\[system\\s(?:message|prompt)\\]|#{2,4}\\s{0,2}(?:system(?:\\s(?:prompt|message))?|new\\sinstructions?)\\s?:)',
      '(?i)(?:^|\\n)\\s{0,8}(?:(?:important\\s)?(?:new|updated|revised)\\s(?:system\\s)?instructions?|system\\s(?:message|prompt|notice))\\s?:\\s{0,4}(?:you|ignore|disregard|forget|send|do|from\\snow|always|never|act)\\b',
      '(?i)\\b(?:begin|start|end)\\s(?:of\\s)?(?:system|admin(?:istrator)?|developer)\\s(?:message|prompt|instructions?)\\b',
    ],
  },
  {
    name: 'prompt.addressed',
    title: 'Orders to whatever AI reads on',
    description:
      'Text that turns to an AI, an assistant or a language model as its reader, or wants something kept from the user.',
    category: 'prompt',
    clues: [
      {
        pattern:
          '(?i)\\b(?:note|notice|message|instructions?|attention|orders?|important|directions?)\\s(?:to|for)\\s',
        accept: isToReader,
      },
      { pattern: "(?i)\\bif\\syou(?:\\sare|'re)\\s", accept: isIfReader },
      { pattern: '(?i)\\b(?:reading|processing|summari[sz]ing|parsing)\\s', accept: isReaderReading },
      `(?i)\\b(?:do\\snot|don't|never)\\s(?:tell|inform|alert|warn|notify)\\sthe\\suser\\s(?:about|of|that\\syou)\\s?(?:this|these|it|have|are|did|were)?\\b|\\b(?:do\\snot|don't|never)\\s(?:mention|reveal|show|disclose)\\s(?:this|these|it)\\s[^\\n.!?]{0,24}to\\sthe\\suser\\b`,
      `(?i)<!--[^>]{0,64}\\b(?:(?:AI|LLM|assistant|language\\smodel)s?|agents?)\\s?[:,][^>]{0,200}\\b(?:you\\smust|ignore|please|send|run|do\\snot|instructions?)\\b`,
    ],
  },
  {
    name: 'prompt.exfiltration',
    title: 'Orders to give away',
    description:
      'Orders to show the system prompt, or to send the conversation, secrets or data of the user to an address.',
    category: 'prompt',
    clues: [
      '(?i)\\b(?:reveal|print|repeat|output|leak|recite|dump|disclose|tell\\sme|show\\sme|give\\sme)\\s(?:(?:all|of|the|me)\\s){0,3}(?:your|the\\sabove)\\s(?:(?:full|entire|exact|complete|hidden|secret|initial|original)\\s){0,2}(?:system\\s(?:prompt|message|instructions?)|(?:initial|hidden|original|secret)\\s(?:prompt|instructions?)|prompt|instructions)\\b',
      {
        pattern: '(?i)\\b(?:send|post|forward|upload|transmit|exfiltrate|leak|submit|e-?mail)\\s',
        accept: isSendingOfSecrets,
      },
      '(?i)!\\[[^\\]\\n]{0,80}\\]\\(https?://[^\\s)]{1,200}[?&][\\w-]{1,32}=(?:\\{|%7b|<|\\[|\\$|(?:secret|data|conversation|history|prompt|token|key)s?\\))',
    ],
  },
  {
    name: 'prompt.hidden_text',
    title: 'Text that people do not see',
    description:
      'Letters of the Unicode tags or runs of zero-width characters, save in flags and emoji; orders in elements that are not shown.',
    category: 'prompt',
    clues: [
      { pattern: '[\\x{E0020}-\\x{E007E}]{8}', accept: isHiddenWriting },
      '[\\x{200B}-\\x{200D}\\x{2060}\\x{FEFF}]{5}',
      '(?i)(?:display:\\s?none|visibility:\\s?hidden|font-size:\\s?0|opacity:\\s?0|color:\\s?(?:white|#fff))[^>]{0,80}>[^<]*\\b(?:ignore|instructions?|system\\sprompt|you\\smust)\\b',
    ],
  },
]
