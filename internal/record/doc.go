// Package record is what a station writes down and how it is spelled on the wire: the record and its
// identity, the two streams, the batch that carries records to head office, the acknowledgement that comes
// back, the retained state of a point, and the topics all of these travel on.
//
// A record is identified by (station, node, epoch, stream, seq). The epoch is a UUID made together with the
// journal file; seq counts from 1 without gaps within an epoch and a stream. Order is seq, never time.
//
// The package has no I/O and imports nothing else of this module. Every parser accepts what it does not know
// (members are added over the years) and refuses what it cannot trust, naming what was wrong.
package record
