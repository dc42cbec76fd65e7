-- Statements are separated by an empty line. What is in a released migration never changes.

CREATE TABLE episodes (
  namespace      TEXT    NOT NULL,
  id             BLOB    NOT NULL CHECK (length(id) = 16),
  external_id    TEXT,
  task_type      TEXT    NOT NULL,
  domain         TEXT    NOT NULL,
  outcome        INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3),
  reward         REAL,
  steps          INTEGER NOT NULL,
  reflections    INTEGER NOT NULL,
  started_at     INTEGER NOT NULL,
  completed_at   INTEGER,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  revision       INTEGER NOT NULL CHECK (revision > 0),
  write_id       BLOB    NOT NULL,
  digest         BLOB    NOT NULL,
  size           INTEGER NOT NULL,
  original_bytes INTEGER NOT NULL,
  tags           TEXT    NOT NULL,
  patterns       TEXT    NOT NULL,
  metadata       TEXT    NOT NULL,
  payload        BLOB    NOT NULL,
  UNIQUE (namespace, id)
) STRICT;

CREATE UNIQUE INDEX episodes_by_external_id ON episodes (namespace, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX episodes_by_time ON episodes (namespace, started_at, id);

CREATE INDEX episodes_by_task_type ON episodes (namespace, task_type, started_at, id);

CREATE INDEX episodes_by_domain ON episodes (namespace, domain, started_at, id);

-- Derived from episodes.tags, by triggers.
CREATE TABLE episode_tags (
  namespace  TEXT    NOT NULL,
  tag        TEXT    NOT NULL,
  started_at INTEGER NOT NULL,
  id         BLOB    NOT NULL,
  PRIMARY KEY (namespace, tag, started_at, id)
) STRICT, WITHOUT ROWID;

-- Derived from episodes.metadata, by triggers.
CREATE TABLE episode_metadata (
  namespace  TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  started_at INTEGER NOT NULL,
  id         BLOB    NOT NULL,
  PRIMARY KEY (namespace, key, value, started_at, id)
) STRICT, WITHOUT ROWID;

-- Derived from episodes.patterns, by triggers.
CREATE TABLE episode_patterns (
  namespace  TEXT    NOT NULL,
  pattern    BLOB    NOT NULL,
  started_at INTEGER NOT NULL,
  id         BLOB    NOT NULL,
  PRIMARY KEY (namespace, pattern, started_at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE patterns (
  namespace      TEXT    NOT NULL,
  id             BLOB    NOT NULL CHECK (length(id) = 16),
  kind           INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
  task_type      TEXT,
  domain         TEXT,
  confidence     REAL    NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  revision       INTEGER NOT NULL CHECK (revision > 0),
  write_id       BLOB    NOT NULL,
  digest         BLOB    NOT NULL,
  size           INTEGER NOT NULL,
  original_bytes INTEGER NOT NULL,
  sources        TEXT    NOT NULL,
  payload        BLOB    NOT NULL,
  UNIQUE (namespace, id)
) STRICT;

CREATE INDEX patterns_by_time ON patterns (namespace, created_at, id);

-- Derived from patterns.sources, by triggers.
CREATE TABLE pattern_sources (
  namespace  TEXT    NOT NULL,
  episode    BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  id         BLOB    NOT NULL,
  PRIMARY KEY (namespace, episode, created_at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE relationships (
  namespace  TEXT    NOT NULL,
  from_id    BLOB    NOT NULL,
  kind       INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
  to_id      BLOB    NOT NULL CHECK (to_id <> from_id),
  created_at INTEGER NOT NULL,
  metadata   TEXT    NOT NULL,
  PRIMARY KEY (namespace, from_id, kind, to_id),
  FOREIGN KEY (namespace, from_id) REFERENCES episodes (namespace, id) ON DELETE CASCADE,
  FOREIGN KEY (namespace, to_id) REFERENCES episodes (namespace, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX relationships_by_end ON relationships (namespace, to_id, from_id, kind);

-- What payloads were compressed with and cannot be read without; never deleted. The id, which
-- payloads name, is the CRC-32 of the dictionary; the content is itself in an envelope.
CREATE TABLE dictionaries (
  id         INTEGER PRIMARY KEY,
  created_at INTEGER NOT NULL,
  content    BLOB    NOT NULL
) STRICT;

CREATE TRIGGER episodes_inserted AFTER INSERT ON episodes BEGIN
  INSERT INTO episode_tags
    SELECT NEW.namespace, value, NEW.started_at, NEW.id FROM json_each(NEW.tags);
  INSERT INTO episode_metadata
    SELECT NEW.namespace, value ->> 0, value ->> 1, NEW.started_at, NEW.id FROM json_each(NEW.metadata);
  INSERT INTO episode_patterns
    SELECT NEW.namespace, unhex(value), NEW.started_at, NEW.id FROM json_each(NEW.patterns);
END;

CREATE TRIGGER episodes_updated AFTER UPDATE OF tags, metadata, patterns, started_at ON episodes
WHEN NEW.tags <> OLD.tags OR NEW.metadata <> OLD.metadata OR NEW.patterns <> OLD.patterns OR NEW.started_at <> OLD.started_at
BEGIN
  DELETE FROM episode_tags
    WHERE namespace = OLD.namespace AND started_at = OLD.started_at AND id = OLD.id
      AND tag IN (SELECT value FROM json_each(iif(json_valid(OLD.tags), OLD.tags, '[]')));
  INSERT INTO episode_tags
    SELECT NEW.namespace, value, NEW.started_at, NEW.id FROM json_each(NEW.tags);
  DELETE FROM episode_metadata
    WHERE namespace = OLD.namespace AND started_at = OLD.started_at AND id = OLD.id
      AND (key, value) IN (SELECT value ->> 0, value ->> 1 FROM json_each(iif(json_valid(OLD.metadata), OLD.metadata, '[]')));
  INSERT INTO episode_metadata
    SELECT NEW.namespace, value ->> 0, value ->> 1, NEW.started_at, NEW.id FROM json_each(NEW.metadata);
  DELETE FROM episode_patterns
    WHERE namespace = OLD.namespace AND started_at = OLD.started_at AND id = OLD.id
      AND pattern IN (SELECT unhex(value) FROM json_each(iif(json_valid(OLD.patterns), OLD.patterns, '[]')));
  INSERT INTO episode_patterns
    SELECT NEW.namespace, unhex(value), NEW.started_at, NEW.id FROM json_each(NEW.patterns);
END;

CREATE TRIGGER episodes_deleted AFTER DELETE ON episodes BEGIN
  DELETE FROM episode_tags
    WHERE namespace = OLD.namespace AND started_at = OLD.started_at AND id = OLD.id
      AND tag IN (SELECT value FROM json_each(iif(json_valid(OLD.tags), OLD.tags, '[]')));
  DELETE FROM episode_metadata
    WHERE namespace = OLD.namespace AND started_at = OLD.started_at AND id = OLD.id
      AND (key, value) IN (SELECT value ->> 0, value ->> 1 FROM json_each(iif(json_valid(OLD.metadata), OLD.metadata, '[]')));
  DELETE FROM episode_patterns
    WHERE namespace = OLD.namespace AND started_at = OLD.started_at AND id = OLD.id
      AND pattern IN (SELECT unhex(value) FROM json_each(iif(json_valid(OLD.patterns), OLD.patterns, '[]')));
  UPDATE patterns
    SET sources = iif(json_valid(sources), (SELECT json_group_array(value) FROM (
          SELECT value FROM json_each(patterns.sources) WHERE value <> lower(hex(OLD.id)) ORDER BY value)), sources),
        revision = min(revision + 1, 9223372036854775806),
        write_id = randomblob(16)
    WHERE namespace = OLD.namespace
      AND id IN (SELECT id FROM pattern_sources WHERE namespace = OLD.namespace AND episode = OLD.id);
END;

-- A list that was made malformed from outside does not say what was derived from it: the index
-- tables are searched through.
CREATE TRIGGER malformed_episodes_deleted BEFORE DELETE ON episodes
WHEN NOT (json_valid(OLD.tags) AND json_valid(OLD.metadata) AND json_valid(OLD.patterns))
BEGIN
  DELETE FROM episode_tags WHERE namespace = OLD.namespace AND id = OLD.id;
  DELETE FROM episode_metadata WHERE namespace = OLD.namespace AND id = OLD.id;
  DELETE FROM episode_patterns WHERE namespace = OLD.namespace AND id = OLD.id;
END;

CREATE TRIGGER malformed_episodes_updated BEFORE UPDATE OF tags, metadata, patterns, started_at ON episodes
WHEN NOT (json_valid(OLD.tags) AND json_valid(OLD.metadata) AND json_valid(OLD.patterns))
BEGIN
  DELETE FROM episode_tags WHERE namespace = OLD.namespace AND id = OLD.id;
  DELETE FROM episode_metadata WHERE namespace = OLD.namespace AND id = OLD.id;
  DELETE FROM episode_patterns WHERE namespace = OLD.namespace AND id = OLD.id;
END;

CREATE TRIGGER patterns_inserted AFTER INSERT ON patterns BEGIN
  INSERT INTO pattern_sources
    SELECT NEW.namespace, unhex(value), NEW.created_at, NEW.id FROM json_each(NEW.sources);
END;

CREATE TRIGGER patterns_updated AFTER UPDATE OF sources, created_at ON patterns
WHEN NEW.sources <> OLD.sources OR NEW.created_at <> OLD.created_at
BEGIN
  DELETE FROM pattern_sources
    WHERE namespace = OLD.namespace AND created_at = OLD.created_at AND id = OLD.id
      AND episode IN (SELECT unhex(value) FROM json_each(iif(json_valid(OLD.sources), OLD.sources, '[]')));
  INSERT INTO pattern_sources
    SELECT NEW.namespace, unhex(value), NEW.created_at, NEW.id FROM json_each(NEW.sources);
END;

CREATE TRIGGER patterns_deleted AFTER DELETE ON patterns BEGIN
  DELETE FROM pattern_sources
    WHERE namespace = OLD.namespace AND created_at = OLD.created_at AND id = OLD.id
      AND episode IN (SELECT unhex(value) FROM json_each(iif(json_valid(OLD.sources), OLD.sources, '[]')));
  UPDATE episodes
    SET patterns = iif(json_valid(patterns), (SELECT json_group_array(value) FROM (
          SELECT value FROM json_each(episodes.patterns) WHERE value <> lower(hex(OLD.id)) ORDER BY value)), patterns),
        revision = min(revision + 1, 9223372036854775806),
        write_id = randomblob(16)
    WHERE namespace = OLD.namespace
      AND id IN (SELECT id FROM episode_patterns WHERE namespace = OLD.namespace AND pattern = OLD.id);
END;

CREATE TRIGGER malformed_patterns_deleted BEFORE DELETE ON patterns
WHEN NOT json_valid(OLD.sources)
BEGIN
  DELETE FROM pattern_sources WHERE namespace = OLD.namespace AND id = OLD.id;
END;

CREATE TRIGGER malformed_patterns_updated BEFORE UPDATE OF sources, created_at ON patterns
WHEN NOT json_valid(OLD.sources)
BEGIN
  DELETE FROM pattern_sources WHERE namespace = OLD.namespace AND id = OLD.id;
END;
