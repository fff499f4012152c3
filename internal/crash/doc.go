// Package crash kills the programs, again and again, at instants drawn by chance while records flow, and then asks head
// office for every record that anybody was told is safe.
//
// Three promises are held to account:
//
//   - a node's: a record whose Append has returned, that was logged as written down or that was seen on its way to head
//     office is on its disk, unchanged, after any kill;
//   - head office's: what it has acknowledged is in its database when it comes back, before anybody sends anything again;
//   - both: in the end head office has everything, unchanged, once, in order, under one epoch and without a tombstone.
//
// What is killed are the agent and head office as they are built, a broker of somebody else's, and a writer: a process
// of this package on the same journal and uplink, which tells the number and a digest of each record it was told is on
// disk, and is faster than any station.
//
// go test kills a few dozen; make crash kills a thousand, with a million records.
package crash
