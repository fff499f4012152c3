package store

import (
	"time"

	"stationkeeper/internal/record"
)

// NodeKey names one node of one station.
type NodeKey struct {
	Station string
	Node    string
}

// Node is what head office knows of one node.
type Node struct {
	ID string
	// Online is the last presence heard; Since is when that presence began.
	Online bool
	Since  time.Time
	// LastRecord is the time at which head office stored this node's latest record; zero if none.
	LastRecord time.Time
}

// Station is a station and its nodes, in order of their names.
type Station struct {
	ID    string
	Nodes []Node
}

// Point is the latest state of one point of a station.
type Point struct {
	Node  string
	Point string
	record.State
}

// Record is a record as head office holds it.
type Record struct {
	Station string
	Node    string
	Epoch   string
	Stream  record.Stream
	// Received is when head office stored it.
	Received time.Time
	record.Record
}

// Delivery is one batch as it arrived, its sender taken from the topic.
type Delivery struct {
	From  NodeKey
	Batch record.Batch
}

// Receipt is what became of one delivery. Exactly one of the two cases holds: Refused is nil and Ack is to be
// sent, or Refused says why nothing of the delivery was stored.
type Receipt struct {
	Ack record.Ack
	// New holds the records stored now for the first time; Duplicates counts those held already, unchanged. Of both
	// there may be none: a batch can consist of tombstones.
	New        []Record
	Duplicates int
	Refused    error
}

// Query selects records of one stream of one node, or of all nodes of a station when Node is empty. Empty Stream
// means events.
type Query struct {
	Station, Node string
	Stream        record.Stream
	// After is where the last page ended: a cursor from Page.Next, or in decimal a seq of the newest epoch of the
	// one node. Empty means from the beginning.
	After string
	// Limit is the largest number of records wanted, 1 to MaxLimit.
	Limit int
}

// MaxLimit bounds one page of records.
const MaxLimit = 1000

// Page is one page of records, in order of arrival of epochs, then of seq.
type Page struct {
	Records []Record
	// Next continues after this page, also when nothing more is there yet.
	Next string
}

// Sample is one measured value of a point.
type Sample struct {
	Time  time.Time
	Value float64
}

// Progress is how complete one stream of one epoch of a node is.
type Progress struct {
	NodeKey
	Epoch  string
	Stream record.Stream
	// Through is the seq up to which nothing is missing (tombstones count as known).
	Through uint64
	// Highest is the highest seq seen.
	Highest uint64
	// Stored counts records held; Lost counts those a tombstone stands for; Duplicates counts records that were
	// delivered again. Missing is what remains between 1 and Highest.
	Stored, Lost, Duplicates, Missing uint64
}
