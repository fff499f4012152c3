// Package journal is the numbered record on disk: everything that a station writes down, in two streams, kept
// until head office has acknowledged it and for a configured time after that.
//
// Append of events returns after the commit is on disk; concurrent appends share a commit. Telemetry waits for a
// commit to ride along with, because flash wears out. Nothing disappears silently: what had to be dropped leaves a
// tombstone that is read, and sent, like a record.
//
// Where to find what: a commit and what may go wrong in it is in commit.go, and the goroutine that makes them in
// writer.go; how records are packed in group.go, where groups stand in the file in file.go and shelf.go, and how few
// pages a commit writes in settle.go and ground.go. What is given up when room is short is in trim.go, thin.go and
// reserve.go; how the file gets smaller in shrink.go; what happens to a damaged one in structure.go, salvage.go and
// replace.go; the comparison with head office's history in confirm.go.
//
// One process owns a journal; see package datadir. All methods of Journal are safe for concurrent use.
package journal
