import { isBuiltFromText, isUnsafeYamlLoad } from './code-verdicts.js'
import type { ClueDetector } from './from-clues.js'

/** Before a function's name, so that `model.eval(` and `literal_eval(` are not taken for it. */
const CALL = '(?:^|[^\\w.$])'
/** Code that runs text as code, starts programs, or trusts what it reads. */
export const CODE_CLUES: readonly ClueDetector[] = [
  {
    name: 'code.eval',
    title: 'Evaluated code',
    description:
      'Text run as code: eval, new Function, timers given text, and their like in other languages.',
    category: 'code',
    clues: [
      `${CALL}eval\\(\\s{0,4}[^)\\s]`,
      '\\b(?:window|globalThis|global|self|builtins)\\.eval\\(|\\[["\']eval["\']\\]\\(|\\(\\s?0\\s?,\\s?eval\\s?\\)\\(',
      `${CALL}Function\\(\\s{0,4}["'\`][^\\n]*\\)\\(`,
      '\\bnew\\s{1,4}Function\\s?\\(\\s{0,4}[^)\\s]',
      '\\bset(?:Timeout|Interval|Immediate)\\(\\s{0,4}["\'`]',
      '\\bvm\\.(?:runIn(?:New|This)?Context|compileFunction|Script)\\(',
      '\\b(?:instance_eval|class_eval|module_eval|create_function|execScript)\\b\\s?\\(',
      '\\bassert\\(\\s{0,4}\\$_(?:GET|POST|REQUEST|COOKIE)',
    ],
  },
  {
    name: 'code.exec',
    title: 'Executed code',
    description: 'Python source run by exec, execfile or a hidden import; PHP input run as a command.',
    category: 'code',
    clues: [
      `${CALL}exec(?:file)?\\(\\s{0,4}[^)\\s]`,
      '\\bcompile\\([^\\n]+,\\s{0,4}["\']exec["\']\\s{0,4}\\)',
      '__import__\\(\\s{0,4}["\'](?:os|subprocess|sys|socket|pty|shutil|ctypes|builtins)["\']',
      '__builtins__|\\bbuiltins\\.exec\\(|\\bgetattr\\(\\s{0,4}__builtins__|\\.__globals__\\b|\\.__subclasses__\\(\\)',
      '\\bimportlib\\.import_module\\(\\s{0,4}[^"\'\\s)]',
    ],
  },
  {
    name: 'code.shell',
    title: 'Shell commands from code',
    description: 'Programs started through a shell from Python, JavaScript, PHP, Ruby, Java, Go or C.',
    category: 'code',
    clues: [
      '\\bos\\.(?:system|popen|spawn[lv]p?e?|exec[lv]p?e?)\\(',
      '\\bsubprocess\\.\\w{1,20}\\([^\\n]*shell\\s?=\\s?True',
      '\\bsubprocess\\.\\w{1,20}\\([^()]*\\bshell\\s?=\\s?True|\\bcreate_subprocess_shell\\(',
      `\\b(?:subprocess\\.\\w{1,20}|spawn(?:Sync)?|execFile(?:Sync)?)\\(\\s{0,4}\\[?["'](?:/bin/)?(?:ba|z)?sh["']\\s?,\\s{0,4}\\[?["']-\\w{0,3}c["']`,
      // a command line put together, whatever the module is called
      `\\bexec(?:Sync|Async|Promise)?\\(\\s{0,4}(?:\`[\\w./-]{1,32}\\s[^\`\\n]*\\$\\{|["'][\\w./-]{1,32}\\s[^"'\\n]*["']\\s{0,4}\\+)`,
      '\\bsubprocess\\.(?:getoutput|getstatusoutput)\\(|\\bcommands\\.getoutput\\(|\\bpty\\.spawn\\(',
      '\\bchild_process\\b[^\\n]*\\.?\\bexec(?:File)?(?:Sync)?\\(',
      `${CALL}(?:execSync|execFileSync|spawnSync)\\(`,
      '\\b(?:spawn|execFile)(?:Sync)?\\([^\\n]*shell\\s?:\\s?(?:true|["\'])',
      '\\brequire\\(["\'](?:node:)?child_process["\']\\)|\\bfrom\\s["\'](?:node:)?child_process["\']',
      `${CALL}(?:shell_exec|passthru|proc_open|popen|pcntl_exec)\\(`,
      `${CALL}system\\(\\s{0,4}["'$]`,
      '\\bRuntime\\.getRuntime\\(\\)\\.exec\\(|\\bnew\\s{1,4}ProcessBuilder\\(',
      '\\bexec\\.Command(?:Context)?\\([^\\n]*"(?:/bin/)?(?:ba|z)?sh"\\s?,\\s?"-c"',
      '\\bProcess\\.Start\\(|\\bOpen3\\.(?:capture|popen)|\\bKernel\\.system\\(|\\bIO\\.popen\\(',
    ],
  },
  {
    name: 'code.deserialization',
    title: 'Unsafe deserialization',
    description:
      'Readers that can run code in what they read: pickle, yaml.load without a safe loader, and others.',
    category: 'code',
    clues: [
      '\\b(?:c?[Pp]ickle|_pickle|dill|cloudpickle|jsonpickle|pandas|pd)\\.(?:loads?|Unpickler|read_pickle|decode)\\(',
      '\\bfrom\\s(?:c?[Pp]ickle|_pickle|dill)\\simport\\b[^\\n]*\\b(?:loads?|Unpickler)\\b|\\ballow_pickle\\s?=\\s?True\\b',
      '\\bmarshal\\.loads?\\(|\\bshelve\\.open\\(|\\bjoblib\\.load\\(',
      { pattern: '\\byaml\\.load(?:_all)?\\(', accept: isUnsafeYamlLoad },
      '\\byaml\\.(?:unsafe_load|full_load|UnsafeLoader|load_documents)\\b|\\bYAML\\.(?:unsafe_load|load)\\(|\\bPsych\\.load\\(',
      `${CALL}unserialize\\(\\s{0,4}[$("']`,
      '\\bnew\\s{1,4}ObjectInputStream\\(|\\.readObject\\(\\)|\\bXMLDecoder\\(|\\bXStream\\(\\)',
      '\\bBinaryFormatter\\b|\\bNetDataContractSerializer\\b|\\bLosFormatter\\b|\\bTypeNameHandling\\.(?:All|Auto|Objects)\\b',
      '\\bMarshal\\.(?:load|restore)\\(|\\bnode-serialize\\b',
    ],
  },
  {
    name: 'code.sql_format',
    title: 'SQL built from text',
    description:
      'A statement put together with values in its text: f-strings, %, format, +, template literals.',
    category: 'code',
    clues: [
      {
        pattern:
          '(?i)(?:select|insert\\s{1,4}into|update|delete\\s{1,4}from|(?:drop|truncate|alter)\\s{1,4}table)\\s',
        accept: isBuiltFromText,
      },
    ],
  },
]
