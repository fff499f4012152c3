// Package store is head office's memory: every record of every station, how complete each journal is, and the
// latest state of each point and node. It is one SQLite database in head office's data folder.
//
// What Put returned without an error is on disk (WAL with synchronous=FULL) and stays there whenever the process
// or the machine stops; only then may a journal be acknowledged. A Put that did not return has left nothing.
// Storing the same record twice changes nothing but a counter.
//
// Put stores batches as the bytes they came as, so that its cost is that of writing them: two rows a batch, whatever is
// stored already and in whatever order it arrives. Records reads them back. They have to be readable by
// record.DecodeBatch for as long as the database is kept.
//
// What is found by time, type or source (Latest, OpenAlarms, Visits, Standing, History) comes from views. Index fills them from the
// batches in small steps: events that have just happened first, and a backlog when there is time. Which batches they
// lack is in the database too, so that a restart continues; Rebuild makes them anew.
//
// A record is placed in time by its own clock when that is believed, else by another record of the same boot, else
// between its neighbours; see Placement. The order of a stream is that of seq, whatever the clocks say.
//
// What head office asks of nodes, documents and commands, is kept here too, each with who asked and when: Desire and
// Command. What came of it is what nodes say at once, and in the end what their journals say.
//
// There is one connection that writes, so writers queue, and a few that read without waiting for it.
// All methods of Store are safe for concurrent use.
package store
