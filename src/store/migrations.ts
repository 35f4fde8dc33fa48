/** The schema, as steps forward. A step that has been released is never edited. @module */

/** `migrations[n]` takes a database from version n to n + 1 (`PRAGMA user_version`). Instants are Unix milliseconds. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE workflows (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    org TEXT NOT NULL,
    tenant TEXT NOT NULL,
    client TEXT NOT NULL,
    user TEXT,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    metadata TEXT NOT NULL,
    trace_id TEXT,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    total_steps INTEGER,
    step_count INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_usd REAL NOT NULL,
    approvals_granted INTEGER NOT NULL,
    pending_step TEXT
  );
  CREATE INDEX workflows_by_tenant ON workflows (org, tenant, key);
  CREATE INDEX workflows_by_trace ON workflows (org, tenant, trace_id, key) WHERE trace_id IS NOT NULL;
  CREATE INDEX workflows_running ON workflows (org, tenant) WHERE status = 'in_progress';

  -- Rows are in the order of their first gates, so that steps of many workflows gated together share a page.
  CREATE TABLE steps (
    checkpoint INTEGER PRIMARY KEY,
    workflow_key INTEGER NOT NULL,
    step_id TEXT NOT NULL,
    step_index INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    type TEXT NOT NULL,
    decision TEXT NOT NULL,
    decision_seq INTEGER NOT NULL,
    content_digest TEXT,
    idempotency_key TEXT NOT NULL,
    gate_count INTEGER NOT NULL DEFAULT 1,
    first_gate_at INTEGER NOT NULL,
    last_gate_at INTEGER NOT NULL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    cost_usd REAL,
    approval_status TEXT,
    approval_expires_at INTEGER,
    approval TEXT,
    completion_count INTEGER NOT NULL DEFAULT 0,
    completed_at INTEGER,
    output_seq INTEGER,
    resume_count INTEGER NOT NULL DEFAULT 0,
    last_resumed_at INTEGER
  );
  CREATE UNIQUE INDEX steps_by_id ON steps (workflow_key, step_id);
  CREATE INDEX steps_held ON steps (approval_status, approval_expires_at) WHERE approval_status IS NOT NULL;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    workflow_key INTEGER NOT NULL,
    step_id TEXT,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
  );
  -- A step's first gate is found by its checkpoint number, so the commonest event costs no second index page.
  CREATE INDEX events_by_workflow ON events (workflow_key) WHERE type <> 'step_gated';
  CREATE VIEW timeline AS
    SELECT workflow_key, seq, step_id, type, at, body FROM events WHERE type <> 'step_gated'
    UNION ALL
    SELECT s.workflow_key, e.seq, e.step_id, e.type, e.at, e.body FROM steps s JOIN events e ON e.seq = s.checkpoint;

  CREATE TABLE revisions (
    id TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    first_used_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- What an event is about beside a workflow: 'plan:<id>', 'agent:<id>', 'review:<id>'. Those of no workflow have workflow_key 0.
  ALTER TABLE events ADD COLUMN subject TEXT;
  CREATE INDEX events_by_subject ON events (subject, seq) WHERE subject IS NOT NULL;

  -- The steps of a workflow that wait for a person; any hold by its id; the workflows that say which plan they run.
  CREATE INDEX steps_waiting ON steps (workflow_key, step_index) WHERE approval_status = 'pending';
  CREATE INDEX steps_by_approval ON steps (approval ->> '$.id') WHERE approval IS NOT NULL;
  CREATE INDEX workflows_by_plan ON workflows (org, tenant, metadata ->> '$.plan_id', key)
    WHERE metadata ->> '$.plan_id' IS NOT NULL;

  CREATE TABLE plans (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    org TEXT NOT NULL,
    tenant TEXT NOT NULL,
    row_version INTEGER NOT NULL,
    status TEXT NOT NULL,
    domain TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    workflow_key INTEGER,
    -- The plan whole, as JSON.
    body TEXT NOT NULL
  );
  CREATE INDEX plans_by_tenant ON plans (org, tenant, key);
  -- The lists of runs filter by what stands in these, so that they read no row which they do not show.
  CREATE INDEX plans_by_start ON plans (org, tenant, created_at, key, status, workflow_key);
  CREATE INDEX plans_by_query ON plans (org, tenant, substr(body ->> '$.query', 1, 100), created_at, key);
  CREATE INDEX workflows_by_start ON workflows (org, tenant, created_at, key, status, name);
  CREATE INDEX steps_blocked ON steps (workflow_key) WHERE decision = 'block';
  CREATE UNIQUE INDEX plans_by_workflow ON plans (workflow_key) WHERE workflow_key IS NOT NULL;
  CREATE INDEX plans_open ON plans (status, expires_at) WHERE status IN ('pending', 'executing');

  CREATE TABLE plan_versions (
    plan_key INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plan_key, version)
  ) WITHOUT ROWID;

  -- How far the steps of executing plans are.
  CREATE TABLE step_runs (
    plan_key INTEGER NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plan_key, position)
  ) WITHOUT ROWID;

  CREATE TABLE agents (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    org TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    body TEXT NOT NULL
  );
  CREATE UNIQUE INDEX agents_by_name ON agents (org, tenant, domain, name) WHERE deleted = 0;
  CREATE TABLE agent_versions (
    agent_key INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (agent_key, version)
  ) WITHOUT ROWID;

  CREATE TABLE reviews (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    org TEXT NOT NULL,
    tenant TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    severity TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_at INTEGER,
    body TEXT NOT NULL
  );
  CREATE INDEX reviews_by_tenant ON reviews (org, tenant, status);
  CREATE INDEX reviews_pending ON reviews (status, expires_at) WHERE status = 'pending';

  CREATE TABLE forgotten_executions (
    org TEXT NOT NULL,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (org, tenant, id)
  ) WITHOUT ROWID;
  `,
  `
  -- Of a decision: the body of the gate's request as it came, which events.body then does without.
  ALTER TABLE events ADD COLUMN asked BLOB;
  `,
  `
  -- A workflow's row tells its totals up to this event; first gates after it are only in steps.
  ALTER TABLE workflows ADD COLUMN told_to INTEGER NOT NULL DEFAULT 0;
  -- One row: up to this event all workflows' rows tell theirs.
  CREATE TABLE totals (told_to INTEGER NOT NULL);
  INSERT INTO totals SELECT coalesce(max(seq), 0) FROM events;
  `,
  `
  -- 0: not in the index yet, which steps with a checkpoint up to totals.filed_to all are. Who searches by it says "filed = 1".
  ALTER TABLE steps ADD COLUMN filed INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE totals ADD COLUMN filed_to INTEGER NOT NULL DEFAULT 0;
  UPDATE totals SET filed_to = (SELECT coalesce(max(seq), 0) FROM events);
  DROP INDEX steps_by_id;
  CREATE UNIQUE INDEX steps_by_id ON steps (workflow_key, step_id) WHERE filed = 1;
  -- Those that wait or waited for a person, whether filed or not.
  DROP INDEX steps_waiting;
  CREATE INDEX steps_once_held ON steps (workflow_key, step_index) WHERE approval_status IS NOT NULL;
  DROP VIEW timeline;
  CREATE VIEW timeline AS
    SELECT workflow_key, seq, step_id, type, at, body FROM events WHERE type <> 'step_gated'
    UNION ALL
    SELECT s.workflow_key, e.seq, e.step_id, e.type, e.at, e.body FROM steps s JOIN events e ON e.seq = s.checkpoint
      WHERE s.filed = 1;
  `,
  `
  -- First gates of one commit that need no more than this: what events tells of the others. 'gates' is JSON, an element for each
  -- gate, in the order of their event numbers: [start, body bytes, asked bytes (of content), at, workflow_key, step_id,
  -- step_index, type, decision, idempotency_key, tokens_in, tokens_out, cost_usd]. 'content' is their bodies and requests.
  CREATE TABLE gate_groups (
    first_seq INTEGER PRIMARY KEY,
    gates TEXT NOT NULL,
    content BLOB NOT NULL
  );
  -- The same as rows.
  CREATE VIEW grouped_gates AS
    SELECT g.first_seq + j.key AS seq, j.value ->> 4 AS workflow_key, j.value ->> 5 AS step_id, j.value ->> 3 AS at,
      CAST(substr(g.content, 1 + (j.value ->> 0), j.value ->> 1) AS TEXT) AS body,
      CASE WHEN j.value ->> 2 > 0 THEN substr(g.content, 1 + (j.value ->> 0) + (j.value ->> 1), j.value ->> 2) END AS asked
    FROM gate_groups g, json_each(g.gates) j;

  -- Rows of their steps are written later: those up to totals.filed_to have been. So no row waits for its index any more.
  DROP VIEW timeline;
  UPDATE totals SET filed_to = (SELECT coalesce(max(seq), 0) FROM events);
  DROP INDEX steps_by_id;
  ALTER TABLE steps DROP COLUMN filed;
  CREATE UNIQUE INDEX steps_by_id ON steps (workflow_key, step_id);
  CREATE VIEW timeline AS
    SELECT workflow_key, seq, step_id, type, at, body, subject FROM events WHERE type <> 'step_gated'
    UNION ALL
    SELECT s.workflow_key, s.checkpoint, s.step_id, 'step_gated', s.first_gate_at, coalesce(e.body, CAST(substr(g.content,
        1 + (g.gates ->> ('$[' || (s.checkpoint - g.first_seq) || '][0]')),
        g.gates ->> ('$[' || (s.checkpoint - g.first_seq) || '][1]')) AS TEXT)), e.subject
      FROM steps s LEFT JOIN events e ON e.seq = s.checkpoint
      LEFT JOIN gate_groups g ON e.seq IS NULL
        AND g.first_seq = (SELECT max(first_seq) FROM gate_groups WHERE first_seq <= s.checkpoint);
  `,
]
