// Package store is head office's memory: every record of every station, how complete each journal is, and the
// latest state of each point and node. It is one SQLite database in head office's data folder.
//
// What Put returned without an error is on disk (WAL with synchronous=FULL) and stays there whenever the process
// or the machine stops; only then may a journal be acknowledged. A Put that did not return has left nothing.
// Storing the same record twice changes nothing but a counter.
//
// There is one connection that writes, so writers queue, and a few that read without waiting for it.
// All methods of Store are safe for concurrent use.
package store
