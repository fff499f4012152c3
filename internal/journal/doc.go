// Package journal is the numbered record on disk: everything that a station writes down, in two streams, kept
// until head office has acknowledged it and for a configured time after that.
//
// Append of events returns after the commit is on disk; concurrent appends share a commit. Telemetry waits for a
// commit to ride along with, because flash wears out. Nothing disappears silently: what had to be dropped leaves a
// tombstone that is read, and sent, like a record.
//
// One process owns a journal; see package datadir. All methods of Journal are safe for concurrent use.
package journal
