-- The history index, format 4. docs/history-index.md describes it.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- People as the mailmap knows them, and as commits name them.
CREATE TABLE identity (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    name NOT NULL,
    email NOT NULL
);
CREATE TABLE person (
    number INTEGER PRIMARY KEY,
    name NOT NULL,
    email NOT NULL,
    identity INTEGER NOT NULL REFERENCES identity,
    UNIQUE (name, email)
);

-- Files, and the directories that hold them. The root is the empty path.
CREATE TABLE path (
    number INTEGER PRIMARY KEY,
    path NOT NULL UNIQUE
);

-- Parents have lower numbers than their children.
CREATE TABLE revision (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    author INTEGER NOT NULL REFERENCES person,
    authored INTEGER NOT NULL,
    authored_zone INTEGER NOT NULL,
    committer INTEGER NOT NULL REFERENCES person,
    committed INTEGER NOT NULL,
    committed_zone INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- The object for want of which it could not be read.
    lacks BLOB,
    is_merge INTEGER NOT NULL,
    is_fix INTEGER NOT NULL,
    is_revert INTEGER NOT NULL,
    type TEXT,
    subject_key INTEGER NOT NULL,
    quoted_key INTEGER
);
CREATE INDEX lacking ON revision (lacks) WHERE lacks IS NOT NULL;
CREATE TABLE parent (
    revision INTEGER NOT NULL REFERENCES revision,
    position INTEGER NOT NULL,
    parent INTEGER NOT NULL REFERENCES revision,
    PRIMARY KEY (revision, position)
) WITHOUT ROWID;
CREATE INDEX parent_of_many ON parent (revision) WHERE position >= 2;
-- From a commit to what came after it, such as the tags that contain it.
CREATE INDEX child ON parent (parent);

CREATE TABLE change (
    path INTEGER NOT NULL REFERENCES path,
    revision INTEGER NOT NULL REFERENCES revision,
    kind TEXT NOT NULL,
    similarity INTEGER,
    old_path INTEGER REFERENCES path,
    old_mode INTEGER,
    old_id BLOB,
    old_bytes INTEGER,
    old_lines INTEGER,
    new_mode INTEGER,
    new_id BLOB,
    new_bytes INTEGER,
    new_lines INTEGER,
    content TEXT NOT NULL,
    added INTEGER,
    deleted INTEGER,
    places INTEGER,
    hunks BLOB,
    makeup BLOB,
    -- Of all the others.
    sum INTEGER NOT NULL,
    PRIMARY KEY (path, revision)
) WITHOUT ROWID;
CREATE INDEX change_of_revision ON change (revision);
CREATE INDEX change_missing ON change (revision) WHERE content = 'missing';

-- Files of a merge that differ from every parent.
CREATE TABLE merged_file (
    revision INTEGER NOT NULL REFERENCES revision,
    path INTEGER NOT NULL REFERENCES path,
    PRIMARY KEY (revision, path)
) WITHOUT ROWID;

CREATE TABLE reference (
    revision INTEGER NOT NULL REFERENCES revision,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (revision, kind, target)
) WITHOUT ROWID;
CREATE TABLE trailer (
    revision INTEGER NOT NULL REFERENCES revision,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    person INTEGER REFERENCES person,
    PRIMARY KEY (revision, position)
) WITHOUT ROWID;

CREATE TABLE tag (
    name NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL REFERENCES revision
) WITHOUT ROWID;

-- The same facts as columns with checksums: what the program itself reads.
CREATE TABLE chunk (
    number INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

-- For people and scripts.
CREATE VIEW authors AS
    SELECT identity.name, identity.email,
        count(*) AS commits,
        sum(revision.is_fix) AS fixes,
        sum(revision.is_revert) AS reverts,
        datetime(min(revision.authored), 'unixepoch') AS first_commit,
        datetime(max(revision.authored), 'unixepoch') AS last_commit
    FROM revision
    JOIN person ON person.number = revision.author
    JOIN identity ON identity.number = person.identity
    GROUP BY identity.number;

CREATE VIEW commits AS
    SELECT lower(hex(revision.id)) AS id,
        author.name AS author, author.email AS author_email,
        datetime(authored + 60 * authored_zone, 'unixepoch') AS authored,
        printf('%s%02d:%02d', iif(authored_zone < 0, '-', '+'),
            abs(authored_zone) / 60, abs(authored_zone) % 60) AS author_zone,
        committer.name AS committer, committer.email AS committer_email,
        datetime(committed, 'unixepoch') AS committed_utc,
        state, is_merge, is_fix, is_revert, type,
        (SELECT group_concat(lower(hex(before.id)), ' ') FROM parent
            JOIN revision AS before ON before.number = parent.parent
            WHERE parent.revision = revision.number) AS parents,
        (SELECT count(*) FROM change WHERE change.revision = revision.number) AS files,
        (SELECT sum(added) FROM change WHERE change.revision = revision.number) AS added,
        (SELECT sum(deleted) FROM change WHERE change.revision = revision.number) AS deleted
    FROM revision
    JOIN person AS author_person ON author_person.number = revision.author
    JOIN identity AS author ON author.number = author_person.identity
    JOIN person AS committer_person ON committer_person.number = revision.committer
    JOIN identity AS committer ON committer.number = committer_person.identity;

CREATE VIEW file_changes AS
    SELECT lower(hex(revision.id)) AS commit_id, kind, path.path AS path, old.path AS old_path,
        author.name AS author, author.email AS author_email, is_fix, is_revert,
        added, deleted, places, content, old_lines, new_lines, old_bytes, new_bytes,
        lower(hex(old_id)) AS old_blob, lower(hex(new_id)) AS new_blob,
        printf('%06o', old_mode) AS old_mode, printf('%06o', new_mode) AS new_mode,
        datetime(committed, 'unixepoch') AS committed_utc
    FROM change
    JOIN revision ON revision.number = change.revision
    JOIN person ON person.number = revision.author
    JOIN identity AS author ON author.number = person.identity
    JOIN path ON path.number = change.path
    LEFT JOIN path AS old ON old.number = change.old_path;

CREATE VIEW file_history AS
    SELECT path.path AS path,
        count(*) AS changes,
        count(DISTINCT person.identity) AS authors,
        sum(revision.is_fix) AS fixes,
        sum(revision.is_revert) AS reverts,
        sum(change.added) AS added,
        sum(change.deleted) AS deleted,
        datetime(min(revision.committed), 'unixepoch') AS first_change_utc,
        datetime(max(revision.committed), 'unixepoch') AS last_change_utc
    FROM change
    JOIN revision ON revision.number = change.revision
    JOIN person ON person.number = revision.author
    JOIN path ON path.number = change.path
    GROUP BY change.path;
