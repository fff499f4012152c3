-- Records are kept as the batches they came in, compressed; everything that is found by time, type or source is a view
-- that is filled from them afterwards and can be made anew.

-- +goose Up
-- What 00001 stored: the program packs it into batches when it opens the database, and drops the table then.
ALTER TABLE records RENAME TO loose;

-- A batch as it is on the wire, or what was new of one. No two of an epoch overlap in first to last.
-- id is the order of arrival.
CREATE TABLE batches (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	epoch    INTEGER NOT NULL REFERENCES epochs (id),
	first    INTEGER NOT NULL, -- seq of the first record
	last     INTEGER NOT NULL, -- seq of the last record
	count    INTEGER NOT NULL, -- records held; fewer than last-first+1 when there are holes
	received INTEGER NOT NULL,
	payload  BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX batches_range ON batches (epoch, first);

ALTER TABLE epochs ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0; -- seqs that belong to an earlier epoch: not lost
ALTER TABLE epochs ADD COLUMN mark TEXT NOT NULL DEFAULT '';      -- of the record at through; '' when there is none
ALTER TABLE epochs ADD COLUMN received INTEGER;                   -- when the latest record was stored
UPDATE epochs SET received = (SELECT last_record FROM nodes WHERE nodes.id = epochs.node) WHERE stored > 0;
ALTER TABLE nodes DROP COLUMN last_record;

-- What is known above through: ranges of records and tombstones that do not touch one another.
CREATE TABLE islands (
	epoch INTEGER NOT NULL REFERENCES epochs (id),
	first INTEGER NOT NULL,
	last  INTEGER NOT NULL,
	PRIMARY KEY (epoch, first)
) STRICT, WITHOUT ROWID;

-- Batches that the views below do not hold yet. The lowest urgency comes first.
CREATE TABLE pending (
	batch   INTEGER PRIMARY KEY,
	urgency INTEGER NOT NULL,
	count   INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_urgency ON pending (urgency, batch);

-- The events of a station in order of when they happened, whichever node and epoch they came from.
DROP TABLE happened;
CREATE TABLE happened (
	station INTEGER NOT NULL,
	placed  INTEGER NOT NULL,
	epoch   INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	type    TEXT    NOT NULL,
	PRIMARY KEY (station, placed, epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX happened_type ON happened (station, type, placed, epoch, seq);
DELETE FROM measurements; -- filled anew

-- Boots of nodes' machines, and what their clocks have said: between the two ends of an anchor wall time and time
-- since boot ran alike.
CREATE TABLE boots (
	id   INTEGER PRIMARY KEY,
	node INTEGER NOT NULL REFERENCES nodes (id),
	name TEXT    NOT NULL,
	UNIQUE (node, name)
) STRICT;
CREATE TABLE anchors (
	boot       INTEGER NOT NULL REFERENCES boots (id),
	first_mono INTEGER NOT NULL, -- nanoseconds since boot
	first_time INTEGER NOT NULL,
	last_mono  INTEGER NOT NULL,
	last_time  INTEGER NOT NULL,
	PRIMARY KEY (boot, first_mono)
) STRICT, WITHOUT ROWID;

-- Records whose own time is not believed, and where they were placed instead.
CREATE TABLE placements (
	epoch  INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	boot   INTEGER NOT NULL REFERENCES boots (id),
	mono   INTEGER NOT NULL,
	placed INTEGER NOT NULL,
	how    TEXT    NOT NULL,
	PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX placements_boot ON placements (boot, epoch, seq);

-- Ranges in which records are to be placed again: first falling from high to low and beyond, as far as that moves
-- records, then rising in the same way.
CREATE TABLE replacing (
	epoch  INTEGER PRIMARY KEY REFERENCES epochs (id),
	low    INTEGER NOT NULL,
	high   INTEGER NOT NULL,
	rising INTEGER NOT NULL,
	seq    INTEGER NOT NULL -- the record placed last
) STRICT;
