// The schema of the history, as the steps that lead to it. A step that was released is never changed; new ones follow.

/** Step n brings a file from version n to n + 1 (PRAGMA user_version). */
export const migrations: readonly string[] = [
  `
  CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    goal        TEXT NOT NULL,
    flake       TEXT NOT NULL,
    revision    TEXT,
    operator    TEXT NOT NULL,
    started     TEXT NOT NULL, -- ISO 8601, UTC: sorts as it reads
    finished    TEXT,
    exit_status INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX runs_by_start ON runs (started);

  CREATE TABLE hosts (
    run              TEXT NOT NULL REFERENCES runs (id),
    host             TEXT NOT NULL,
    position         INTEGER NOT NULL, -- in the run, as the fleet orders them
    outcome          TEXT,             -- NULL: nobody saw its end
    code             TEXT,
    message          TEXT,
    system           TEXT,
    previous         TEXT,
    version          TEXT,
    previous_version TEXT,
    seconds          REAL,
    address          TEXT,
    port             INTEGER,
    user             TEXT,
    machine_id       TEXT,
    finished         TEXT,
    PRIMARY KEY (run, host)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX hosts_by_name ON hosts (host);

  CREATE TABLE phases (
    run     TEXT NOT NULL,
    host    TEXT NOT NULL,
    phase   TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (run, host, phase),
    FOREIGN KEY (run, host) REFERENCES hosts (run, host)
  ) STRICT, WITHOUT ROWID;
  `,
];
