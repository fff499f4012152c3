-- Times are whole milliseconds since 1970 in UTC.

-- +goose Up
CREATE TABLE stations (
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE nodes (
	id          INTEGER PRIMARY KEY,
	station     INTEGER NOT NULL REFERENCES stations (id),
	name        TEXT    NOT NULL,
	online      INTEGER NOT NULL DEFAULT 0,
	since       INTEGER,           -- when that presence began; NULL until one is heard
	online_said INTEGER,           -- since of the last online message, as the node said it
	heard       INTEGER,           -- when head office received the last presence
	last_record INTEGER,           -- when head office stored the latest record
	UNIQUE (station, name)
) STRICT;

-- One numbered sequence of one journal. id is the order of arrival.
CREATE TABLE epochs (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	node       INTEGER NOT NULL REFERENCES nodes (id),
	stream     TEXT    NOT NULL,
	epoch      TEXT    NOT NULL,
	arrived    INTEGER NOT NULL,
	through    INTEGER NOT NULL DEFAULT 0, -- nothing up to here is missing
	highest    INTEGER NOT NULL DEFAULT 0, -- highest seq of a record or a tombstone
	stored     INTEGER NOT NULL DEFAULT 0, -- records held
	lost       INTEGER NOT NULL DEFAULT 0, -- seqs for which there is a tombstone and no record
	duplicates INTEGER NOT NULL DEFAULT 0, -- records delivered again
	UNIQUE (node, stream, epoch)
) STRICT;

-- The epoch of each stream that delivered last: the one whose acknowledgement the node waits for.
CREATE TABLE live (
	node   INTEGER NOT NULL REFERENCES nodes (id),
	stream TEXT    NOT NULL,
	epoch  INTEGER NOT NULL REFERENCES epochs (id),
	PRIMARY KEY (node, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
	epoch    INTEGER NOT NULL REFERENCES epochs (id),
	seq      INTEGER NOT NULL,
	type     TEXT    NOT NULL,
	source   TEXT    NOT NULL,
	time     INTEGER NOT NULL,
	clock    TEXT    NOT NULL,
	boot     TEXT    NOT NULL,
	mono     INTEGER NOT NULL,
	data     BLOB    NOT NULL, -- compact JSON
	received INTEGER NOT NULL,
	PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- Tombstones. The ranges of an epoch never overlap.
CREATE TABLE lost (
	epoch    INTEGER NOT NULL REFERENCES epochs (id),
	first    INTEGER NOT NULL,
	last     INTEGER NOT NULL,
	reason   TEXT    NOT NULL,
	received INTEGER NOT NULL,
	PRIMARY KEY (epoch, first)
) STRICT, WITHOUT ROWID;

-- The events of a station in order of arrival, whichever node and epoch they came from.
CREATE TABLE happened (
	arrival INTEGER PRIMARY KEY,
	station INTEGER NOT NULL,
	type    TEXT    NOT NULL,
	epoch   INTEGER NOT NULL,
	seq     INTEGER NOT NULL
) STRICT;
CREATE INDEX happened_station ON happened (station, arrival);
CREATE INDEX happened_type ON happened (station, type, arrival);

-- The latest raising or clearing of each rule at each source.
CREATE TABLE alarms (
	node   INTEGER NOT NULL REFERENCES nodes (id),
	source TEXT    NOT NULL,
	rule   TEXT    NOT NULL,
	open   INTEGER NOT NULL,
	epoch  INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	PRIMARY KEY (node, source, rule)
) STRICT, WITHOUT ROWID;

-- Numeric measurements in order of time, for charts.
CREATE TABLE sources (
	id   INTEGER PRIMARY KEY,
	node INTEGER NOT NULL REFERENCES nodes (id),
	name TEXT    NOT NULL,
	UNIQUE (node, name)
) STRICT;
CREATE TABLE measurements (
	source INTEGER NOT NULL,
	time   INTEGER NOT NULL,
	epoch  INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	value  REAL    NOT NULL,
	PRIMARY KEY (source, time, epoch, seq)
) STRICT, WITHOUT ROWID;

-- The retained state of each point, as its node last spelled it.
CREATE TABLE points (
	node     INTEGER NOT NULL REFERENCES nodes (id),
	name     TEXT    NOT NULL,
	state    BLOB    NOT NULL,
	received INTEGER NOT NULL,
	PRIMARY KEY (node, name)
) STRICT, WITHOUT ROWID;

-- Messages that were refused, kept for inspection. The same message from the same topic is kept once.
CREATE TABLE aside (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	digest  BLOB    NOT NULL UNIQUE,
	first   INTEGER NOT NULL,
	last    INTEGER NOT NULL,
	times   INTEGER NOT NULL,
	topic   TEXT    NOT NULL,
	reason  TEXT    NOT NULL,
	size    INTEGER NOT NULL,
	payload BLOB    NOT NULL
) STRICT;
CREATE TABLE aside_totals (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	kept    INTEGER NOT NULL,
	bytes   INTEGER NOT NULL,
	dropped INTEGER NOT NULL
) STRICT;
INSERT INTO aside_totals VALUES (1, 0, 0, 0);

-- +goose Down
DROP TABLE aside_totals;
DROP TABLE aside;
DROP TABLE points;
DROP TABLE measurements;
DROP TABLE sources;
DROP TABLE alarms;
DROP TABLE happened;
DROP TABLE lost;
DROP TABLE records;
DROP TABLE live;
DROP TABLE epochs;
DROP TABLE nodes;
DROP TABLE stations;
