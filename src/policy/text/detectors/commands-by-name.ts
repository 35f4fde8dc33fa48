import type { ClueDetector } from './from-clues.js'

/** The machine itself, by name or address, in decimal and hex too. */
const HERE =
  '(?:localhost|127(?:\\.\\d{1,3}){1,3}|0\\.0\\.0\\.0|\\[::1?\\]|2130706433|0x7f000001|0177\\.0\\.0\\.1|host\\.docker\\.internal)'

/** Commands that are daily work in one place and a warning in another: asked for by name, not by the group. */
export const COMMANDS_BY_NAME: readonly ClueDetector[] = [
  {
    name: 'command.localhost',
    title: 'Requests to the own machine',
    description:
      'Addresses of the machine itself, and curl, wget, netcat or telnet to its ports; whatever listens there.',
    category: 'command',
    byNameOnly: true,
    clues: [
      `(?i)://(?:[^\\s/@]{1,64}@)?${HERE}(?:[:/?#\\s"'\`)\\\\]|$)`,
      `(?i)\\b(?:curl|wget|https?|xh|aria2c|lynx)\\s(?:[^\\n;|&]*[\\s"'])?${HERE}(?:[:/?#\\s"'\`)\\\\]|$)`,
      `(?i)\\b(?:nc|ncat|netcat|telnet|socat)\\s(?:[^\\n;|&]*[\\s"':])?${HERE}[\\s:]\\d{1,5}\\b`,
    ],
  },
  {
    name: 'command.inline_code',
    title: 'Code on the command line',
    description: 'Code given to an interpreter as an argument (-c, -e, -r), and eval in a shell.',
    category: 'command',
    byNameOnly: true,
    clues: [
      `\\b(?:python[\\d.]{0,4}\\s|(?:ba|z|da|k)?sh\\s|pwsh\\s)\\s{0,3}(?:-\\w{1,8}\\s{1,4}){0,3}-\\w{0,3}c\\s{0,4}["'$\`]`,
      `\\b(?:perl|ruby|node|deno|bun|lua|osascript|Rscript)\\s{1,4}(?:-\\w{1,8}\\s{1,4}){0,3}(?:-\\w{0,3}[eE]|--eval|-p)\\s{0,4}["'$\`]`,
      `\\bphp\\s{1,4}-r\\s{0,4}["'$]|(?i:\\bpowershell(?:\\.exe)?\\s[^\\n;|]*-c(?:ommand)?\\s)`,
      `(?:^|[\\n;|&(]|\\b(?:do|then|else|sudo)\\s)\\s{0,8}eval\\s{1,4}["'$\`]`,
    ],
  },
  {
    name: 'command.agent_files',
    title: 'Files that steer agents',
    description:
      'Instructions, settings, hooks and memory of coding agents and assistants, such as CLAUDE.md, AGENTS.md, .mcp.json, .openclaw.',
    category: 'command',
    byNameOnly: true,
    clues: [
      '\\b(?:CLAUDE(?:\\.local)?|AGENTS?|GEMINI|SOUL|HEARTBEAT|COPILOT)\\.md\\b|\\b(?:TOOLS|IDENTITY|BOOTSTRAP|MEMORY)\\.md\\b',
      '\\.claude(?:\\.json\\b|[/\\\\](?:settings(?:\\.local)?\\.json|hooks|commands|agents|skills|plugins)\\b)|\\.openclaw\\b|\\.clawdbot\\b|\\bopenclaw\\.json\\b',
      '(?:^|[\\s/\\\\"\'=(])\\.mcp\\.json\\b|\\bclaude_desktop_config\\.json\\b|\\.cursor(?:rules\\b|[/\\\\](?:rules|mcp\\.json|hooks\\.json)\\b)|\\.windsurf(?:rules\\b|[/\\\\]rules\\b)|\\.codex[/\\\\]config\\.toml\\b|\\.gemini[/\\\\]settings\\.json\\b',
      '\\.github[/\\\\](?:copilot-instructions\\.md|instructions\\b)|\\.clinerules\\b|\\.aider\\.conf\\.yml\\b',
    ],
  },
]
