import type { CaseTable } from './case.js'

export const CODE_CASES: CaseTable = {
  'code.eval': {
    finds: [
      'eval(userInput)',
      'const f = new Function("return 1")',
      "setTimeout('run()', 10)",
      'x = eval("2+2")',
      'window.eval(code)',
      'vm.runInNewContext(src)',
    ],
    ignores: [
      'model.eval()',
      'ast.literal_eval(x)',
      'we eval (evaluate) this',
      'setTimeout(() => run(), 10)',
      'retrieval(x)',
      'eval()',
    ],
  },
  'code.exec': {
    finds: [
      'exec(code)',
      'exec(open("x").read())',
      "__import__('os').system('id')",
      'compile(src, "<s>", "exec")',
      '().__class__.__bases__[0].__subclasses__()',
    ],
    ignores: [
      'pattern.exec(text)',
      'await db.exec(sql)',
      'the exec (chief) said',
      'exec()',
      '__import__("json")',
    ],
  },
  'code.shell': {
    finds: [
      'os.system("rm x")',
      'subprocess.run(cmd, shell=True)',
      "require('child_process')",
      'execSync(`ls ${dir}`)',
      'Runtime.getRuntime().exec(cmd)',
      'shell_exec($cmd)',
      'exec.Command("sh", "-c", cmd)',
      'spawn("x", { shell: true })',
    ],
    ignores: [
      'subprocess.run(["ls", "-l"])',
      'the operating system (OS)',
      'os.path.join(a, b)',
      'spawn("ls", ["-l"])',
      'ecosystem("x")',
      'a shell company',
    ],
  },
  'code.deserialization': {
    finds: [
      'pickle.loads(data)',
      'yaml.load(f)',
      'yaml.load(f, Loader=yaml.Loader)',
      'yaml.unsafe_load(x)',
      'unserialize($_GET["x"])',
      'new ObjectInputStream(in)',
      'Marshal.load(x)',
      'pd.read_pickle(p)',
    ],
    ignores: [
      'yaml.safe_load(f)',
      'yaml.load(f, Loader=yaml.SafeLoader)',
      'json.loads(data)',
      'a jar of pickles',
      'yaml.load(f, Loader=CSafeLoader)',
      'unserialized state',
    ],
  },
  'code.sql_format': {
    finds: [
      'cur.execute(f"SELECT * FROM users WHERE id = {user_id}")',
      'query = "SELECT * FROM t WHERE name = \'" + name',
      'cur.execute("DELETE FROM t WHERE id = %s" % id)',
      '"SELECT * FROM {} WHERE id = 1".format(t)',
      'db.query(`SELECT * FROM t WHERE id = ${id}`)',
      'String.format("SELECT * FROM t WHERE id = %d", id)',
    ],
    ignores: [
      'cur.execute("SELECT * FROM t WHERE id = %s", (id,))',
      'sql`SELECT * FROM t WHERE id = ${id}`',
      '"select a seat" + name',
      "db.query('SELECT * FROM t WHERE id = ?', [id])",
      'f"Hello {name}"',
      '`select one` and ${x}',
    ],
  },
}
