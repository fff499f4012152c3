-- What head office asks of nodes, and what came of it; who is inside; what stands until a record says otherwise.

-- +goose Up
-- The documents that head office wants a node to go by: every version there ever was.
CREATE TABLE desired (
	id        INTEGER PRIMARY KEY,
	node      INTEGER NOT NULL REFERENCES nodes (id),
	version   INTEGER NOT NULL,
	issued    INTEGER NOT NULL,
	by        TEXT    NOT NULL,
	documents TEXT    NOT NULL, -- a JSON object: documents by name
	UNIQUE (node, version)
) STRICT;

-- What each node has said last that it goes by, as it spelled it.
CREATE TABLE reported (
	node     INTEGER PRIMARY KEY REFERENCES nodes (id),
	payload  TEXT    NOT NULL,
	received INTEGER NOT NULL
) STRICT;

-- Commands, in order of being given.
CREATE TABLE commands (
	number    INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT    NOT NULL UNIQUE,
	node      INTEGER NOT NULL REFERENCES nodes (id),
	verb      TEXT    NOT NULL,
	point     TEXT    NOT NULL,
	arguments TEXT    NOT NULL, -- a JSON object; '' when there is none
	by        TEXT    NOT NULL,
	issued    INTEGER NOT NULL,
	expires   INTEGER NOT NULL,
	sent      INTEGER NOT NULL DEFAULT 0,  -- how often the broker has taken it
	last_sent INTEGER,
	outcome   TEXT    NOT NULL DEFAULT '', -- '' until one is known
	reason    TEXT    NOT NULL DEFAULT '',
	decided   INTEGER,                     -- when, as who told says
	told      TEXT    NOT NULL DEFAULT ''  -- 'office', 'result' or 'journal', each surer than the one before
) STRICT;
CREATE INDEX commands_node ON commands (node, number);
CREATE INDEX commands_open ON commands (number) WHERE outcome = '';

-- The register: who was inside, from when to when. A visit whose entry or end is not known yet has none.
CREATE TABLE visits (
	node          INTEGER NOT NULL REFERENCES nodes (id),
	visit         TEXT    NOT NULL,
	station       INTEGER NOT NULL REFERENCES stations (id),
	area          TEXT    NOT NULL,
	person        TEXT    NOT NULL,
	name          TEXT    NOT NULL,
	card          TEXT    NOT NULL,
	visitor       INTEGER NOT NULL,
	purpose       TEXT    NOT NULL,
	since         INTEGER NOT NULL, -- entered or, while that is not indexed, when it was by what the end says
	entered_door  TEXT,
	entered_epoch INTEGER,
	entered_seq   INTEGER,
	ended         INTEGER,
	ended_door    TEXT,
	ended_epoch   INTEGER,
	ended_seq     INTEGER,
	how           TEXT    NOT NULL DEFAULT '',
	inside        REAL    NOT NULL DEFAULT 0, -- seconds, as the node counted them
	PRIMARY KEY (node, visit)
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_station ON visits (station, since);
CREATE INDEX visits_open ON visits (station, since) WHERE ended IS NULL;
CREATE INDEX visits_person ON visits (node, person, area, entered_epoch, entered_seq);
CREATE INDEX visits_entered ON visits (entered_epoch, entered_seq);
CREATE INDEX visits_ended ON visits (ended_epoch, ended_seq);

-- The latest record of each thing that stands until another says otherwise: a door's mode, maintenance, configuration.
CREATE TABLE standing (
	node  INTEGER NOT NULL REFERENCES nodes (id),
	topic TEXT    NOT NULL, -- what it is about: see topicOf
	epoch INTEGER NOT NULL,
	seq   INTEGER NOT NULL,
	PRIMARY KEY (node, topic)
) STRICT, WITHOUT ROWID;

-- The latest record that says that an alarm stays raised although it comes and goes.
ALTER TABLE alarms ADD COLUMN repeated_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alarms ADD COLUMN repeated_seq INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE alarms DROP COLUMN repeated_seq;
ALTER TABLE alarms DROP COLUMN repeated_epoch;
DROP TABLE standing;
DROP TABLE visits;
DROP TABLE commands;
DROP TABLE reported;
DROP TABLE desired;
